//! The example, from the first push to the last process that ends.

use std::time::Duration;

use serde_json::Value;

use super::project::{Project, post};
use crate::support::address;
use crate::support::lattice::{Bus, Lattice, wait_for};

const APPLICATION: &str = "temperature-data-analysis";

#[test]
fn the_example_from_push_to_remove() {
    let Some(lattice) = Lattice::start() else { return };
    let port = address::reserve().port();
    let project = Project::temperature(&lattice, port);
    first(&project, &lattice, port);
    again(&project);
    upgrade(&project, &lattice);
    back(&project, &lattice);
    remove(&project, &lattice);
}

fn first(project: &Project, lattice: &Lattice, port: u16) {
    let early = project.run(&["deploy"]);
    early.failed(
        3,
        &["the registry does not have 127.0.0.1:", "celsius_to_kelvin_conversion:1.0.0", "pelato push"],
    );
    project.pelato(&["push"]);
    let deployed = project.pelato(&["deploy"]);
    deployed.said(&["Deployed temperature-data-analysis 1-", "2 of 2 components run, 3 of 3 providers"]);
    let (words, valid) = lattice.rig.validate(&project.place.path("gen/wadm.yaml"));
    assert!(valid && !words.contains("Warning"), "{words}");

    let bus = &lattice.bus;
    let (mut kelvin, mut plausible) =
        (bus.subscribe("living_room_kelvin_data"), bus.subscribe("living_room_plausible_data"));
    // By HTTP, by a message, and what nobody believes.
    let reading = r#"{"Data": 21.5, "Name": "living_room"}"#;
    let posted = post(port, "/celsius_to_kelvin_conversion", reading);
    assert_eq!(posted, (200, r#"{"Data":294.65,"Name":"living_room"}"#.to_owned()));
    assert_eq!(kelvin.next(), r#"{"Data":294.65,"Name":"living_room"}"#);
    assert_eq!(plausible.next(), r#"{"Data":294.65,"Name":"living_room"}"#);
    bus.publish("living_room_celsius_data", r#"{"Data": 20, "Name": "living_room"}"#);
    assert_eq!(kelvin.next(), r#"{"Data":293.15,"Name":"living_room"}"#);
    assert_eq!(plausible.next(), r#"{"Data":293.15,"Name":"living_room"}"#);
    bus.publish("living_room_celsius_data", r#"{"Data": 2000, "Name": "oven"}"#);
    assert_eq!(kelvin.next(), r#"{"Data":2273.15,"Name":"oven"}"#);
    // It was dropped: the next one is the next that comes.
    bus.publish("living_room_celsius_data", r#"{"Data": 22, "Name": "living_room"}"#);
    assert_eq!(plausible.next(), r#"{"Data":295.15,"Name":"living_room"}"#);
    status(project);
}

fn status(project: &Project) {
    let table = project.pelato(&["status"]);
    let rows: Vec<Vec<_>> = table.out.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows[0], ["COMPONENT", "VERSION", "RUNNING", "HOSTS", "REPLICAS", "STATE", "REASON"]);
    assert_eq!(rows.len(), 6, "{}", table.out);
    for (row, name) in rows[1..3].iter().zip(["celsius_to_kelvin_conversion", "temp_filter"]) {
        assert_eq!((row[0], row[1], row[2]), (name, "1.0.0", "1.0.0"));
        assert_eq!(row[4..], ["1/1", "running", "-"]);
    }
    assert_ne!(rows[1][3], rows[2][3], "on the same host");
    let json = project.status();
    assert_eq!((&json["application"], &json["state"]), (&APPLICATION.into(), &"running".into()), "{json}");
    let parts = json["parts"].as_array().unwrap();
    assert_eq!(parts.iter().filter(|part| part["kind"] == "capability").count(), 3);
    assert!(parts.iter().all(|part| part["state"] == "running" && part["instances"] == 1), "{json}");
}

fn again(project: &Project) {
    let again = project.pelato(&["deploy"]);
    again.said(&["Unchanged temperature-data-analysis 1-"]);
    project.pelato(&["deploy", "--dry-run"]).said(&["the same manifest is already deployed"]);
    project.run(&["rollback"]).failed(7, &["there is no manifest of `temperature-data-analysis` before 1-"]);
}

fn upgrade(project: &Project, lattice: &Lattice) {
    project.place.edit("tasks/convert.go", "string(out), err", "string(out) + \" K\", err");
    project.run(&["push"]).failed(3, &["`pelato bump celsius_to_kelvin_conversion"]);
    project.pelato(&["bump", "--changed"]);
    project.pelato(&["push"]);
    let plan = project.pelato(&["deploy", "--dry-run"]);
    plan.said(&["celsius_to_kelvin_conversion:1.0.1"]);
    project.pelato(&["deploy"]).said(&["Deployed temperature-data-analysis 2-"]);
    answers(&lattice.bus, r#"{"Data":294.65,"Name":"living_room"} K"#);
    assert_eq!(running(project), ["1.0.1", "1.0.0"], "the other component stays as it is");
}

fn back(project: &Project, lattice: &Lattice) {
    project.pelato(&["rollback"]).said(&["going back to 1-", "Deployed temperature-data-analysis 1-"]);
    answers(&lattice.bus, r#"{"Data":294.65,"Name":"living_room"}"#);
    assert_eq!(running(project), ["1.0.0", "1.0.0"]);
}

fn remove(project: &Project, lattice: &Lattice) {
    project.pelato(&["remove"]).said(&["Removed temperature-data-analysis"]);
    assert!(lattice.is_empty(), "{:?}", lattice.left());
    project.pelato(&["remove"]).said(&["Unchanged temperature-data-analysis is not deployed"]);
    project.run(&["status"]).failed(7, &["is not deployed in the lattice `default`", "pelato deploy"]);
}

/// The versions of the components that run.
fn running(project: &Project) -> Vec<Value> {
    let json = project.status();
    let parts = json["parts"].as_array().unwrap().iter().filter(|part| part["kind"] == "component");
    parts.map(|part| part["running"][0].clone()).collect()
}

/// What a reading is answered with. The host may take a moment to put one instance in the other's place.
fn answers(bus: &Bus, wanted: &str) {
    let mut kelvin = bus.subscribe("living_room_kelvin_data");
    wait_for(wanted, || {
        bus.publish("living_room_celsius_data", r#"{"Data": 21.5, "Name": "living_room"}"#);
        (kelvin.within(Duration::from_millis(700))? == wanted).then_some(())
    });
}
