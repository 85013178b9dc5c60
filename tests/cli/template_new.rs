//! `pelato template new`: flags, questions, and what is written.

use snapbox::str;

use crate::support::terminal::Terminal;
use crate::support::{Place, tree};

const FLAGS: &[&str] = &["--from", "nats_to_nats_kv", "--summary", "My \"own\""];

#[test]
fn flags_make_a_template_that_is_used_at_once() {
    let place = Place::with(&[("workflow.yaml", "project_name: p\ntasks: []\n")]);
    place.run(&[&["template", "new", "mine"], FLAGS].concat()).code(0).stdout_eq("").stderr_eq(str![[r#"
     Created template in [PROJECT]/templates/mine
        Next change template.toml; then: pelato template check mine

"#]]);
    place.expect(
        tree::names(&tree::of(&place.path("templates/mine"))),
        str![[r#"
README.md
template.toml
trigger.wasm
"#]],
    );
    place.expect(place.read("templates/mine/template.toml"), str![]);
    place.run(&["template", "show", "mine"]).code(0).stdout_eq(str![]);
    // It is not written over.
    place.run_in_vain(&[&["template", "new", "mine"], FLAGS].concat()).code(1).stderr_eq(str![]);
}

#[test]
fn the_source_comes_along_if_it_is_wanted() {
    let place = Place::with(&[("workflow.yaml", "project_name: p\ntasks: []\n")]);
    let flags = ["--from", "processor_nats", "--summary", "My own", "--source", "--json"];
    place.run(&[&["template", "new", "mine"], &flags[..]].concat()).code(0).stderr_eq("");
    let names = tree::names(&tree::of(&place.path("templates/mine/source")));
    for name in ["Cargo.toml", "Cargo.lock", "flow/Cargo.toml", "flow/src/lib.rs", "trigger/Cargo.toml"] {
        assert!(names.lines().any(|line| line == name), "{name}: {names}");
    }
    // What cargo has made is left alone, and one's own source is as good as PELATO's.
    place.write("templates/mine/source/target/release/trigger.wasm", "old");
    place.write("templates/mine/source/trigger/src/lib.rs", "// changed\n");
    let flags = ["--from", "mine", "--summary", "The second", "--source"];
    place.run(&[&["template", "new", "second"], &flags[..]].concat()).code(0).stdout_eq("");
    assert_eq!(place.read("templates/second/source/trigger/src/lib.rs"), "// changed\n");
    assert!(!place.path("templates/second/source/target").exists());
    std::fs::remove_dir_all(place.path("templates/mine/source")).unwrap();
    let flags = ["--from", "mine", "--summary", "The third", "--source"];
    place.run_in_vain(&[&["template", "new", "third"], &flags[..]].concat()).code(2).stderr_eq(str![]);
}

#[test]
fn what_is_missing_or_wrong_names_its_flag() {
    let place = Place::empty();
    let refused = |arguments: &[&str], expected: snapbox::data::Inline| {
        let all = [&["template", "new"], arguments].concat();
        place.run_in_vain(&all).code(2).stdout_eq("").stderr_eq(expected);
    };
    refused(&["mine", "--in", "."], str![]);
    refused(&["mine", "--in", ".", "--from", "processor_nats"], str![]);
    refused(&["mine", "--from", "processor_nats", "--summary", "s"], str![]);
    refused(&["Mine", "--in", ".", "--from", "processor_nats", "--summary", "s"], str![]);
    refused(&["../mine", "--in", ".", "--from", "processor_nats", "--summary", "s"], str![]);
    refused(&["mine", "--in", ".", "--from", "processor_nats", "--summary", " "], str![]);
    let unknown = ["template", "new", "mine", "--in", ".", "--from", "procesor_nats", "--summary", "s"];
    place.run_in_vain(&unknown).code(3).stderr_eq(str![]);
}

#[test]
fn what_is_not_given_is_asked_for() {
    let place = Place::empty();
    let mut terminal = Terminal::open(&place, &["template", "new", "mine", "--in", "templates"]);
    terminal.see("Made of which template").press("\x1b[B\r");
    terminal.see("What it does, in one line").answer("Mine");
    let (rest, code) = terminal.end();
    assert_eq!(code, 0, "{rest}");
    let manifest = place.read("templates/mine/template.toml");
    assert!(
        manifest.contains("summary = \"Mine\"") && manifest.contains("[parameters.max_body_bytes]"),
        "{manifest}"
    );
}
