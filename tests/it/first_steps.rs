//! `pelato new`, and then what the new project's README says: for every template, and in every language.

use std::process::Command;

use crate::support::{Place, soak, tools};

const MESSAGE: &str = r#"{"Name": "kitchen", "Data": 21.46}"#;
const TEMPLATES: [(&str, &[&str]); 6] = [
    ("http_producer_nats", &["--dest-topic", "room.rounded"]),
    ("processor_nats", &["--dest-topic", "room.rounded"]),
    ("router_nats", &["--dest-topics", "room.rounded,room.odd"]),
    ("splitter_nats", &["--dest-topic", "room.rounded,room.again"]),
    ("nats_to_nats_kv", &["--bucket", "rooms"]),
    ("dbsync_nats", &["--table", "rooms"]),
];

/// The arguments of the commands that a README shows.
fn commands(readme: &str) -> Vec<Vec<String>> {
    let lines = readme.lines().filter_map(|line| line.strip_prefix("       pelato "));
    lines
        .map(|line| {
            let (plain, quoted) =
                line.split_once(" '").map_or((line, None), |(plain, quoted)| (plain, Some(quoted)));
            let quoted = quoted.map(|quoted| quoted.trim_end_matches('\'').to_owned());
            plain.split_whitespace().map(str::to_owned).chain(quoted).collect()
        })
        .collect()
}

fn follow(language: &str, (template, parameters): (&str, &[&str]), test: &[&str]) {
    let place = Place::empty().env("PATH", tools::path()).env("PELATO_CACHE", tools::packs_cache());
    let place =
        tools::cargo_folders().into_iter().fold(place, |place, (name, folder)| place.env(name, folder));
    let named = ["--name", "Round", "--target", "edge", "--source-topic", "room.raw", "--no-git"];
    let new = ["new", ".", "--language", language, "--template", template];
    place.run(&[&new[..], &named, parameters].concat()).code(0);
    let mut tested = Command::new(test[0]);
    tested.args(&test[1..]).current_dir(place.path("tasks/round")).env("PATH", tools::path());
    let tested = tested.output().unwrap();
    assert!(tested.status.success(), "{language}, {template}: {tested:?}");

    let commands = commands(&place.read("README.md"));
    let names: Vec<_> = commands.iter().map(|words| words[0].as_str()).collect();
    assert_eq!(names, ["check", "call", "run"], "{language}, {template}");
    for words in &commands[..2] {
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        let ran = place.run(&words);
        let output = ran.get_output();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{language}, {template}, {words:?}: {said}");
        let out = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(words[0] == "check" || out.contains("21.5"), "{language}, {template}: {out}");
    }
    // A database is not to be had here: tests/servers/cli/run_postgres.rs has one.
    if template != "dbsync_nats" {
        let mut running = place.start(&["run", "--port", "0", "--send", &format!("room.raw={MESSAGE}")]);
        running.wait_for_out("21.5");
        running.signal("INT");
        assert_eq!(running.wait().code(), Some(0), "{language}, {template}: {}", running.err());
        assert!(!running.out().contains("failed"), "{language}, {template}: {}", running.out());
    }
}

/// With all templates where languages differ least, with all in all languages for a soak.
fn follow_in(language: &str, test: &[&str]) {
    let all = language == "go" || soak::times(1) > 1;
    let chosen = TEMPLATES.iter().filter(|(name, _)| all || *name == "nats_to_nats_kv");
    chosen.for_each(|template| follow(language, *template, test));
}

#[test]
fn go() {
    follow_in("go", &["go", "test", "."]);
}

#[test]
fn rust() {
    follow_in("rust", &["cargo", "--version"]);
}

#[test]
fn c() {
    follow_in("c", &["sh", "-c", "cc -o t task.c task_test.c -lm && ./t && rm t"]);
}

#[test]
fn cpp() {
    follow_in("cpp", &["sh", "-c", "c++ -std=c++20 -o t task_test.cpp && ./t && rm t"]);
}

#[test]
fn python() {
    follow_in("python", &["python3", "-B", "-m", "unittest"]);
}

#[test]
fn javascript() {
    follow_in("javascript", &["node", "--test"]);
}
