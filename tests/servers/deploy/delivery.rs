//! `delivery: at-least-once` on real hosts, with the providers as they are.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use serde_json::json;

use super::project::{Project, Task, workflow};
use crate::support::echoes;
use crate::support::lattice::{Lattice, Setup, wait_for};
use crate::support::soak;

/// How many messages are sent, 50 a second.
const COUNT: usize = 300;
/// JetStream redelivers a message when nobody has acknowledged it for so long: 5 s more than a call may take.
const ACK_WAIT: Duration = Duration::from_secs(15);
const CALL_TIMEOUT: (&str, &str) = ("CALL_TIMEOUT", "10");

const KEPT: &str = "    delivery: at-least-once\n    max_deliver: 2\n";

fn task(name: &str) -> Task {
    let (name, from, to) = (name.to_owned(), format!("in.{name}"), format!("out.{name}"));
    Task { name, from, to, every_host: true, ..Task::default() }
}

#[test]
fn no_message_is_lost_with_a_host() {
    let setup = Setup { hosts: &["edge", "edge"], ..Setup::default() };
    let Some(mut lattice) = Lattice::with(&setup) else { return };
    let text = workflow("Kept", &[task("echo")]) + KEPT;
    let project = Project::echoes(&lattice, &text).env(CALL_TIMEOUT.0, CALL_TIMEOUT.1);
    project.brush().said(&["created the stream `PELATO_in_echo`"]);
    let came = lose_a_host(&mut lattice);
    let lost: Vec<_> = (0..COUNT).filter(|number| !came.contains_key(&number.to_string())).collect();
    assert!(lost.is_empty(), "{} lost: {lost:?}", lost.len());

    // What is kept for a component goes with it; streams stay.
    project.pelato(&["remove"]);
    let consumers = lattice.bus.request("$JS.API.CONSUMER.NAMES.PELATO_in_echo", "{}").unwrap();
    assert_eq!(consumers["consumers"].as_array().map(Vec::len), Some(0), "{consumers}");
}

/// Calls that never end, of which hosts have one now and then, must not stop those behind: see docs/decisions/calls.md.
/// With one call at a time it came to a halt after 1,000 to 3,000 messages on a busy machine.
#[test]
fn a_long_flow_comes_to_no_halt() {
    let Some(lattice) = Lattice::with(&Setup { hosts: &["edge"], ..Setup::default() }) else { return };
    let project = Project::echoes(&lattice, &(workflow("Long", &[task("echo")]) + KEPT));
    project.brush();
    let duration = format!("{}s", soak::times(10));
    let flow = ["--rate", "150", "--duration", &duration, "--grace", "40s", "--slo", "lost<=0"];
    project.pelato(&[&["drill", "--no-fault"][..], &flow].concat());
    project.pelato(&["remove"]);
}

/// Sends, and kills one of two hosts meanwhile: what came, and how often.
fn lose_a_host(lattice: &mut Lattice) -> BTreeMap<String, usize> {
    let url = lattice.nats_url();
    let listener = crate::support::lattice::Bus::connect(&url, None).unwrap();
    let mut out = listener.subscribe("out.echo");
    let start = Instant::now();
    for number in 0..COUNT {
        if number == COUNT / 2 {
            lattice.hosts[0].kill();
        }
        lattice.bus.publish("in.echo", &number.to_string());
        let next = start + Duration::from_millis(20) * u32::try_from(number + 1).unwrap();
        std::thread::sleep(next.saturating_duration_since(Instant::now()));
    }
    let mut came = BTreeMap::new();
    let end = Instant::now() + ACK_WAIT + Duration::from_secs(30);
    while came.len() < COUNT && Instant::now() < end {
        if let Some(text) = out.within(Duration::from_secs(1)) {
            *came.entry(text).or_default() += 1;
        }
    }
    came
}

