//! Builds that are killed, and builds that meet.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::support::functions::PROJECT;
use crate::support::{Place, tools, tree};

/// A `go` that says when it compiles and then waits until a file is there, before the real one goes on.
fn slow_go(place: Place) -> Place {
    let bin = place.above().join("bin");
    fs::create_dir(&bin).unwrap();
    let (compiles, go_on) = (place.above().join("compiles"), place.above().join("go-on"));
    let script = format!(
        "#!/bin/sh\nif [ \"$1\" = build ]; then echo $$ > '{0}.new'; mv '{0}.new' '{0}'; while [ ! -e '{1}' ]; do sleep 0.02; done; fi\nexec '{2}' \"$@\"\n",
        compiles.display(),
        go_on.display(),
        tools::go().display()
    );
    fs::write(bin.join("go"), script).unwrap();
    fs::set_permissions(bin.join("go"), PermissionsExt::from_mode(0o755)).unwrap();
    let path = format!("{}:{}:/usr/bin:/bin", bin.display(), tools::go_bin().display());
    place.env("PATH", path)
}

fn wait_until_there(path: &Path) {
    while !path.exists() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

#[test]
fn a_build_that_is_killed_leaves_the_old_artifact_and_the_next_one_works() {
    let place = Place::with(PROJECT);
    place.run(&["build", "-q", "play"]).code(0);
    let old = place.bytes("gen/play/play.wasm");
    place.edit("tasks/play.go", "I will not", "I won't");
    let place = slow_go(place);

    let mut running = place.start(&["build", "play"]);
    wait_until_there(&place.above().join("compiles"));
    running.signal("KILL");
    assert!(!running.wait().success());
    assert!(place.bytes("gen/play/play.wasm") == old);
    // The compiler outlives a process that is killed: it writes where nobody looks.
    let compiler = fs::read_to_string(place.above().join("compiles")).unwrap();
    fs::write(place.above().join("go-on"), "").unwrap();
    let words = Path::new("/proc").join(compiler.trim()).join("cmdline");
    // Of a process that has ended but was not waited for, the words are gone.
    while fs::read(&words).is_ok_and(|words| !words.is_empty()) {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert!(place.bytes("gen/play/play.wasm") == old);

    place.run(&["call", "play", "print", "-q"]).code(0).stdout_eq("print");
    assert!(place.bytes("gen/play/play.wasm") != old);
    let left: Vec<_> = place.tree().into_keys().filter(|name| name.contains(".compiling-")).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn ctrl_c_ends_a_build_and_the_next_one_works() {
    let place = slow_go(Place::with(PROJECT));
    let mut running = place.start(&["build", "play"]);
    wait_until_there(&place.above().join("compiles"));
    running.signal("INT");
    assert!(!running.wait().success());
    fs::write(place.above().join("go-on"), "").unwrap();
    place.run(&["build", "play", "-q"]).code(0).stderr_eq("");
    assert!(place.path("gen/play/play.wasm").is_file());
}

#[test]
fn the_second_of_two_builds_waits_and_says_so() {
    let place = slow_go(Place::with(PROJECT));
    let mut first = place.start(&["build", "play"]);
    wait_until_there(&place.above().join("compiles"));
    let mut second = place.start(&["build", "play"]);
    second.wait_for("waiting for another pelato in this project");
    fs::write(place.above().join("go-on"), "").unwrap();
    assert_eq!(first.wait().code(), Some(0), "{}", first.err());
    assert_eq!(second.wait().code(), Some(0), "{}", second.err());
    assert!(second.out().contains("unchanged"), "{}", second.out());
    assert_eq!(second.err(), "        Note waiting for another pelato in this project\n");
}

#[test]
fn many_builds_at_once_do_not_disturb_each_other() {
    let place = Place::with(PROJECT);
    let mut all: Vec<_> = (0..4).map(|_| place.start(&["build"])).collect();
    for one in &mut all {
        assert_eq!(one.wait().code(), Some(0), "{}", one.err());
    }
    let built = place.tree();
    place.run(&["build", "-q"]).code(0);
    tree::assert_same(&built, &place.tree());
}
