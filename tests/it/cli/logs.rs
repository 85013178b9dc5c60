//! `pelato logs`, with the workflow that `pelato run` runs on this machine.

use pelato::protocol::{Record, RecordKind};
use serde_json::{Value, json};
use snapbox::str;

use crate::support::echoes::{self, PACK, PACK_TEXT};
use crate::support::{Place, Running};

const WORKFLOW: &str = "\
project_name: Cold chain
tasks:
  - name: speaker
    type: processor_nats
    language: wat
    code: speaker
    targets: [edge]
    source_topic: in
    dest_topic: out
    component_name: speaker
    version: 1.0.0
";

fn place(more: &str) -> Place {
    let workflow = format!("{WORKFLOW}{more}");
    let place = Place::with(&[("workflow.yaml", &workflow), (PACK, PACK_TEXT)]).with_own_cache().trusted();
    place.write("language-packs/wat/starter/function.wasm", echoes::echo());
    place.write("tasks/speaker/function.wasm", echoes::speaking());
    place.env("NATS_HOST", "127.0.0.1").env("NATS_PORT", "1")
}

fn started(place: &Place) -> Running {
    let running = place.start(&["run", "--port", "0"]);
    running.wait_for("Running");
    running
}

fn logs(place: &Place, more: &[&str]) -> Running {
    let logs = place.start(&[&["logs"], more].concat());
    logs.wait_for("Observing logs (pelato run)");
    logs
}

#[test]
fn lines_failures_and_traps_of_what_runs_here_are_printed() {
    let place = place("");
    let mut running = started(&place);
    let mut all = logs(&place, &["-n", "8"]);
    let mut one = logs(&place, &["speaker", "--count", "2", "--json"]);
    for message in ["good", "fail", "x"] {
        place.ran(&["send", "in", message]).success();
    }
    assert!(all.wait().success());
    snapbox::assert_data_eq!(
        sorted(&all.out()),
        str![[r#"
speaker in  careful
speaker in  careful
speaker in  careful
speaker in  failed: I will not
speaker in  hello
speaker in  hello
speaker in  hello
speaker in  trapped: wasm `unreachable` instruction executed

"#]]
    );
    assert!(one.wait().success());
    let first: Value = serde_json::from_str(one.out().lines().next().unwrap()).unwrap();
    let time = first["time"].as_str().unwrap();
    assert!(pelato::clock::read(time).is_some(), "{time}");
    let expected = json!({
        "schema": 1, "time": time, "component": "speaker", "topic": "in", "kind": "stdout", "text": "hello"
    });
    assert_eq!(first, expected);
    // One that observes ends with what it observes.
    let mut rest = logs(&place, &[]);
    running.stop("INT");
    assert!(rest.wait().success(), "{}", rest.err());
}

/// Lines without their times, which differ, as calls run at the same time.
fn sorted(out: &str) -> String {
    let mut lines: Vec<_> = out.lines().map(|line| line.split_once("  ").unwrap().1).collect();
    lines.sort_unstable();
    lines.iter().map(|line| format!("{line}\n")).collect()
}

#[test]
fn a_published_log_is_seen_on_its_topic_and_nowhere_else() {
    let place = place("    logs: true\n    env: {KEY: {secret: KEY}, LIMIT: 3}\n");
    place.write("tasks/speaker/function.wasm", echoes::telling());
    let place = place.env("PELATO_SECRET_KEY", "hunter2-swordfish");
    let mut running = started(&place);
    let mut tail = place.start(&["tail", "pelato.logs.>", "-n", "3"]);
    tail.wait_for("Observing");
    place.ran(&["send", "in", "x"]).success();
    assert!(tail.wait().success());
    let mut seen = Vec::new();
    for line in tail.out().lines() {
        let (topic, record) = line.split_once("  ").unwrap();
        assert_eq!(topic, "pelato.logs.Cold%20chain.speaker");
        let record: Record = serde_json::from_str(record).unwrap();
        assert_eq!(
            (record.component, record.version, record.topic),
            ("speaker".into(), "1.0.0".into(), "in".into())
        );
        seen.push((record.kind, record.text, record.elapsed_us.is_some()));
    }
    // The variables of the function come in the order of their texts, then secrets.
    let line = "LIMIT=3\0KEY=***\0".to_owned();
    let nothing = String::new;
    assert_eq!(
        seen,
        [
            (RecordKind::Began, nothing(), false),
            (RecordKind::Stdout, line, false),
            (RecordKind::Ended, nothing(), true)
        ]
    );
    running.wait_for_out("→ out x");
    // The lines are also the host's, as without a log.
    assert!(running.out().contains("speaker | LIMIT=3"), "{}", running.out());
    assert!(!running.out().contains("pelato.logs"), "{}", running.out());
    running.stop("INT");
}

#[test]
fn a_log_is_switched_on_by_composing_and_a_version_alone_is_no_other_content() {
    let place = place("");
    place.ran(&["build"]).success();
    let before = place.bytes("gen/speaker/speaker.wasm");
    place.edit("workflow.yaml", "    version", "    logs: true\n    version");
    let planned = place.ran(&["build", "--dry-run"]).success();
    assert!(planned.out.contains("compose") && !planned.out.contains("compile"), "{}", planned.out);
    place.ran(&["build"]).success();
    let with_log = place.bytes("gen/speaker/speaker.wasm");
    assert_ne!(with_log, before);
    place.edit("workflow.yaml", "logs: true", "logs: false");
    place.ran(&["build"]).success();
    assert_eq!(place.bytes("gen/speaker/speaker.wasm"), before);
}

#[test]
fn where_nothing_runs_the_server_of_the_settings_is_asked() {
    let place = place("");
    place.ran(&["logs"]).failed(6, &["the NATS server at nats://127.0.0.1:1 cannot be reached"]);
    place.run_in_vain(&["logs", "speakr"]).code(3).stdout_eq("").stderr_eq(str![[r#"
error: [..]`speakr`[..]
  help: did you mean `speaker`?

"#]]);
    place.edit("workflow.yaml", "    version", "    logs: on\n    version");
    place.ran(&["check"]).failed(3, &["`on` does not say whether the log is published"]);
}
