//! Drills in which something stands still (SIGSTOP) instead of ending: a host, the operator, NATS, the API server.

use serde_json::Value;

use crate::deploy::project::{Project, Task, workflow};
use crate::support::cluster::{Cluster, HostSetup, Part, Setup};

/// A cluster with a task on both of its hosts, whose messages are stored.
fn deployed() -> Option<(Cluster, Project)> {
    let hosts = [HostSetup::new("edge", "edge-1"), HostSetup::new("edge", "edge-2")];
    let setup = Setup { hosts: &hosts, own_control_plane: true, ..Setup::default() };
    let cluster = Cluster::with(&setup)?;
    let task = Task {
        name: "echo".into(),
        from: "in".into(),
        to: "out".into(),
        every_host: true,
        ..Task::default()
    };
    let text = workflow("Frozen", &[task]) + "    delivery: at-least-once\n";
    let project = Project::of_echoes(&text).set(&cluster.settings()).env("CALL_TIMEOUT", "5s");
    project.brush();
    Some((cluster, project))
}

/// What a drill reports in which a process stands still for a moment. Nothing may be lost.
fn drilled(project: &Project, id: u32) -> Value {
    let command = format!("kill -STOP {id}; sleep 4; kill -CONT {id}");
    let fault = ["drill", "--json", "--kill-command", &command, "--slo", "lost<=0"];
    let times = ["--before", "2s", "--settle", "12s", "--grace", "40s", "--timeout", "20s", "--rate", "20"];
    let ran = project.run(&[&fault[..], &times].concat());
    assert_eq!(ran.code, 0, "{} {}", ran.err, ran.out);
    serde_json::from_str(&ran.out).unwrap()
}

#[test]
fn nothing_is_lost_while_a_host_stands_still() {
    let Some((cluster, project)) = deployed() else { return };
    drilled(&project, cluster.hosts[0].process());
}

#[test]
fn messages_go_on_while_the_operator_stands_still() {
    let Some((cluster, project)) = deployed() else { return };
    let report = drilled(&project, cluster.operator.as_ref().unwrap().process());
    assert!(report.get("disturbed_seconds").is_none(), "{report}");
}

#[test]
fn nothing_is_lost_while_nats_stands_still() {
    let Some((cluster, project)) = deployed() else { return };
    drilled(&project, cluster.nats.id());
}

#[test]
fn messages_go_on_while_the_api_server_stands_still() {
    let Some((cluster, project)) = deployed() else { return };
    let id = cluster.control_plane.as_ref().unwrap().process(Part::ApiServer);
    let report = drilled(&project, id);
    assert!(report.get("disturbed_seconds").is_none(), "{report}");
}
