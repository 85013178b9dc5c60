//! What a user of the NATS server may not do is an error that names the user, the topic and the right.

use futures_util::StreamExt;

use crate::support::functions::PROJECT;
use crate::support::{Place, nats};

#[test]
fn doctor_names_the_topic_that_the_user_may_not_read() {
    let place = Place::with(PROJECT);
    let server = nats::Server::restricted(r#"publish: ">", subscribe: ["room.double", "_INBOX.>"]"#);
    let place = place
        .env("NATS_HOST", server.host().to_string())
        .env("NATS_PORT", server.port.to_string())
        .env("NATS_USER", "restricted")
        .env("NATS_PASSWORD", "pw");
    let ran = place.ran(&["doctor", "--timeout", "5m", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let text = report.to_string();
    assert!(!text.contains("publish to"), "{text}");
    let wanted = "the user `restricted` is not permitted to subscribe to `room.single` on the NATS server";
    assert!(text.contains(wanted), "{text}");
    assert!(!text.contains("subscribe to `room.double`"), "{text}");
}

#[test]
fn doctor_names_the_topic_that_the_user_may_not_write_and_nobody_receives_a_message() {
    let place = Place::with(PROJECT);
    let rights = r#"publish: {deny: ["room.double", "$SYS.>"]}, subscribe: ">""#;
    let server = nats::Server::restricted(rights);
    let place = place
        .env("NATS_HOST", server.host().to_string())
        .env("NATS_PORT", server.port.to_string())
        .env("NATS_USER", "restricted")
        .env("NATS_PASSWORD", "pw");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (ran, first) = runtime.block_on(async {
        let user = async_nats::ConnectOptions::with_user_and_password("restricted".into(), "pw".into());
        let client = user.connect(server.url()).await.unwrap();
        let mut messages = client.subscribe("room.>").await.unwrap();
        client.flush().await.unwrap();
        let ran = place.ran(&["doctor", "--timeout", "5m", "--json"]);
        client.publish("room.last", "".into()).await.unwrap();
        (ran, messages.next().await.unwrap().subject.to_string())
    });
    assert_eq!(first, "room.last", "what is tried reaches nobody");
    let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let rows: Vec<_> =
        report["findings"].as_array().unwrap().iter().filter(|row| row["subject"] == "topics").collect();
    assert_eq!(
        rows.iter().map(|row| row["found"].as_str().unwrap()).collect::<Vec<_>>(),
        ["the user `restricted` is not permitted to publish to `room.double` on the NATS server"]
    );
    let remedy = "give this user the right to publish to `room.double` in the server's configuration, or use another user";
    assert_eq!(rows[0]["remedy"], remedy);
}
