//! `pelato dead-letters`, with a real NATS server that has JetStream.

use serde_json::{Value, json};
use snapbox::str;

use super::chain::{self, JETSTREAM, accept, block_on, client, count, next, until};
use crate::support::nats::Server;
use crate::support::{Place, echoes};

/// The chain of two tasks, whose second one fails always.
fn failing(server: &Server) -> Place {
    let url = server.url();
    let port = url.rsplit(':').next().unwrap();
    let place = chain::place("    max_deliver: 1\n");
    place.write("tasks/second/function.wasm", echoes::failing());
    place.env("NATS_HOST", server.host().to_string()).env("NATS_PORT", port)
}

/// Has the workflow dead-letter these messages, one after the other, and ends it.
fn dead_letter(place: &Place, server: &Server, bodies: &[&str]) {
    block_on(async {
        let client = client(server).await;
        let before = count(&client, "PELATO_dead_second").await;
        let mut running = chain::start(place, server, &[]);
        for (body, number) in bodies.iter().zip(before + 1..) {
            accept(&client, body).await;
            until("a dead letter", async || count(&client, "PELATO_dead_second").await == number).await;
        }
        until("an empty stream", async || count(&client, "PELATO_mid").await == 0).await;
        running.stop("INT");
    });
}

fn json(place: &Place, arguments: &[&str]) -> Value {
    let ran = place.ran(&[arguments, &["--json"]].concat()).success();
    serde_json::from_str(&ran.out).unwrap()
}

