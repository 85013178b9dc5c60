//! Chains of tasks with `delivery: at-least-once`: what is accepted at the one end is not lost before the other, with
//! a NATS server that is killed, forbids, or is full.

use std::collections::BTreeSet;
use std::time::Duration;

use async_nats::{Client, ConnectOptions, Subscriber};
use futures_util::StreamExt;
use serde_json::{Value, json};

use crate::support::disk::Disk;
use crate::support::echoes::{self, PACK, PACK_TEXT};
use crate::support::nats::Server;
use crate::support::{Place, Running, address, http};

const PATIENCE: Duration = Duration::from_secs(90);
/// With a folder of its own, below the one it is started in.
pub const JETSTREAM: &[&str] = &["-js", "-sd", "jetstream"];

/// `in` → `first` → `mid` → `second` → `out`. Unacknowledged messages are redelivered soon.
pub fn place(lines: &str) -> Place {
    let task = |name: &str, template: &str, from: &str, to: &str| {
        format!(
            "  - name: {name}\n    type: {template}\n    language: wat\n    code: {name}\n    targets: [edge]\n    \
             source_topic: {from}\n    dest_topic: {to}\n    component_name: {name}\n    version: 1.0.0\n    \
             delivery: at-least-once\n{lines}"
        )
    };
    let tasks =
        task("first", "http_producer_nats", "in", "mid") + &task("second", "processor_nats", "mid", "out");
    let workflow = format!("project_name: Chain\ntasks:\n{tasks}");
    let place =
        Place::with(&[("workflow.yaml", &workflow), (PACK, PACK_TEXT)]).env("CALL_TIMEOUT", "1").trusted();
    place.write("language-packs/wat/starter/function.wasm", echoes::echo());
    place.write("tasks/first/function.wasm", echoes::echo());
    place.write("tasks/second/function.wasm", echoes::echo());
    place
}

pub fn start(place: &Place, server: &Server, more: &[&str]) -> Running {
    start_at(place, &server.url(), more)
}

pub fn start_at(place: &Place, url: &str, more: &[&str]) -> Running {
    let running = place.start(&[&["run", "--nats", url, "--port", "0"], more].concat());
    running.wait_for("Running");
    running
}

pub fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

pub async fn client(server: &Server) -> Client {
    async_nats::connect(server.url()).await.unwrap()
}

/// The text of the next message.
pub async fn next(messages: &mut Subscriber) -> String {
    let message = tokio::time::timeout(PATIENCE, messages.next()).await.expect("no message came").unwrap();
    String::from_utf8(message.payload.to_vec()).unwrap()
}

/// What JetStream answers; nothing while it is away.
pub async fn ask(client: &Client, what: &str, request: &Value) -> Option<Value> {
    let answer = client.request(format!("$JS.API.{what}"), request.to_string().into()).await.ok()?;
    serde_json::from_slice(&answer.payload).ok()
}

