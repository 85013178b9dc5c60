//! Streams and consumers that disappear while `pelato run --nats` uses them: they are created again, that is said, and
//! messages go on.

use async_nats::Client;
use serde_json::json;

use super::chain::{
    JETSTREAM, accept, ask, block_on, client, consumer, count, next, place, start, start_at, until,
};
use crate::support::nats::{Server, restricted};
use crate::support::{address, echoes};

/// Waits until the consumer of `second` is there and waits for nothing.
async fn is_idle(client: &Client, stream: &str) {
    until("a consumer", async || {
        let info = consumer(client, stream, "second").await;
        info["num_ack_pending"] == 0 && info["num_pending"] == 0
    })
    .await;
}

#[test]
fn a_deleted_stream_is_created_again() {
    let server = Server::start(JETSTREAM);
    let place = place("");
    block_on(async {
        let client = client(&server).await;
        let mut running = start(&place, &server, &[]);
        let mut out = client.subscribe("out").await.unwrap();
        accept(&client, "one").await;
        assert_eq!(next(&mut out).await, "one");
        ask(&client, "STREAM.DELETE.PELATO_mid", &json!({})).await.unwrap();
        let lost = "the stream `PELATO_mid`, which stored `mid`, is gone: messages that only it had are lost";
        running.wait_for(lost);
        is_idle(&client, "PELATO_mid").await;
        accept(&client, "two").await;
        assert_eq!(next(&mut out).await, "two");
        assert_eq!(running.err().matches(lost).count(), 1, "{}", running.err());
        assert_eq!(running.err().matches("created the stream `PELATO_mid`").count(), 2, "{}", running.err());
        running.stop("INT");
    });
}

#[test]
fn a_deleted_stream_of_dead_letters_is_created_again() {
    let server = Server::start(JETSTREAM);
    let place = place("    max_deliver: 1\n");
    place.write("tasks/second/function.wasm", echoes::failing());
    block_on(async {
        let client = client(&server).await;
        let mut running = start(&place, &server, &[]);
        ask(&client, "STREAM.DELETE.PELATO_dead_second", &json!({})).await.unwrap();
        running.wait_for("the stream `PELATO_dead_second`, which stored `dead.second`, is gone");
        accept(&client, "one").await;
        until("a dead letter", async || count(&client, "PELATO_dead_second").await == 1).await;
        running.stop("INT");
    });
}

/// The stream has what was sent while there was no consumer: nothing is lost.
#[test]
fn a_deleted_consumer_continues_where_it_was() {
    let server = Server::start(JETSTREAM);
    let place = place("");
    block_on(async {
        let client = client(&server).await;
        let stream = json!({"name": "MID", "subjects": ["mid"], "retention": "limits", "storage": "file"});
        ask(&client, "STREAM.CREATE.MID", &stream).await.unwrap();
        client.publish("mid", "zero".into()).await.unwrap();
        client.flush().await.unwrap();
        let mut running = start(&place, &server, &[]);
        let mut out = client.subscribe("out").await.unwrap();
        accept(&client, "one").await;
        assert_eq!(next(&mut out).await, "one");
        is_idle(&client, "MID").await;
        running.signal("STOP");
        ask(&client, "CONSUMER.DELETE.MID.second", &json!({})).await.unwrap();
        for word in ["two", "three"] {
            client.publish("mid", word.into()).await.unwrap();
        }
        client.flush().await.unwrap();
        running.signal("CONT");
        running.wait_for(
            "the consumer `second` of the stream `MID` was deleted, and is created again: it continues after the last \
             acknowledged message; messages that the stream removed meanwhile are lost",
        );
        let mut came = Vec::new();
        while !(came.contains(&"two".to_owned()) && came.contains(&"three".to_owned())) {
            came.push(next(&mut out).await);
        }
        assert!(!came.contains(&"zero".to_owned()), "{came:?}");
        is_idle(&client, "MID").await;
        running.stop("INT");
        // It is still the same consumer for the next run.
        let mut running = start(&place, &server, &[]);
        accept(&client, "four").await;
        let mut came = next(&mut out).await;
        // What was acknowledged just before the consumer was deleted may be delivered once more.
        while came == "one" {
            came = next(&mut out).await;
        }
        assert_eq!(came, "four");
        running.stop("INT");
    });
}