#[test]
fn dead_letters_are_listed_shown_and_deleted() {
    let server = Server::start(JETSTREAM);
    let place = failing(&server);
    let nothing = "        Note there are no dead letters\n";
    place.run(&["dead-letters", "list"]).code(0).stdout_eq("").stderr_eq(nothing);
    dead_letter(&place, &server, &["one", "two", "three"]);

    place
        .run(&["dead-letters", "list", "--limit", "2"])
        .code(0)
        .stderr_eq("        Note 2 of 3 dead letters are shown: `--limit` shows more\n")
        .stdout_eq(str![[r#"
NUMBER  COMPONENT  TIME                  SENT TO  BYTES  ERROR
1       second     [..]Z  mid      3      I will not
2       second     [..]Z  mid      3      I will not

"#]]);
    place.run(&["dead-letters", "list", "--limit", "0"]).code(0).stdout_eq("").stderr_eq(str![[r#"
        Note 0 of 3 dead letters are shown: `--limit` shows more

"#]]);
    place.run(&["dead-letters", "list", "first"]).code(0).stdout_eq("").stderr_eq(nothing);
    let shown = place.ran(&["dead-letters", "show", "second", "3"]).success();
    assert_eq!(shown.out, "three");
    shown.said(&["Pelato-Subject: mid", "Pelato-Error: I will not"]);
    let shown = json(&place, &["dead-letters", "show", "second", "3"]);
    assert_eq!((&shown["message"], &shown["sent_to"]), (&json!("three"), &json!("mid")));

    place.run(&["dead-letters", "drop", "second", "2"]).code(0).stdout_eq("").stderr_eq(str![[r#"
     Deleted 1 dead letter

"#]]);
    let left = json(&place, &["dead-letters", "list", "second"]);
    let numbers: Vec<_> = left["letters"].as_array().unwrap().iter().map(|one| &one["number"]).collect();
    assert_eq!((numbers, &left["total"]), (vec![&json!(1), &json!(3)], &json!(2)));
    // All are looked at before the first is deleted.
    place.run(&["dead-letters", "drop", "second", "3", "2"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: there is no dead letter 2 on `dead.second`
  help: `pelato dead-letters list` shows those that there are

"#]]);
    assert_eq!(json(&place, &["dead-letters", "list"])["total"], 2);
    assert_eq!(json(&place, &["dead-letters", "drop", "second", "--all"])["dropped"], json!([1, 3]));
    assert_eq!(json(&place, &["dead-letters", "list"])["total"], 0);
}

#[test]
fn what_is_sent_again_is_processed_once_and_no_dead_letter_any_more() {
    let server = Server::start(JETSTREAM);
    let place = failing(&server);
    dead_letter(&place, &server, &["one", "two"]);
    // Another stream of the topic's messages is none that the tasks read.
    let elsewhere = place.ran(&["dead-letters", "retry", "second", "1", "--to", "out"]);
    elsewhere.failed(2, &["`second` does not read `out`", "with `--to`: `mid`"]);
    let many = place.ran(&["dead-letters", "retry", "second", "1", "--to", "*"]);
    many.failed(2, &["`*` stands for many topics"]);
    assert_eq!(json(&place, &["dead-letters", "list"])["total"], 2);

    place.write("tasks/second/function.wasm", echoes::echo());
    // A number that is named twice is meant once.
    place.run(&["dead-letters", "retry", "second", "2", "2"]).code(0).stdout_eq("").stderr_eq(str![[r#"
        Sent 2 to mid

"#]]);
    block_on(async {
        let client = client(&server).await;
        assert_eq!(count(&client, "PELATO_mid").await, 1, "it is stored until the workflow runs again");
        let mut out = client.subscribe("out").await.unwrap();
        client.flush().await.unwrap();
        let mut running = chain::start(&place, &server, &[]);
        assert_eq!(next(&mut out).await, "two");
        let retried = json(&place, &["dead-letters", "retry", "second", "--all"]);
        assert_eq!(retried["retried"], json!([{ "number": 1, "topic": "mid" }]));
        assert_eq!(next(&mut out).await, "one");
        until("an empty stream", async || count(&client, "PELATO_mid").await == 0).await;
        assert_eq!(count(&client, "PELATO_dead_second").await, 0);
        running.stop("INT");
    });
    let again = place.ran(&["dead-letters", "retry", "second", "--all"]).success();
    again.said(&["`second` has no dead letters"]);
}

#[test]
fn a_long_reason_is_shortened_and_a_message_without_room_for_headers_is_kept_without() {
    let server = Server::start(JETSTREAM);
    let place = failing(&server);
    place.write("tasks/second/function.wasm", echoes::failing_at_length(100_000));
    let largest = "x".repeat(1 << 20);
    dead_letter(&place, &server, &["one", &largest]);
    let listed = json(&place, &["dead-letters", "list"]);
    let error = listed["letters"][0]["error"].as_str().unwrap();
    assert_eq!(error, format!("{} … (the first 4096 of 100000 bytes)", "a".repeat(4096)));
    assert_eq!(
        (&listed["letters"][1]["bytes"], &listed["letters"][1]["error"]),
        (&json!(1 << 20), &Value::Null)
    );
    let table = place.ran(&["dead-letters", "list"]).success().out;
    assert!(table.lines().all(|line| line.chars().count() < 250), "{table}");
    let retried = json(&place, &["dead-letters", "retry", "second", "--all"]);
    assert_eq!(retried["retried"].as_array().unwrap().len(), 2, "{retried}");
    assert_eq!(json(&place, &["dead-letters", "list"])["total"], 0);
}

#[test]
fn two_that_delete_the_same_letters_both_succeed() {
    let server = Server::start(JETSTREAM);
    let place = failing(&server);
    let bodies: Vec<_> = (0..20).map(|number| number.to_string()).collect();
    dead_letter(&place, &server, &bodies.iter().map(String::as_str).collect::<Vec<_>>());
    let drop_all = || place.start(&["dead-letters", "drop", "second", "--all"]);
    for mut one in [drop_all(), drop_all()] {
        assert!(one.wait().success(), "{}", one.err());
    }
    assert_eq!(json(&place, &["dead-letters", "list"])["total"], 0);
}

#[test]
fn a_message_that_nobody_would_read_stays_a_dead_letter() {
    let server = Server::start(JETSTREAM);
    let place = failing(&server);
    dead_letter(&place, &server, &["one"]);
    block_on(async {
        let client = client(&server).await;
        let deleted = chain::ask(&client, "CONSUMER.DELETE.PELATO_mid.second", &json!({})).await.unwrap();
        assert_eq!(deleted["success"], true);
    });
    place.run(&["dead-letters", "retry", "second", "--all"]).code(6).stdout_eq("").stderr_eq(str![[r#"
error: the dead letter 1 cannot be sent to `mid`: no consumer reads it, so it would be lost
  help: nothing is lost, it is still a dead letter: `pelato deploy` and `pelato run` with a NATS server create what stores and reads `mid`; the user must be permitted to publish there

"#]]);
    assert_eq!(json(&place, &["dead-letters", "list"])["total"], 1);
}

#[test]
fn letters_without_headers_and_shared_topics_are_told_apart_where_that_is_possible() {
    let server = Server::start(JETSTREAM);
    let place = failing(&server);
    let shared = "    delivery: at-least-once\n    dead_letter_topic: dead.all\n";
    let text = place.read("workflow.yaml").replace("    delivery: at-least-once\n", shared);
    place.write("workflow.yaml", text);
    block_on(async {
        let client = client(&server).await;
        let mut running = chain::start(&place, &server, &[]);
        // As hosts of a cluster send them.
        let send = async |headers: &[(&str, &str)], body: &'static str| {
            let mut all = async_nats::HeaderMap::new();
            headers.iter().for_each(|(name, value)| all.insert(*name, *value));
            client.request_with_headers("dead.all", all, body.into()).await.unwrap();
        };
        send(&[], "whose").await;
        send(&[("Pelato-Component", "first"), ("Pelato-Subject", "in")], "first's").await;
        running.stop("INT");
    });
    let list = json(&place, &["dead-letters", "list", "second"]);
    assert_eq!(list["letters"].as_array().unwrap().len(), 1, "{list}");
    assert_eq!(list["letters"][0]["component"], Value::Null);
    place
        .ran(&["dead-letters", "drop", "second", "2"])
        .failed(2, &["the dead letter 2 is of `first`, not of `second`"]);
    place
        .ran(&["dead-letters", "show", "second", "2"])
        .failed(2, &["the dead letter 2 is of `first`, not of `second`"]);
    let none = json(&place, &["dead-letters", "drop", "second", "--all"]);
    assert_eq!((&none["dropped"], &none["left"]), (&json!([]), &json!(1)));
    let left = place.ran(&["dead-letters", "retry", "second", "--all"]).success();
    left.said(&["Note left: 1 dead letter without the name of a component, on a topic that several share"]);
    // It has one topic that it reads, so that is where it came from.
    let retried = json(&place, &["dead-letters", "retry", "second", "1"]);
    assert_eq!(retried["retried"], json!([{ "number": 1, "topic": "mid" }]));
    assert_eq!(json(&place, &["dead-letters", "drop", "first", "--all"])["dropped"], json!([2]));
}

#[test]
fn who_has_no_dead_letters_is_told_why() {
    let server = Server::start(&[]);
    let place = failing(&server);
    let list = ["dead-letters", "list"];
    place.ran(&list).failed(6, &["JetStream does not answer"]);
    place
        .ran(&["dead-letters", "list", "seconds"])
        .failed(3, &["no component `seconds`", "did you mean `second`?"]);
    place.edit("workflow.yaml", "    delivery: at-least-once\n    max_deliver: 1\n", "");
    place.ran(&["dead-letters", "retry", "first", "--all"]).failed(2, &["`first` has no dead letters"]);
    place
        .ran(&["dead-letters", "retry", "second"])
        .failed(2, &["which dead letters of `second`", "give `--all`"]);
    drop(server);
    place.ran(&list).failed(6, &["the NATS server at nats://"]);
}
