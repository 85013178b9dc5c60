//! Builds that are killed or cancelled, and builds that meet.

use std::env;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Command;

use crate::support::functions::PROJECT;
use crate::support::group;
use crate::support::process::{accept, wait_until};
use crate::support::{Place, tools, tree};

/// A `go` that says when it compiles and then waits until a file is there, before the real one goes on.
fn slow_go(place: Place) -> Place {
    slow_go_with("", place)
}

/// The same, with something that it does first.
fn slow_go_with(first: &str, place: Place) -> Place {
    let bin = place.above().join("bin");
    fs::create_dir(&bin).unwrap();
    let (compiles, go_on) = (place.above().join("compiles"), place.above().join("go-on"));
    let script = format!(
        "#!/bin/sh\nif [ \"$1\" = build ]; then {first} echo $$ > '{0}.new'; mv '{0}.new' '{0}'; while [ ! -e '{1}' ]; do sleep 0.02; done; fi\nexec '{2}' \"$@\"\n",
        compiles.display(),
        go_on.display(),
        tools::go().display()
    );
    fs::write(bin.join("go"), script).unwrap();
    fs::set_permissions(bin.join("go"), PermissionsExt::from_mode(0o755)).unwrap();
    let path = format!("{}:{}:/usr/bin:/bin", bin.display(), tools::go_bin().display());
    place.env("PATH", path)
}

#[test]
fn a_build_that_is_killed_leaves_the_old_artifact_and_the_next_one_works() {
    let place = Place::with(PROJECT);
    place.run(&["build", "-q", "play"]).code(0);
    let old = place.bytes("gen/play/play.wasm");
    place.edit("tasks/play.go", "I will not", "I won't");
    let place = slow_go(place);

    let mut running = place.start(&["build", "play"]);
    wait_until("it compiles", || place.above().join("compiles").exists());
    running.signal("KILL");
    assert!(!running.wait().success());
    assert!(place.bytes("gen/play/play.wasm") == old);
    // The compiler outlives a process that is killed: it writes where nobody looks.
    let compiler = fs::read_to_string(place.above().join("compiles")).unwrap();
    fs::write(place.above().join("go-on"), "").unwrap();
    let words = Path::new("/proc").join(compiler.trim()).join("cmdline");
    // Of a process that has ended but was not waited for, the words are gone.
    wait_until("it ends", || !fs::read(&words).is_ok_and(|words| !words.is_empty()));
    assert!(place.bytes("gen/play/play.wasm") == old);

    place.run(&["call", "play", "print", "-q"]).code(0).stdout_eq("print");
    assert!(place.bytes("gen/play/play.wasm") != old);
    let left: Vec<_> = place.tree().into_keys().filter(|name| name.contains(".pelato-tmp-")).collect();
    assert!(left.is_empty(), "{left:?}");
}

/// What is said when a build is cancelled.
const CANCELLED: &str = "error: cancelled: components that were built before are kept\n  help: run the command again: finished work is not repeated\n";

/// Cancels a build while it compiles: it and its compiler end, and the next build works.
fn cancelled_by(signal: &str, number: i32, place: Place) {
    let mut running = place.start(&["build", "play"]);
    wait_until("it compiles", || place.above().join("compiles").exists());
    running.signal(signal);
    assert_eq!(running.wait().signal(), Some(number), "{}", running.err());
    assert!(running.err().ends_with(CANCELLED), "{}", running.err());
    let compiler = fs::read_to_string(place.above().join("compiles")).unwrap();
    assert!(!group::runs(compiler.trim()), "the compiler is still there");
    let left: Vec<_> = place.tree().into_keys().filter(|name| name.contains(".pelato-tmp-")).collect();
    assert!(left.is_empty(), "{left:?}");
    fs::write(place.above().join("go-on"), "").unwrap();
    place.run(&["build", "play", "-q"]).code(0).stderr_eq("");
    assert!(place.path("gen/play/play.wasm").is_file());
}

