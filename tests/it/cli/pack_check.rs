//! `pelato pack check`: it finds what is wrong, and nothing where nothing is.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use snapbox::str;

use crate::support::Place;
use crate::support::toy::{self, SOUND};

/// Every check's result and reason.
type Results = BTreeMap<String, (String, String)>;

fn check(place: &Place, flags: &[&str]) -> Results {
    let output =
        place.command(&[&["pack", "check", "toy", "--json", "-q"], flags].concat()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let page: serde_json::Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}"));
    let word = |check: &serde_json::Value, key: &str| check[key].as_str().unwrap().to_owned();
    let checks = page["checks"].as_array().unwrap().iter();
    let results: Results =
        checks.map(|check| (word(check, "check"), (word(check, "result"), word(check, "reason")))).collect();
    let passes = results.values().all(|(result, _)| result != "failed");
    assert_eq!(page["passes"], passes, "{text}");
    assert_eq!(output.status.code(), Some(if passes { 0 } else { 3 }), "{text}");
    results
}

/// The reasons of the checks that failed, in a pack with some tasks changed.
fn failures(changed: &[(&str, &str)], change: impl Fn(String) -> String) -> BTreeMap<String, String> {
    let place = toy::place();
    place.write("workflow.yaml", "project_name: p\ntasks: []\n");
    let word = |task: &str, sound: &str| {
        changed
            .iter()
            .find(|(name, _)| *name == task)
            .map_or(sound.to_owned(), |(_, word)| (*word).to_owned())
    };
    let tasks: Vec<_> = SOUND.iter().map(|(task, sound)| (*task, word(task, sound))).collect();
    let tasks: Vec<_> = tasks.iter().map(|(task, word)| (*task, word.as_str())).collect();
    toy::pack(&place.path("language-packs"), &tasks, change);
    if let Some((_, starter)) = changed.iter().find(|(name, _)| *name == "starter") {
        place.write("language-packs/toy/starter/task.toy", format!("exec_task {starter}\n"));
    }
    let failed = check(&place, &[]).into_iter().filter(|(_, (result, _))| result == "failed");
    failed.map(|(name, (_, reason))| (name, reason)).collect()
}

fn names(failures: &BTreeMap<String, String>) -> Vec<&str> {
    failures.keys().map(String::as_str).collect()
}

fn as_it_is(manifest: String) -> String {
    manifest
}

