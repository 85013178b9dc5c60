//! `delivery: at-least-once` on real hosts, with the providers as they are.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::project::{Project, Task, workflow};
use crate::support::echoes;
use crate::support::lattice::{Lattice, Setup};
use crate::support::soak;

/// How many messages are sent, 50 a second.
const COUNT: usize = 300;
/// JetStream hands a message over again when nobody has acknowledged it for so long.
const ACK_WAIT: Duration = Duration::from_secs(30);

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
    let project = Project::echoes(&lattice, &text);
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
    let state = || lattice.bus.request("$JS.API.STREAM.INFO.PELATO_in_echo", "{}").unwrap();
    crate::support::lattice::wait_for("an empty stream", || {
        (state()["state"]["messages"] == 0).then_some(())
    });
    let tries = lattice.hosts[0].log().matches("I will not").count();
    assert_eq!(tries, 2, "{}", lattice.hosts[0].tail());
}
