//! A pelato that was killed leaves a container behind; the next one removes it.

use std::process::Stdio;

use super::engine::{engines, leaving};
use super::place::{InContainers, example};
use crate::support::process::wait_until;

#[test]
fn what_a_killed_one_left_is_removed_by_the_next() {
    for engine in engines() {
        // With an empty cache it compiles for seconds.
        let place = example().on(&engine);
        let mut command = place.command(&["build", "--builder", "container"]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let compiling = || {
            let folder = std::fs::read_dir(place.path("gen/celsius_to_kelvin_conversion"));
            let mut names = folder.into_iter().flatten().flatten().map(|entry| entry.file_name());
            names.any(|name| name.to_string_lossy().starts_with(".pelato-tmp-"))
        };
        wait_until("a container compiles", || compiling() && engine.has_container_of(child.id()));
        let left = leaving();
        let killed = child.id();
        child.kill().unwrap();
        child.wait().unwrap();
        // It was killed, and could remove nothing; the PELATO of another test may.
        place.ran(&["build", "--builder", "container"]).success();
        assert!(!engine.has_container_of(killed), "{}", engine.name);
        drop(left);
        assert_eq!(engine.ours(), [] as [String; 0]);
    }
}