/// What a shell does with its background jobs: they are not to notice Ctrl-C. Here the tests themselves are such a job.
#[test]
fn the_tests_do_not_depend_on_who_starts_them() {
    let programs = env::current_exe().unwrap();
    let inner = "cli::interrupted::signals_end_a_build_with_its_compiler_and_the_next_one_works";
    let script = "trap '' INT HUP QUIT TERM; exec \"$0\" --exact \"$1\"";
    let output = Command::new("sh").args(["-c", script]).arg(programs).arg(inner).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

#[test]
fn signals_end_a_build_with_its_compiler_and_the_next_one_works() {
    for (signal, number) in [("INT", 2), ("TERM", 15), ("HUP", 1)] {
        cancelled_by(signal, number, slow_go(Place::with(PROJECT)));
    }
}

#[test]
fn a_compiler_that_ignores_signals_is_ended_as_well() {
    cancelled_by("INT", 2, slow_go_with("trap '' TERM INT HUP;", Place::with(PROJECT)));
}

#[test]
fn nothing_begins_after_a_cancellation_and_compilers_leave_no_temporary_files() {
    let place = slow_go_with("echo \"$TMPDIR\" > \"${0%/bin/go}/temporary\";", Place::with(PROJECT));
    let mut running = place.start(&["build", "--jobs", "1", "--events"]);
    wait_until("it compiles", || place.above().join("compiles").exists());
    running.signal("INT");
    assert_eq!(running.wait().signal(), Some(2), "{}", running.err());
    let started = running.err().matches("\"event\":\"component-started\"").count();
    assert_eq!(started, 1, "{}", running.err());
    let temporary = fs::read_to_string(place.above().join("temporary")).unwrap();
    let temporary = Path::new(temporary.trim());
    assert!(temporary.starts_with(place.path("gen")), "{}", temporary.display());
    assert!(!temporary.exists());
}

#[test]
fn a_doctor_that_is_cancelled_says_nothing_about_the_machine() {
    let place = Place::with(PROJECT);
    let bin = place.above().join("bin");
    fs::create_dir(&bin).unwrap();
    let asked = place.above().join("asked");
    let script = format!("#!/bin/sh\ntouch '{}'\nexec sleep 1000\n", asked.display());
    fs::write(bin.join("go"), script).unwrap();
    fs::set_permissions(bin.join("go"), PermissionsExt::from_mode(0o755)).unwrap();
    let place = place.env("PATH", format!("{}:/usr/bin:/bin", bin.display()));
    let mut running = place.start(&["doctor", "--offline"]);
    wait_until("the compiler is asked for its version", || asked.exists());
    running.signal("INT");
    assert_eq!(running.wait().signal(), Some(2), "{}", running.err());
    assert_eq!((running.out().as_str(), running.err().as_str()), ("", "error: cancelled\n"));
}

#[test]
fn a_drill_can_be_cancelled_before_its_first_probe() {
    // A NATS server that never answers.
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("nats://{}", server.local_addr().unwrap());
    let place = Place::with(PROJECT);
    let mut running = place.start(&["drill", "--no-fault", "--nats", &url]);
    let _asked = accept(&server);
    running.signal("INT");
    assert_eq!(running.wait().signal(), Some(2), "{}", running.err());
    assert_eq!((running.out().as_str(), running.err().as_str()), ("", "error: cancelled\n"));
}

#[test]
fn whoever_waits_for_another_build_can_be_cancelled() {
    let place = slow_go(Place::with(PROJECT));
    let mut first = place.start(&["build", "play"]);
    wait_until("it compiles", || place.above().join("compiles").exists());
    let mut second = place.start(&["build", "play"]);
    second.wait_for("waiting for another PELATO process in this project");
    second.signal("INT");
    assert_eq!(second.wait().signal(), Some(2));
    assert_eq!(
        second.err(),
        "        Note waiting for another PELATO process in this project\nerror: cancelled\n"
    );
    fs::write(place.above().join("go-on"), "").unwrap();
    assert_eq!(first.wait().code(), Some(0), "{}", first.err());
}

#[test]
fn a_push_that_waits_can_be_cancelled_and_what_was_built_stays() {
    // A registry that never answers.
    let registry = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = registry.local_addr().unwrap().to_string();
    let place = Place::with(PROJECT).env("REGISTRY_INSECURE", &address);
    let place = place.env("REGISTRY_URL", format!("{address}/team"));
    let mut running = place.start(&["build", "play"]);
    let _asked = accept(&registry);
    running.signal("TERM");
    assert_eq!(running.wait().signal(), Some(15));
    assert!(running.err().ends_with("error: cancelled\n"), "{}", running.err());
    assert!(place.path("gen/play/play.wasm").is_file());
    assert!(!place.path("pelato.lock").exists());
}

#[test]
fn the_second_of_two_builds_waits_and_says_so() {
    let place = slow_go(Place::with(PROJECT));
    let mut first = place.start(&["build", "play"]);
    wait_until("it compiles", || place.above().join("compiles").exists());
    let mut second = place.start(&["build", "play"]);
    second.wait_for("waiting for another PELATO process in this project");
    fs::write(place.above().join("go-on"), "").unwrap();
    assert_eq!(first.wait().code(), Some(0), "{}", first.err());
    assert_eq!(second.wait().code(), Some(0), "{}", second.err());
    assert!(second.out().contains("unchanged"), "{}", second.out());
    assert_eq!(second.err(), "        Note waiting for another PELATO process in this project\n");
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

#[test]
fn a_run_that_prepares_components_can_be_cancelled_between_two() {
    let place = Place::with(PROJECT).with_own_cache();
    let mut running = place.start(&["run", "--port", "0", "--events"]);
    let begun =
        |component: &str| format!("\"event\":\"preparing\",\"component\":\"{component}\",\"slow\":false");
    running.wait_for(&begun("double"));
    running.signal("INT");
    assert_eq!(running.wait().signal(), Some(2), "{}", running.err());
    assert!(!running.err().contains(&begun("play")), "{}", running.err());
}
