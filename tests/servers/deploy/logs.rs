//! What functions write on hosts of wasmCloud 1.9, by `pelato logs`.

use super::project::{Project, Task, workflow};
use crate::support::echoes;
use crate::support::lattice::{Lattice, Setup};

#[test]
fn lines_and_failures_come_from_the_hosts() {
    let Some(lattice) = Lattice::with(&Setup { hosts: &["edge"], ..Setup::default() }) else { return };
    let more = "    logs: true\n";
    let task = Task { name: "speaker".into(), from: "in".into(), to: "out".into(), more, ..Task::default() };
    let project = Project::echoes(&lattice, &workflow("Told", &[task]));
    project.place.write("tasks/echo/function.wasm", echoes::speaking());
    project.brush().said(&["1 of 1 components run"]);
    let mut logs = project.place.start(&["logs", "speaker", "-n", "5"]);
    logs.wait_for("Observing logs (nats://");
    let mut out = lattice.bus.subscribe("out");
    lattice.bus.publish("in", "good");
    assert_eq!(out.next(), "good");
    lattice.bus.publish("in", "fail");
    assert!(logs.wait().success());
    let lines: Vec<_> = logs.out().lines().map(|line| line.split_once("  ").unwrap().1.to_owned()).collect();
    let expected = ["hello", "careful", "hello", "careful", "failed: I will not"];
    assert_eq!(lines, expected.map(|text| format!("speaker 1.0.0 in  {text}")));
    project.pelato(&["remove"]);
}
