//! `pelato bump --changed`: without a build, without a registry.

use snapbox::str;

use super::project::{change_double, for_registry, json};
use crate::support::Place;
use crate::support::registry::Registry;

/// A project that has been pushed, whose registry is gone and that has to be built anew.
fn pushed() -> Place {
    let registry = Registry::start();
    let place = for_registry(&registry);
    place.run(&["push"]).code(0);
    std::fs::remove_dir_all(place.path("gen")).unwrap();
    place
}

#[test]
fn only_what_changed_gets_a_new_version() {
    let place = pushed();
    change_double(&place);
    place
        .run_in_vain(&["bump", "--changed", "minor", "--dry-run", "-v"])
        .code(0)
        .stdout_eq(str![[r#"
COMPONENT  OLD      NEW
double     1.0.0  → 1.1.0

"#]])
        .stderr_eq(str![[r#"
builder: local, because a compatible go is installed
compiler: [GO]/go [..]
play stays: it is unchanged since it was pushed as 0.3.0
        Note nothing was written (--dry-run)

"#]]);
    let workflow = place.read("workflow.yaml");
    place.run(&["bump", "--changed", "--pre", "rc"]).code(0).stdout_eq(str![[r#"
COMPONENT  OLD      NEW
double     1.0.0  → 1.0.1-rc.1

"#]]);
    assert_eq!(place.read("workflow.yaml"), workflow.replace("version: 1.0.0", "version: 1.0.1-rc.1"));
    assert!(!place.path("gen").exists(), "nothing was built");
}

#[test]
fn what_has_been_bumped_is_not_bumped_again() {
    let place = pushed();
    change_double(&place);
    place.run(&["bump", "double"]).code(0);
    place.run_in_vain(&["bump", "--changed", "-v"]).code(0).stdout_eq("").stderr_eq(str![[r#"
builder: local, because a compatible go is installed
compiler: [GO]/go [..]
double stays: its version is already 1.0.1, and 1.0.0 was pushed
play stays: it is unchanged since it was pushed as 0.3.0
        Note no component has changed since it was pushed

"#]]);
}

#[test]
fn what_has_never_been_pushed_has_nothing_to_be_compared_with() {
    let place = pushed();
    std::fs::remove_file(place.path("pelato.lock")).unwrap();
    place.run_in_vain(&["bump", "--changed"]).code(0).stdout_eq("").stderr_eq(str![[r#"
        Note no component has been pushed yet, so there is nothing to compare with

"#]]);
}

#[test]
fn whatever_decides_the_artifact_counts() {
    let place = pushed();
    let changed = || {
        let printed = json(&place, &["bump", "--changed", "--dry-run", "--json"]);
        let components = printed["components"].as_array().unwrap().clone();
        components.iter().map(|one| one["component"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    for (file, old, new, who) in [
        ("tasks/play.go", "at the disco", "at the opera", &["play"][..]),
        ("workflow.yaml", "dest_topic: room.played", "dest_topic: room.replayed", &["play"]),
        ("workflow.yaml", "processor_nats\n    code: play", "http_producer_nats\n    code: play", &["play"]),
        // These are for the lattice, not for the component.
        ("workflow.yaml", "targets: [cloud]", "targets: [cloud, edge]", &[]),
        ("workflow.yaml", "name: Double it", "name: Twice", &[]),
    ] {
        place.edit(file, old, new);
        assert_eq!(changed(), who, "{new}");
        place.edit(file, new, old);
    }
    assert_eq!(changed(), [""; 0]);
}

#[test]
fn it_stands_alone() {
    let place = pushed();
    place.run_in_vain(&["bump", "--changed", "double"]).code(2).stderr_eq(str![[r#"
error: both `--changed` and the name `double` are given
  help: leave one of them out; a level is patch, minor or major

"#]]);
    for other in [&["--all"][..], &["--set", "2.0.0"]] {
        place.run_in_vain(&[&["bump", "--changed"], other].concat()).code(2);
    }
}
