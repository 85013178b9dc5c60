//! Workflows of everything that is built in, and what becomes of their messages.

use serde_json::{Value, json};

use crate::deploy::project::{Project, Task, workflow};
use crate::support::cluster::{Cluster, HostSetup, Setup};
use crate::support::nats::value;
use crate::support::postgres::{PASSWORD, Server};
use crate::support::soak;

/// Each built-in template, one behind the other, and a delivery that loses nothing.
const WORKFLOW: &str = "\
project_name: All of them
tasks:
  - name: Sort
    type: router_nats
    language: wat
    code: echo
    targets: [cloud]
    source_topic: rooms.mixed
    dest_topics: [rooms.lists, rooms.others]
    component_name: sort
    version: 1.0.0
  - name: Split
    type: splitter_nats
    language: wat
    code: echo
    targets: [edge]
    source_topic: rooms.lists
    dest_topic: [rooms.raw, rooms.copies]
    component_name: split
    version: 1.0.0
  - name: Take
    type: http_producer_nats
    language: wat
    code: echo
    targets: [edge]
    source_topic: rooms.raw
    dest_topic: rooms.taken
    component_name: take
    version: 1.0.0
  - name: Handle
    type: processor_nats
    language: wat
    code: echo
    targets: [edge, cloud]
    placement: every-host
    delivery: at-least-once
    source_topic: rooms.taken
    dest_topic: rooms.handled
    component_name: handle
    version: 1.0.0
  - name: Keep
    type: nats_to_nats_kv
    language: wat
    code: echo
    targets: [cloud]
    source_topic: rooms.handled
    bucket: rooms
    component_name: keep
    version: 1.0.0
  - name: Note
    type: dbsync_nats
    language: wat
    code: echo
    targets: [cloud]
    source_topic: rooms.handled
    table: notes
    component_name: note
    version: 1.0.0
";

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

#[test]
fn a_reading_goes_through_all_templates() {
    let Some(database) = Server::start() else { return };
    block_on(database.run("CREATE TABLE notes (data jsonb)"));
    let url = database.url();
    let url = url.rsplit_once('/').map_or(url.as_str(), |(server, _)| server);
    let Some(mut cluster) = Cluster::with(&Setup { postgres: Some(url), ..Setup::default() }) else { return };
    let project = Project::of_echoes(WORKFLOW).set(&cluster.settings());
    project.pelato(&["push"]);
    project.pelato(&["deploy"]).said(&["6 of 6 components run"]);
    assert!(!project.place.read("gen/wasmcloud.yaml").contains(PASSWORD));
    let status = project.status();
    let handle = &status["parts"][3];
    assert_eq!((&handle["instances"], &handle["replicas"]), (&json!(3), &json!(3)), "{status}");

    let reading = r#"{"celsius": 21.5}"#;
    let mut looks = 0;
    cluster.wait_for("the reading in the bucket", || {
        // Again from time to time: what is not at-least-once may be lost on a busy machine.
        if looks % 50 == 0 {
            let mixed = format!(r#"{{"topic": "rooms.lists", "data": [{reading}]}}"#);
            cluster.bus.publish("rooms.mixed", &mixed);
        }
        looks += 1;
        block_on(value(&cluster.nats.url(), "rooms", "rooms.handled")).filter(|value| value == reading)
    });
    cluster.wait_for("the reading in the table", || {
        let rows = block_on(database.column("SELECT data::text FROM notes"));
        rows.contains(&reading.to_owned()).then_some(())
    });

    project.pelato(&["remove"]);
    assert!(cluster.is_empty() && cluster.bus.nobody_listens("rooms.mixed"));
    assert!(cluster.list("configmaps").is_empty());
    // Data stays, and nothing else.
    let consumers = cluster.bus.request("$JS.API.CONSUMER.NAMES.PELATO_rooms_taken", "{}").unwrap();
    assert_eq!(consumers["consumers"].as_array().map(Vec::len), Some(0), "{consumers}");
    assert_eq!(block_on(value(&cluster.nats.url(), "rooms", "rooms.handled")).as_deref(), Some(reading));
}

/// On every host, and nothing is lost when one is killed.
#[test]
fn a_drill_kills_a_host_and_nothing_is_lost() {
    let hosts = [HostSetup::new("edge", "edge-1"), HostSetup::new("edge", "edge-2")];
    let Some(cluster) = Cluster::with(&Setup { hosts: &hosts, ..Setup::default() }) else { return };
    let task = Task {
        name: "echo".into(),
        from: "in".into(),
        to: "out".into(),
        every_host: true,
        ..Task::default()
    };
    let text = workflow("Rehearsed", &[task]) + "    delivery: at-least-once\n";
    let project = Project::of_echoes(&text).set(&cluster.settings()).env("CALL_TIMEOUT", "10");
    project.pelato(&["push"]);
    project.pelato(&["deploy"]);
    let command = format!("kill -9 {}", cluster.hosts[0].process());
    let settle = format!("{}s", soak::times(20));
    let ran = project.run(&[
        "drill",
        "--json",
        "--kill-command",
        &command,
        "--before",
        "3s",
        "--settle",
        &settle,
        "--grace",
        "40s",
        "--timeout",
        "60s",
        "--slo",
        "lost<=0, gap<=30s",
    ]);
    assert_eq!(ran.code, 0, "{} {}", ran.err, ran.out);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    let gone: Vec<_> = report["hosts"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|host| host.get("vanished_seconds").is_some())
        .collect();
    assert_eq!((gone.len(), &gone[0]["ran"]), (1, &json!(["echo"])), "{report}");
    project.pelato(&["remove", "--timeout", "200s"]);
}
