//! What functions find in their environment on hosts of wasmCloud 2: what their tasks say, and their secrets.

use serde_json::json;

use crate::deploy::project::{Project, Task, workflow};
use crate::support::cluster::{Cluster, HostSetup, Setup};
use crate::support::echoes;

const ONE: [HostSetup; 1] = [HostSetup::new("edge", "edge-1")];
const VALUE: &str = "k3y-of-the-weather-service";
const OTHER: &str = "n3w-key";
const ENV: &str = "    env: {THRESHOLD: -18.5, API_KEY: {secret: WEATHER_KEY}}\n";

fn project(cluster: &Cluster) -> Project {
    let (name, from, to) = ("told".into(), "room.in".into(), "room.out".into());
    let project =
        Project::of_echoes(&workflow("Rooms", &[Task { name, from, to, more: ENV, ..Task::default() }]));
    project.place.write("tasks/echo/function.wasm", echoes::environment());
    project.set(&cluster.settings())
}

/// What the function has in its environment.
fn told(cluster: &Cluster) -> String {
    let mut out = cluster.bus.subscribe("room.out");
    cluster.bus.publish("room.in", "x");
    out.next()
}

#[test]
fn a_function_finds_its_values_and_its_secrets_and_these_are_nowhere_else() {
    let Some(cluster) = Cluster::with(&Setup { hosts: &ONE, ..Setup::default() }) else { return };
    let project = project(&cluster);
    project.pelato(&["push"]);
    let refused =
        ["no value is known of `WEATHER_KEY`", "PELATO_SECRET_WEATHER_KEY", "an entry `WEATHER_KEY`"];
    project.run(&["deploy"]).failed(3, &refused);
    assert!(cluster.list("workloaddeployments").is_empty(), "before anything is changed");
    let project = project.env("PELATO_SECRET_WEATHER_KEY", VALUE);
    let shown = project.pelato(&["deploy", "--dry-run", "-v"]);
    let ran = project.pelato(&["deploy", "-v"]);
    for text in [shown.out, shown.err, ran.out, ran.err, project.place.read("gen/wasmcloud.yaml")] {
        assert!(!text.contains(VALUE), "{text}");
    }
    assert_eq!(told(&cluster), format!("THRESHOLD=-18.5\0API_KEY={VALUE}\0"));
    for resource in ["configmaps", "workloaddeployments", "workloadreplicasets", "workloads", "events"] {
        assert!(!json!(cluster.list(resource)).to_string().contains(VALUE), "{resource}");
    }
    assert!(!String::from_utf8_lossy(&project.place.bytes("gen/told/told.wasm")).contains(VALUE));
    // Another value is another template, without a new version of the component.
    let project = project.env("PELATO_SECRET_WEATHER_KEY", OTHER);
    project.pelato(&["deploy"]);
    assert_eq!(told(&cluster), format!("THRESHOLD=-18.5\0API_KEY={OTHER}\0"));
    // Somebody who does not know it deploys, too; what is in the cluster stays.
    let project = project.env("PELATO_SECRET_WEATHER_KEY", "");
    project.pelato(&["deploy"]);
    assert_eq!(told(&cluster), format!("THRESHOLD=-18.5\0API_KEY={OTHER}\0"));
    project.pelato(&["remove"]);
    assert!(cluster.list("secrets").is_empty());
}

#[test]
fn a_secret_that_somebody_has_stored_is_used_and_not_written() {
    let Some(cluster) = Cluster::with(&Setup { hosts: &ONE, ..Setup::default() }) else { return };
    let project = project(&cluster).env("PELATO_SECRET_WEATHER_KEY", OTHER);
    project.pelato(&["push"]);
    let manifest = project.pelato(&["deploy", "--dry-run"]).out;
    let name = manifest.split("secretFrom:").nth(1).unwrap().split("name: ").nth(1).unwrap();
    let name = name.lines().next().unwrap().trim();
    let stored = |data: serde_json::Value| json!({ "apiVersion": "v1", "kind": "Secret", "metadata": { "name": name }, "stringData": data });
    cluster.apply(&stored(json!({ "OTHER": "x" })));
    project.run(&["deploy"]).failed(3, &["no value is known of `WEATHER_KEY`", name]);
    cluster.apply(&stored(json!({ "WEATHER_KEY": VALUE })));
    project.pelato(&["deploy"]);
    assert_eq!(told(&cluster), format!("THRESHOLD=-18.5\0API_KEY={VALUE}\0"));
    project.pelato(&["remove"]);
    assert_eq!(cluster.list("secrets").len(), 1, "it is somebody else's");
}
