//! `pelato run --watch`: what changes runs, as soon as it can.

use super::run::started;
use crate::support::functions::{DOUBLE, PROJECT};
use crate::support::slow::Slow;
use crate::support::{Place, http};

#[test]
fn a_first_build_that_fails_waits_for_the_next_save() {
    let place = Place::with(PROJECT);
    place.write("tasks/double/double.go", DOUBLE.replace("2 * number", "3 * nmuber"));
    let mut running = place.start(&["run", "--port", "0", "--watch"]);
    running.wait_for("waiting for a change: 1 of 2 components could not be built: double");
    place.edit("workflow.yaml", "dest_topic: room.double", "dest_topic: room double");
    running.wait_for("waiting for a change: the workflow has errors");
    place.edit("workflow.yaml", "dest_topic: room double", "dest_topic: room.double");
    place.write("tasks/double/double.go", DOUBLE.replace("2 * number", "3 * number"));
    let line = running.wait_for("Listening");
    running.wait_for("Running");
    let address = line.split("http://").nth(1).unwrap().split('/').next().unwrap();
    assert_eq!(http::post(address, "/double", "10"), (200, "30".to_owned()));
    running.stop("INT");
}

#[test]
fn a_first_build_that_fails_can_be_given_up() {
    let place = Place::with(PROJECT);
    place.write("tasks/double/double.go", DOUBLE.replace("2 * number", "3 * nmuber"));
    let mut running = place.start(&["run", "--port", "0", "--watch"]);
    running.wait_for("waiting for a change");
    running.signal("INT");
    assert!(!running.wait().success());
    assert!(running.err().ends_with("error: cancelled\n"), "{}", running.err());
}

#[test]
fn the_components_that_changed_are_named() {
    let place = Place::with(PROJECT);
    let (mut running, address) = started(&place, &["--watch"]);
    place.edit("tasks/double/double.go", "2 * number", "3 * number");
    running.wait_for("running the new version of double");
    assert_eq!(http::post(&address, "/double", "10").1, "30");
    place.edit("workflow.yaml", "name: Play", "name: Play it");
    running.wait_for("the change makes no difference to the components");
    let second = place.read("workflow.yaml");
    place.write("workflow.yaml", &second[..second.find("  - name: Play").unwrap()]);
    running.wait_for("running the new version of play (removed)");
    running.stop("INT");
}

/// A component that compiles at once.
const QUICK: &str = "  - name: Quick
    type: processor_nats
    code: quick.go
    targets: [edge]
    source_topic: q
    dest_topic: r
    component_name: quick
    version: 1.0.0
";

#[test]
fn a_quick_component_is_swapped_while_a_slow_one_compiles() {
    let slow = Slow::new();
    slow.go_on();
    let slow = slow.with_go();
    let place = &slow.place;
    let quick = |text: &str| {
        format!("package main\n\nfunc exec_task(arg string) string {{ return \"{text}\" + arg }}\n")
    };
    place.write("tasks/quick.go", quick("one "));
    let workflow = place.read("workflow.yaml");
    place.write("workflow.yaml", workflow + QUICK);
    let mut running = place.start(&["run", "--watch"]);
    running.wait_for("Running");

    slow.hold();
    place.write("tasks/slow/task.toy", "exec_task empty\n");
    place.write("tasks/quick.go", quick("two "));
    running.wait_for("running the new version of quick");
    assert!(!running.err().contains("new version of slow"), "{}", running.err());
    // And one that changes while the other compiles.
    place.write("tasks/quick.go", quick("three "));
    let said = || running.err().matches("running the new version of quick").count();
    crate::support::process::wait_until("it is swapped again", || said() == 2);
    assert!(!running.err().contains("new version of slow"), "{}", running.err());
    slow.go_on();
    running.wait_for("running the new version of slow");
    running.stop("INT");
}

#[test]
fn a_change_of_a_pack_is_used() {
    let slow = Slow::new();
    slow.go_on();
    let place = &slow.place;
    let mut running = place.start(&["run", "--watch", "--send", "a=x"]);
    running.wait_for_out("a → slow  → b x");
    place.edit("language-packs/toy/pack.toml", "requires = \">=1\"", "requires = \">=7\"");
    running.wait_for("the old version keeps running");
    place.edit("language-packs/toy/pack.toml", "requires = \">=7\"", "requires = \">=1.1\"");
    running.wait_for("the change makes no difference to the components");
    running.stop("INT");
}
