//! What goes wrong between PELATO and a lattice, with the real servers: what is said, and what to do then.

use std::time::Duration;

use super::project::{Project, Task, post, workflow};
use crate::support::address;
use crate::support::lattice::{Lattice, Setup, wait_for};
use crate::support::nats::Server;
use crate::support::{Ran, echoes, fake, tools};

const ALONE: Setup =
    Setup { hosts: &[], wadm: false, login: None, restricted: None, insecure: true, call_limit: None };

fn task() -> Task {
    Task { name: "echo".into(), from: "in".into(), to: "out".into(), ..Task::default() }
}

fn pushed(lattice: &Lattice) -> Project {
    let project = Project::echoes(lattice, &workflow("Faults", &[task()]));
    project.pelato(&["push"]);
    project
}

#[test]
fn servers_that_are_missing_or_too_old_are_named() {
    let Some(lattice) = Lattice::with(&ALONE) else { return };
    let project = pushed(&lattice);
    let server =
        format!("wadm does not answer for the lattice `default` at nats://127.0.0.1:{}", lattice.nats.port);
    for command in ["deploy", "status", "remove", "rollback"] {
        let ran = project.run(&[command]);
        ran.failed(6, &[&server, "start wadm beside the NATS server", "LATTICE, NATS_HOST and NATS_PORT"]);
        assert!(!ran.err.contains("2.10"), "{}", ran.err);
    }
    let project = project.env("LATTICE", "elsewhere");
    project.run(&["deploy"]).failed(6, &["wadm does not answer for the lattice `elsewhere`"]);

    let old = Server::of(&tools::old_nats_server(), &["-js", "-sd", "jetstream"]);
    let project = project.env("NATS_PORT", &old.port.to_string());
    project.run(&["deploy"]).failed(6, &["the NATS server is version 2.9", "wadm needs 2.10 or newer"]);

    let (_, port) =
        fake::nobody().split_once(':').map(|(host, port)| (host.to_owned(), port.to_owned())).unwrap();
    let project = project.env("NATS_PORT", &port);
    for command in ["deploy", "status", "remove"] {
        let words = [
            &*format!("the NATS server at nats://127.0.0.1:{port} cannot be reached"),
            "NATS_HOST and NATS_PORT",
        ];
        project.run(&[command]).failed(6, &words);
    }
}

#[test]
fn passwords_are_shown_nowhere() {
    const PASSWORD: &str = "zo-geheim-77";
    let setup = Setup { login: Some(("pelato", PASSWORD)), ..ALONE };
    let Some(lattice) = Lattice::with(&setup) else { return };
    let project = pushed(&lattice).env("NATS_USER", "pelato");
    let mut said = Vec::new();
    let mut run = |project: &Project, arguments: &[&str]| -> Ran {
        let ran = project.run(arguments);
        said.push(ran.out.clone() + &ran.err);
        ran
    };
    let wrong = project.env("NATS_PASSWORD", &format!("{PASSWORD}x"));
    let refused = ["authentication failed", "NATS_USER", "NATS_PASSWORD", "NATS_CREDS"];
    run(&wrong, &["deploy"]).failed(6, &refused);
    run(&wrong, &["status", "-v"]).failed(6, &refused);
    let right = wrong.env("NATS_PASSWORD", PASSWORD);
    run(&right, &["deploy", "-v"]).failed(6, &["wadm does not answer"]);
    run(&right, &["config"]);
    run(&right, &["config", "--json"]);
    assert!(said.iter().all(|words| !words.contains(PASSWORD)), "{said:?}");
    for (name, entry) in right.place.tree() {
        let content = format!("{entry:?}");
        assert!(!content.contains(PASSWORD), "it is in {name:?}");
    }
}

/// Hosts that may not speak plain http with the registry.
fn refusing() -> Option<Lattice> {
    Lattice::with(&Setup { hosts: &["edge"], insecure: false, ..Setup::default() })
}

#[test]
fn what_hosts_cannot_do_is_told_in_their_words() {
    let Some(lattice) = refusing() else { return };
    let project = pushed(&lattice);
    let failed = project.run(&["deploy"]);
    failed.failed(
        7,
        &[
            "the cluster could not run all of `faults`",
            "echo: ",
            "messaging-edge: ",
            "check that the host can reach the registry",
        ],
    );
    let ran = project.run(&["status"]).code(7);
    ran.printed(&["echo", "starting", "0/1"]);
    ran.said(&["error: not everything runs: 0 of 1 components run"]);
    project.pelato(&["remove"]);
}

#[test]
fn the_only_host_dies_while_it_tries() {
    let Some(mut lattice) = refusing() else { return };
    let project = pushed(&lattice);
    let mut deploy = project.place.start(&["deploy"]);
    deploy.wait_for("Note echo: ");
    lattice.hosts[0].kill();
    assert_eq!(deploy.wait().code(), Some(7));
    Ran::of(&deploy).said(&["the cluster could not run all of `faults`", "it has not answered for"]);
    project.pelato(&["remove"]);

    // What is deployed next is for the host that comes then.
    lattice.hosts.clear();
    lattice.add_host("edge");
    lattice.wait_for_hosts(1);
    let mut again = project.place.start(&["deploy"]);
    again.wait_for("Note ");
    again.signal("INT");
    again.wait();
}