#[test]
fn a_sound_pack_passes_by_name_and_by_folder() {
    let place = toy::place();
    toy::pack(&place.above().join("elsewhere"), SOUND, as_it_is);
    place
        .run(&["pack", "check", "../elsewhere/toy"])
        .code(0)
        .stdout_eq(str![[r#"
CHECK       RESULT   [TIME]REASON
manifest    passed   [TIME]Toy functions
compiler    passed   [TIME]toyc 1.2.3 ([ABOVE]/bin/toyc)
starter     passed   [TIME][SIZE]
exports     passed   [TIME]pelato:task/handler@0.1.0
imports     passed   [TIME]nothing
text        passed   [TIME]UTF-8, and the empty text
binary      passed   [TIME]all 256 bytes
large       passed   [TIME]1 MiB in and out
empty       passed   [TIME]an empty result
error       passed   [TIME]its message, and the instance continues
panic       passed   [TIME]ends the instance: wasm `unreachable` instruction executed
calls       passed   [TIME]5000 on one instance
signature   passed   [TIME]tasks/wrong/task.toy:1:11: error: 'no-such-word' is no word
same-bytes  passed   [TIME]two folders, the same bytes
offline     passed   [TIME][..]
container   skipped  [TIME]the pack names no `toolchain.image`
templates   passed   [TIME][..]processor_nats[..]

"#]])
        .stderr_eq(str![[r#"
        Note the project contains its own language pack `toy`: the pack's commands run on this machine

"#]]);
    place.write("workflow.yaml", "project_name: p\ntasks: []\n");
    toy::pack(&place.path("language-packs"), SOUND, as_it_is);
    let by_name = check(&place, &[]);
    assert!(by_name.values().all(|(result, _)| result != "failed"), "{by_name:?}");
    place.run(&["-q", "pack", "check"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: there is no pack.toml in this folder
  help: name a language pack, or the folder of one

"#]]);
}

#[test]
fn one_task_can_stand_for_the_others() {
    let place = toy::place();
    place.write("workflow.yaml", "project_name: p\ntasks: []\n");
    toy::pack(&place.path("language-packs"), &[("all", "all"), ("wrong", "no-such-word")], as_it_is);
    let results = check(&place, &[]);
    let skipped: Vec<_> = results.iter().filter(|(_, (result, _))| result == "skipped").collect();
    assert!(results.values().all(|(result, _)| result != "failed"), "{results:?}");
    assert_eq!(skipped.len(), 1, "{skipped:?}");
    // A folder of its own comes first.
    toy::pack(&place.path("language-packs"), &[("empty", "echo")], as_it_is);
    assert_eq!(check(&place, &[])["empty"].0, "failed");
}

#[test]
fn each_mistake_fails_its_check() {
    assert_eq!(names(&failures(&[("echo", "empty")], as_it_is)), ["text"]);
    assert_eq!(names(&failures(&[("empty", "echo")], as_it_is)), ["empty"]);
    assert_eq!(names(&failures(&[("error", "echo")], as_it_is)), ["error"]);
    assert_eq!(names(&failures(&[("panic", "error")], as_it_is)), ["panic"]);
    assert_eq!(names(&failures(&[("bytes", "empty")], as_it_is)), ["binary", "calls", "large"]);
    assert_eq!(names(&failures(&[("starter", "clock")], as_it_is)), ["same-bytes"]);
    let wrong = failures(&[("wrong", "echo")], as_it_is);
    assert_eq!(wrong.into_iter().collect::<Vec<_>>(), [("signature".to_owned(), "it compiles".to_owned())]);
}

#[test]
fn what_is_only_seen_after_many_calls() {
    let leaks = failures(&[("bytes", "leak")], as_it_is);
    assert_eq!(names(&leaks), ["calls"]);
    assert!(leaks["calls"].contains("128 MiB") || leaks["calls"].contains("unreachable"), "{leaks:?}");
    let tired = failures(&[("bytes", "tired")], as_it_is);
    assert_eq!(names(&tired), ["calls"]);
    assert!(tired["calls"].starts_with("call 101 on one instance: it returned "), "{tired:?}");
}

#[test]
fn what_the_manifest_says_of_panics_has_to_be_true() {
    let says =
        |panics: &'static str| move |manifest: String| manifest.replace("\"traps\"", &format!("{panics:?}"));
    let caught = failures(&[("panic", "error")], says("errors"));
    assert!(caught.is_empty(), "{caught:?}");
    let failed = failures(&[], says("errors"));
    assert!(
        failed["panic"].starts_with("a panic behaves differently than the manifest declares: it trapped"),
        "{failed:?}"
    );
    let place = toy::place();
    place.write("workflow.yaml", "project_name: p\ntasks: []\n");
    toy::pack(&place.path("language-packs"), &SOUND[..4], says("none"));
    let results = check(&place, &[]);
    assert_eq!(results["panic"].0, "skipped");
    let (result, reason) = &results["signature"];
    assert_eq!((result.as_str(), reason.as_str()), ("failed", "conformance/wrong/ is missing"));
}

#[test]
fn a_pack_without_tasks_is_told_what_to_write() {
    let failed = failures(&[], |manifest| manifest.split("[conformance]").next().unwrap().to_owned());
    assert_eq!(names(&failed), ["binary", "empty", "error", "panic", "signature", "text"]);
    assert_eq!(failed["text"], "the manifest has no [conformance]");
}

#[test]
fn a_component_that_wants_or_offers_more_fails() {
    let failed = failures(&[("starter", "odd")], |manifest| manifest.replace("\"module\"", "\"component\""));
    // The build itself refuses foreign imports.
    assert!(failed["starter"].contains("imports `odd:odd/extra`"), "{failed:?}");
    let failed = failures(&[("starter", "more")], |manifest| manifest.replace("\"module\"", "\"component\""));
    assert_eq!(failed["exports"], "it exports odd:odd/extra, pelato:task/handler@0.1.0");
    assert!(!failed.contains_key("starter") && !failed.contains_key("imports"), "{failed:?}");
}

#[test]
fn a_build_that_needs_the_network_fails() {
    let failed = failures(&[("starter", "only-online")], as_it_is);
    assert_eq!(names(&failed), ["offline"]);
    assert!(failed["offline"].ends_with("tasks/starter/task.toy:1: cannot fetch"), "{failed:?}");
    let alone = Command::new("unshare").args(["-rn", "true"]).status();
    if alone.is_ok_and(|status| status.success()) {
        let failed = failures(&[("starter", "network")], as_it_is);
        assert_eq!(names(&failed), ["offline"], "the network is really taken away");
    }
}

#[test]
fn without_a_compiler_or_with_a_wrong_manifest_the_rest_is_skipped() {
    let place = toy::place();
    place.write("workflow.yaml", "project_name: p\ntasks: []\n");
    toy::pack(&place.path("language-packs"), SOUND, |manifest| manifest.replace(">=1", ">=9"));
    let results = check(&place, &[]);
    assert_eq!(results["manifest"].0, "passed");
    assert_eq!(results["compiler"].0, "failed");
    assert!(results["compiler"].1.contains("is 1.2.3"), "{results:?}");
    assert_eq!(results["calls"].0, "skipped");
    toy::pack(&place.path("language-packs"), SOUND, |manifest| manifest.replace("summary", "sumary"));
    let results = check(&place, &[]);
    assert!(results["manifest"].1.ends_with("pack.toml, line 3: unknown field `sumary`, expected one of `schema`, `name`, `summary`, `extensions`, `task`, `shell`, `toolchain`, `build`, `run`, `conformance`"), "{results:?}");
    assert!(
        results.iter().all(|(name, (result, _))| name == "manifest" || result == "skipped"),
        "{results:?}"
    );
}

#[test]
fn who_asks_for_containers_is_told_that_there_are_none() {
    let place = toy::place().env("DOCKER_HOST", "unix:///no/such/socket");
    place.write("workflow.yaml", "project_name: p\ntasks: []\n");
    let with_image = |manifest: String| manifest.replace("program =", "image = \"r.org/toy:1\"\nprogram =");
    toy::pack(&place.path("language-packs"), SOUND, with_image);
    let container = |flags: &[&str]| check(&place, flags)["container"].clone();
    let (result, reason) = container(&[]);
    assert_eq!(result, "skipped", "{reason}");
    assert_eq!(container(&["--builder", "local"]), ("skipped".to_owned(), "`--builder local`".to_owned()));
}

#[test]
fn nothing_is_left_behind() {
    let place = toy::place();
    let temporary = place.above().join("tmp");
    fs::create_dir(&temporary).unwrap();
    let place = place.env("TMPDIR", &temporary);
    place.write("workflow.yaml", "project_name: p\ntasks: []\n");
    toy::pack(&place.path("language-packs"), SOUND, as_it_is);
    let before = place.tree();
    check(&place, &[]);
    crate::support::tree::assert_same(&before, &place.tree());
    assert_eq!(fs::read_dir(&temporary).unwrap().count(), 0);
}
