//! Every pack of this repository passes `pelato pack check`. Compilers are taken from PATH, else installed as the packs
//! say; without one a test is skipped here, and fails in CI.

use std::collections::BTreeSet;
use std::process::Command;

use crate::support::root;
use crate::support::tools::{in_ci, packs_cache, path, state};

/// The packs, and those among them that have a test below.
const PACKS: &[&str] = &["c", "cpp", "go", "javascript", "python", "rust"];

fn passes(pack: &str) {
    let here = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_pelato"));
    command.args(["pack", "check", pack, "--json"]).current_dir(here.path()).env("PATH", path());
    command.env("PELATO_HOME", here.path());
    // Shared with `languages`: what the packs install is installed once.
    command.env("PELATO_CACHE", packs_cache()).env("PELATO_STATE", state());
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let page: serde_json::Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}"));
    let checks = page["checks"].as_array().unwrap();
    let compiler = checks.iter().find(|check| check["check"] == "compiler").unwrap();
    if compiler["result"] != "passed" && !in_ci() {
        return eprintln!("skipped: {}", compiler["reason"]);
    }
    let failed: Vec<_> = checks.iter().filter(|check| check["result"] == "failed").collect();
    assert!(failed.is_empty(), "{failed:#?}");
    assert!(output.status.success());
    // What may be skipped here is known: nothing else passes by not being made.
    let skipped = checks.iter().filter(|check| check["result"] == "skipped");
    let skipped: BTreeSet<_> = skipped.map(|check| check["check"].as_str().unwrap()).collect();
    assert!(skipped.is_subset(&["container", "panic", "same-bytes"].into()), "{skipped:?}");
}

#[test]
fn every_pack_has_a_test() {
    let folders = std::fs::read_dir(root().join("language-packs")).unwrap();
    let names: BTreeSet<_> = folders.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(names, PACKS.iter().map(|name| (*name).to_owned()).collect());
}

#[test]
fn c() {
    passes("c");
}

#[test]
fn cpp() {
    passes("cpp");
}

#[test]
fn go() {
    passes("go");
}

#[test]
fn javascript() {
    passes("javascript");
}

#[test]
fn python() {
    passes("python");
}

#[test]
fn rust() {
    passes("rust");
}
