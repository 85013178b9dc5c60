//! `pelato move` with wadm and real hosts.

use super::load::{Passage, under_load};
use super::project::{Project, Task, workflow};
use crate::support::Ran;
use crate::support::lattice::Lattice;

/// The targets of the hosts that run a component.
fn places(lattice: &Lattice, id: &str) -> Vec<String> {
    let hosts = lattice.inventories().into_iter();
    hosts.filter(|host| host.components.contains_key(id)).map(|host| host.target).collect()
}

/// Moves it while messages are sent. Some are lost while links change, but for no longer than that, and none is processed
/// twice.
fn under_way(lattice: &Lattice, project: &Project, arguments: &[&str]) -> Ran {
    let run = || project.pelato(arguments);
    let (ran, Passage { sent, lost, doubled }) = under_load(&lattice.nats_url(), "room.in", "room.out", run);
    assert_eq!(doubled, Vec::<usize>::new(), "{arguments:?}");
    let is_short = lost.len() < 1000 && lost.iter().all(|number| number + 50 < sent);
    assert!(is_short, "{arguments:?}: of {sent} lost {lost:?}");
    ran
}

#[test]
fn a_component_moves_and_comes_back() {
    let Some(lattice) = Lattice::start() else { return };
    let task = Task { name: "echo".into(), from: "room.in".into(), to: "room.out".into(), ..Task::default() };
    let project = Project::echoes(&lattice, &workflow("Rooms", &[task]));
    project.brush();
    let before = project.place.read("workflow.yaml");
    assert_eq!(places(&lattice, "rooms-echo"), ["edge"]);
    under_way(&lattice, &project, &["move", "echo", "--to", "cloud"]).said(&["Moving echo: edge → cloud"]);
    assert_eq!(places(&lattice, "rooms-echo"), ["cloud"]);
    assert_eq!(project.place.read("workflow.yaml"), before.replace("[edge]", "[cloud]"));
    under_way(&lattice, &project, &["rollback"]).said(&["workflow.yaml is as it was"]);
    assert_eq!(places(&lattice, "rooms-echo"), ["edge"]);
    // Where one of the targets stays, wadm alone decides when the links change: at once, or half a minute later.
    for (to, places_then) in [("edge,cloud", &["cloud", "edge"][..]), ("cloud", &["cloud"])] {
        project.pelato(&["move", "echo", "--to", to]);
        assert_eq!(places(&lattice, "rooms-echo"), places_then);
    }
    project.pelato(&["remove"]);
    assert!(lattice.is_empty(), "{}", lattice.left());
}
