//! The template `nats_to_nats_kv`: results in key-value buckets, in memory and of a real NATS server.

use std::path::Path;
use std::sync::Arc;

use async_nats::jetstream::{self, stream};
use pelato::host::observe::{Event, Outcome, Sent, Stored, Unobserved};
use pelato::host::{Host, HostError, Hosted, Options};
use pelato::nats::Auth;

use super::nats::over;
use crate::support::host::functions::{COUNT, ECHO, FILTER, LARGE, keeper, processor};
use crate::support::host::stage::{PATIENCE, Recorder, block_on, hosted, options, start};
use crate::support::nats::Server;

/// A component that keeps what its function gives, in a bucket.
fn keeping(name: &str, body: &str, subject: &str, bucket: &str) -> Hosted {
    Hosted { bucket: Some(bucket.to_owned()), ..hosted(name, keeper(name, body, bucket), &[subject], None) }
}

fn stored(place: &str, body: &str) -> Stored {
    Stored { place: place.to_owned(), body: body.to_owned().into() }
}

fn places(recorder: &Recorder, name: &str) -> Vec<Stored> {
    let kept = |outcome| match outcome {
        Outcome::Stored { stored, .. } => stored,
        other => panic!("{other:?}"),
    };
    recorder.outcomes(name).into_iter().flat_map(kept).collect()
}

async fn ended(recorder: &Recorder, count: usize) {
    recorder.wait(count, |event| matches!(event, Event::Ended { .. })).await;
}

