//! What goes wrong in a cluster, and what can be seen of it there.

use std::time::Duration;

use serde_json::json;

use super::workload::{echo, goes_through, groups, push_echo};
use crate::support::cluster::{Cluster, HostSetup, Part, Setup, conditions};
use crate::support::process::wait_until;

/// The same long times, but not for whoever waits for the tests.
const HASTY: u32 = 4;

#[test]
fn only_the_host_says_why_a_workload_does_not_start() {
    let Some(cluster) = Cluster::start() else { return };
    let digest = "0".repeat(64);
    let missing = format!("{}/team/missing@sha256:{digest}", cluster.registry.host());
    cluster.apply(&echo(&missing, "cloud"));
    let workload = cluster.wait_for("a workload that is not found", || {
        let workload = cluster.list("workloads").pop()?;
        let (status, message) = conditions(&workload).remove("Sync")?;
        let text = "workload is not operational: WORKLOAD_STATE_NOT_FOUND";
        ((status.as_str(), message.as_str()) == ("False", text)).then_some(workload)
    });
    assert_eq!(conditions(&workload)["Placement"].0, "True", "{workload}");
    let deployment = cluster.get("workloaddeployments", "echo").unwrap();
    assert!(!deployment.to_string().contains("manifest"), "{deployment}");
    let host = cluster.hosts.iter().find(|host| host.group() == "cloud").unwrap();
    let trial = json!({ "workloadId": "trial", "workload": {
        "namespace": cluster.namespace(), "name": "trial",
        "witWorld": { "components": [{ "name": "trial", "image": missing }], "hostInterfaces": [] },
    }});
    let answer = host.ask(&cluster.bus, "workload.start", &trial).unwrap();
    assert_eq!(answer["workloadStatus"]["workloadState"], "WORKLOAD_STATE_ERROR", "{answer}");
    assert!(answer["workloadStatus"]["message"].as_str().unwrap().contains(&digest), "{answer}");
}

#[test]
fn a_workload_without_a_host_waits_for_one() {
    let setup = Setup { hosts: &[HostSetup::new("edge", "edge-1")], haste: HASTY, ..Setup::default() };
    let Some(mut cluster) = Cluster::with(&setup) else { return };
    cluster.apply(&echo(&push_echo(&cluster), "cloud"));
    cluster.wait_for("no host", || {
        let workload = cluster.list("workloads").pop()?;
        let (status, message) = conditions(&workload).remove("HostSelection")?;
        ((status.as_str(), message.as_str()) == ("False", "no suitable host found")).then_some(())
    });
    cluster.add_host(&HostSetup::new("cloud", "cloud-1"));
    let workloads = cluster.wait_for_running("echo");
    assert_eq!(groups(&cluster, &workloads), ["cloud"]);
}

#[test]
fn a_replica_of_a_host_that_is_gone_runs_elsewhere_after_a_while() {
    let Some(mut cluster) = Cluster::with(&Setup { haste: HASTY, ..Setup::default() }) else { return };
    cluster.apply(&echo(&push_echo(&cluster), "edge"));
    let workloads = cluster.wait_for_running("echo");
    let id = workloads[0]["status"]["hostId"].as_str().unwrap().to_owned();
    let host = cluster.hosts.iter_mut().find(|host| host.id() == id).unwrap();
    host.kill();
    let name = host.name().to_owned();
    // Until the operator looks, all seems to be as it was.
    assert!(cluster.bus.nobody_listens("room.in"));
    cluster.wait_for("the replica on another host", || {
        let now = cluster.running("echo")?;
        (now[0]["status"]["hostId"] != *id).then_some(())
    });
    goes_through(&cluster, "elsewhere");
    cluster.wait_for("the end of the host's object", || {
        let hosts = cluster.list_in(cluster.operator_namespace(), "hosts");
        hosts.iter().all(|host| host["metadata"]["name"] != *name).then_some(())
    });
    let host = cluster.hosts.iter_mut().find(|host| host.id() == id).unwrap();
    host.restart();
    assert_ne!((host.id(), host.name()), (&*id, &*name));
    cluster.wait_for_hosts(3);
}

#[test]
fn an_operator_that_shares_no_hosts_denies_other_environments() {
    let setup = Setup { operator_flags: &["-allow-shared-hosts=false"], ..Setup::default() };
    let Some(cluster) = Cluster::with(&setup) else { return };
    let mut wanted = echo(&push_echo(&cluster), "edge");
    wanted["spec"]["template"]["spec"]["environment"] = json!("edge-1");
    cluster.apply(&wanted);
    cluster.wait_for("an event", || {
        let denied = |event: &serde_json::Value| event["reason"] == "CrossEnvironmentSchedulingDenied";
        cluster.list("events").iter().any(denied).then_some(())
    });
    let workload = cluster.list("workloads").pop().unwrap();
    assert!(workload["status"]["hostId"].is_null(), "{workload}");
}

#[test]
fn an_operator_that_was_killed_goes_on_where_it_was() {
    let Some(mut cluster) = Cluster::start() else { return };
    let image = push_echo(&cluster);
    cluster.apply(&echo(&image, "edge"));
    cluster.wait_for_running("echo");
    let operator = cluster.operator.as_mut().unwrap();
    operator.kill();
    goes_through(&cluster, "without an operator");
    cluster.apply(&echo(&image, "cloud"));
    cluster.operator.as_mut().unwrap().restart();
    let workloads = cluster.wait_for_running("echo");
    assert_eq!(groups(&cluster, &workloads), ["cloud"]);
}

#[test]
fn what_runs_outlives_the_api_server() {
    let setup = Setup { own_control_plane: true, ..Setup::default() };
    let Some(mut cluster) = Cluster::with(&setup) else { return };
    cluster.apply(&echo(&push_echo(&cluster), "edge"));
    cluster.wait_for_running("echo");
    let control_plane = cluster.control_plane.as_mut().unwrap();
    control_plane.kill(Part::ApiServer);
    goes_through(&cluster, "without an API server");
    cluster.control_plane.as_mut().unwrap().launch(Part::ApiServer);
    cluster.wait_for_running("echo");
    cluster.delete("workloaddeployments", "echo");
    wait_until("nothing is left", || cluster.is_empty());
}

#[test]
fn hosts_come_back_when_nats_does() {
    let Some(mut cluster) = Cluster::start() else { return };
    cluster.apply(&echo(&push_echo(&cluster), "edge"));
    cluster.wait_for_running("echo");
    cluster.nats.kill();
    cluster.nats.restart();
    let mut out = cluster.bus.subscribe("room.out");
    cluster.wait_for("a message that comes back", || {
        cluster.bus.publish("room.in", "again");
        out.within(Duration::from_millis(500))
    });
    drop(out);
    cluster.wait_for_hosts(3);
}

/// A host that hangs is there for NATS, and for the operator until it asks.
#[test]
fn a_host_that_hangs_does_not_answer_and_goes_on_later() {
    let Some(mut cluster) = Cluster::start() else { return };
    let image = push_echo(&cluster);
    cluster.apply(&echo(&image, "cloud"));
    cluster.wait_for_running("echo");
    cluster.host("cloud-1").signal("-STOP");
    let host = cluster.hosts.iter().find(|host| host.group() == "cloud").unwrap();
    let mut out = cluster.bus.subscribe("room.out");
    cluster.bus.publish("room.in", "late");
    assert_eq!(out.within(Duration::from_millis(500)), None);
    host.signal("-CONT");
    assert_eq!(out.next(), "late");
    assert_eq!(host.workloads(&cluster.bus), 1);
}
