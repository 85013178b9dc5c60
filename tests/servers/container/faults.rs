//! What goes wrong, and what is said then.

use super::engine::{docker, engines};
use super::place::{InContainers, example};

const BUILD: [&str; 3] = ["build", "--builder", "container"];

#[test]
fn the_compilers_words_name_the_users_file() {
    for engine in engines() {
        let place = example().warm().on(&engine);
        place.edit("tasks/convert.go", "273.15", "273.15 + nope");
        let ran = place.ran(&BUILD).code(4);
        assert!(ran.err.contains("tasks/convert.go:"), "{}", ran.err);
        assert!(ran.err.contains("undefined: nope"), "{}", ran.err);
        assert!(!place.path("gen/celsius_to_kelvin_conversion/celsius_to_kelvin_conversion.wasm").exists());
    }
}

#[test]
fn a_compiler_without_memory_is_told_apart() {
    for engine in docker() {
        let ran = example().on(&engine).env("CONTAINER_MEMORY", "24").ran(&BUILD).code(4);
        let wanted = "the compiler needed more than 24 MiB of memory, and was stopped\n  help: allow more: CONTAINER_MEMORY=48";
        assert!(ran.err.contains(wanted), "{}: {}", engine.name, ran.err);
        assert_eq!(engine.ours(), [] as [String; 0]);
    }
}

#[test]
fn a_compiler_that_takes_too_long_is_ended() {
    for engine in docker() {
        let ran = example().on(&engine).env("CONTAINER_TIMEOUT", "1").ran(&BUILD).code(4);
        assert!(ran.err.contains("the compiler took longer than 1 s"), "{}: {}", engine.name, ran.err);
        assert_eq!(engine.ours(), [] as [String; 0]);
    }
}

#[test]
fn without_an_engine_it_is_said_where_one_was_looked_for() {
    let ran = example().env("DOCKER_HOST", "unix:///nowhere.sock").ran(&BUILD).code(4);
    let wanted = "error: no container engine answers\n  unix:///nowhere.sock: does not exist\n  help: start Docker or Podman";
    assert!(ran.err.contains(wanted), "{}", ran.err);
    let ran = example().env("DOCKER_HOST", "tcp://127.0.0.1:1").ran(&BUILD).code(4);
    assert!(ran.err.contains("tcp://127.0.0.1:1: "), "{}", ran.err);
}

#[test]
fn an_image_that_cannot_be_fetched_is_named() {
    for engine in engines() {
        let image = "127.0.0.1:1/golang:1.27";
        let ran = example().on(&engine).with_image(image).ran(&BUILD).code(4);
        let wanted = format!("error: the image {image} cannot be fetched: ");
        assert!(ran.err.contains(&wanted), "{}: {}", engine.name, ran.err);
    }
}

#[test]
fn settings_that_make_no_sense_are_refused() {
    let ran = example().env("BUILDER", "contaner").ran(&["build"]).code(3);
    let wanted = "BUILDER is `contaner` (environment), which is not a builder";
    assert!(ran.err.contains(wanted), "{}", ran.err);
    let ran = example().env("CONTAINER_MEMORY", "0").ran(&["build"]).code(3);
    assert!(ran.err.contains("CONTAINER_MEMORY is `0` (environment)"), "{}", ran.err);
}
