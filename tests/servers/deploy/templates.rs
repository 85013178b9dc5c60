//! A template that is not built into PELATO, on real hosts: one template folder in the project is all it takes.

use super::project::{Project, Task, workflow};
use crate::support::lattice::{Lattice, Setup};
use crate::support::trigger::{self, Slip};

#[test]
fn a_template_of_somebody_else_is_deployed_like_any_other() {
    let setup = Setup { hosts: &["edge"], ..Setup::default() };
    let Some(lattice) = Lattice::with(&setup) else { return };
    let (name, from, to) = ("echo".to_owned(), "in.echo".to_owned(), "out.echo".to_owned());
    let text = workflow("Foreign", &[Task { name, from, to, ..Task::default() }]);
    let project = Project::echoes(&lattice, &text.replace("type: processor_nats", "type: toy"));
    project.place.write("templates/toy/template.toml", trigger::MANIFEST);
    project.place.write("templates/toy/trigger.wasm", trigger::module(Slip::None));
    project.brush().said(&["1 of 1 components run"]);
    let (words, valid) = lattice.rig.validate(&project.place.path("gen/wadm.yaml"));
    assert!(valid && !words.contains("Warning"), "{words}");
    let mut out = lattice.bus.subscribe("out.echo");
    lattice.bus.publish("in.echo", "hello");
    assert_eq!(out.next(), "hello");
    project.pelato(&["remove"]);
}