#[test]
fn what_keeps_failing_ends_with_the_dead_letters() {
    let setup = Setup { hosts: &["edge"], ..Setup::default() };
    let Some(lattice) = Lattice::with(&setup) else { return };
    let text = workflow("Failing", &[task("echo")]) + KEPT;
    let project = Project::echoes(&lattice, &text);
    project.place.write("tasks/echo/function.wasm", echoes::failing());
    project.brush();
    let mut dead = lattice.bus.subscribe("dead.echo");
    lattice.bus.publish("in.echo", "hello");
    assert_eq!(dead.next(), "hello");
    // It is stored although nobody reads it.
    let letters = || lattice.bus.request("$JS.API.STREAM.INFO.PELATO_dead_echo", "{}").unwrap();
    wait_for("a stored dead letter", || (letters()["state"]["messages"] == 1).then_some(()));
    let state = || lattice.bus.request("$JS.API.STREAM.INFO.PELATO_in_echo", "{}").unwrap();
    wait_for("an empty stream", || (state()["state"]["messages"] == 0).then_some(()));
    let tries = lattice.hosts[0].log().matches("I will not").count();
    assert_eq!(tries, 2, "{}", lattice.hosts[0].tail());
}

/// Results wait for their stream, and another host takes over.
#[test]
fn a_chain_loses_nothing_with_a_host_and_a_full_stream() {
    let setup = Setup { hosts: &["edge", "edge"], ..Setup::default() };
    let Some(mut lattice) = Lattice::with(&setup) else { return };
    let link = |name: &str, from: &str, to: &str| {
        let (name, from, to) = (name.to_owned(), from.to_owned(), to.to_owned());
        Task { name, from, to, every_host: true, ..Task::default() }
    };
    let text = workflow("Chain", &[link("first", "in", "mid"), link("second", "mid", "out")]);
    let version = "    version: 1.0.0\n";
    let text =
        text.replace(version, &format!("{version}    delivery: at-least-once\n    max_deliver: 100\n"));
    let project = Project::echoes(&lattice, &text).env(CALL_TIMEOUT.0, CALL_TIMEOUT.1);
    let stream = |limit: usize| json!({"name": "END", "subjects": ["out"], "retention": "limits", "max_msgs": limit, "discard": "new"});
    lattice.bus.request("$JS.API.STREAM.CREATE.END", &stream(COUNT / 4).to_string()).unwrap();
    project.brush();
    for number in 0..COUNT {
        if number == COUNT / 2 {
            lattice.hosts[0].kill();
        }
        let accepted = lattice.bus.request("in", &number.to_string()).unwrap();
        assert!(accepted["seq"].as_u64() > Some(0), "{accepted}");
    }
    let stored = || {
        let info = lattice.bus.request("$JS.API.STREAM.INFO.END", "{}")?;
        usize::try_from(info["state"]["messages"].as_u64()?).ok()
    };
    wait_for("a full stream", || (stored()? == COUNT / 4).then_some(()));
    let updated = lattice.bus.request("$JS.API.STREAM.UPDATE.END", &stream(10 * COUNT).to_string()).unwrap();
    assert!(updated["error"].is_null(), "{updated}");
    wait_for("all messages", || {
        let numbers = (1..=stored()?).filter_map(|sequence| {
            let request = json!({"seq": sequence}).to_string();
            lattice.bus.request("$JS.API.STREAM.MSG.GET.END", &request)?["message"]["data"]
                .as_str()
                .map(str::to_owned)
        });
        let numbers: BTreeSet<_> = numbers.collect();
        (numbers.len() == COUNT).then_some(())
    });
    for dead in ["PELATO_dead_first", "PELATO_dead_second"] {
        let info = lattice.bus.request(&format!("$JS.API.STREAM.INFO.{dead}"), "{}").unwrap();
        assert_eq!(info["state"]["messages"], 0, "{info}");
    }
    project.pelato(&["remove"]);
}

/// JetStream's own window, 30 s, would be too short.
#[test]
fn a_long_call_runs_once() {
    let Some(lattice) = Lattice::with(&Setup { hosts: &["edge"], ..Setup::default() }) else { return };
    let project = Project::echoes(&lattice, &(workflow("Slow", &[task("echo")]) + KEPT));
    project.place.write("tasks/echo/function.wasm", echoes::slow(35));
    project.brush();
    lattice.bus.publish("in.echo", "hello");
    wait_for("an empty stream", || {
        let info = lattice.bus.request("$JS.API.CONSUMER.INFO.PELATO_in_echo.echo", "{}")?;
        let is_done = info["ack_floor"]["stream_seq"] == 1 && info["num_ack_pending"] == 0;
        is_done.then(|| assert_eq!(info["delivered"]["consumer_seq"], 1, "{info}"))
    });
}
