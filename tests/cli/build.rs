//! `pelato build`

use std::fs;

use snapbox::str;

use crate::support::Place;
use crate::support::functions::{DOUBLE, PROJECT};

#[test]
fn builds_what_changed_and_says_why() {
    let place = Place::with(PROJECT);
    place.run_in_vain(&["build", "--dry-run"]).code(0).stdout_eq(str![]).stderr_eq("");
    place.run(&["build", "--jobs", "1"]).code(0).stdout_eq(str![]).stderr_eq(str![]);
    place.run_in_vain(&["build"]).code(0).stdout_eq(str![]).stderr_eq("");
    place.run_in_vain(&["build", "--dry-run"]).code(0).stdout_eq(str![]).stderr_eq("");

    place.edit("tasks/play.go", "I will not", "I won't");
    place.run_in_vain(&["build", "--dry-run"]).code(0).stdout_eq(str![]).stderr_eq("");
    place.run(&["build", "-v"]).code(0).stdout_eq(str![]).stderr_eq(str![]);

    place.edit("workflow.yaml", "dest_topic: room.played", "dest_topic: room.replayed");
    place.run(&["build"]).code(0).stdout_eq(str![]).stderr_eq("");

    place.edit("workflow.yaml", "type: processor_nats", "type: http_producer_nats");
    place.edit("workflow.yaml", "version: 0.3.0", "version: 0.4.0\n    http: {path: /play}");
    place.run(&["build"]).code(0).stdout_eq(str![]).stderr_eq("");

    fs::remove_file(place.path("gen/double/double.wasm")).unwrap();
    place.run(&["build"]).code(0).stdout_eq(str![]).stderr_eq("");

    let artifact = place.bytes("gen/play/play.wasm");
    place.write("gen/play/play.wasm", "not a component");
    place.run(&["build"]).code(0).stdout_eq(str![]).stderr_eq("");
    assert!(place.bytes("gen/play/play.wasm") == artifact, "mended");
}

#[test]
fn the_same_sources_give_the_same_bytes_in_another_folder_and_in_any_order() {
    let one = Place::with(PROJECT);
    one.run(&["build", "--jobs", "1"]).code(0);
    let other = Place::named("another name");
    other.write_all(PROJECT);
    other.run(&["build", "--jobs", "4", "-q"]).code(0).stderr_eq("");
    for artifact in ["gen/double/double.wasm", "gen/play/play.wasm"] {
        assert!(one.bytes(artifact) == other.bytes(artifact), "{artifact} differs");
    }
}

#[test]
fn one_component_by_name_leaves_the_others_unbuilt() {
    let place = Place::with(PROJECT);
    place.run(&["build", "play"]).code(0).stdout_eq(str![]).stderr_eq(str![]);
    assert!(!place.path("gen/double/double.wasm").exists());
    place.run_in_vain(&["build", "pley"]).code(3).stdout_eq("").stderr_eq(str![]);
}

#[test]
fn as_json_every_artifact_is_described() {
    let place = Place::with(PROJECT);
    place.run(&["build", "-q"]).code(0);
    let ran = place.run(&["build", "--json"]).code(0).stdout_eq(str![]).stderr_eq("");
    let built: serde_json::Value = serde_json::from_slice(&ran.get_output().stdout).unwrap();
    for component in built["components"].as_array().unwrap() {
        let artifact = place.bytes(component["artifact"].as_str().unwrap());
        assert_eq!(component["bytes"], artifact.len());
    }
    place.run(&["build", "--json", "--dry-run"]).code(0).stdout_eq(str![]).stderr_eq("");
}

#[test]
fn one_at_a_time_by_the_originals_setting() {
    let place = Place::with(PROJECT).env("PARALLEL_BUILD", "False");
    place.run(&["build"]).code(0).stderr_eq(str![]);
    let place = place.env("PARALLEL_BUILD", "perhaps");
    place.run_in_vain(&["build"]).code(3).stdout_eq("").stderr_eq(str![]);
}

#[test]
fn a_function_that_does_not_compile_is_shown_with_the_users_own_file_and_line() {
    let place = Place::with(PROJECT);
    place.run(&["build", "-q"]).code(0);
    let old = place.bytes("gen/double/double.wasm");
    place.edit("tasks/double/double.go", "2 * number", "2 * numbre");
    place.run(&["build"]).code(4).stdout_eq("").stderr_eq(str![]);
    assert!(place.bytes("gen/double/double.wasm") == old, "the old artifact stays");
    // Still wrong, still said; the other one is not built again.
    place.run(&["build", "-q"]).code(4).stdout_eq("").stderr_eq(str![]);
    place.run(&["build", "--json"]).code(4).stdout_eq(str![]);
    place.write("tasks/double/double.go", DOUBLE);
    place.run(&["build"]).code(0).stdout_eq(str![]);
}

#[test]
fn a_function_of_another_form_is_explained() {
    let place = Place::with(PROJECT);
    place.write("tasks/double/double.go", "package main\n\nfunc exec_task(arg int) int { return 2 * arg }\n");
    place.run(&["build", "double"]).code(4).stdout_eq("").stderr_eq(str![]);
}

#[test]
fn all_that_fail_are_named_and_the_rest_is_built() {
    let place = Place::with(PROJECT);
    place.edit("tasks/play.go", "hold = append", "held = append");
    place.run(&["build", "--jobs", "1"]).code(4).stdout_eq("").stderr_eq(str![]);
    assert!(place.path("gen/double/double.wasm").exists());
    assert!(!place.path("gen/play/play.wasm").exists());
}

#[test]
fn times_are_kept_in_the_originals_form() {
    let place = Place::with(PROJECT);
    place.write(".env", "ENABLE_METRICS=True\n");
    place.run(&["gen"]).code(0);
    place.run(&["build"]).code(0);
    let mut metrics = place.read("metrics.yaml");
    let seconds = regex::Regex::new(r"'\d+\.\d{3}'").unwrap();
    assert_eq!(seconds.find_iter(&metrics).count(), 5, "{metrics}");
    metrics = seconds.replace_all(&metrics, "'0.000'").into_owned();
    place.expect(metrics, str![]);
    place.write("metrics.yaml", "something: else\nruns: 3\n");
    place.run(&["gen"]).code(1).stderr_eq(str![]);
    assert_eq!(place.read("metrics.yaml"), "something: else\nruns: 3\n");
}