#[test]
fn the_server_dies_while_hosts_try() {
    let Some(mut lattice) = refusing() else { return };
    let project = pushed(&lattice);
    let mut deploy = project.place.start(&["deploy"]);
    deploy.wait_for("Note ");
    lattice.nats.kill();
    assert_eq!(deploy.wait().code(), Some(6));
    Ran::of(&deploy)
        .said(&["the connection to the lattice `default` was lost", "`pelato deploy` can be repeated"]);
}

/// A host that compiles a large component answers nobody for so long. Here it is stopped instead.
#[test]
fn a_host_that_is_busy_is_waited_for() {
    let setup = Setup { hosts: &["edge"], ..Setup::default() };
    let Some(lattice) = Lattice::with(&setup) else { return };
    let project = pushed(&lattice);
    let mut told = lattice.bus.subscribe("wadm.api.default.model.deploy.faults");
    let mut deploy = project.place.start(&["deploy"]);
    told.next();
    // It cannot be done with its work before it is stopped.
    lattice.registry.process.signal("STOP");
    // It has been seen: whoever waits asks again only when it has answered.
    let mut asked = lattice.bus.subscribe("wasmbus.ctl.v1.default.host.ping");
    (0..3).for_each(|_| drop(asked.next()));
    lattice.hosts[0].signal("-STOP");
    lattice.registry.process.signal("CONT");
    // Longer than one that has no connection is waited for.
    std::thread::sleep(Duration::from_secs(13));
    lattice.hosts[0].signal("-CONT");
    assert_eq!(deploy.wait().code(), Some(0), "{}", deploy.err());
    project.pelato(&["status"]).said(&["1 of 1 components run, 1 of 1 providers"]);
}

#[test]
fn a_component_that_traps_is_told_to_whoever_calls_it() {
    let setup = Setup { hosts: &["edge"], ..Setup::default() };
    let Some(lattice) = Lattice::with(&setup) else { return };
    let port = address::reserve().port();
    let project = Project::echoes(&lattice, &workflow("Faults", &[Task { http: Some(port), ..task() }]));
    project.place.write("tasks/echo/function.wasm", echoes::broken());
    // Hosts make an instance for each call: only then it is known.
    project.brush().said(&["1 of 1 components run"]);
    assert_eq!(post(port, "/echo", "x").0, 500);
    let mut out = lattice.bus.subscribe("out");
    lattice.bus.publish("in", "x");
    // Once for the request, once for the message.
    wait_for("the second trap", || (lattice.hosts[0].log().matches("wasm trap").count() >= 2).then_some(()));
    project.place.write("tasks/echo/function.wasm", echoes::echo());
    project.pelato(&["bump", "--changed"]);
    project.brush().said(&["Deployed faults 2-"]);
    assert_eq!(post(port, "/echo", "y"), (200, "y".to_owned()));
    assert_eq!(out.next(), "y", "the first thing that comes");
}

/// `pelato infra` tells hosts to give calls up after a minute: see docs/decisions/calls.md.
#[test]
fn a_call_that_never_ends_makes_way_when_the_host_gives_it_up() {
    let setup = Setup { hosts: &["edge"], call_limit: Some(5), ..Setup::default() };
    let Some(lattice) = Lattice::with(&setup) else { return };
    let project = Project::echoes(&lattice, &workflow("Faults", &[task()])).env("CALLS_PER_REPLICA", "1");
    project.place.write("tasks/echo/function.wasm", echoes::endless_for_x());
    project.brush();
    let mut out = lattice.bus.subscribe("out");
    lattice.bus.publish("in", "y");
    assert_eq!(out.next(), "y");
    lattice.bus.publish("in", "x");
    // It waits for the call before. What comes after it gives the host time to write its log.
    for next in ["z", "a", "b", "c"] {
        lattice.bus.publish("in", next);
        assert_eq!(out.next(), next);
    }
    let log = lattice.hosts[0].log();
    assert!(log.contains("wasm trap: interrupt"), "the call before is not over: {}", lattice.hosts[0].tail());
}

#[test]
fn what_starts_while_it_is_removed_is_stopped() {
    let setup = Setup { hosts: &["edge"], ..Setup::default() };
    let Some(lattice) = Lattice::with(&setup) else { return };
    let project = pushed(&lattice);
    for _ in 0..3 {
        project.pelato(&["deploy", "--no-wait"]);
        project.pelato(&["remove"]);
        // What starts late is there after a while, and is removed, too.
        wait_for("nothing is left", || {
            project.pelato(&["remove"]);
            lattice.is_empty().then_some(())
        });
    }
}