#[test]
fn a_changed_consumer_is_changed_back() {
    let server = Server::start(JETSTREAM);
    let place = place("");
    block_on(async {
        let client = client(&server).await;
        let stream = json!({"name": "MID", "subjects": ["mid", "other"], "retention": "limits"});
        ask(&client, "STREAM.CREATE.MID", &stream).await.unwrap();
        let mut running = start(&place, &server, &[]);
        let mut config = consumer(&client, "MID", "second").await["config"].take();
        config["filter_subject"] = json!("other");
        let changed = json!({"stream_name": "MID", "config": config});
        let changed = ask(&client, "CONSUMER.DURABLE.CREATE.MID.second", &changed).await.unwrap();
        assert!(changed["error"].is_null(), "{changed}");
        running.wait_for("the consumer `second` of the stream `MID` was changed, and delivers `mid` again");
        let mut out = client.subscribe("out").await.unwrap();
        accept(&client, "one").await;
        assert_eq!(next(&mut out).await, "one");
        running.stop("INT");
    });
}

#[test]
fn a_server_that_comes_back_with_an_empty_store_is_set_up_again() {
    let mut server = Server::to_be_restarted(JETSTREAM);
    let place = place("");
    block_on(async {
        let mut running = start(&place, &server, &[]);
        server.restart_without("jetstream");
        let client = client(&server).await;
        for (stream, topic) in
            [("PELATO_in", "in"), ("PELATO_mid", "mid"), ("PELATO_dead_first", "dead.first")]
        {
            running.wait_for(&format!("the stream `{stream}`, which stored `{topic}`, is gone"));
        }
        is_idle(&client, "PELATO_mid").await;
        let mut out = client.subscribe("out").await.unwrap();
        client.flush().await.unwrap();
        accept(&client, "one").await;
        assert_eq!(next(&mut out).await, "one");
        running.stop("INT");
    });
}

/// The user of the workflow may not hear JetStream's advisories.
#[test]
fn without_advisories_it_is_noticed_as_well() {
    let rights = r#"publish: ">", subscribe: ["in", "mid", "pelato.deliver.>", "_INBOX.>"]"#;
    let users = format!("{}, {{user: other, password: pw}}", restricted(rights));
    let server = Server::configured(
        &format!("listen: \"{}:-1\"\njetstream {{}}\nauthorization: {{users: [{users}]}}\n", address::own()),
        &[],
    );
    let place = place("");
    block_on(async {
        let options = async_nats::ConnectOptions::with_user_and_password("other".into(), "pw".into());
        let client = options.connect(server.url()).await.unwrap();
        let mut running = start_at(&place, &server.url_of_restricted(), &[]);
        ask(&client, "STREAM.DELETE.PELATO_mid", &json!({})).await.unwrap();
        running.wait_for("the stream `PELATO_mid`, which stored `mid`, is gone");
        is_idle(&client, "PELATO_mid").await;
        let mut out = client.subscribe("out").await.unwrap();
        accept(&client, "one").await;
        assert_eq!(next(&mut out).await, "one");
        running.stop("INT");
    });
}

/// What keeps it from being created again is said once, and it is tried again.
#[test]
fn what_cannot_be_created_again_is_said() {
    let server = Server::start(JETSTREAM);
    let place = place("");
    block_on(async {
        let client = client(&server).await;
        let mut running = start(&place, &server, &[]);
        let foreign = json!({"name": "FOREIGN", "subjects": ["mid"], "no_ack": true});
        // So that it does not create its own in between.
        running.signal("STOP");
        ask(&client, "STREAM.DELETE.PELATO_mid", &json!({})).await.unwrap();
        let created = ask(&client, "STREAM.CREATE.FOREIGN", &foreign).await.unwrap();
        assert!(created["error"].is_null(), "{created}");
        running.signal("CONT");
        let reason = "messages are not stored: the stream `FOREIGN`, which stores `mid`, does not use acknowledgements";
        running.wait_for(reason);
        ask(&client, "STREAM.DELETE.FOREIGN", &json!({})).await.unwrap();
        is_idle(&client, "PELATO_mid").await;
        let mut out = client.subscribe("out").await.unwrap();
        accept(&client, "one").await;
        assert_eq!(next(&mut out).await, "one");
        assert_eq!(running.err().matches(reason).count(), 1, "{}", running.err());
        running.stop("INT");
    });
}
