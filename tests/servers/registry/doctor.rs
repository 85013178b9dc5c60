//! What `pelato doctor` says about a registry, without leaving anything there.

use std::path::Path;

use crate::support::Place;
use crate::support::fake;
use crate::support::functions::PROJECT;
use crate::support::registry::{How, PASSWORD, Registry, USER};

fn place(host: &str) -> Place {
    let place =
        Place::with(PROJECT).env("REGISTRY_INSECURE", "127.0.0.1").env("DOCKER_HOST", "unix:///nowhere.sock");
    place.env("REGISTRY_URL", format!("{host}/team"))
}

/// What is found about the registry and the clock, each with its state and its remedy.
#[track_caller]
fn found(place: &Place, code: i32) -> Vec<[String; 3]> {
    let ran = place.run_in_vain(&["doctor", "--timeout", "5m", "--json"]).code(code);
    let report: serde_json::Value = serde_json::from_slice(&ran.get_output().stdout).unwrap();
    let findings = report["findings"].as_array().unwrap().iter();
    let of_servers = findings.filter(|one| one["subject"] == "registry" || one["subject"] == "clock");
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    of_servers.map(|one| [text(&one["state"]), text(&one["found"]), text(&one["remedy"])]).collect()
}

fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.push(path.display().to_string()),
        }
    }
    found
}

#[test]
fn who_may_push_and_nothing_is_left() {
    let storage = tempfile::tempdir().unwrap();
    let how = How { closed: true, storage: Some(storage.path()), ..How::default() };
    let registry = Registry::start_as(&how);
    let place = place(&registry.host());
    let [state, found_there, remedy] = &found(&place, 8)[0];
    assert_eq!(state, "problem");
    assert_eq!(
        *found_there,
        format!("authentication failed: the registry at {} does not accept anonymous users", registry.host())
    );
    assert!(remedy.contains("REGISTRY_USER and REGISTRY_PASSWORD"), "{remedy}");

    let wrong = place.env("REGISTRY_USER", USER).env("REGISTRY_PASSWORD", "wrong");
    let refused =
        format!("authentication failed: the registry at {} does not accept `{USER}`", registry.host());
    assert_eq!(found(&wrong, 8)[0][1], refused);

    let right = wrong.env("REGISTRY_PASSWORD", PASSWORD);
    let all = found(&right, 0);
    assert_eq!(all[0][..2], ["ok".to_owned(), format!("{} allows `{USER}` to push", registry.host())]);
    assert_eq!(all[1][..2], ["ok", "it agrees with the registry's (its header `Date`)"]);
    assert!(registry.requests("DELETE") > 0, "the upload was not called off");
    // This registry writes down how far the upload's digest is, also of one that was called off; it sweeps that by itself.
    let left = files(storage.path()).into_iter().filter(|file| !file.contains("/hashstates/"));
    assert_eq!(left.collect::<Vec<_>>(), [] as [String; 0]);
    assert!(!registry.log().contains(PASSWORD));
}

#[test]
fn a_registry_that_takes_nothing() {
    let registry = Registry::start_as(&How { read_only: true, ..How::default() });
    let place = place(&registry.host());
    let [state, found_there, _] = &found(&place, 8)[0];
    assert_eq!(state, "problem");
    let wanted = format!("the registry at {0} cannot push {0}/team/double: it answers 405", registry.host());
    assert!(found_there.starts_with(&wanted), "{found_there}");
}

#[test]
fn registries_that_are_not_there_or_are_spoken_to_in_the_wrong_way() {
    let all = found(&place(&fake::nobody()), 8);
    assert!(all[0][1].contains("cannot be reached"), "{all:?}");
    assert_eq!(all[1][1], "not compared: no server reported its time");
    let registry = Registry::start();
    let all = found(&place(&registry.host()).without("REGISTRY_INSECURE"), 8);
    assert_eq!(all[0][1], format!("the registry at {} uses plain HTTP", registry.host()));
    assert!(all[0][2].contains(&format!("REGISTRY_INSECURE={}", registry.host())), "{all:?}");
    let all = found(&place(&registry.host()).env("REGISTRY_USER", "me"), 8);
    assert_eq!(all[0][1], "REGISTRY_USER is set and REGISTRY_PASSWORD is not");
}

#[test]
fn a_fake_registry_whose_clock_is_wrong() {
    let host = fake::answering("202 Accepted\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nLocation: /upload");
    let all = found(&place(&host), 8);
    assert_eq!(all[0][0], "ok");
    let [state, found_there, remedy] = &all[1];
    assert_eq!(state, "problem");
    assert!(found_there.contains(" s ahead of the registry's (its header `Date`)"), "{found_there}");
    assert!(remedy.contains("set the clocks"), "{remedy}");
}

#[test]
fn a_fake_registry_that_denies() {
    let host = fake::answering("403 Forbidden");
    let all = found(&place(&host), 8);
    let denied = format!("the registry does not allow anonymous users to push {host}/team/double");
    assert_eq!(all[0][1], denied);
}
