//! Hosts that are gone, hang, are of another version, or run what the cluster does not know any more: `pelato status` says so.

use std::time::Duration;

use serde_json::{Value, json};

use crate::deploy::project::{Project, Task, workflow};
use crate::support::cluster::{Cluster, HostSetup, Setup};
use crate::support::lattice::Bus;
use crate::support::process::wait_until;

/// The long times of the operator's stand-in, but not for whoever waits for the tests.
const HASTY: u32 = 4;

fn deployed(cluster: &Cluster, task: Task) -> Project {
    let project = Project::of_echoes(&workflow("Rooms", &[task])).set(&cluster.settings());
    project.pelato(&["push"]);
    project.pelato(&["deploy"]);
    project
}

fn echo(targets: &'static str) -> Task {
    Task { name: "echo".into(), from: "room.in".into(), to: "room.out".into(), targets, ..Task::default() }
}

fn status(project: &Project) -> Value {
    project.status()
}

fn problems(status: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let all = status["problems"].as_array().unwrap();
    all.iter().map(|one| format!("{}: {}", text(&one["part"]), text(&one["message"]))).collect()
}

/// From the first moment on, although the cluster says for a minute that all is well.
#[test]
fn what_runs_on_a_host_that_is_gone_is_not_said_to_run() {
    let Some(mut cluster) = Cluster::with(&Setup { haste: HASTY, ..Setup::default() }) else { return };
    let project = deployed(&cluster, echo("edge"));
    let before = status(&project);
    assert_eq!((&before["state"], problems(&before)), (&json!("running"), Vec::new()), "{before}");
    let name = before["parts"][0]["hosts"][0].as_str().unwrap().to_owned();
    let mut watch = project.place.start(&["status", "--watch"]);
    watch.wait_for_out("running");
    cluster.host(&name).kill();
    let after = status(&project);
    // The operator, which looks from time to time, may have looked at this very moment.
    let state = after["parts"][0]["state"].as_str().unwrap();
    assert!(["unhealthy", "starting"].contains(&state), "{after}");
    let gone = format!("the host {name} (edge): ");
    assert!(problems(&after).iter().any(|problem| problem.starts_with(&gone)), "{after}");
    project.run(&["status"]).said(&[&gone]);
    // In the end the operator gives it to the other one.
    let other = if name == "edge-1" { "edge-2" } else { "edge-1" };
    cluster.wait_for("a replica elsewhere", || {
        let status = status(&project);
        let part = &status["parts"][0];
        (part["state"] == "running" && part["hosts"] == json!([other])).then_some(())
    });
    watch.wait_for_out(other);
    watch.signal("INT");
    watch.wait();
    cluster.wait_for("the end of the host's object", || problems(&status(&project)).is_empty().then_some(()));
    project.pelato(&["remove"]);
}

#[test]
fn a_host_that_hangs_is_waited_for() {
    let Some(cluster) = Cluster::start() else { return };
    let project = deployed(&cluster, echo("cloud"));
    let host = cluster.hosts.iter().find(|host| host.group() == "cloud").unwrap();
    host.signal("-STOP");
    assert_ne!(status(&project)["parts"][0]["state"], "running");
    let mut asked = cluster.bus.subscribe(&format!("runtime.host.{}.heartbeat", host.id()));
    let mut again = project.place.start(&["deploy"]);
    // It has been asked, and was asked again.
    (0..3).for_each(|_| drop(asked.next()));
    host.signal("-CONT");
    assert_eq!(again.wait().code(), Some(0), "{}", again.err());
    assert!(again.err().contains("1 of 1 components run"), "{}", again.err());
    assert_eq!(problems(&status(&project)), Vec::<String>::new());
    project.pelato(&["remove"]);
}

/// Stands in for a host of an earlier version: it only tells that it is there.
fn earlier_host(url: &str) -> impl Drop {
    struct End(std::sync::Arc<std::sync::atomic::AtomicBool>);
    impl Drop for End {
        fn drop(&mut self) {
            self.0.store(true, std::sync::atomic::Ordering::Relaxed);
        }
    }
    let end = End(std::sync::Arc::default());
    let (url, over) = (url.to_owned(), std::sync::Arc::clone(&end.0));
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let client = async_nats::connect(url).await.unwrap();
            let heartbeat = json!({
                "id": "earlier", "friendlyName": "earlier-host", "hostname": "edge-old", "environment": "edge-old",
                "labels": { "hostgroup": "edge" }, "version": "2.9.0",
            });
            let heartbeat = heartbeat.to_string();
            let mut asked = client.subscribe("runtime.host.earlier.heartbeat").await.unwrap();
            while !over.load(std::sync::atomic::Ordering::Relaxed) {
                let told = client.publish("runtime.operator.heartbeat.earlier", heartbeat.clone().into());
                told.await.unwrap();
                let question = futures_util::StreamExt::next(&mut asked);
                if let Ok(Some(question)) = tokio::time::timeout(Duration::from_secs(1), question).await {
                    client.publish(question.reply.unwrap(), heartbeat.clone().into()).await.unwrap();
                }
            }
        });
    });
    end
}

