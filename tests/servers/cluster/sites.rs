//! Sites with a NATS server of their own, a leaf of the cluster's.

use std::time::Duration;

use super::workload::{deployment, groups, image};
use crate::deploy::load::under_load;
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

/// Messages are published at the site, and each comes out again, while the host in the cloud stands still: a message that
/// it were given would come late.
fn is_handled_at_the_site(cluster: &mut Cluster) {
    let site = Bus::connect(&cluster.sites["site-a"].url(), None).unwrap();
    let mut out = site.subscribe("room.out");
    cluster.host("cloud-1").signal("-STOP");
    for number in 0..50 {
        site.publish("room.in", &number.to_string());
        let answer = out.within(Duration::from_secs(4));
        assert_eq!(answer.as_deref(), Some(&*number.to_string()), "another host was given it");
    }
    cluster.host("cloud-1").signal("-CONT");
}

fn streams(cluster: &Cluster, domain: &str) -> Vec<String> {
    let answer = cluster.bus.request(&format!("$JS.{domain}.API.STREAM.NAMES"), "").unwrap();
    let names = answer["streams"].as_array().cloned().unwrap_or_default();
    names
        .iter()
        .map(|name| name.as_str().unwrap().to_owned())
        .filter(|name| name.starts_with("PELATO_"))
        .collect()
}

/// A cluster with a site, and a project there whose task prefers the site's hosts.
fn with_site() -> Option<(Cluster, Project)> {
    let edge = HostSetup { site: Some("site-a"), ..HostSetup::new("edge", "edge-1") };
    let hosts = [edge, HostSetup::new("cloud", "cloud-1")];
    let setup = Setup { sites: &["site-a"], hosts: &hosts, haste: 5, ..Setup::default() };
    let cluster = Cluster::with(&setup)?;
    let task = Task {
        name: "echo".into(),
        from: "room.in".into(),
        to: "room.out".into(),
        targets: "edge, cloud",
        more: "    prefer: edge\n    delivery: at-least-once\n",
        ..Task::default()
    };
    let project = Project::of_echoes(&workflow("Rooms", &[task])).set(&cluster.settings());
    let project = project.env("JETSTREAM_DOMAIN", "cloud").env("TARGET_DOMAINS", "edge=site-a");
    let project = project.env("CALL_TIMEOUT", "1s");
    project.brush();
    Some((cluster, project))
}

/// Waits until a host of the edge that was started again runs the component.
fn wait_for_edge(cluster: &Cluster) {
    cluster.wait_for("the edge to run it again", || {
        let deployments = cluster.list("workloaddeployments").into_iter();
        let mut names = deployments.map(|one| one["metadata"]["name"].as_str().unwrap().to_owned());
        let workloads = cluster.running(&names.find(|name| name.ends_with("-echo-edge"))?)?;
        groups(cluster, &workloads).contains(&"edge".to_owned()).then_some(())
    });
}

#[test]
fn the_edge_comes_first_and_the_cloud_takes_over_without_loss() {
    let Some((mut cluster, project)) = with_site() else { return };
    assert_eq!(streams(&cluster, "site-a"), ["PELATO_dead_echo", "PELATO_room_in", "PELATO_room_out"]);
    assert_eq!(streams(&cluster, "cloud"), Vec::<String>::new());
    project.pelato(&["status"]).printed(&["edge first, else cloud"]);
    is_handled_at_the_site(&mut cluster);

    let url = cluster.sites["site-a"].url();
    let watching = Bus::connect(&url, None).unwrap();
    let mut out = watching.subscribe("room.out");
    let (_, passage) = under_load(&url, "room.in", "room.out", || {
        (0..100).for_each(|_| drop(out.next()));
        cluster.host("edge-1").kill();
        // Nobody but the cloud can have handled more than those that were on their way.
        (0..200).for_each(|_| drop(out.next()));
    });
    assert!(passage.lost.is_empty(), "{passage:?}");

    cluster.host("edge-1").restart();
    wait_for_edge(&cluster);
    is_handled_at_the_site(&mut cluster);
    project.pelato(&["remove"]);
    let consumers = cluster.bus.request("$JS.site-a.API.CONSUMER.NAMES.PELATO_room_in", "").unwrap();
    assert_eq!(consumers["total"], 0, "{consumers}");
}

#[test]
fn a_drill_sees_that_the_edge_is_lost_and_back() {
    let Some((mut cluster, project)) = with_site() else { return };
    project
        .run(&["drill", "--target", "edges"])
        .failed(2, &["no task has the target `edges`", "did you mean `edge`?"]);
    let url = cluster.sites["site-a"].url();
    let times = ["--before", "2s", "--settle", "2s", "--grace", "20s", "--timeout", "4m"];
    let fault = ["drill", "--target", "edge", "--nats", &url, "--kill-command", "true", "--slo", "lost<=0"];
    let mut drill = project.place.start(&[&fault[..], &times].concat());
    drill.wait_for("Fault");
    // The host that was there never answers again: the new one has an id of its own, and is back only once the other is
    // missed, however soon it is started.
    cluster.host("edge-1").restart();
    cluster.wait_for("the end of the drill", || drill.has_ended().then_some(()));
    let ended = drill.wait();
    let (out, err) = (drill.out(), drill.err());
    assert!(ended.success(), "{out}{err}");
    assert!(
        out.contains("(edge), which ran echo, was reported missing") && out.contains("and present again"),
        "{out}"
    );
    assert!(out.contains("met lost<=0: it is 0"), "{out}");
}

