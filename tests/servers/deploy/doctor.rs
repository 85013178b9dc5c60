//! What `pelato doctor` says about a lattice.

use serde_json::Value;

use super::project::{Project, Task, workflow};
use crate::support::lattice::{Lattice, Setup};
use crate::support::nats::Server;
use crate::support::tools;

const PASSWORD: &str = "zo-geheim-78";

/// Findings of a subject, each with its state.
fn found(project: &Project, code: i32, subject: &str) -> Vec<(String, String)> {
    let ran = project.run(&["doctor", "--timeout", "5m", "--json"]);
    assert_eq!(ran.code, code, "{}{}", ran.out, ran.err);
    assert!(!ran.out.contains(PASSWORD), "{}", ran.out);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let findings = report["findings"].as_array().unwrap().iter();
    let ours = findings.filter(|one| one["subject"] == subject);
    ours.map(|one| (text(&one["state"]), text(&one["found"]))).collect()
}

fn one(state: &str, found: impl Into<String>) -> (String, String) {
    (state.to_owned(), found.into())
}

/// A project for an edge and a cloud host, whose pack wants a program that every machine has.
fn project(lattice: &Lattice) -> Project {
    let task = |name: &str, targets: &'static str| Task {
        name: name.into(),
        from: format!("{name}.in"),
        to: format!("{name}.out"),
        targets,
        ..Task::default()
    };
    let project = Project::echoes(lattice, &workflow("Doctor", &[task("a", "edge"), task("b", "edge, fog")]));
    project.env("DOCKER_HOST", "unix:///nowhere.sock")
}

#[test]
fn a_lattice_and_what_it_lacks() {
    let Some(mut lattice) = Lattice::start() else { return };
    let project = project(&lattice);
    let url = lattice.nats_url();
    let version = found(&project, 8, "nats");
    assert_eq!(version.len(), 1);
    assert!(version[0].1.starts_with("nats-server 2.") && version[0].1.ends_with(&url), "{version:?}");
    assert_eq!(
        found(&project, 8, "wadm"),
        [one("ok", "it answers for the lattice `default`, which has 0 applications")]
    );
    let hosts = found(&project, 8, "hosts");
    assert!(hosts[0].1.contains("(host-type=edge)") && hosts[0].1.contains("(host-type=cloud)"), "{hosts:?}");
    assert_eq!(hosts[1..], [one("problem", "no host has the label host-type=fog, which `b` needs")]);
    assert_eq!(
        found(&project, 8, "clock"),
        [
            one("ok", "it agrees with the registry's (its header `Date`)"),
            one("ok", "it agrees with the NATS server's (what JetStream says)"),
        ]
    );
    lattice.add_host("fog");
    lattice.wait_for_hosts(3);
    assert!(found(&project, 0, "hosts").iter().all(|(state, _)| state == "ok"));
}

#[test]
fn servers_without_what_a_lattice_needs() {
    let setup = Setup { hosts: &[], wadm: false, login: Some(("pelato", PASSWORD)), ..Setup::default() };
    let Some(lattice) = Lattice::with(&setup) else { return };
    let project = project(&lattice).env("NATS_USER", "pelato").env("NATS_PASSWORD", PASSWORD);
    let url = lattice.nats_url();
    let wanted = format!("wadm does not answer for the lattice `default` at {}", lattice.nats_url());
    assert_eq!(found(&project, 8, "wadm"), [one("problem", wanted)]);
    assert_eq!(found(&project, 8, "hosts"), [one("problem", "no host of the cluster answers")]);

    let wrong = project.env("NATS_PASSWORD", &format!("{PASSWORD}x"));
    let refused = found(&wrong, 8, "nats");
    assert!(
        refused[0].1.starts_with(&format!("authentication failed at the NATS server {url}")),
        "{refused:?}"
    );
    assert_eq!(found(&wrong, 8, "hosts"), [one("note", "not checked: the NATS server cannot be used")]);

    // Debian's own, which is too old.
    let old = Server::of(&tools::old_nats_server(), &["-js", "-sd", "jetstream"]);
    let project = wrong.env("NATS_PORT", &old.port.to_string());
    let old = found(&project, 8, "nats");
    assert!(old[0].1.contains("the NATS server is version 2.9"), "{old:?}");
}
