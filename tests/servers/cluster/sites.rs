//! Sites with a NATS server of their own, a leaf of the cluster's.

use std::time::Duration;

use super::workload::{deployment, image};
use crate::deploy::project::{Project, Task, workflow};
use crate::support::cluster::{Cluster, HostSetup, Setup};
use crate::support::lattice::Bus;

/// Functions at a site and in the cloud are of one queue group: the server passes no message over the leaf connection
/// that somebody at the site takes.
#[test]
fn a_site_serves_itself_while_a_host_of_it_is_there() {
    let edge = HostSetup { site: Some("site-a"), ..HostSetup::new("edge", "edge-1") };
    let hosts = [edge, HostSetup::new("cloud", "cloud-1")];
    let setup = Setup { sites: &["site-a"], hosts: &hosts, ..Setup::default() };
    let Some(mut cluster) = Cluster::with(&setup) else { return };
    let task = |group: &str| Task {
        name: format!("{group}_echo"),
        from: "room.in".to_owned(),
        to: format!("room.{group}"),
        ..Task::default()
    };
    let tasks = ["edge", "cloud"].map(task);
    Project::of_echoes(&workflow("Rooms", &tasks)).set(&cluster.settings()).pelato(&["push"]);
    for group in ["edge", "cloud"] {
        let image = image(&cluster, &format!("{group}_echo"), "1.0.0");
        let mut wanted = deployment(group, &image, group, "room.in");
        let component = &mut wanted["spec"]["template"]["spec"]["components"][0];
        component["localResources"]["config"]["consumer_group"] = "echo".into();
        cluster.apply(&wanted);
    }
    for group in ["edge", "cloud"] {
        cluster.wait_for_running(group);
    }

    let site = Bus::connect(&cluster.sites["site-a"].url(), None).unwrap();
    let (mut at_site, mut in_cloud) = (site.subscribe("room.edge"), site.subscribe("room.cloud"));
    for number in 0..50 {
        site.publish("room.in", &number.to_string());
        assert_eq!(at_site.next(), number.to_string());
    }
    // Nothing came by way of the cloud before this.
    site.publish("room.cloud", "end");
    assert_eq!(in_cloud.next(), "end");
    cluster.host("edge-1").kill();
    // The first ones may be lost until the server has noticed.
    cluster.wait_for("a message by way of the cloud", || {
        site.publish("room.in", "away");
        in_cloud.within(Duration::from_millis(500))
    });
    site.publish("room.edge", "end");
    assert_eq!(at_site.next(), "end");
}
