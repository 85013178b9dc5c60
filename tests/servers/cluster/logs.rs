//! What functions write on hosts of wasmCloud 2, by `pelato logs`.

use crate::deploy::project::{Project, Task, workflow};
use crate::support::cluster::{Cluster, HostSetup, Setup};
use crate::support::echoes;

const ONE: [HostSetup; 1] = [HostSetup::new("edge", "edge-1")];
const VALUE: &str = "k3y-of-the-weather-service";
const SECRET: &str = "    env: {API_KEY: {secret: WEATHER_KEY}}\n    logs: true\n";

#[test]
fn lines_and_failures_come_from_the_hosts_without_values_of_secrets() {
    let Some(cluster) = Cluster::with(&Setup { hosts: &ONE, ..Setup::default() }) else { return };
    let task = |name: &str, from: &str, more| {
        let (name, from, to) = (name.into(), from.into(), "room.out".into());
        Task { name, from, to, more, ..Task::default() }
    };
    let tasks = [task("speaker", "room.in", "    logs: true\n"), task("teller", "room.told", SECRET)];
    let text = workflow("Rooms", &tasks).replacen("code: echo", "code: speaker", 1);
    let project = Project::of_echoes(&text).set(&cluster.settings()).env("PELATO_SECRET_WEATHER_KEY", VALUE);
    project.place.write("tasks/speaker/function.wasm", echoes::speaking());
    project.place.write("tasks/echo/function.wasm", echoes::telling());
    project.brush();
    let mut logs = project.place.start(&["logs", "-n", "6"]);
    logs.wait_for("Observing logs (nats://");
    let mut out = cluster.bus.subscribe("room.out");
    for (topic, message) in [("room.in", "good"), ("room.told", "x")] {
        cluster.bus.publish(topic, message);
        assert_eq!(out.next(), message);
    }
    cluster.bus.publish("room.in", "fail");
    assert!(logs.wait().success());
    let lines: Vec<_> = logs.out().lines().map(|line| line.split_once("  ").unwrap().1.to_owned()).collect();
    assert_eq!(
        lines,
        [
            "speaker 1.0.0 room.in  hello",
            "speaker 1.0.0 room.in  careful",
            "teller 1.0.0 room.told  API_KEY=***\\u{0}",
            "speaker 1.0.0 room.in  hello",
            "speaker 1.0.0 room.in  careful",
            "speaker 1.0.0 room.in  failed: I will not",
        ]
    );
    project.pelato(&["remove"]);
}
