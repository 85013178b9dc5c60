//! What `pelato run` prints of messages that streams store.

use serde_json::{Value, json};
use snapbox::str;

use super::chain::{JETSTREAM, accept, block_on, client, count, place, start, until};
use crate::support::echoes;
use crate::support::nats::Server;

/// Lets a message fail twice, which is the last time, and gives what was printed.
fn printed(more: &[&str]) -> (crate::support::Place, String) {
    let server = Server::start(JETSTREAM);
    let place = place("    max_deliver: 2\n");
    place.write("tasks/second/function.wasm", echoes::failing());
    block_on(async {
        let client = client(&server).await;
        let mut running = start(&place, &server, more);
        accept(&client, "one").await;
        until("a dead letter", async || count(&client, "PELATO_dead_second").await == 1).await;
        until("an empty stream", async || count(&client, "PELATO_mid").await == 0).await;
        running.stop("INT");
        let out = running.out();
        (place, out)
    })
}

#[test]
fn what_becomes_of_a_message_is_told_with_each_call() {
    let (place, out) = printed(&[]);
    place.expect(
        out,
        str![[r#"
[AT]  [MARK] ·1  in → first  → mid one  [TIME]
[AT]  [MARK] ·2  mid → second  failed: I will not; tried again in 1 s  [TIME]
[AT]  [MARK] ·2  mid → second  failed: I will not → dead.second  [TIME]

"#]],
    );
}

#[test]
fn what_becomes_of_a_message_is_a_field() {
    let (_, out) = printed(&["--json"]);
    let lines = out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let calls: Vec<_> = lines.filter(|line| line["event"] == "call").collect();
    let dispositions: Vec<_> = calls.iter().map(|line| line["disposition"].clone()).collect();
    let redelivered = json!({"kind": "redelivered", "delay_seconds": 1.0});
    assert_eq!(
        dispositions,
        [Value::Null, redelivered, json!({"kind": "dead-lettered", "topic": "dead.second"})]
    );
}
