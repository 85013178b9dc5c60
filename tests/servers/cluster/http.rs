//! HTTP by path: an entry on every host hands requests on to whoever runs the task.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use serde_json::{Value, json};

use crate::deploy::project::{Project, Task, workflow};
use crate::support::cluster::{Cluster, Host, HostSetup, Setup};
use crate::support::echoes;
use crate::support::http::{self, Answer};
use crate::support::process::wait_until;

const EDGE: [HostSetup; 2] = [HostSetup::new("edge", "edge-1"), HostSetup::new("edge", "edge-2")];
const ONE: [HostSetup; 1] = [HostSetup::new("edge", "edge-1")];
/// More than NATS carries, and less than the tasks take.
const ABOVE_NATS: usize = 1_100_000;

fn task(name: &str) -> Task {
    let (from, to) = (format!("in.{name}"), format!("out.{name}"));
    Task { name: name.to_owned(), from, to, http: Some(8000), ..Task::default() }
}

/// A project of echoes that is pushed, but not deployed.
fn pushed(cluster: &Cluster, text: &str) -> Project {
    let project = Project::of_echoes(text).set(&cluster.settings());
    project.pelato(&["push"]);
    project
}

fn send(host: &Host, method: &str, path: &str, body: &[u8]) -> Answer {
    http::send(host.http(), method, path, &[], body)
}

/// The status and the body of a POST.
fn post(host: &Host, path: &str, body: &str) -> (u16, String) {
    let answer = send(host, "POST", path, body.as_bytes());
    (answer.status, answer.text())
}

/// The ids of the workloads of a component.
fn workloads(cluster: &Cluster, component: &str) -> Vec<String> {
    let is_of = |one: &Value| one["metadata"]["labels"]["app.kubernetes.io/component"] == component;
    let all = cluster.list("workloads").into_iter().filter(is_of);
    let mut ids: Vec<_> = all.map(|one| one["metadata"]["uid"].as_str().unwrap().to_owned()).collect();
    ids.sort();
    ids
}

fn part(project: &Project, name: &str) -> Value {
    let status = project.status();
    let parts = status["parts"].as_array().unwrap();
    parts.iter().find(|part| part["name"] == name).cloned().unwrap_or_else(|| panic!("no {name} in {status}"))
}

/// A status other than 200, and the body that came with it.
type Other = (u16, String);

/// Posts to a path as fast as it is answered, until it is told to stop: how many were answered 200, and the others.
fn traffic(
    host: &Host,
    path: &'static str,
    stop: &Arc<AtomicBool>,
) -> thread::JoinHandle<(usize, Vec<Other>)> {
    let (address, stop) = (host.http(), Arc::clone(stop));
    thread::spawn(move || {
        let (mut good, mut others) = (0, Vec::new());
        while !stop.load(Ordering::Relaxed) {
            let answer = http::send(address, "POST", path, &[], b"again");
            match answer.status {
                200 => good += 1,
                status => others.push((status, answer.text())),
            }
        }
        (good, others)
    })
}

#[test]
fn tasks_on_one_port_are_told_apart_by_path_on_every_host() {
    let Some(mut cluster) = Cluster::with(&Setup { hosts: &EDGE, ..Setup::default() }) else { return };
    let text = workflow("Two Doors", &[task("first"), task("second")])
        .replace("tasks:\n", "http: {hosts: [doors.example.org]}\ntasks:\n");
    let project = pushed(&cluster, &text);
    assert!(project.place.read("pelato.lock").contains("[components.pelato_entry]"));
    let again = project.json(&["push"]);
    let pushes: Vec<_> = again["components"].as_array().unwrap().iter().map(|one| &one["push"]).collect();
    assert_eq!(pushes, ["unchanged"; 3]);
    project.pelato(&["deploy"]);

    let mut out = cluster.bus.subscribe("out.second");
    for host in &cluster.hosts {
        assert_eq!(post(host, "/first", "one"), (200, "one".to_owned()));
        assert_eq!(post(host, "/second?x=1", "two"), (200, "two".to_owned()));
        assert_eq!(out.next(), "two");
        let nobody = "Nothing is at /. These are answered:\n  /first  first\n  /second  second\n";
        assert_eq!(post(host, "/", "x"), (404, nobody.to_owned()));
        assert_eq!(send(host, "GET", "/first", b"").status, 405);
        for (name, status) in
            [("doors.example.org", 200), (host.environment(), 200), ("elsewhere.example", 404)]
        {
            let answer = http::send(host.http(), "POST", "/first", &[("Host", name)], b"x");
            assert_eq!(answer.status, status, "{name}");
        }
    }
    let entry = part(&project, "http entry");
    assert_eq!(
        (&entry["kind"], &entry["state"], &entry["instances"]),
        (&"entry".into(), &"running".into(), &2.into())
    );
    let said = project.pelato(&["status"]);
    assert!((said.out + &said.err).contains("2 of 2 components run, http entry running"));
    project.run(&["doctor"]).printed(&["the HTTP entry of two-doors-", "runs on 2 hosts"]);
    let service = &cluster.list("services")[0];
    assert_eq!(service["metadata"]["labels"]["app.kubernetes.io/managed-by"], "pelato");

    another_path_replaces_nothing_but_the_entry(&cluster, &project);

    project.pelato(&["remove"]);
    wait_until("nothing is left", || cluster.is_empty());
    for resource in ["services", "configmaps", "secrets"] {
        let left = cluster.list(resource);
        let left: Vec<_> = left.iter().filter(|one| one["metadata"]["name"] != "kube-root-ca.crt").collect();
        assert!(left.is_empty(), "{resource}: {left:?}");
    }
}

