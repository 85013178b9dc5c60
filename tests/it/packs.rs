//! Every pack of this repository passes `pelato pack check`. Compilers are taken from PATH, else installed as the packs
//! say; without one a test is skipped here, and fails in CI.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The packs, and those among them that have a test below.
const PACKS: &[&str] = &["c", "cpp", "go", "javascript", "python", "rust"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// PATH, with the compilers before it that `.ci/run` installs.
fn path() -> std::ffi::OsString {
    let given = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let tools = root().join("target/tools");
    let go = given("PELATO_TEST_GO").unwrap_or_else(|| tools.join("go/go/bin/go"));
    let rust = given("PELATO_TEST_RUST").unwrap_or_else(|| tools.join("rust/bin"));
    let own = [go.parent().unwrap().to_owned(), rust].into_iter().filter(|folder| folder.is_dir());
    let usual = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(own.chain(std::env::split_paths(&usual))).unwrap()
}

fn passes(pack: &str) {
    let here = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_pelato"));
    command.args(["pack", "check", pack, "--json"]).current_dir(here.path()).env("PATH", path());
    command.env("PELATO_HOME", here.path());
    // Shared with tests/languages: what the packs install is installed once.
    command.env("PELATO_CACHE", root().join("target/tools/packs"));
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let page: serde_json::Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}"));
    let checks = page["checks"].as_array().unwrap();
    let compiler = checks.iter().find(|check| check["check"] == "compiler").unwrap();
    if compiler["result"] != "passed" && std::env::var_os("CI").is_none_or(|value| value.is_empty()) {
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
