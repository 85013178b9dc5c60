//! `pelato.lock` remembers which image was fetched.

use std::fs;

use super::engine::{docker, engines};
use super::place::{InContainers, example};
use crate::support::Place;
use crate::support::registry::Registry;

const BUILD: [&str; 3] = ["build", "--builder", "container"];
const OURS: &str = "docker.io/library/golang:1.27";

fn lock(place: &Place) -> String {
    fs::read_to_string(place.path("pelato.lock")).unwrap()
}

#[test]
fn the_image_that_was_fetched_is_fetched_by_everybody() {
    for engine in docker() {
        let registry = Registry::start();
        let name = format!("127.0.0.1:{}/golang", registry.port());
        let image = format!("{name}:1.27");
        let first = engine.push(OURS, &image);

        let place = example().warm().on(&engine).with_image(&image);
        let said = place.ran(&BUILD).success().err;
        assert!(said.contains(&format!("fetching the toolchain image {image}, once")), "{said}");
        let entry = format!("[images.go]\nimage = \"{image}\"\ndigest = \"{first}\"\n");
        assert!(lock(&place).ends_with(&entry), "{}", lock(&place));
        engine.forget(&image);

        // The name stands for another image now, and the engine has neither.
        let changed = "pelato-test-changed:1";
        engine.changed(OURS, changed);
        let second = engine.push(changed, &image);
        engine.forget(changed);
        assert_ne!(first, second);
        let other = example().warm().on(&engine).without_go().with_image(&image);
        let with_comment = lock(&place).replace("[images.go]", "# ours\n[images.go] # tested");
        fs::write(other.path("pelato.lock"), &with_comment).unwrap();
        let by_digest = format!("{name}@{first}");
        let forbidden = other.ran(&[&BUILD[..], &["--no-install"]].concat()).code(4).err;
        assert!(forbidden.contains(&format!("does not have the image {by_digest}, and")), "{forbidden}");
        let doctor = super::doctor::doctor(&other, &["--builder", "container", "--fix"]).success();
        assert!(
            doctor.err.contains(&format!("fetching the toolchain image {by_digest}, once")),
            "{doctor:?}"
        );
        assert!(doctor.out.contains(&format!("the engine has the image {by_digest} (sha256:")), "{doctor:?}");
        assert!(doctor.out.contains(&format!("go 1.27.3, in the image {by_digest}; ")), "{doctor:?}");
        other.ran(&BUILD).success();
        assert_eq!(lock(&other), with_comment, "nothing was fetched by name");

        other.ran(&[&BUILD[..], &["--update-image"]].concat()).success();
        assert_eq!(lock(&other), with_comment.replace(&first, &second), "comments stay");
        engine.forget(&by_digest);
        engine.forget(&image);
    }
}

#[test]
fn an_image_that_is_there_is_not_remembered() {
    for engine in engines() {
        let place = example().warm().on(&engine);
        place.ran(&BUILD).success();
        assert!(!place.path("pelato.lock").exists());
        let local = place.ran(&["build", "--builder", "local", "--update-image"]).success().err;
        assert!(local.contains("no image was fetched for the language pack `go`"), "{local}");
    }
}

#[test]
fn a_build_does_not_need_the_file() {
    for engine in engines() {
        let place = example().warm().on(&engine);
        place.ran(&BUILD).success();
        assert!(!place.path("pelato.lock").exists());
        // One that is wrong may hold what must not be passed over: which packs were added.
        fs::write(place.path("pelato.lock"), "<<<<<<< HEAD\n").unwrap();
        let said = place.ran(&BUILD).code(3).err;
        assert!(said.contains("pelato.lock:1:"), "{said}");
        assert_eq!(lock(&place), "<<<<<<< HEAD\n");
    }
}
