//! A drill on a real lattice: a host loses power, and another takes over.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use crate::lattice::{Lattice, Setup};
use crate::project::{Project, Task, workflow};

/// One behind the other, on every host.
fn echoes() -> String {
    let task = |number: usize| Task {
        name: format!("echo_{number}"),
        from: format!("step.{number}"),
        to: format!("step.{}", number + 1),
        every_host: true,
        ..Task::default()
    };
    workflow("Rehearsed", &[task(0), task(1)])
}

#[test]
fn a_host_is_lost_while_messages_flow() {
    let setup = Setup { hosts: &["edge", "edge"], ..Setup::default() };
    let Some(lattice) = Lattice::with(&setup) else { return };
    let project = Project::echoes(&lattice, &echoes());
    nothing_is_deployed_yet(&project);
    project.brush();
    let mut out = lattice.bus.subscribe("step.2");
    // As a machine that loses power: with the providers that the host has started.
    let command = format!("kill -s KILL -- -{}", lattice.hosts[0].id());
    let ran = project.pelato(&[
        "drill",
        "--json",
        "--kill-command",
        &command,
        "--before",
        "2s",
        "--settle",
        "4s",
        "--timeout",
        "60s",
        "--record",
        "drill.json",
        "--slo",
        "gap<=60s, after.lost<=0",
    ]);
    ran.said(&["Probing step.0 → step.2, 50 a second", "Fault kill -s KILL"]);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    let phase = |name: &str| {
        let phases = report["phases"].as_array().unwrap();
        phases.iter().find(|phase| phase["phase"] == name).unwrap().clone()
    };
    let count = |name: &str, figure: &str| phase(name)[figure].as_u64().unwrap();
    assert_eq!(report["gap"]["ended"], true, "{report}");
    assert!(report["first_seconds"].as_f64().unwrap() < 60.0, "{report}");
    assert!(count("before", "sent") >= 50 && count("before", "lost") == 0, "{report}");
    assert!(count("after", "sent") >= 100 && count("after", "lost") == 0, "{report}");
    // Somebody else has listened and counts the same.
    let mut came: BTreeMap<String, u64> = BTreeMap::new();
    while let Some(message) = out.within(Duration::from_millis(500)) {
        let mark = message.split('"').find(|text| text.starts_with("pelato-")).unwrap();
        *came.entry(mark.to_owned()).or_default() += 1;
    }
    came.retain(|mark, _| !mark.contains("-w"));
    let (came, twice) = (came.len() as u64, came.values().filter(|times| **times > 1).count() as u64);
    assert_eq!(
        (count("all", "sent") - count("all", "lost"), count("all", "duplicated")),
        (came, twice),
        "{report}"
    );
    which_host(&report);
    project.pelato(&["report", "drill.json"]).printed(&["drill: PHASE SENT LOST", "gap: ", "echo_0, echo_1"]);
}

fn nothing_is_deployed_yet(project: &Project) {
    let ran = project.run(&["drill", "--kill-command", "true", "--timeout", "1s"]);
    ran.failed(7, &["nobody listens to `step.0`", "is the workflow deployed (`pelato status`)"]);
}

/// The host that is gone is named, with what it ran.
fn which_host(report: &Value) {
    let hosts = report["hosts"].as_array().unwrap();
    assert_eq!(hosts.len(), 2, "{report}");
    let gone: Vec<_> = hosts.iter().filter(|host| host.get("vanished_seconds").is_some()).collect();
    assert_eq!(gone.len(), 1, "{report}");
    assert_eq!(gone[0]["target"], "edge");
    let ran: Vec<_> = gone[0]["ran"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    assert_eq!(ran, ["echo_0", "echo_1"], "{report}");
    let (vanished, fault) = (&gone[0]["vanished_seconds"], &report["fault"]["at_seconds"]);
    assert!(vanished.as_f64().unwrap() >= fault.as_f64().unwrap(), "{report}");
}
