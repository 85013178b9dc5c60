//! Moving from wasmCloud 1.9: the same workflow in a lattice and in a cluster at once.

use std::collections::BTreeMap;

use crate::deploy::project::{Project, Task, workflow};
use crate::support::cluster::{Cluster, HostSetup, Setup};
use crate::support::lattice::{Bus, Lattice};

/// So many messages at a time.
const COUNT: usize = 200;

/// How often each of these messages comes out. The last one is of another sender, after all of these.
fn passed(bus: &Bus, from: &str, to: &str) -> BTreeMap<String, usize> {
    let mut out = bus.subscribe(to);
    let mut counts: BTreeMap<_, _> = (0..COUNT).map(|number| (number.to_string(), 0)).collect();
    counts.keys().for_each(|text| bus.publish(from, text));
    while counts.values().any(|count| *count == 0) {
        *counts.get_mut(&out.next()).unwrap() += 1;
    }
    // Whoever handles a message twice does so at the same time.
    bus.publish(from, "end");
    loop {
        match out.next() {
            text if text == "end" => return counts,
            text => *counts.get_mut(&text).unwrap() += 1,
        }
    }
}

fn once() -> BTreeMap<String, usize> {
    (0..COUNT).map(|number| (number.to_string(), 1)).collect()
}

/// Both platforms have one NATS server for their topics, as if a project moved.
fn both(more: &'static str) {
    let hosts = [HostSetup::new("edge", "edge-1")];
    let Some(cluster) = Cluster::with(&Setup { hosts: &hosts, ..Setup::default() }) else { return };
    let lattice = crate::support::lattice::Setup { hosts: &["edge"], ..Default::default() };
    let Some(lattice) = Lattice::with(&lattice) else { return };
    let task =
        Task { name: "echo".into(), from: "room.in".into(), to: "room.out".into(), more, ..Task::default() };
    let text = workflow("Rooms", &[task]);
    let old = Project::of_echoes(&text).set(&lattice.settings());
    let old = old.env("HOSTS_NATS_URL", &cluster.nats.url()).env("CALL_TIMEOUT", "10s");
    let new = Project::of_echoes(&text).set(&cluster.settings()).env("CALL_TIMEOUT", "10s");
    new.brush();
    assert_eq!(passed(&cluster.bus, "room.in", "room.out"), once(), "the new platform alone");
    old.brush();
    assert_eq!(passed(&cluster.bus, "room.in", "room.out"), once(), "both");
    // The other way round: what is removed first leaves the other all that it needs.
    let removed = new.pelato(&["remove"]);
    if !more.is_empty() {
        removed.said(&["the consumer `echo` stays"]);
    }
    assert_eq!(passed(&cluster.bus, "room.in", "room.out"), once(), "the old platform alone");
    new.pelato(&["deploy"]);
    old.pelato(&["remove"]);
    assert_eq!(passed(&cluster.bus, "room.in", "room.out"), once(), "the new platform again");
    new.pelato(&["remove"]);
    if !more.is_empty() {
        let consumers = cluster.bus.request("$JS.API.CONSUMER.NAMES.PELATO_room_in", "").unwrap();
        assert_eq!(consumers["total"], 0, "{consumers}");
    }
}

#[test]
fn two_platforms_at_once_handle_each_message_once() {
    both("");
}

#[test]
fn two_platforms_at_once_share_streams_and_consumers() {
    both("    delivery: at-least-once\n");
}
