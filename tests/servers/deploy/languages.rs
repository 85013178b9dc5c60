//! `examples/languages` on real hosts: a reading goes through functions in six languages, two of which bring their
//! interpreter along and make the largest components that there are.

use super::project::{Project, post};
use crate::support::Place;
use crate::support::address;
use crate::support::built::{self, copy_as_it_is};
use crate::support::lattice::{Inventory, Lattice, Rig};
use crate::support::tools;

/// How long hosts without optimisation may take to compile them, in seconds.
const COMPILING: &str = "900";

/// The components, where each runs, and what becomes of a reading in it.
const STEPS: [(&str, &str, &str, &str); 6] = [
    ("receive", "edge", "house.celsius", r#"{"Data":21.456,"Name":"living_room"}"#),
    ("convert", "edge", "house.kelvin", r#"{"Data":294.606,"Name":"living_room"}"#),
    ("plausible", "edge", "house.plausible", r#"{"Data":294.606,"Name":"living_room"}"#),
    ("round", "edge", "house.rounded", r#"{"Data":294.61,"Name":"living_room"}"#),
    ("label", "cloud", "house.labelled", r#"{"Data": 294.61, "Name": "living_room", "Level": "fine"}"#),
    ("tell", "cloud", "house.sentences", "living_room is fine: 294.61 K"),
];

#[test]
fn a_reading_goes_through_six_languages() {
    if Rig::find().is_none() || !tools::all_compilers() {
        return;
    }
    let port = address::reserve().port();
    let build = Project { place: example(port) };
    let Some(lattice) = Lattice::start() else { return };
    // Without providers as processes, a call cannot be lost between two of them: see docs/delivery.md.
    let project = build.of(&lattice).env("MESSAGING_PROVIDER", "builtin").env("HTTP_PROVIDER", "builtin");
    project.pelato(&["brush", "--builder", "local", "--timeout", COMPILING]);
    project.pelato(&["status"]).said(&["6 of 6 components run, 3 of 3 providers"]);
    assert_eq!(runs(&lattice), STEPS.map(|(name, target, ..)| (format!("languages-{name}"), target.into())));
    every_step_is_taken(&lattice);
    by_http(&lattice, port);
    errors_harm_nothing(&lattice);
    let steady = ["--rate", "10", "--duration", "5s", "--slo", "lost<=0, duplicated<=0"];
    project.pelato(&[&["drill", "--no-fault"][..], &steady].concat());
    project.pelato(&["remove"]);
    assert!(lattice.is_empty(), "{}", lattice.left());
}

/// The example, built, with a port for HTTP that is free here.
fn example(port: u16) -> Place {
    let place = Place::empty();
    copy_as_it_is(&built::languages().join("."), place.project());
    let component = "    component_name: receive\n";
    place.edit("workflow.yaml", component, &format!("{component}    http: {{port: {port}}}\n"));
    let place = place.env("PATH", tools::path()).env("PELATO_CACHE", tools::packs_cache());
    // Where rustup has its toolchains.
    place.env("HOME", std::env::var_os("HOME").unwrap())
}

/// The components that run and where, in the order of the workflow.
fn runs(lattice: &Lattice) -> Vec<(String, String)> {
    let hosts = lattice.inventories();
    let names = |host: &Inventory| {
        let target = host.target.clone();
        host.components.keys().map(|name| (name.clone(), target.clone())).collect::<Vec<_>>()
    };
    let mut found: Vec<_> = hosts.iter().flat_map(names).collect();
    let place = |name: &str| STEPS.iter().position(|(step, ..)| name == format!("languages-{step}"));
    found.sort_by_key(|(name, _)| place(name));
    found
}

fn every_step_is_taken(lattice: &Lattice) {
    let mut topics = STEPS.map(|(_, _, topic, _)| lattice.bus.subscribe(topic));
    lattice.bus.publish("house.readings", r#"{"Data": 21.456, "Name": "living_room"}"#);
    for (topic, (name, _, _, text)) in topics.iter_mut().zip(STEPS) {
        assert_eq!(topic.next(), text, "{name}");
    }
    // Each one is given back once, whatever its size and neighbours.
    for number in 0..40 {
        let reading =
            format!(r#"{{"Data": {number}, "Name": "room {number} · {}"}}"#, "é".repeat(number * 50));
        lattice.bus.publish("house.readings", &reading);
    }
    let sentences = &mut topics[5];
    let mut said: Vec<_> = (0..40).map(|_| sentences.next()).collect();
    let mut expected: Vec<_> = (0..40).map(sentence).collect();
    said.sort();
    expected.sort();
    assert_eq!(said, expected);
    lattice.bus.publish("house.readings", r#"{"Data": 3, "Name": "end"}"#);
    assert_eq!(sentences.next(), "end is cold: 276.15 K", "a reading was told twice");
}

/// What becomes of a reading of so many degrees Celsius.
fn sentence(number: usize) -> String {
    let level = if number < 15 {
        "cold"
    } else if number > 25 {
        "warm"
    } else {
        "fine"
    };
    let name = format!("room {number} · {}", "é".repeat(number * 50));
    format!("{name} is {level}: {}.15 K", number + 273)
}

fn by_http(lattice: &Lattice, port: u16) {
    let [mut kelvin, mut plausible, mut sentences] =
        ["house.kelvin", "house.plausible", "house.sentences"].map(|topic| lattice.bus.subscribe(topic));
    let attic = r#"{"Data":31,"Name":"attic"}"#;
    assert_eq!(post(port, "/receive", attic), (200, attic.to_owned()));
    assert_eq!(sentences.next(), "attic is warm: 304.15 K");
    for topic in [&mut kelvin, &mut plausible] {
        assert_eq!(topic.next(), r#"{"Data":304.15,"Name":"attic"}"#);
    }
    // No thermometer shows that: it ends in the third language.
    assert_eq!(post(port, "/receive", r#"{"Data": 1000, "Name": "attic"}"#).0, 200);
    assert_eq!(kelvin.next(), r#"{"Data":1273.15,"Name":"attic"}"#);
    assert_eq!(post(port, "/receive", attic).0, 200);
    assert_eq!(plausible.next(), r#"{"Data":304.15,"Name":"attic"}"#);
    assert_eq!(sentences.next(), "attic is warm: 304.15 K");
    let (status, words) = post(port, "/receive", "warm");
    assert!(status == 422 && words.starts_with("not a reading: "), "{status} {words}");
}

/// What no function of the chain can read is an error in the host's log, and the next message is none the worse for it.
fn errors_harm_nothing(lattice: &Lattice) {
    let between = ["readings", "celsius", "kelvin", "plausible", "rounded", "labelled"];
    between.iter().for_each(|topic| lattice.bus.publish(&format!("house.{topic}"), "warm"));
    let reasons = [
        "not a reading: ",
        "a reading has Data",
        "a reading has Data",
        "a reading has Data",
        "JSONDecodeError: ",
        "SyntaxError: ",
    ];
    let mut sentences = lattice.bus.subscribe("house.sentences");
    for _ in 0..3 {
        lattice.bus.publish("house.readings", r#"{"Data": 3, "Name": "cellar"}"#);
        assert_eq!(sentences.next(), "cellar is cold: 276.15 K");
    }
    for ((name, target, ..), reason) in STEPS.into_iter().zip(reasons) {
        let host = &lattice.hosts[usize::from(target == "cloud")];
        let log = host.log();
        let told = log.lines().any(|line| line.contains(name) && line.contains(reason));
        assert!(told, "{name}: no {reason:?} in\n{}", host.tail());
    }
}
