//! `pelato check`, `pelato schema`, `pelato graph`

use snapbox::str;

use crate::support::Place;
use crate::support::functions::PROJECT;

/// As many mistakes as fit into two tasks.
fn wrong() -> Place {
    let place = Place::with(PROJECT);
    place.write(
        "workflow.yaml",
        "\
project_name: Wrong
tasks:
  - name: One
    type: http_producer_natss
    code: double
    targets: [edge]
    source_topic: room single
    dest_topic: room.*
    component_name: double
    version: 1.0
  - name: Two
    typ: processor_nats
    type: processor_nats
    code: ../play.go
    targets: []
    source_topic: room.double
    dest_topic: room.played
    component_name: double
    version: 0.3.0
",
    );
    place
}

#[test]
fn a_sound_workflow_is_said_to_be_sound() {
    let place = Place::with(PROJECT);
    place.run_in_vain(&["check"]).code(0).stdout_eq("2 components, no errors, 0 warnings\n").stderr_eq("");
    place.run_in_vain(&["check", "--strict"]).code(0).stdout_eq("2 components, no errors, 0 warnings\n");
    place
        .run_in_vain(&["check", "--json"])
        .code(0)
        .stdout_eq("{\"schema\":1,\"errors\":0,\"warnings\":0,\"problems\":[]}\n")
        .stderr_eq("");
}

#[test]
fn all_mistakes_are_shown_at_once_each_with_its_place_and_a_way_out() {
    wrong().run_in_vain(&["check"]).code(3).stdout_eq("").stderr_eq(str![]);
}

#[test]
fn as_json_every_mistake_has_its_place() {
    wrong().run_in_vain(&["check", "--json"]).code(3).stdout_eq(str![]).stderr_eq("");
}

#[test]
fn other_commands_refuse_such_a_workflow_and_write_nothing() {
    let place = wrong();
    for command in [&["gen"][..], &["build"], &["run"], &["call", "double"], &["graph"], &["build", "--dry-run"]] {
        let ran = place.run_in_vain(command).code(3).stdout_eq("");
        let said = String::from_utf8(ran.get_output().stderr.clone()).unwrap();
        assert!(said.ends_with("error: the workflow has 7 errors\n  help: `pelato check` shows them again\n"), "{said}");
    }
}

#[test]
fn a_near_miss_between_topics_is_a_warning_and_strictly_an_error() {
    let place = Place::with(PROJECT);
    place.edit("workflow.yaml", "source_topic: room.double", "source_topic: room.duoble");
    place.run_in_vain(&["check"]).code(0).stdout_eq(str![]).stderr_eq(str![]);
    place.run_in_vain(&["check", "--strict"]).code(3).stdout_eq("");
    place.run_in_vain(&["check", "-q"]).code(0).stderr_eq("");
}

#[test]
fn a_function_without_exec_task_is_found_before_anything_is_built() {
    let place = Place::with(PROJECT);
    place.edit("tasks/play.go", "func exec_task", "func execTask");
    place.run_in_vain(&["check"]).code(3).stdout_eq("").stderr_eq(str![]);
}

#[test]
fn code_that_is_not_there_is_named() {
    let place = Place::with(PROJECT);
    std::fs::remove_file(place.path("tasks/play.go")).unwrap();
    place.run_in_vain(&["check"]).code(3).stdout_eq("").stderr_eq(str![]);
}

#[test]
fn the_schema_takes_the_workflow_and_finds_a_mistake() {
    let place = Place::with(PROJECT);
    let ran = place.run_in_vain(&["schema"]).code(0).stderr_eq("");
    let schema: serde_json::Value = serde_json::from_slice(&ran.get_output().stdout).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let workflow: serde_json::Value = serde_yaml::from_str(&place.read("workflow.yaml")).unwrap();
    assert!(validator.is_valid(&workflow));
    let wrong: serde_json::Value =
        serde_yaml::from_str(&place.read("workflow.yaml").replace("processor_nats", "processor_nat")).unwrap();
    assert!(!validator.is_valid(&wrong));
}

#[test]
fn the_flow_is_drawn_as_mermaid_and_as_a_picture() {
    let place = Place::with(PROJECT);
    place.run_in_vain(&["graph"]).code(0).stdout_eq(str![]).stderr_eq("");
    let ran = place.run_in_vain(&["graph", "--format", "svg"]).code(0).stderr_eq("");
    place.write("flow.svg", &ran.get_output().stdout);
    let read = "import sys, xml.dom.minidom as x; d = x.parse(sys.argv[1]).documentElement; \
                print(d.tagName, ''.join(t.firstChild.data for t in d.getElementsByTagName('text')))";
    let python = std::process::Command::new("python3")
        .args(["-c", read])
        .arg(place.path("flow.svg"))
        .output()
        .unwrap();
    let read = String::from_utf8(python.stdout).unwrap();
    for word in ["svg", "double", "play", "room.single", "room.double", "room.played"] {
        assert!(read.contains(word), "{word} is not in {read} {}", String::from_utf8_lossy(&python.stderr));
    }
}