pub async fn until(what: &str, mut is_true: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !is_true().await {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let waited = tokio::time::timeout(PATIENCE, waiting).await;
    assert!(waited.is_ok(), "{what}: not within {PATIENCE:?}");
}

/// A stream that stores all that arrives at the end.
async fn make_end(client: &Client, limits: &Value) {
    let mut stream = json!({"name": "END", "subjects": ["out"], "retention": "limits", "storage": "file"});
    stream.as_object_mut().unwrap().extend(limits.as_object().unwrap().clone());
    let made = ask(client, "STREAM.CREATE.END", &stream).await.unwrap();
    assert_eq!(made["config"]["name"], "END", "{made}");
}

/// How many messages a stream has.
pub async fn count(client: &Client, stream: &str) -> u64 {
    let info = ask(client, &format!("STREAM.INFO.{stream}"), &json!({})).await;
    info.and_then(|info| info["state"]["messages"].as_u64()).unwrap_or_default()
}

/// Publishes until the stream has acknowledged it.
pub async fn accept(client: &Client, body: &str) {
    until("an acknowledged message", async || is_accepted(client, body).await).await;
}

async fn is_accepted(client: &Client, body: &str) -> bool {
    let answer = client.request("in", body.to_owned().into()).await.ok();
    answer
        .and_then(|answer| serde_json::from_slice::<Value>(&answer.payload).ok())
        .is_some_and(|answer| answer["seq"].as_u64().is_some_and(|seq| seq > 0) && answer["error"].is_null())
}

/// The first words of all messages of a stream.
async fn words(client: &Client, stream: &str) -> BTreeSet<String> {
    let Some(info) = ask(client, &format!("STREAM.INFO.{stream}"), &json!({})).await else {
        return BTreeSet::new();
    };
    let state = |key: &str| info["state"][key].as_u64().unwrap_or_default();
    let context = async_nats::jetstream::new(client.clone());
    let Ok(stream) = context.get_stream(stream).await else { return BTreeSet::new() };
    let mut words = BTreeSet::new();
    for sequence in state("first_seq")..=state("last_seq") {
        let Ok(message) = stream.get_raw_message(sequence).await else { continue };
        let text = String::from_utf8_lossy(&message.payload).into_owned();
        words.extend(text.split(' ').next().map(str::to_owned));
    }
    words
}

/// Waits until all of these are at the end.
async fn arrive(client: &Client, sent: &BTreeSet<String>) {
    until("the messages at the end", async || words(client, "END").await.is_superset(sent)).await;
}

pub async fn consumer(client: &Client, stream: &str, name: &str) -> Value {
    ask(client, &format!("CONSUMER.INFO.{stream}.{name}"), &json!({})).await.unwrap_or_default()
}

/// A server whose user `runner` may not publish to a topic, and the address for that user.
fn forbidding(topic: &str) -> (Server, String) {
    let text = format!(
        r#"
listen: "{}:-1"
jetstream: enabled
authorization {{
  users: [
    {{ user: admin, password: a }}
    {{ user: runner, password: b, permissions: {{ publish: {{ deny: ["{topic}"] }} }} }}
  ]
}}"#,
        address::own()
    );
    let server = Server::configured(&text, &[]);
    let url = format!("nats://runner:b@{}:{}", server.host(), server.port);
    (server, url)
}

async fn admin(server: &Server) -> Client {
    let options = ConnectOptions::with_user_and_password("admin".to_owned(), "a".to_owned());
    options.connect(server.url()).await.unwrap()
}

#[test]
fn nothing_is_lost_when_the_server_and_pelato_are_killed() {
    let mut server = Server::to_be_restarted(JETSTREAM);
    let place = place("    max_deliver: 100\n");
    let mut sent = BTreeSet::new();
    block_on(async {
        let client = client(&server).await;
        make_end(&client, &json!({})).await;
        let mut running = start(&place, &server, &[]);
        for round in 0..4 {
            for number in 0..50 {
                let word = format!("{round}-{number}");
                accept(&client, &word).await;
                sent.insert(word);
                // In the middle, while messages are in flight.
                if number == 25 && round % 2 == 0 {
                    server.kill();
                    server.restart();
                } else if number == 25 {
                    running.signal("KILL");
                    running.wait();
                    running = start(&place, &server, &[]);
                }
            }
        }
        arrive(&client, &sent).await;
        assert_eq!(
            (count(&client, "PELATO_dead_first").await, count(&client, "PELATO_dead_second").await),
            (0, 0)
        );
    });
}

#[test]
fn an_output_that_the_user_may_not_publish_is_no_success() {
    let (server, url) = forbidding("out");
    let place = place("    max_deliver: 2\n");
    block_on(async {
        let client = admin(&server).await;
        let running = start_at(&place, &url, &[]);
        accept(&client, "one").await;
        until("a dead letter", async || count(&client, "PELATO_dead_second").await == 1).await;
        assert_eq!(words(&client, "PELATO_dead_second").await, BTreeSet::from(["one".to_owned()]));
        until("an empty stream", async || count(&client, "PELATO_mid").await == 0).await;
        let out = running.out();
        assert!(out.contains("publishing to \"out\" failed: no stream acknowledged it"), "{out}");
        assert!(!out.contains("→ out"), "{out}");
        assert_eq!(count(&client, "PELATO_out").await, 0);
    });
}

#[test]
fn a_dead_letter_that_is_refused_leaves_its_message_where_it_is() {
    let (server, url) = forbidding("dead.second");
    let place = place("    max_deliver: 1\n");
    place.write("tasks/second/function.wasm", echoes::failing());
    block_on(async {
        let client = admin(&server).await;
        let running = start_at(&place, &url, &[]);
        accept(&client, "one").await;
        running.wait_for_out(
            "failed: I will not; publishing to \"dead.second\" failed: no stream acknowledged it",
        );
        until("another delivery", async || {
            consumer(&client, "PELATO_mid", "second").await["delivered"]["consumer_seq"].as_u64() >= Some(2)
        })
        .await;
        let waits = consumer(&client, "PELATO_mid", "second").await;
        assert_eq!(
            (&waits["num_ack_pending"], count(&client, "PELATO_mid").await),
            (&json!(1), 1),
            "{waits}"
        );
        assert_eq!(count(&client, "PELATO_dead_second").await, 0);
    });
}

#[test]
fn dead_letters_are_stored_although_nobody_reads_them() {
    let server = Server::start(JETSTREAM);
    let place = place("    max_deliver: 1\n");
    place.write("tasks/second/function.wasm", echoes::failing());
    block_on(async {
        let client = client(&server).await;
        let running = start(&place, &server, &[]);
        running.wait_for("created the stream `PELATO_dead_second`, which stores `dead.second`");
        accept(&client, "one").await;
        until("a dead letter", async || count(&client, "PELATO_dead_second").await == 1).await;
        let stream =
            async_nats::jetstream::new(client.clone()).get_stream("PELATO_dead_second").await.unwrap();
        let letter = stream.get_raw_message(1).await.unwrap();
        let header = |name: &str| letter.headers.get(name).unwrap().to_string();
        assert_eq!(
            (header("Pelato-Component").as_str(), header("Pelato-Error").as_str()),
            ("second", "I will not")
        );
        until("an empty stream", async || count(&client, "PELATO_mid").await == 0).await;
    });
}

#[test]
fn a_stream_that_would_drop_dead_letters_is_an_error() {
    let server = Server::start(JETSTREAM);
    let place = place("");
    block_on(async {
        let client = client(&server).await;
        let stream = json!({"name": "DEAD", "subjects": ["dead.>"], "retention": "interest"});
        ask(&client, "STREAM.CREATE.DEAD", &stream).await.unwrap();
    });
    let url = server.url();
    place.run(&["build", "-q"]).code(0);
    place.run_in_vain(&["run", "-q", "--nats", &url, "--port", "0"]).code(6).stdout_eq("").stderr_eq(snapbox::str![[r#"
error: the stream `DEAD`, which stores `dead.first`, drops dead letters, because it stores only what a consumer waits for, and has no consumer
  help: delete the stream, or give it a consumer

"#]]);
}

#[test]
fn a_stream_at_its_limit_is_waited_for() {
    let server = Server::start(JETSTREAM);
    let place = place("    max_deliver: 100\n");
    block_on(async {
        let client = client(&server).await;
        make_end(&client, &json!({"max_msgs": 1, "discard": "new"})).await;
        let running = start(&place, &server, &[]);
        let sent = BTreeSet::from(["a", "b", "c", "d"].map(str::to_owned));
        for word in &sent {
            accept(&client, word).await;
        }
        running
            .wait_for_out("publishing to \"out\" failed: the stream refused it: maximum messages exceeded");
        assert_eq!(count(&client, "END").await, 1);
        let larger = json!({"name": "END", "subjects": ["out"], "retention": "limits", "storage": "file", "max_msgs": 100});
        let updated = ask(&client, "STREAM.UPDATE.END", &larger).await.unwrap();
        assert!(updated["error"].is_null(), "{updated}");
        arrive(&client, &sent).await;
        assert_eq!(count(&client, "PELATO_dead_second").await, 0);
    });
}

#[test]
fn http_is_answered_200_once_a_stream_has_the_output() {
    let server = Server::start(JETSTREAM);
    let place = place("");
    block_on(async {
        let client = client(&server).await;
        let stream = json!({"name": "MID", "subjects": ["mid"], "max_msgs": 1, "discard": "new", "retention": "limits"});
        ask(&client, "STREAM.CREATE.MID", &stream).await.unwrap();
        let running = start(&place, &server, &[]);
        let port = running.listens_at();
        let post = || http::post(("127.0.0.1", port), "/first", "hello");
        assert_eq!(post(), (200, "hello".to_owned()));
        assert_eq!(count(&client, "MID").await, 1);
        let refused = "publishing to \"mid\" failed: the stream refused it: maximum messages exceeded\n";
        assert_eq!(post(), (503, refused.to_owned()));
        // A stream that does not acknowledge is not replaced.
        running.signal("STOP");
        ask(&client, "STREAM.DELETE.MID", &json!({})).await.unwrap();
        let silent = json!({"name": "SILENT", "subjects": ["mid"], "no_ack": true});
        ask(&client, "STREAM.CREATE.SILENT", &silent).await.unwrap();
        running.signal("CONT");
        let (status, words) = post();
        assert!(status == 503 && words.contains("no stream acknowledged it"), "{status} {words}");
    });
}

#[test]
fn a_full_disk_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    std::fs::create_dir(&data).unwrap();
    let Some(disk) = Disk::small(&data, 8 << 10) else { return };
    let file = folder.path().join("nats.conf");
    // More than the disk has: the server believes it.
    std::fs::write(&file, format!("jetstream {{ store_dir: {data:?}, max_file_store: 1G }}\n")).unwrap();
    let mut server = Server::to_be_restarted(&["-c", file.to_str().unwrap()]);
    let place = place("    max_deliver: 100\n");
    block_on(async {
        let mut sent = BTreeSet::new();
        let client = client(&server).await;
        make_end(&client, &json!({})).await;
        let _running = start(&place, &server, &[]);
        let large = " ".repeat(200_000);
        // What is not acknowledged was never accepted.
        let mut refused = 0;
        for number in 0.. {
            let word = number.to_string();
            match is_accepted(&client, &format!("{word}{large}")).await {
                true => drop(sent.insert(word)),
                false => refused += 1,
            }
            if refused == 3 {
                break;
            }
            assert!(number < 1000, "the disk is never full");
        }
        assert!(sent.len() > 5, "{sent:?}");
        server.kill();
        disk.resize(64 << 10);
        server.restart();
        arrive(&client, &sent).await;
        assert_eq!(count(&client, "PELATO_dead_second").await, 0);
    });
}

#[test]
fn a_long_call_runs_once() {
    let server = Server::start(JETSTREAM);
    // JetStream redelivers after 6 s.
    let place = place("");
    place.write("tasks/second/function.wasm", echoes::slow(9));
    block_on(async {
        let client = client(&server).await;
        make_end(&client, &json!({})).await;
        let _running = start(&place, &server, &["--timeout", "60"]);
        accept(&client, "one").await;
        until("the result", async || count(&client, "END").await > 0).await;
        until("an empty stream", async || count(&client, "PELATO_mid").await == 0).await;
        let delivered = consumer(&client, "PELATO_mid", "second").await;
        assert_eq!(delivered["delivered"]["consumer_seq"], 1, "{delivered}");
    });
}

/// Its host need not wait until JetStream misses the acknowledgement, which takes ten minutes here.
#[test]
fn a_call_that_is_aborted_is_redelivered_at_once() {
    let server = Server::start(JETSTREAM);
    let place = place("    max_deliver: 1\n").env("CALL_TIMEOUT", "600");
    place.write("tasks/second/function.wasm", echoes::endless_for_x());
    block_on(async {
        let client = client(&server).await;
        let _running = start(&place, &server, &["--timeout", "1"]);
        accept(&client, "x").await;
        until("a dead letter", async || count(&client, "PELATO_dead_second").await == 1).await;
    });
}
