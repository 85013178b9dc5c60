//! `pelato move` with wadm and real hosts.

use super::load::under_load;
use super::project::{Project, Task, workflow};
use crate::support::lattice::Lattice;

/// The targets of the hosts that run a component.
fn places(lattice: &Lattice, id: &str) -> Vec<String> {
    let hosts = lattice.inventories().into_iter();
    hosts.filter(|host| host.components.contains_key(id)).map(|host| host.target).collect()
}

#[test]
fn a_component_moves_and_comes_back() {
    let Some(lattice) = Lattice::start() else { return };
    let task = Task { name: "echo".into(), from: "room.in".into(), to: "room.out".into(), ..Task::default() };
    let project = Project::echoes(&lattice, &workflow("Rooms", &[task]));
    project.brush();
    let before = project.place.read("workflow.yaml");
    assert_eq!(places(&lattice, "rooms-echo"), ["edge"]);
    let (ran, passage) = under_load(&lattice.nats_url(), "room.in", "room.out", || {
        project.pelato(&["move", "echo", "--to", "cloud"])
    });
    eprintln!("edge → cloud: {passage:?}\n{}", ran.err);
    assert_eq!(places(&lattice, "rooms-echo"), ["cloud"]);
    assert_eq!(project.place.read("workflow.yaml"), before.replace("[edge]", "[cloud]"));
    let (ran, passage) =
        under_load(&lattice.nats_url(), "room.in", "room.out", || project.pelato(&["rollback"]));
    eprintln!("rollback: {passage:?}\n{}", ran.err);
    assert_eq!(places(&lattice, "rooms-echo"), ["edge"]);
    let (ran, passage) = under_load(&lattice.nats_url(), "room.in", "room.out", || {
        project.pelato(&["move", "echo", "--to", "edge,cloud"])
    });
    eprintln!("edge → edge, cloud: {passage:?}\n{}", ran.err);
    assert_eq!(places(&lattice, "rooms-echo"), ["cloud", "edge"]);
    let (ran, passage) = under_load(&lattice.nats_url(), "room.in", "room.out", || {
        project.pelato(&["move", "echo", "--to", "cloud"])
    });
    eprintln!("edge, cloud → cloud: {passage:?}\n{}", ran.err);
    assert_eq!(places(&lattice, "rooms-echo"), ["cloud"]);
    project.pelato(&["remove"]);
    assert!(lattice.is_empty(), "{}", lattice.left());
}