#[test]
fn hosts_of_several_versions_are_named() {
    let Some(cluster) = Cluster::start() else { return };
    let project = deployed(&cluster, echo("edge"));
    let url = cluster.nats.url();
    let _earlier = earlier_host(&url);
    cluster.wait_for_hosts(4);
    let told = problems(&status(&project));
    let words =
        "the hosts: they have several versions of wasmCloud: 2.10.3 on edge-1, edge-2; 2.9.0 on edge-old";
    assert_eq!(told, [words]);
    project.run(&["doctor"]).printed(&["several versions of wasmCloud", "2.9.0 on edge-old"]);
}

/// The link to a site is cut until the operator has given its host up; then it is there again, and so is the host, with
/// what it has run all the time.
#[test]
fn what_a_host_kept_while_it_was_out_of_reach_is_named() {
    let edge = HostSetup { site: Some("site-a"), ..HostSetup::new("edge", "edge-1") };
    let hosts = [edge];
    let setup = Setup { sites: &["site-a"], hosts: &hosts, haste: HASTY, ..Setup::default() };
    let Some(mut cluster) = Cluster::with(&setup) else { return };
    let project = deployed(&cluster, echo("edge"));
    let id = cluster.hosts[0].id().to_owned();
    cluster.sites.get_mut("site-a").unwrap().kill();
    let known = |cluster: &Cluster| {
        let hosts = cluster.list_in(cluster.operator_namespace(), "hosts");
        hosts.iter().any(|host| host["hostId"] == *id)
    };
    wait_until("the end of the host's object", || !known(&cluster));
    let away = status(&project);
    assert_eq!(away["parts"][0]["state"], "waiting", "{away}");
    cluster.sites.get_mut("site-a").unwrap().restart();
    let words = "edge-1 still runs a replica of version 1.0.0 that the cluster does not know any more and that takes \
                 messages: the next deployment ends it";
    cluster.wait_for("the replica that was kept", || {
        problems(&status(&project)).contains(&format!("echo: {words}")).then_some(())
    });
    project.run(&["status"]).printed(&[words]);
    cluster.wait_for_hosts(1);
    project.pelato(&["deploy"]);
    let after = status(&project);
    assert_eq!((&after["state"], problems(&after)), (&json!("running"), Vec::new()), "{after}");
    assert_eq!(cluster.hosts[0].workloads(&cluster.bus), 1);
    let site = Bus::connect(&cluster.sites["site-a"].url(), None).unwrap();
    let mut out = site.subscribe("room.out");
    site.publish("room.in", "once");
    assert_eq!(out.next(), "once");
    site.publish("room.out", "end");
    assert_eq!(out.next(), "end", "only one takes it");
    project.pelato(&["remove"]);
}

/// With one host there is no other way; when a second one is there, one of them moves.
#[test]
fn replicas_on_one_host_are_moved_apart() {
    let setup = Setup { hosts: &[HostSetup::new("edge", "edge-1")], ..Setup::default() };
    let Some(mut cluster) = Cluster::with(&setup) else { return };
    let project = deployed(&cluster, Task { replicas: 2, ..echo("edge") });
    let part = status(&project)["parts"][0].clone();
    assert_eq!((&part["instances"], &part["hosts"]), (&json!(2), &json!(["edge-1"])));
    cluster.add_host(&HostSetup::new("edge", "edge-2"));
    cluster.wait_for_hosts(2);
    let told = problems(&status(&project));
    assert!(told[0].starts_with("echo: 2 of its replicas run on edge-1 and none on edge-2: "), "{told:?}");
    project.pelato(&["deploy"]).said(&["Unchanged", "1 of 1 components run"]);
    let after = status(&project);
    assert_eq!(after["parts"][0]["hosts"], json!(["edge-1", "edge-2"]), "{after}");
    assert_eq!(problems(&after), Vec::<String>::new());
    project.pelato(&["remove"]);
}
