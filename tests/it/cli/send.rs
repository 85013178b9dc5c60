//! `pelato send` and `pelato tail`, with the workflow that `pelato run` runs on this machine.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::{Value, json};
use snapbox::str;

use crate::support::echoes::{self, PACK, PACK_TEXT};
use crate::support::process::wait_until;
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
    place.run(&["send", "inn"]).code(0).stderr_eq(str![[r#"
        Sent 0 bytes to inn (pelato run)
        Note the message is empty: `-` in its place reads it from stdin
        Note no task of the workflow reads or writes inn

"#]]);
    place.ran(&["send", "nobody", "x", "--reply"]).failed(6, &["nobody"]);

    // One that observes ends with what it observes.
    let mut rest = place.start(&["tail"]);
    rest.wait_for("Observing in, out (pelato run)");
    running.stop("INT");
    assert!(rest.wait().success(), "{}", rest.err());
}

#[test]
fn a_server_is_asked_only_if_that_is_wanted() {
    let place = place();
    let nothing = ["no `pelato run` of this project is running", "name a NATS server with `--nats`"];
    place.ran(&["send", "in", "x"]).failed(6, &nothing);
    place.ran(&["tail"]).failed(6, &nothing);
    let words = ["the NATS server at nats://127.0.0.1:1 cannot be reached"];
    place.ran(&["send", "in", "x", "--nats"]).failed(6, &words);
    place.ran(&["tail", "--nats"]).failed(6, &words);
    let _running = started(&place);
    place.ran(&["send", "in", "x", "--nats"]).failed(6, &words);
}

#[test]
fn a_topic_behind_nats_is_not_taken_for_an_address() {
    let place = place();
    for wrong in [&["send", "--nats", "room.alarms", "fire"][..], &["tail", "--nats", "in"]] {
        place
            .ran(wrong)
            .failed(2, &["not a valid address of a NATS server", "put `--nats` after all other words"]);
    }
}

#[test]
fn a_workflow_that_is_being_started_is_waited_for() {
    let place = place();
    std::fs::remove_file(place.path("tasks/echo/function.wasm")).unwrap();
    let mut running = place.start(&["run", "--watch", "--port", "0"]);
    running.wait_for("waiting for a change");
    let mut send = place.start(&["send", "in", "hello", "--reply"]);
    place.write("tasks/echo/function.wasm", echoes::echo());
    assert!(send.wait().success(), "{}", send.err());
    assert_eq!(send.out(), "hello");
    running.stop("INT");
}

#[test]
fn who_waits_for_a_reply_is_told_at_once_that_none_will_come() {
    let place = place();
    let ask = ["send", "in", "x", "--reply", "--timeout", "1h"];
    place.write("tasks/echo/function.wasm", echoes::empty());
    let mut running = started(&place);
    place.run(&ask).code(0).stdout_eq("").stderr_eq(str![[r#"
        Sent 1 byte to in (pelato run)
        Note the message was filtered out, so there is no reply

"#]]);
    let sent: Value =
        serde_json::from_str(&place.ran(&[&ask[..], &["--json"]].concat()).success().out).unwrap();
    assert_eq!(sent["filtered"], true, "{sent}");
    running.stop("INT");

    place.write("tasks/echo/function.wasm", echoes::failing());
    let mut running = started(&place);
    place.ran(&ask).failed(5, &["there is no reply, because echo failed: I will not"]);
    running.stop("INT");

    place.write("tasks/echo/function.wasm", echoes::endless_for_x());
    let mut running = place.start(&["run", "--port", "0", "--timeout", "100ms"]);
    running.wait_for("Running");
    place.ran(&ask).failed(5, &["there is no reply, because echo took longer than 0.1 s"]);
    running.stop("INT");
}

#[test]
fn whoever_writes_for_a_pipe_ends_with_its_reader() {
    let place = place();
    let unread = |arguments: &[&str], until: &str| {
        let mut command = place.command(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
        said.find(|line| line.as_ref().unwrap().contains(until)).unwrap().unwrap();
        drop(child.stdout.take());
        // Nothing is sent.
        let rest: Vec<_> = said.map(Result::unwrap).collect();
        assert!(child.wait().unwrap().success(), "{rest:?}");
    };
    let mut running = started(&place);
    unread(&["tail"], "Observing");
    running.stop("INT");
    unread(&["run", "--port", "0"], "Running");
}

#[test]
fn one_that_was_killed_is_replaced_and_the_second_is_reached_after_the_first() {
    let place = place();
    let mut killed = started(&place);
    killed.signal("KILL");
    killed.wait();
    let mut first = started(&place);
    let mut second = place.start(&["run", "--port", "0"]);
    second.wait_for("Running");
    second.wait_for("`pelato send` and `pelato tail` reach the other one until it ends");
    place.ran(&["send", "in", "to the first"]).success();
    first.wait_for_out("to the first");
    assert!(!second.out().contains("to the first"));
    first.stop("INT");
    // The other one is reached then.
    let is_reached = || place.pelato(&["send", "in", "to the second"]).output().unwrap().status.success();
    wait_until("the second is reached", is_reached);
    second.wait_for_out("to the second");
    second.stop("INT");
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