#[test]
fn in_memory_what_is_stored_is_reported() {
    block_on(async {
        let keep = keeping("keep", ECHO, "home.*", "readings");
        let (host, recorder) = start(options(), vec![keep]).await;
        host.publish("home.kitchen", "21.5").await.unwrap();
        ended(&recorder, 1).await;
        host.publish("home.kitchen", r#"{"key": "hall/1", "data": "warm \u00b0"}"#).await.unwrap();
        ended(&recorder, 2).await;
        let all = [stored("readings/home.kitchen", "21.5"), stored("readings/hall/1", "warm \u{b0}")];
        assert_eq!(places(&recorder, "keep"), all);
        host.stop().await;
    });
}

#[test]
fn who_asks_is_answered_once_it_is_stored() {
    block_on(async {
        let keep = keeping("keep", ECHO, "home.*", "readings");
        let (host, recorder) = start(options(), vec![keep]).await;
        let reply = host.request("home.hall", "1", PATIENCE).await.unwrap();
        let entry = r#"{"key":"home.hall","data":1}"#;
        assert_eq!(&*reply.body, entry.as_bytes());
        ended(&recorder, 1).await;
        let Outcome::Stored { stored: kept, sent } = recorder.outcome("keep").await else { panic!() };
        assert_eq!(kept, [stored("readings/home.hall", "1")]);
        assert!(matches!(&sent[..], [Sent { reply: true, body, .. }] if body == entry), "{sent:?}");
        host.stop().await;
    });
}

#[test]
fn what_cannot_be_stored_is_an_error_and_what_is_filtered_out_is_not_stored() {
    block_on(async {
        let parts = vec![
            keeping("count", COUNT, "in", "readings"),
            keeping("filter", FILTER, "in", "readings"),
            keeping("echo", ECHO, "in.ä", "readings"),
        ];
        let (host, recorder) = start(options(), parts).await;
        host.publish("in", "1").await.unwrap();
        host.publish("in.ä", "1").await.unwrap();
        let Outcome::Failed { message, .. } = recorder.outcome("count").await else { panic!() };
        assert_eq!(
            message,
            r#"the result is not of the form {"key": …, "data": …}: it is not a JSON object"#
        );
        assert_eq!(recorder.lines("count"), [format!("Error: {message}")]);
        let Outcome::Failed { message, .. } = recorder.outcome("echo").await else { panic!() };
        assert!(message.starts_with(r#""in.ä" is not a valid key: it contains 'ä'"#), "{message}");
        assert_eq!(recorder.outcome("filter").await, Outcome::Filtered);
        host.stop().await;
    });
}

#[test]
fn a_component_without_a_bucket_finds_none() {
    block_on(async {
        let keep = Hosted { bucket: None, ..keeping("keep", ECHO, "in", "") };
        let (host, recorder) = start(options(), vec![keep]).await;
        host.publish("in", "1").await.unwrap();
        let Outcome::Failed { message, .. } = recorder.outcome("keep").await else { panic!() };
        assert_eq!(message, "storing \"in\" failed: the bucket does not exist");
        host.stop().await;
    });
}

/// A server that keeps its data in a folder.
fn keeper_of(folder: &Path) -> Server {
    Server::start(&["-js", "-sd", folder.to_str().unwrap()])
}

async fn buckets(server: &Server) -> jetstream::Context {
    jetstream::new(async_nats::connect(server.url()).await.unwrap())
}

fn made(event: &Event) -> bool {
    matches!(event, Event::BucketMade { bucket } if bucket == "readings")
}

#[test]
fn on_a_server_the_bucket_is_made_once_and_others_read_it() {
    let folder = tempfile::tempdir().unwrap();
    let server = keeper_of(folder.path());
    block_on(async {
        let parts = || {
            vec![
                keeping("keep", ECHO, "home.>", "readings"),
                hosted("pass", processor("pass", ECHO, "home.hall"), &["pass"], None),
            ]
        };
        let (host, recorder) = start(over(&server, Auth::Anonymous), parts()).await;
        assert_eq!(recorder.count(made), 1);
        host.request("home.kitchen", "21.5", PATIENCE).await.unwrap();
        host.request("home.kitchen", "22.5", PATIENCE).await.unwrap();
        host.publish("pass", "\"cold\"").await.unwrap();
        recorder.wait(4, |event| matches!(event, Event::Ended { .. })).await;
        let readings = buckets(&server).await.get_key_value("readings").await.unwrap();
        assert_eq!(readings.get("home.kitchen").await.unwrap().unwrap(), "22.5");
        assert_eq!(readings.get("home.hall").await.unwrap().unwrap(), "cold");
        host.stop().await;

        let (host, recorder) = start(over(&server, Auth::Anonymous), parts()).await;
        assert_eq!(recorder.count(made), 0, "it was there");
        assert_eq!(readings.get("home.kitchen").await.unwrap().unwrap(), "22.5", "and is as it was");
        host.stop().await;
    });
}

#[test]
fn what_the_server_does_not_take_fails_the_call() {
    let folder = tempfile::tempdir().unwrap();
    let server = keeper_of(folder.path());
    block_on(async {
        let small = stream::Config {
            name: "KV_small".into(),
            subjects: vec!["$KV.small.>".into()],
            max_messages_per_subject: 1,
            max_message_size: 10,
            ..Default::default()
        };
        buckets(&server).await.create_stream(small).await.unwrap();
        let parts = vec![keeping("small", ECHO, "a", "small"), keeping("large", LARGE, "b", "small")];
        let (host, recorder) = start(over(&server, Auth::Anonymous), parts).await;
        host.publish("a", "\"longer than ten bytes\"").await.unwrap();
        let Outcome::Failed { message, .. } = recorder.outcome("small").await else { panic!() };
        assert!(message.starts_with("storing \"a\" failed: "), "{message}");
        assert!(message.contains("message size exceeds maximum allowed"), "{message}");
        host.stop().await;
    });
}

#[test]
fn a_server_without_jetstream_is_told_at_once() {
    let server = Server::start(&[]);
    block_on(async {
        let parts = vec![keeping("keep", ECHO, "in", "readings")];
        let refused = Host::start(over(&server, Auth::Anonymous), parts, Arc::new(Unobserved)).await;
        let error = refused.err().expect("an error");
        assert!(matches!(&error, HostError::NoJetStream { bucket } if bucket == "readings"), "{error:?}");
        // A bucket in another domain is not there either.
        let elsewhere = Options { bucket_domain: Some("cloud".into()), ..over(&server, Auth::Anonymous) };
        let parts = vec![keeping("keep", ECHO, "in", "readings")];
        let refused = Host::start(elsewhere, parts, Arc::new(Unobserved)).await;
        assert!(matches!(refused.err().expect("an error"), HostError::NoJetStream { .. }));
    });
}