fn another_path_replaces_nothing_but_the_entry(cluster: &Cluster, project: &Project) {
    let (first, second) = (workloads(cluster, "first"), workloads(cluster, "second"));
    let entries = workloads(cluster, "http-entry");
    let stop = Arc::default();
    let requests = traffic(&cluster.hosts[0], "/second", &stop);
    let old = "    component_name: first\n    version: 1.0.0\n    replicas: 1\n    http: {port: 8000}\n";
    project.place.edit("workflow.yaml", old, &old.replace("{port: 8000}", "{port: 8000, path: /moved}"));
    let plan = project.json(&["push", "--dry-run"]);
    let works: Vec<_> = plan["components"].as_array().unwrap().iter().map(|one| &one["work"]).collect();
    assert_eq!(works, ["nothing"; 3]);
    project.pelato(&["deploy"]);
    let entries = replaced(cluster, &entries);
    stop.store(true, Ordering::Relaxed);
    let (good, others) = requests.join().unwrap();
    // An entry's own 404 has a body. Hosts lead a name to a component a moment before they can call it, and answer the
    // requests of this moment themselves. Without an entry, there would be thousands: nothing is answered as quickly.
    let by_host = |other: &Other| *other == (404, String::new());
    assert!(
        others.iter().all(by_host) && others.len() * 50 <= good,
        "{good} were answered 200, others {others:?}"
    );
    assert_eq!((workloads(cluster, "first"), workloads(cluster, "second")), (first, second));
    for host in &cluster.hosts {
        assert_eq!(post(host, "/moved", "one").0, 200);
        assert_eq!(post(host, "/first", "one").0, 404);
    }
    project.pelato(&["rollback"]);
    replaced(cluster, &entries);
    assert_eq!(post(&cluster.hosts[1], "/first", "one").0, 200);
}

/// Waits until none of these entries is left. The new ones.
fn replaced(cluster: &Cluster, entries: &[String]) -> Vec<String> {
    cluster.wait_for("other entries", || {
        let now = workloads(cluster, "http-entry");
        let is_new = now.len() == entries.len() && now.iter().all(|one| !entries.contains(one));
        is_new.then_some(now)
    })
}

#[test]
fn every_status_of_the_table_is_answered() {
    let Some(cluster) = Cluster::with(&Setup { hosts: &ONE, ..Setup::default() }) else { return };
    let functions = [
        ("answers", echoes::echo()),
        ("filters", echoes::empty()),
        ("fails", echoes::failing()),
        ("traps", echoes::broken()),
        ("takes_much", echoes::echo()),
        ("gone", echoes::echo()),
    ];
    let text = workflow("statuses", &functions.iter().map(|(name, _)| task(name)).collect::<Vec<_>>());
    let text = functions
        .iter()
        .fold(text, |text, (name, _)| text.replacen("code: echo", &format!("code: {name}"), 1))
        .replacen("    version: 1.0.0\n", "    version: 1.0.0\n    max_body_bytes: 10\n", 1);
    let project = Project::of_echoes(&text).set(&cluster.settings());
    for (name, function) in &functions {
        project.place.write(&format!("tasks/{name}/function.wasm"), function.clone());
    }
    project.brush();
    cluster.delete("workloaddeployments", "statuses-gone");
    cluster.wait_for("gone is gone", || workloads(&cluster, "gone").is_empty().then_some(()));
    let much = "x".repeat(ABOVE_NATS);
    let table = [
        ("POST", "/answers", "hello", 200),
        ("POST", "/filters", "hello", 204),
        ("POST", "/nobody", "hello", 404),
        ("GET", "/answers", "", 405),
        ("POST", "/answers", "more than ten bytes", 413),
        ("POST", "/takes_much", &much, 413),
        ("POST", "/fails", "hello", 422),
        ("POST", "/gone", "hello", 503),
        // Nobody answers for it: it ended.
        ("POST", "/traps", "hello", 504),
    ];
    let answer = |(method, path, body, _): &(&str, &str, &str, u16)| {
        send(&cluster.hosts[0], method, path, body.as_bytes()).status
    };
    let answered: Vec<_> = table.iter().map(|row| (row.1, answer(row))).collect();
    assert_eq!(answered, table.map(|row| (row.1, row.3)));
    project.pelato(&["remove"]);
}

