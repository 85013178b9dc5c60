//! `delivery: at-least-once`, with a real NATS server that has JetStream.

use std::time::Duration;

use async_nats::{Client, Message, Subscriber};
use futures_util::StreamExt;
use serde_json::{Value, json};
use snapbox::str;

use crate::support::functions::{DOUBLE, PLAY, WORKFLOW};
use crate::support::{Place, Running, http, nats};

/// With a folder of its own, below the one it is started in.
const JETSTREAM: &[&str] = &["-js", "-sd", "jetstream"];
const PATIENCE: Duration = Duration::from_secs(60);

/// The usual project, whose second task wants to have each message.
fn place(lines: &str) -> Place {
    let workflow = format!("{WORKFLOW}    delivery: at-least-once\n{lines}");
    Place::with(&[("workflow.yaml", &workflow), ("tasks/double/double.go", DOUBLE), ("tasks/play.go", PLAY)])
}

fn start(place: &Place, server: &nats::Server) -> Running {
    let running = place.start(&["run", "--nats", &server.url(), "--port", "0"]);
    running.wait_for("Running");
    running
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

async fn client(server: &nats::Server) -> Client {
    async_nats::connect(server.url()).await.unwrap()
}

async fn next(messages: &mut Subscriber) -> Message {
    tokio::time::timeout(PATIENCE, messages.next()).await.expect("no message came").unwrap()
}

fn text(message: &Message) -> &str {
    std::str::from_utf8(&message.payload).unwrap()
}

/// What JetStream answers.
async fn ask(client: &Client, what: &str, request: &Value) -> Value {
    let answer = client.request(format!("$JS.API.{what}"), request.to_string().into()).await.unwrap();
    serde_json::from_slice(&answer.payload).unwrap()
}

/// Waits until nothing is under way for the consumer, and all has been dealt with.
async fn settled(client: &Client) {
    let settled = async {
        loop {
            let info = ask(client, "CONSUMER.INFO.PELATO_room_double.play", &json!({})).await;
            if info["num_ack_pending"] == 0 && info["num_pending"] == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, settled).await.expect("something is still under way");
}

#[test]
fn what_is_sent_while_nobody_runs_is_not_lost() {
    let server = nats::Server::start(JETSTREAM);
    let place = place("");
    let mut first = start(&place, &server);
    first.wait_for("created the stream `PELATO_room_double`, which stores `room.double`");
    block_on(async {
        let client = client(&server).await;
        let mut played = client.subscribe("room.played").await.unwrap();
        client.publish("room.double", "one".into()).await.unwrap();
        assert_eq!(text(&next(&mut played).await), "one");
        settled(&client).await;
        first.signal("KILL");
        first.wait();
        for word in ["two", "three"] {
            client.publish("room.double", word.into()).await.unwrap();
        }
        client.flush().await.unwrap();
        let mut second = start(&place, &server);
        let mut came = [text(&next(&mut played).await).to_owned(), text(&next(&mut played).await).to_owned()];
        came.sort();
        assert_eq!(came, ["three", "two"]);
        settled(&client).await;
        assert!(!second.err().contains("created the stream"), "{}", second.err());
        second.stop("INT");
        // Streams are not ours to take away.
        let names = ask(&client, "STREAM.NAMES", &json!({})).await;
        assert_eq!(names["streams"], json!(["PELATO_dead_play", "PELATO_room_double", "PELATO_room_played"]));
    });
}

#[test]
fn what_keeps_failing_ends_with_the_dead_letters() {
    let server = nats::Server::start(JETSTREAM);
    let place = place("    max_deliver: 2\n    dead_letter_topic: room.dead\n");
    let mut running = start(&place, &server);
    block_on(async {
        let client = client(&server).await;
        let mut dead = client.subscribe("room.dead").await.unwrap();
        client.publish("room.double", "error".into()).await.unwrap();
        let letter = next(&mut dead).await;
        assert_eq!(text(&letter), "error");
        let headers = letter.headers.clone().unwrap();
        let header = |name: &str| headers.get(name).unwrap().to_string();
        assert_eq!(header("Pelato-Component"), "play");
        assert_eq!(header("Pelato-Subject"), "room.double");
        assert_eq!(header("Pelato-Error"), "I will not");
        settled(&client).await;
        let state = ask(&client, "STREAM.INFO.PELATO_room_double", &json!({})).await;
        assert_eq!(state["state"]["messages"], 0, "{state}");
    });
    running.stop("INT");
    let tries = running.out().matches("I will not").count();
    assert!(tries >= 2, "{}", running.out());
    assert!(!running.out().contains("$JS.ACK"), "{}", running.out());
}

#[test]
fn a_stream_that_is_there_is_used_as_it_is() {
    let server = nats::Server::start(JETSTREAM);
    let place = place("");
    let stream = json!({"name": "ROOMS", "subjects": ["room.>"], "retention": "limits", "storage": "memory"});
    block_on(async {
        let client = client(&server).await;
        let made = ask(&client, "STREAM.CREATE.ROOMS", &stream).await;
        assert_eq!(made["config"]["name"], "ROOMS", "{made}");
        let mut running = start(&place, &server);
        let mut played = client.subscribe("room.played").await.unwrap();
        client.publish("room.double", "one".into()).await.unwrap();
        assert_eq!(text(&next(&mut played).await), "one");
        running.signal("INT");
        running.wait();
        let names = ask(&client, "STREAM.NAMES", &json!({})).await;
        assert_eq!(names["streams"], json!(["PELATO_dead_play", "ROOMS"]));
    });
}

#[test]
fn a_stream_with_a_part_of_the_messages_is_named() {
    let server = nats::Server::start(JETSTREAM);
    let workflow = format!("{WORKFLOW}    delivery: at-least-once\n").replace("room.double", "room.*");
    let workflow = workflow.replacen("dest_topic: room.*", "dest_topic: other", 1);
    let place = Place::with(&[
        ("workflow.yaml", &workflow),
        ("tasks/double/double.go", DOUBLE),
        ("tasks/play.go", PLAY),
    ]);
    let workflow = place.read("workflow.yaml").replace("dest_topic: room.played", "dest_topic: played");
    place.write("workflow.yaml", workflow);
    block_on(async {
        let client = client(&server).await;
        let stream = json!({"name": "A", "subjects": ["room.a", "x"]});
        ask(&client, "STREAM.CREATE.A", &stream).await;
    });
    let url = server.url();
    place.run(&["build", "-q"]).code(0);
    place.run_in_vain(&["run", "-q", "--nats", &url, "--port", "0"]).code(6).stdout_eq("").stderr_eq(str![[r#"
error: the stream `A` stores only a part of `room.*`, which `play` reads
  help: add the subject `room.*` to it, with `nats stream edit A`, or change the task to read one of its subjects: room.a, x

"#]]);
}

#[test]
fn without_jetstream_it_is_said_what_is_missing() {
    let server = nats::Server::start(&[]);
    let place = place("");
    let url = server.url();
    place.run(&["build", "-q"]).code(0);
    let ran = place.run_in_vain(&["run", "-q", "--nats", &url, "--port", "0"]).code(6).stdout_eq("");
    ran.stderr_eq(str![[r#"
error: JetStream does not answer on the NATS server: [..]
  help: `delivery: at-least-once` needs it: start the server with `nats-server -js`; `JETSTREAM_DOMAIN` names a domain, if it has one

"#]]);
}

#[test]
fn in_one_process_nothing_is_kept_and_that_is_said() {
    let place = place("");
    let mut running = place.start(&["run", "--port", "0", "--send", "room.double=hello"]);
    running.wait_for(
        "messages within this process are not stored: `play` gets them at most once; with `--nats` they are stored",
    );
    running.wait_for_out("room.played");
    // This process takes the place of the stream.
    let answer = http::post(("127.0.0.1", running.listens_at()), "/double", "21");
    assert_eq!(answer, (200, "42".to_owned()));
    running.stop("INT");
}
