//! Providers that do not know of their links.

use serde_json::{Value, json};

use super::project::{Project, Task, workflow};
use crate::support::lattice::{Lattice, Setup, wait_for};

/// The links of the lattice, in an order.
fn links(lattice: &Lattice) -> Vec<Value> {
    let answer = lattice.bus.request("wasmbus.ctl.v1.default.link.get", "").unwrap();
    let mut links = answer["response"].as_array().unwrap().clone();
    links.sort_by_key(Value::to_string);
    links
}

/// Has all providers forget a link that hosts go on to know: as it is with one that did not listen when it was put.
fn forget(lattice: &Lattice, provider: &str, link: &Value) {
    let mut link = link.clone();
    for configuration in ["source_config", "target_config"] {
        link[configuration] = json!({});
    }
    lattice.bus.publish(&format!("wasmbus.rpc.default.{provider}.linkdefs.del"), &link.to_string());
}

#[test]
fn links_that_providers_have_missed_are_told_again() {
    let Some(lattice) = Lattice::with(&Setup { hosts: &["edge", "edge"], ..Setup::default() }) else {
        return;
    };
    let task = |name: &str, from: &str, to: &str| Task {
        name: name.to_owned(),
        from: from.to_owned(),
        to: to.to_owned(),
        every_host: true,
        ..Task::default()
    };
    let tasks = [task("first", "in", "between"), task("second", "between", "out")];
    let project = Project::echoes(&lattice, &workflow("Chain", &tasks));
    project.brush().said(&["2 of 2 components run, 1 of 1 providers"]);
    let before = links(&lattice);
    assert_eq!(before.len(), 4, "{before:?}");
    let hosts = lattice.inventories();
    let provider = hosts[0].providers.keys().next().unwrap();
    before.iter().for_each(|link| forget(&lattice, provider, link));

    for topic in ["in", "between"] {
        wait_for("forgotten links", || lattice.bus.nobody_listens(topic).then_some(()));
    }

    let mut out = lattice.bus.subscribe("out");
    project.pelato(&["deploy"]).said(&["2 of 2 components run, 1 of 1 providers"]);
    assert_eq!(links(&lattice), before, "links are as they were");
    for number in 0..20 {
        lattice.bus.publish("in", &number.to_string());
        assert_eq!(out.next(), number.to_string());
    }
    // The last answer was the last: what a second link to the same component sends comes in between.
    lattice.bus.publish("in", "end");
    assert_eq!(out.next(), "end", "a message was processed twice");
    project.pelato(&["remove"]);
    assert!(lattice.is_empty(), "{}", lattice.left());
}
