//! Workloads that tests apply without PELATO, and the components in them.

use serde_json::{Value, json};

use crate::deploy::project::{Project, Task, workflow};
use crate::support::cluster::Cluster;

/// A project with the component `echo`, and the settings of the cluster.
pub fn echo_project(cluster: &Cluster) -> Project {
    let task = Task { name: "echo".into(), from: "room.in".into(), to: "room.out".into(), ..Task::default() };
    Project::of_echoes(&workflow("Rooms", &[task])).set(&cluster.settings())
}

/// The component `echo`, which gives back on `room.out` what comes in on `room.in`: its image, by digest.
pub fn push_echo(cluster: &Cluster) -> String {
    echo_project(cluster).pelato(&["push"]);
    image(cluster, "echo", "1.0.0")
}

/// The image of a component that was pushed.
pub fn image(cluster: &Cluster, component: &str, version: &str) -> String {
    let (_, digest) = cluster.registry.manifest(&format!("team/{component}"), version);
    format!("{}/team/{component}@{digest}", cluster.registry.host())
}

/// A deployment of one component that takes messages.
pub fn deployment(name: &str, image: &str, group: &str, topic: &str) -> Value {
    json!({
        "apiVersion": "runtime.wasmcloud.dev/v1alpha1",
        "kind": "WorkloadDeployment",
        "metadata": { "name": name },
        "spec": { "replicas": 1, "template": { "spec": {
            "hostSelector": { "hostgroup": group },
            "hostInterfaces": [
                {
                    "namespace": "wasmcloud", "package": "messaging", "version": "0.2.0",
                    "interfaces": ["consumer", "handler"],
                },
                { "namespace": "wasi", "package": "logging", "version": "0.1.0-draft", "interfaces": ["logging"] },
            ],
            "components": [{
                "name": name, "image": image, "imagePullPolicy": "IfNotPresent",
                "localResources": { "config": { "subscriptions": topic, "consumer_group": name } },
            }],
        }}},
    })
}

/// `echo` for a group of hosts.
pub fn echo(image: &str, group: &str) -> Value {
    deployment("echo", image, group, "room.in")
}

/// The groups of the hosts that workloads have been given to.
pub fn groups(cluster: &Cluster, workloads: &[Value]) -> Vec<String> {
    let group = |workload: &Value| {
        let id = workload["status"]["hostId"].as_str().unwrap();
        let host = cluster.hosts.iter().find(|host| host.id() == id);
        host.map_or_else(|| format!("no host {id}"), |host| host.group().to_owned())
    };
    workloads.iter().map(group).collect()
}

/// Publishes a message to `echo`, which has to come back.
pub fn goes_through(cluster: &Cluster, text: &str) {
    let mut out = cluster.bus.subscribe("room.out");
    cluster.bus.publish("room.in", text);
    assert_eq!(out.next(), text);
}