/// Two streams for one topic would store each message twice: the one that is there stays the only one.
#[test]
fn a_topic_stays_where_it_is_stored_when_its_task_moves() {
    let edge = HostSetup { site: Some("site-a"), ..HostSetup::new("edge", "edge-1") };
    let hosts = [edge, HostSetup::new("cloud", "cloud-1")];
    let Some(cluster) = Cluster::with(&Setup { sites: &["site-a"], hosts: &hosts, ..Setup::default() })
    else {
        return;
    };
    let task = Task {
        name: "echo".into(),
        from: "room.in".into(),
        to: "room.out".into(),
        more: "    delivery: at-least-once\n",
        ..Task::default()
    };
    let project = Project::of_echoes(&workflow("Rooms", &[task])).set(&cluster.settings());
    let project = project.env("JETSTREAM_DOMAIN", "cloud").env("TARGET_DOMAINS", "edge=site-a");
    let project = project.env("CALL_TIMEOUT", "1s");
    project.brush();
    let stored = ["PELATO_dead_echo", "PELATO_room_in", "PELATO_room_out"];
    assert_eq!(streams(&cluster, "site-a"), stored, "at home, since it has one target");
    let url = cluster.sites["site-a"].url();
    for target in ["cloud", "edge"] {
        let run = || project.pelato(&["move", "echo", "--to", target]);
        let (_, passage) = under_load(&url, "room.in", "room.out", run);
        // One that was in flight may come twice.
        assert!(passage.lost.is_empty() && passage.doubled.len() < 5, "to {target}: {passage:?}");
        assert_eq!(
            (streams(&cluster, "site-a"), streams(&cluster, "cloud")),
            (stored.map(str::to_owned).into(), Vec::new())
        );
    }
    let elsewhere = project.env("TARGET_DOMAINS", "edge=cloud,fog=site-a");
    elsewhere
        .pelato(&["deploy"])
        .said(&["`room.in` is stored in the JetStream domain `site-a`", "and not in `cloud`"]);
    assert_eq!(streams(&cluster, "cloud"), Vec::<String>::new());
}

/// A task at two sites, which handles at each what is published there.
const WITHIN: &str = "    scope: site\n";

#[test]
fn what_has_the_scope_of_a_site_is_handled_there_or_not_at_all() {
    let task = |more| Task {
        name: "echo".into(),
        from: "room.in".into(),
        to: "room.out".into(),
        every_host: true,
        more,
        ..Task::default()
    };
    let within = workflow("Rooms", &[task(WITHIN)]);
    let host = |environment, site| HostSetup { site: Some(site), ..HostSetup::new("edge", environment) };
    let hosts = [host("edge-1", "site-a"), host("edge-2", "site-b")];
    let setup =
        Setup { sites: &["site-a", "site-b"], hosts: &hosts, scoped: Some(&within), ..Setup::default() };
    let Some(mut cluster) = Cluster::with(&setup) else { return };
    let project = Project::of_echoes(&within).set(&cluster.settings());
    project.pelato(&["push"]);
    project.run(&["deploy"]).failed(3, &["TARGET_DOMAINS does not name", "TARGET_DOMAINS=edge=DOMAIN"]);
    let project = project.env("TARGET_DOMAINS", "edge=site-a");
    project.pelato(&["deploy"]);
    let [a, b] = ["site-a", "site-b"].map(|site| Bus::connect(&cluster.sites[site].url(), None).unwrap());
    let (mut at_a, mut at_b) = (a.subscribe("room.out"), b.subscribe("room.out"));
    for number in 0..20 {
        let text = number.to_string();
        a.publish("room.in", &text);
        assert_eq!(at_a.next(), text);
    }
    cluster.host("edge-1").kill();
    // Nobody at the other site takes its place.
    cluster.wait_for("the server to notice it", || a.nobody_listens("room.in").then_some(()));
    a.publish("room.in", "lost");
    b.publish("room.in", "end");
    assert_eq!(at_b.next(), "end", "what was published at the other site came here");
}

#[test]
fn nothing_is_deployed_that_would_leave_its_site() {
    let edge = HostSetup { site: Some("site-a"), ..HostSetup::new("edge", "edge-1") };
    let Some(cluster) = Cluster::with(&Setup { sites: &["site-a"], hosts: &[edge], ..Setup::default() })
    else {
        return;
    };
    let task = Task {
        name: "echo".into(),
        from: "room.in".into(),
        to: "room.out".into(),
        more: WITHIN,
        ..Task::default()
    };
    let project = Project::of_echoes(&workflow("Rooms", &[task])).set(&cluster.settings());
    let project = project.env("TARGET_DOMAINS", "edge=site-a");
    project.pelato(&["push"]);
    project.run(&["deploy"]).failed(
        7,
        &["messages on `room.in` and `room.out` are to stay within the site of `edge`", "`pelato infra`"],
    );
    assert_eq!(cluster.list("workloaddeployments").len(), 0);
}
