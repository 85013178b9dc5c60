//! `pelato send` and `pelato tail`, with the workflow that `pelato run` runs on this machine.

use serde_json::{Value, json};
use snapbox::str;

use crate::support::echoes::{self, PACK, PACK_TEXT};
use crate::support::{Place, Running};

/// `in` → `echo` → `out`.
fn place() -> Place {
    let workflow = "project_name: Echoes\ntasks:\n  - name: echo\n    type: processor_nats\n    language: wat\n    \
                    code: echo\n    targets: [edge]\n    source_topic: in\n    dest_topic: out\n    component_name: echo\n    \
                    version: 1.0.0\n";
    let place = Place::with(&[("workflow.yaml", workflow), (PACK, PACK_TEXT)]).with_own_cache().trusted();
    place.write("language-packs/wat/starter/function.wasm", echoes::echo());
    place.write("tasks/echo/function.wasm", echoes::echo());
    place.env("NATS_HOST", "127.0.0.1").env("NATS_PORT", "1")
}

fn started(place: &Place) -> Running {
    let running = place.start(&["run", "--port", "0"]);
    running.wait_for("Running");
    running
}

#[test]
fn what_is_sent_is_processed_and_what_comes_of_it_is_heard() {
    let place = place();
    let mut running = started(&place);
    let mut all = place.start(&["tail", ">", "-n", "4"]);
    all.wait_for("Observing > (pelato run)");
    let mut one = place.start(&["tail", "out", "--count", "1", "--json"]);
    one.wait_for("Observing out (pelato run)");
    place.run(&["send", "in", "{\"a\": 1}\n2"]).code(0).stdout_eq("").stderr_eq(str![[r#"
        Sent 10 bytes to in (pelato run)

"#]]);
    assert!(one.wait().success());
    let heard: Value = serde_json::from_str(&one.out()).unwrap();
    assert_eq!(heard, json!({ "schema": 1, "topic": "out", "message": "{\"a\": 1}\n2" }));

    let stdin = place.pelato(&["send", "in", "-", "--reply"]).stdin(b"\xff\x00".to_vec()).assert().code(0);
    assert_eq!(stdin.get_output().stdout, b"\xff\x00");
    assert!(all.wait().success());
    let mut lines: Vec<_> = all.out().lines().map(str::to_owned).collect();
    lines.sort();
    assert_eq!(lines, ["in  (2 bytes)", "in  {\"a\": 1}\\n2", "out  (2 bytes)", "out  {\"a\": 1}\\n2"]);

    let sent: Value =
        serde_json::from_str(&place.ran(&["send", "in", "x", "--reply", "--json"]).success().out).unwrap();
    assert_eq!(sent, json!({ "schema": 1, "topic": "in", "bytes": 1, "to": "run", "reply": "x" }));
    place.ran(&["send", "nobody", "x", "--reply"]).failed(6, &["nobody"]);

    // One that observes ends with what it observes.
    let mut rest = place.start(&["tail"]);
    rest.wait_for("Observing in, out (pelato run)");
    running.stop("INT");
    assert!(rest.wait().success(), "{}", rest.err());
}

#[test]
fn where_nothing_runs_the_server_of_the_settings_is_asked() {
    let place = place();
    let words = ["the NATS server at nats://127.0.0.1:1 cannot be reached"];
    place.ran(&["send", "in", "x"]).failed(6, &words);
    place.ran(&["tail"]).failed(6, &words);
    let _running = started(&place);
    place.ran(&["send", "in", "x", "--nats"]).failed(6, &words);
}

#[test]
fn one_that_was_killed_is_replaced_and_the_first_of_two_is_reached() {
    let place = place();
    let mut killed = started(&place);
    killed.signal("KILL");
    killed.wait();
    let mut first = started(&place);
    let second = place.start(&["run", "--port", "0"]);
    second.wait_for("Running");
    place.ran(&["send", "in", "to the first"]).success();
    first.wait_for_out("to the first");
    assert!(!second.out().contains("to the first"));
    first.stop("INT");
}

#[test]
fn topics_that_are_not_valid_are_refused_before_anybody_is_asked() {
    let place = place();
    place.run_in_vain(&["send", "a b", "x"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: `a b` is not a valid topic: [..]
  help: write it like `room.celsius`

"#]]);
    place.run_in_vain(&["send", "a.*", "x"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: `a.*` stands for many topics
  help: name one topic, without `*` and `>`

"#]]);
    place.run_in_vain(&["tail", "a..b"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: `a..b` is not a valid topic: [..]
  help: write it like `room.celsius`

"#]]);
}
