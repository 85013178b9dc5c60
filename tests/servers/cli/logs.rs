//! `pelato logs` of functions that publish what they write, with a real NATS server.

use super::chain::{self, JETSTREAM};
use crate::support::echoes;
use crate::support::nats::Server;

#[test]
fn what_functions_write_and_which_calls_fail_is_read_from_the_server() {
    let server = Server::start(JETSTREAM);
    let url = server.url();
    let place = chain::place("");
    let workflow = place.read("workflow.yaml");
    let without_retries = workflow.replace("    delivery: at-least-once\n", "");
    let (first, second) = without_retries.split_at(without_retries.find("  - name: second").unwrap());
    place.write("workflow.yaml", format!("{first}    logs: true\n{second}"));
    place.write("tasks/first/function.wasm", echoes::speaking());
    let mut running = chain::start(&place, &server, &[]);
    let mut logs = place.start(&["logs", "-n", "5", "--nats", &url]);
    logs.wait_for("no log is published by: second (`logs: true` in workflow.yaml)");
    logs.wait_for(&format!("Observing logs ({url})"));
    let mut json = place.start(&["logs", "first", "-n", "5", "--nats", &url, "--json"]);
    json.wait_for("Observing logs");
    // One after the other: each call is seen to its end.
    let mut out = place.start(&["tail", "out", "-n", "1", "--nats", &url]);
    out.wait_for("Observing out");
    place.ran(&["send", "in", "good", "--nats", &url]).success();
    assert!(out.wait().success());
    place.ran(&["send", "in", "fail", "--nats", &url]).success();
    assert!(logs.wait().success());
    let lines: Vec<_> = logs.out().lines().map(|line| line.split_once("  ").unwrap().1.to_owned()).collect();
    let expected = ["hello", "careful", "hello", "careful", "failed: I will not"];
    assert_eq!(lines, expected.map(|text| format!("first 1.0.0 in  {text}")));
    assert!(json.wait().success());
    assert!(
        json.out().lines().all(|line| line.contains(r#""component":"first","version":"1.0.0","topic":"in""#))
    );
    running.stop("INT");
}

#[test]
fn who_may_not_observe_logs_is_told() {
    let server = Server::restricted("publish: [\"a\", \"_INBOX.>\"], subscribe: [\"a\", \"_INBOX.>\"]");
    let url = server.url_of_restricted();
    let place = chain::place("");
    place
        .ran(&["logs", "--nats", &url])
        .failed(6, &["is not permitted to subscribe to `pelato.logs.Chain.*`"]);
}
