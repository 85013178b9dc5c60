//! What goes wrong, and what is said then.

use super::engine::{docker, engines};
use super::place::Place;

const BUILD: [&str; 3] = ["build", "--builder", "container"];

#[test]
fn the_compilers_words_name_the_users_file() {
    for engine in engines() {
        let place = Place::new().on(&engine);
        place.edit("tasks/convert.go", "273.15", "273.15 + nope");
        let ran = place.pelato(&BUILD).code(4);
        assert!(ran.stderr.contains("tasks/convert.go:"), "{}", ran.stderr);
        assert!(ran.stderr.contains("undefined: nope"), "{}", ran.stderr);
        assert!(!place.path("gen/celsius_to_kelvin_conversion/celsius_to_kelvin_conversion.wasm").exists());
    }
}

#[test]
fn a_compiler_without_memory_is_told_apart() {
    for engine in docker() {
        let ran = Place::new().on(&engine).env("CONTAINER_MEMORY", "24").pelato(&BUILD).code(4);
        let wanted = "the compiler needed more than 24 MiB of memory, and was stopped\n  help: allow more: CONTAINER_MEMORY=48";
        assert!(ran.stderr.contains(wanted), "{}: {}", engine.name, ran.stderr);
        assert_eq!(engine.ours(), [] as [String; 0]);
    }
}

#[test]
fn a_compiler_that_takes_too_long_is_ended() {
    for engine in docker() {
        let ran = Place::new().on(&engine).env("CONTAINER_TIMEOUT", "1").pelato(&BUILD).code(4);
        assert!(ran.stderr.contains("the compiler took longer than 1 s"), "{}: {}", engine.name, ran.stderr);
        assert_eq!(engine.ours(), [] as [String; 0]);
    }
}

#[test]
fn without_an_engine_it_is_said_where_one_was_looked_for() {
    let ran = Place::new().env("DOCKER_HOST", "unix:///nowhere.sock").pelato(&BUILD).code(4);
    let wanted = "error: no container engine answers\n  unix:///nowhere.sock: not there\n  help: start Docker or Podman";
    assert!(ran.stderr.contains(wanted), "{}", ran.stderr);
    let ran = Place::new().env("DOCKER_HOST", "tcp://127.0.0.1:1").pelato(&BUILD).code(4);
    assert!(ran.stderr.contains("tcp://127.0.0.1:1: "), "{}", ran.stderr);
}

#[test]
fn an_image_that_cannot_be_fetched_is_named() {
    for engine in engines() {
        let image = "127.0.0.1:1/golang:1.27";
        let ran = Place::new().on(&engine).with_image(image).pelato(&BUILD).code(4);
        let wanted = format!("error: the image {image} cannot be fetched: ");
        assert!(ran.stderr.contains(&wanted), "{}: {}", engine.name, ran.stderr);
    }
}

#[test]
fn settings_that_make_no_sense_are_refused() {
    let ran = Place::new().env("BUILDER", "contaner").pelato(&["build"]).code(3);
    let wanted = "BUILDER is `contaner` (environment), which is not a builder";
    assert!(ran.stderr.contains(wanted), "{}", ran.stderr);
    let ran = Place::new().env("CONTAINER_MEMORY", "0").pelato(&["build"]).code(3);
    assert!(ran.stderr.contains("CONTAINER_MEMORY is `0` (environment)"), "{}", ran.stderr);
}
