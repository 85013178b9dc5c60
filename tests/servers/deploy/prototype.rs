//! Applications of the thesis prototype on the same lattice, and several topics of one task.

use std::time::Duration;

use super::project::{Project, Task, workflow};
use crate::support::lattice::{Lattice, Setup};

/// A manifest in the form of the prototype: one application for a component, with the older keys of links.
fn of_prototype(lattice: &Lattice, component: &str, topic: &str) -> String {
    let setting = |name: &str| lattice.settings().into_iter().find(|(known, _)| *known == name).unwrap().1;
    let (registry, provider) = (setting("REGISTRY_URL"), setting("MESSAGING_PROVIDER"));
    let scaler = "        - type: spreadscaler\n          properties:\n            instances: 1\n            spread:\n            \
                  - name: edge\n              weight: 100\n              requirements:\n                host-type: edge\n";
    format!(
        "apiVersion: core.oam.dev/v1beta1\nkind: Application\nmetadata:\n  name: {component}\n  annotations:\n    \
         description: 'A component on its own'\nspec:\n  components:\n    - name: {component}\n      type: component\n      \
         properties:\n        image: {registry}/{component}:1.0.0\n      traits:\n        - type: link\n          properties:\n            \
         target: nats-processor\n            namespace: wasmcloud\n            package: messaging\n            \
         interfaces: [consumer]\n{scaler}    - name: nats-processor\n      type: capability\n      properties:\n        \
         image: {provider}\n      traits:\n        - type: link\n          properties:\n            target: {component}\n            \
         namespace: wasmcloud\n            package: messaging\n            interfaces: [handler]\n            source_config:\n              \
         - name: simple-subscription-{component}\n                properties:\n                  subscriptions: {topic}\n{scaler}"
    )
}

#[test]
fn applications_that_would_process_each_message_again_are_named() {
    let Some(lattice) = Lattice::with(&Setup { hosts: &["edge"], ..Setup::default() }) else { return };
    let task =
        Task { name: "echo".into(), from: "[in, other.*]".into(), to: "out".into(), ..Task::default() };
    let project = Project::echoes(&lattice, &workflow("Moved", &[task]));
    for (component, topic) in [("echo", "in"), ("elsewhere", "in")] {
        let answer =
            lattice.bus.request("wadm.api.default.model.put", &of_prototype(&lattice, component, topic));
        assert_eq!(answer.unwrap()["result"], "created");
        let answer = lattice.bus.request(&format!("wadm.api.default.model.deploy.{component}"), "{}");
        assert_eq!(answer.unwrap()["result"], "acknowledged");
    }
    let warning = "the application `echo` runs `echo`, too, and reads `in`: each message there is processed twice until \
                   that application is removed";
    project.pelato(&["push"]);
    project.pelato(&["deploy", "--dry-run"]).said(&[warning]);
    let deployed = project.pelato(&["deploy"]);
    deployed.said(&[warning, "1 of 1 components run"]);
    assert!(!deployed.err.contains("elsewhere"), "{}", deployed.err);
    for application in ["echo", "elsewhere"] {
        project.run(&["remove", "--application", application]).failed(7, &["was not deployed by PELATO"]);
        project.pelato(&["remove", "--application", application, "--force"]);
    }
    assert!(!project.pelato(&["deploy"]).err.contains("twice"));

    // Each topic of the list, once.
    let mut out = lattice.bus.subscribe("out");
    for (topic, text) in [("in", "a"), ("other.b", "b")] {
        lattice.bus.publish(topic, text);
        assert_eq!(out.next(), text);
    }
    assert_eq!(out.within(Duration::from_millis(300)), None, "a message was processed twice");
    project.pelato(&["remove"]);
    assert!(lattice.is_empty(), "{}", lattice.left());
}