#[test]
fn when_a_machine_is_lost_the_others_answer() {
    let Some(mut cluster) = Cluster::with(&Setup { hosts: &EDGE, ..Setup::default() }) else { return };
    let project = pushed(&cluster, &workflow("Doors", &[Task { every_host: true, ..task("first") }]));
    project.pelato(&["deploy"]);
    let stop = Arc::default();
    let requests = traffic(&cluster.hosts[1], "/first", &stop);
    cluster.host("edge-1").kill();
    let is_answered = || post(&cluster.hosts[1], "/first", "x").0 == 200;
    cluster.wait_for("answers", || (0..50).all(|_| is_answered()).then_some(()));
    stop.store(true, Ordering::Relaxed);
    let (good, others) = requests.join().unwrap();
    // What the lost machine was working on is lost with it: one request, because there is one at a time.
    assert!(others.iter().all(|other| other.0 == 504) && others.len() <= 1, "{good} good ones, {others:?}");
    cluster.host("edge-1").restart();
    let address = cluster.host("edge-1").http();
    wait_until("it answers again", || {
        std::net::TcpStream::connect(address).is_ok()
            && http::send(address, "POST", "/first", &[], b"x").status == 200
    });
}

#[test]
fn two_workflows_on_one_host_do_not_take_each_others_requests() {
    let Some(cluster) = Cluster::with(&Setup { hosts: &ONE, ..Setup::default() }) else { return };
    let first = pushed(&cluster, &workflow("one", &[task("first")]));
    first.pelato(&["deploy"]);
    let named =
        workflow("two", &[task("second")]).replace("tasks:\n", "http: {hosts: [two.example]}\ntasks:\n");
    let second = pushed(&cluster, &named);
    let said = second.pelato(&["deploy"]).err;
    assert!(said.contains("in edge on edge-1 go to the application `one`, which was there first"), "{said}");
    let host = &cluster.hosts[0];
    let by = |name: &str, path: &str| http::send(host.http(), "POST", path, &[("Host", name)], b"x").status;
    for _ in 0..20 {
        assert_eq!((by("localhost", "/first"), by("localhost", "/second")), (200, 404));
        assert_eq!((by("two.example", "/first"), by("two.example", "/second")), (404, 200));
    }
    let third = pushed(&cluster, &workflow("three", &[task("third")]));
    third.pelato(&["deploy"]);
    let runs = ["one", "two", "three"].map(|name| format!("the HTTP entry of {name} runs on 1 host"));
    let looked = third.run(&["doctor"]);
    looked.printed(&runs.each_ref().map(String::as_str));
    looked.printed(&["no HTTP request in edge is led to three", "`http: {hosts: [name]}`"]);
    assert!(!looked.out.contains("led to two"), "{}", looked.out);
    third.pelato(&["remove"]);
    first.pelato(&["remove"]);
    second.pelato(&["deploy"]);
    assert_eq!(by("localhost", "/second"), 200);
    second.pelato(&["remove"]);

    let theirs = json!({
        "apiVersion": "v1", "kind": "Service", "metadata": { "name": "two-http" },
        "spec": { "ports": [{ "port": 81 }] },
    });
    cluster.apply(&theirs);
    let words = ["`two-http` in the namespace", "is a Service that was not deployed by PELATO"];
    second.run(&["deploy"]).failed(7, &words);
    assert_eq!(cluster.get("services", "two-http").unwrap()["spec"]["ports"][0]["port"], 81);
    second.pelato(&["remove"]);
    assert!(cluster.get("services", "two-http").is_some(), "it is not ours to remove");
}
