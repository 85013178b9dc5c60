//! What functions find in their environment on hosts of wasmCloud 1.9.

use super::project::{Project, Task, workflow};
use crate::support::echoes;
use crate::support::lattice::{Lattice, Setup};

fn task(more: &'static str) -> Task {
    Task { name: "told".into(), from: "in".into(), to: "out".into(), more, ..Task::default() }
}

#[test]
fn a_function_finds_what_its_task_says() {
    let Some(lattice) = Lattice::with(&Setup { hosts: &["edge"], ..Setup::default() }) else { return };
    let project = Project::echoes(
        &lattice,
        &workflow("Told", &[task("    env: {THRESHOLD: -18.5, SITE: \"${SITE}\"}\n")]),
    );
    project.place.write("tasks/echo/function.wasm", echoes::environment());
    project.place.write(".env", "SITE=north\n");
    project.brush().said(&["1 of 1 components run"]);
    let mut out = lattice.bus.subscribe("out");
    lattice.bus.publish("in", "x");
    assert_eq!(out.next(), "SITE=north\0THRESHOLD=-18.5\0");
    project.place.edit("workflow.yaml", "-18.5", "-20");
    project.run(&["push"]).failed(3, &["`told` 1.0.0 has already been pushed", "with different content"]);
    project.pelato(&["bump", "--changed"]);
    project.brush();
    lattice.bus.publish("in", "x");
    assert_eq!(out.next(), "SITE=north\0THRESHOLD=-20\0");
    // Hosts have no way to get secrets.
    project.place.edit("workflow.yaml", "-20", "{secret: KEY}");
    let refused =
        ["`told` needs the secret `KEY`, which wasmCloud 1.9 cannot give to it", "PLATFORM=wasmcloud"];
    project.run(&["deploy"]).failed(3, &refused);
    project.pelato(&["remove"]);
}
