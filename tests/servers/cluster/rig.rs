//! What tests of deploying rely on: the cluster does what wasmCloud's does.

use std::path::Path;

use serde_json::json;

use super::workload::{deployment, echo, goes_through, groups, image, push_echo};
use crate::deploy::project::Project;
use crate::support::Place;
use crate::support::cluster::{Cluster, User, conditions, is_ready};
use crate::support::process::wait_until;

#[test]
fn a_cluster_has_hosts_that_are_ready() {
    let Some(cluster) = Cluster::start() else { return };
    let hosts = cluster.wait_for_hosts(3);
    let mut machines: Vec<_> = hosts
        .iter()
        .map(|host| {
            (host["metadata"]["labels"]["hostgroup"].as_str().unwrap(), host["environment"].as_str().unwrap())
        })
        .collect();
    machines.sort_unstable();
    assert_eq!(machines, [("cloud", "cloud-1"), ("edge", "edge-1"), ("edge", "edge-2")]);
    let names: Vec<_> = cluster.hosts.iter().map(|host| host.name()).collect();
    assert!(hosts.iter().all(|host| names.contains(&host["metadata"]["name"].as_str().unwrap())));
}

#[test]
fn the_example_runs_and_leaves_nothing() {
    let Some(mut cluster) = Cluster::start() else { return };
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/temperature");
    let place = Place::empty();
    crate::support::copy(&example, place.project());
    Project { place }.set(&cluster.settings()).pelato(&["push"]);
    let parts = [
        ("celsius_to_kelvin_conversion", "edge", "living_room_celsius_data"),
        ("temp_filter", "cloud", "living_room_kelvin_data"),
    ];
    for (component, group, topic) in parts {
        let name = component.replace('_', "-");
        cluster.apply(&deployment(&name, &image(&cluster, component, "1.0.0"), group, topic));
    }
    for (component, group, _) in parts {
        let workloads = cluster.wait_for_running(&component.replace('_', "-"));
        assert_eq!(groups(&cluster, &workloads), [group]);
    }
    let mut plausible = cluster.bus.subscribe("living_room_plausible_data");
    cluster.bus.publish("living_room_celsius_data", r#"{"Data": 20, "Name": "living_room"}"#);
    assert_eq!(plausible.next(), r#"{"Data":293.15,"Name":"living_room"}"#);
    drop(plausible);
    for (component, ..) in parts {
        cluster.delete("workloaddeployments", &component.replace('_', "-"));
    }
    wait_until("nothing is left", || cluster.is_empty());
    assert!(cluster.bus.nobody_listens("living_room_celsius_data"));
}

/// Between the change and the new replica set the deployment says that it is ready: it speaks of what runs.
#[test]
fn a_move_runs_there_before_it_ends_here() {
    let Some(cluster) = Cluster::start() else { return };
    let image = push_echo(&cluster);
    cluster.apply(&echo(&image, "edge"));
    let before = cluster.wait_for_running("echo");
    goes_through(&cluster, "at the edge");
    let old = cluster.get("workloaddeployments", "echo").unwrap();
    let changed = cluster.apply(&echo(&image, "cloud"));
    assert_ne!(changed["metadata"]["generation"], old["metadata"]["generation"]);
    assert_eq!(conditions(&changed)["Ready"].0, "True", "the operator has not looked yet");
    assert_eq!(changed["status"]["currentReplicaSet"], old["status"]["currentReplicaSet"]);
    let gone = |name: &str| cluster.get("workloads", name).is_none();
    let name = before[0]["metadata"]["name"].as_str().unwrap();
    // A message of core NATS that the old one has when it is stopped is lost: whether one is, is luck.
    cluster.wait_for("the end of the old one", || {
        let workloads = cluster.list("workloads");
        assert!(workloads.iter().any(is_ready), "there is always one that runs: {workloads:#?}");
        gone(name).then_some(())
    });
    let after = cluster.wait_for_running("echo");
    assert_eq!(groups(&cluster, &after), ["cloud"]);
    goes_through(&cluster, "in the cloud");
}

#[test]
fn replicas_are_as_many_as_the_deployment_wants() {
    let Some(cluster) = Cluster::start() else { return };
    let mut wanted = echo(&push_echo(&cluster), "edge");
    for replicas in [3, 1] {
        wanted["spec"]["replicas"] = json!(replicas);
        cluster.apply(&wanted);
        assert_eq!(cluster.wait_for_running("echo").len(), replicas);
    }
    goes_through(&cluster, "one of them");
}

#[test]
fn an_environment_is_one_machine_of_a_group() {
    let Some(cluster) = Cluster::start() else { return };
    let image = push_echo(&cluster);
    for machine in ["edge-1", "edge-2"] {
        let mut wanted = deployment(machine, &image, "edge", "room.in");
        wanted["spec"]["template"]["spec"]["environment"] = json!(machine);
        cluster.apply(&wanted);
        let workloads = cluster.wait_for_running(machine);
        assert_eq!(workloads[0]["status"]["environment"], machine);
    }
}

#[test]
fn pelato_may_do_what_it_needs_and_no_more() {
    let Some(cluster) = Cluster::start() else { return };
    let can = |user, words: &[&str]| {
        let asked = cluster.kubectl(user, &[&["auth", "can-i"], words].concat());
        asked.out.trim() == "yes"
    };
    let hosts = ["list", "hosts.runtime.wasmcloud.dev", "-n", cluster.operator_namespace()];
    for allowed in [
        &["patch", "workloaddeployments.runtime.wasmcloud.dev"][..],
        &["watch", "workloads.runtime.wasmcloud.dev"],
        &["delete", "workloads.runtime.wasmcloud.dev"],
        &["create", "secrets"],
        &hosts,
    ] {
        assert!(can(User::Pelato, allowed), "{allowed:?}");
        assert!(!can(User::Nobody, allowed), "{allowed:?}");
    }
    for forbidden in [
        &["create", "workloads.runtime.wasmcloud.dev"][..],
        &["create", "namespaces"],
        &["get", "secrets", "-n", "default"],
        &["delete", "hosts.runtime.wasmcloud.dev", "-n", cluster.operator_namespace()],
        &["create", "rolebindings"],
    ] {
        assert!(!can(User::Pelato, forbidden), "{forbidden:?}");
    }
    let manifest = cluster.folder.path().join("echo.json");
    std::fs::write(&manifest, echo("127.0.0.1:1/echo", "nowhere").to_string()).unwrap();
    let apply = ["apply", "--server-side", "-f", manifest.to_str().unwrap()];
    cluster.kubectl(User::Nobody, &apply).failed(1, &["User \"nobody\" cannot patch resource"]);
    let applied = cluster.kubectl(User::Pelato, &apply);
    assert_eq!(applied.code, 0, "{}", applied.err);
}
