//! The example, from nothing to a version that runs, to another, back, and to nothing again.

use std::path::Path;

use serde_json::Value;

use crate::deploy::project::Project;
use crate::support::Place;
use crate::support::cluster::Cluster;

#[test]
fn the_example_from_brush_to_remove() {
    let Some(mut cluster) = Cluster::start() else { return };
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/temperature");
    let place = Place::empty();
    crate::support::copy(&example, place.project());
    let project = Project { place }.set(&cluster.settings());
    first(&project, &cluster);
    again(&project);
    upgrade(&project, &cluster);
    project.pelato(&["rollback"]).said(&["going back to 1-", "2 of 2 components run"]);
    answers(&cluster, r#"{"Data":294.65,"Name":"living_room"}"#);
    assert_eq!(running(&project), ["1.0.0", "1.0.0"]);
    project.pelato(&["remove"]).said(&["Removed temperature-data-analysis-"]);
    assert!(cluster.is_empty() && cluster.bus.nobody_listens("living_room_celsius_data"));
    for resource in ["configmaps", "secrets", "services"] {
        assert!(cluster.list(resource).is_empty(), "{resource}: {:?}", cluster.list(resource));
    }
    project.pelato(&["remove"]).said(&["is not deployed"]);
    project.run(&["status"]).failed(7, &["is not deployed in the namespace", "pelato deploy"]);
}

fn first(project: &Project, cluster: &Cluster) {
    project.run(&["deploy"]).failed(3, &["the registry does not have 127.0.0.1:", "pelato push"]);
    // Each component when it runs, and where.
    let ran = project.pelato(&["brush", "-v"]);
    ran.said(&["celsius_to_kelvin_conversion: 1.0.0 on edge-", "temp_filter: 1.0.0 on cloud-1"]);
    let mut plausible = cluster.bus.subscribe("living_room_plausible_data");
    for (celsius, kelvin) in [("20", Some("293.15")), ("2000", None), ("22", Some("295.15"))] {
        let reading = format!(r#"{{"Data": {celsius}, "Name": "living_room"}}"#);
        cluster.bus.publish("living_room_celsius_data", &reading);
        if let Some(kelvin) = kelvin {
            assert_eq!(plausible.next(), format!(r#"{{"Data":{kelvin},"Name":"living_room"}}"#));
        }
    }
    let table = project.pelato(&["status"]);
    let rows: Vec<Vec<_>> = table.out.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows.len(), 4, "the last is the HTTP entry: {}", table.out);
    assert_eq!(rows[2][..3], ["temp_filter", "1.0.0", "1.0.0"]);
    assert_eq!(rows[2][3..], ["cloud-1", "1/1", "running", "-"]);
}

fn again(project: &Project) {
    project.pelato(&["deploy"]).said(&["Unchanged temperature-data-analysis-"]);
    project.pelato(&["deploy", "--dry-run"]).said(&["the same manifest is already deployed"]);
    project.run(&["rollback"]).failed(7, &["there is no manifest of `temperature-data-analysis-"]);
}

/// It is done when what was before is gone: not one message is for that.
fn upgrade(project: &Project, cluster: &Cluster) {
    project.place.edit("tasks/convert.go", "string(out), err", "string(out) + \" K\", err");
    project.pelato(&["bump", "--changed"]);
    project.pelato(&["push"]);
    project.pelato(&["deploy", "-v"]).said(&["celsius_to_kelvin_conversion: 1.0.1 on edge-"]);
    answers(cluster, r#"{"Data":294.65,"Name":"living_room"} K"#);
    assert_eq!(running(project), ["1.0.1", "1.0.0"], "the other component stays as it is");
}

fn running(project: &Project) -> Vec<Value> {
    let json = project.status();
    let parts = json["parts"].as_array().unwrap().iter().filter(|part| part["kind"] == "component");
    parts.map(|part| part["running"][0].clone()).collect()
}

fn answers(cluster: &Cluster, wanted: &str) {
    let mut kelvin = cluster.bus.subscribe("living_room_kelvin_data");
    for _ in 0..20 {
        cluster.bus.publish("living_room_celsius_data", r#"{"Data": 21.5, "Name": "living_room"}"#);
        assert_eq!(kelvin.next(), wanted);
    }
}
