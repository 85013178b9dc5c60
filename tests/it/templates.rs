//! Every template of this repository passes `pelato template check` with functions in Go, and so does one of somebody
//! else. `packs.rs` has each language with each of ours; the one of somebody else is composed with each language here.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use pelato::build;
use pelato::catalog::{Folder, Origin, Template};

use crate::support::tools::{all_compilers, in_ci, packs_cache, path, state};
use crate::support::{built, root, trigger};

/// The templates, and what may be skipped of each: nothing else passes by not being made.
const TEMPLATES: &[(&str, &[&str])] = &[
    ("dbsync_nats", &["message", "http", "empty", "error", "trap", "delivery"]),
    ("http_producer_nats", &[]),
    ("nats_to_nats_kv", &["http"]),
    ("processor_nats", &["http"]),
    ("router_nats", &["http"]),
    ("splitter_nats", &["http"]),
];
/// One that nobody compiled into PELATO, and what may be skipped of it.
const FOREIGN: (&str, &[&str]) = ("toy", &["http"]);

fn write_foreign(folder: &Path) {
    std::fs::write(folder.join("template.toml"), trigger::MANIFEST).unwrap();
    std::fs::write(folder.join("trigger.wasm"), trigger::module(trigger::Slip::None)).unwrap();
}

fn passes(template: &str, languages: &[&str]) {
    let here = tempfile::tempdir().unwrap();
    // Whoever is not built in lies in the user's own folder.
    let folder = here.path().join("templates").join(FOREIGN.0);
    std::fs::create_dir_all(&folder).unwrap();
    write_foreign(&folder);
    let mut command = Command::new(env!("CARGO_BIN_EXE_pelato"));
    command.args(["template", "check", template, "--json"]).current_dir(here.path()).env("PATH", path());
    command.args(languages.iter().flat_map(|language| ["--language", *language]));
    command.env("PELATO_HOME", here.path());
    // Shared with `packs`, which installs what the packs install.
    command.env("PELATO_CACHE", packs_cache()).env("PELATO_STATE", state());
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let page: serde_json::Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}"));
    let checks = page["checks"].as_array().unwrap();
    let failed: Vec<_> = checks.iter().filter(|check| check["result"] == "failed").collect();
    assert!(failed.is_empty(), "{failed:#?}");
    assert!(output.status.success());
    let skipped = checks.iter().filter(|check| check["result"] == "skipped");
    let mut skipped: BTreeSet<_> = skipped.map(|check| check["check"].as_str().unwrap()).collect();
    let about = checks.iter().find(|check| check["check"] == "languages").unwrap();
    eprintln!("{template}: {}", about["reason"]);
    if !in_ci() {
        // Without a compiler; in CI there is one.
        skipped.remove("languages");
    }
    let (_, may) = TEMPLATES.iter().chain([&FOREIGN]).find(|(name, _)| *name == template).unwrap();
    assert_eq!(skipped, may.iter().copied().collect());
}

#[test]
fn every_template_has_a_test() {
    let folders = std::fs::read_dir(root().join("templates/tasks")).unwrap();
    let names: BTreeSet<_> = folders.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(names, TEMPLATES.iter().map(|(name, _)| (*name).to_owned()).collect());
}

#[test]
fn dbsync_nats() {
    passes("dbsync_nats", &["go"]);
}

#[test]
fn http_producer_nats() {
    passes("http_producer_nats", &["go"]);
}

#[test]
fn nats_to_nats_kv() {
    passes("nats_to_nats_kv", &["go"]);
}

#[test]
fn processor_nats() {
    passes("processor_nats", &["go"]);
}

#[test]
fn router_nats() {
    passes("router_nats", &["go"]);
}

#[test]
fn splitter_nats() {
    passes("splitter_nats", &["go"]);
}

#[test]
fn one_of_somebody_else() {
    passes(FOREIGN.0, &["go"]);
}

/// With functions that are built anyway, by the tests of the example.
#[test]
fn one_of_somebody_else_goes_with_every_language() {
    if !all_compilers() {
        return;
    }
    let here = tempfile::tempdir().unwrap();
    write_foreign(here.path());
    let template = Template::load(Folder::Disk(here.path().to_owned()), Origin::Project).unwrap();
    let trigger = build::trigger(&template).unwrap();
    let settings = build::settings_component(&BTreeMap::new()).unwrap();
    let project = built::languages();
    let functions = std::fs::read_dir(project.join("gen")).unwrap().flatten();
    let functions: Vec<_> =
        functions.filter_map(|entry| std::fs::read(entry.path().join(".function.wasm")).ok()).collect();
    assert_eq!(functions.len(), 6);
    for function in functions {
        let composed = build::compose(&trigger, &function, &settings).unwrap();
        let names = build::interfaces(&composed).unwrap();
        assert!(!names.imports.iter().any(|name| name.starts_with("pelato:")), "{names:?}");
    }
}
