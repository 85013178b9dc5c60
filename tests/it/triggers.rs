//! The triggers in `templates/tasks/` are built from the sources in `templates/triggers/`.

// The rule is the one of the program that builds them.
#[path = "../../templates/triggers/build/src/digest.rs"]
mod digest;

use std::fs;
use std::path::{Path, PathBuf};

use wasmparser::{Parser, Payload};

const REBUILD: &str =
    "rebuild the triggers: cd templates/triggers && cargo run -p build (docs/contributing/triggers.md)";

fn templates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("templates")
}

/// The digest a finished trigger carries.
fn marked(component: &[u8]) -> Option<String> {
    let marks = Parser::new(0).parse_all(component).filter_map(|payload| match payload.ok()? {
        Payload::CustomSection(section) if section.name() == digest::SECTION => {
            Some(String::from_utf8_lossy(section.data()).into_owned())
        }
        _ => None,
    });
    marks.last()
}

/// What is wrong with the trigger at `path`, if it was not built from `sources`.
fn stale(path: &Path, sources: &Path) -> Option<String> {
    let component = fs::read(path).expect("a trigger");
    let expected = digest::of_sources(sources).expect("the sources");
    match marked(&component) {
        Some(mark) if mark == expected => None,
        Some(_) => Some(format!("{} was built from other sources; {REBUILD}", path.display())),
        None => Some(format!("{} does not say what it was built from; {REBUILD}", path.display())),
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let to = to.join(entry.file_name());
        if !entry.path().is_dir() {
            fs::copy(entry.path(), to).expect("a copy");
        } else if entry.file_name() != "target" {
            copy(&entry.path(), &to);
        }
    }
}

#[test]
fn every_trigger_was_built_from_the_sources_beside_it() {
    let tasks = fs::read_dir(templates().join("tasks")).expect("the templates");
    let triggers: Vec<PathBuf> = tasks
        .map(|task| task.expect("a template").path().join("trigger.wasm"))
        .filter(|trigger| trigger.exists())
        .chain(["entry/entry.wasm", "journal/journal.wasm"].map(|path| templates().join(path)))
        .collect();
    assert!(triggers.len() >= 3, "there are too few triggers: {triggers:?}");

    let problems: Vec<String> =
        triggers.iter().filter_map(|path| stale(path, &templates().join("triggers"))).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn a_changed_source_makes_the_triggers_stale() {
    let trigger = templates().join("tasks/processor_nats/trigger.wasm");
    let folder = tempfile::tempdir().expect("a folder");
    let sources = folder.path();
    copy(&templates().join("triggers"), sources);
    assert_eq!(stale(&trigger, sources), None, "an unchanged copy is as good");

    // What decides nothing: notes, tests, the program that builds.
    for path in ["wit/README.md", "flow/tests/new.rs", "build/src/main.rs"] {
        fs::write(sources.join(path), "changed").expect("a change");
        assert_eq!(stale(&trigger, sources), None, "{path} does not matter");
    }

    for path in ["Cargo.lock", "flow/src/http.rs", "processor_nats/Cargo.toml", "wit/triggers.wit"] {
        let original = fs::read(sources.join(path)).expect("a source");
        fs::write(sources.join(path), [original.as_slice(), b"\n"].concat()).expect("a change");
        let problem = stale(&trigger, sources).expect("stale");
        assert!(problem.contains("cargo run -p build"), "{problem}");
        fs::write(sources.join(path), original).expect("the original");
    }

    fs::rename(sources.join("flow/src/http.rs"), sources.join("flow/src/web.rs")).expect("a new name");
    assert!(stale(&trigger, sources).is_some(), "a name matters too");
}

#[test]
fn a_trigger_without_its_mark_is_stale() {
    let folder = tempfile::tempdir().expect("a folder");
    let trigger = folder.path().join("trigger.wasm");
    fs::write(&trigger, wasm_encoder::Component::new().finish()).expect("a component");
    let problem = stale(&trigger, &templates().join("triggers")).expect("stale");
    assert!(problem.contains("does not say"), "{problem}");
}
