//! The template `dbsync_nats`: results in a real PostgreSQL database.

use std::sync::Arc;
use std::time::Duration;

use pelato::host::observe::{Outcome, Stored, Unobserved};
use pelato::host::{Host, HostError, Hosted, Options};
use pelato::postgres::{PostgresError, Server as Address};

use crate::support::address;
use crate::support::host::functions::{ECHO, LARGE, storer};
use crate::support::host::stage::{PATIENCE, Recorder, block_on, hosted, options, start};
use crate::support::postgres::Server;

fn over(server: &Server) -> Options {
    Options { database: Some(Address::new(&server.url(), None).unwrap()), ..options() }
}

/// A component that stores what its function gives.
fn storing(name: &str, body: &str, settings: &[(&str, &str)]) -> Hosted {
    Hosted { database: true, ..hosted(name, storer(name, body, settings), &[name], None) }
}

/// An echo into a table, with a component's name that is the table's.
fn echo(table: &str, on_conflict: &str) -> Hosted {
    storing(table, ECHO, &[("table", table), ("on_conflict", on_conflict)])
}

fn failure(outcome: Outcome) -> String {
    match outcome {
        Outcome::Failed { message, .. } => message,
        other => panic!("{other:?}"),
    }
}

/// Sends messages one after the other; what became of them.
async fn sent(host: &Host, recorder: &Recorder, topic: &str, messages: &[&str]) -> Vec<Outcome> {
    let before = recorder.outcomes(topic).len();
    for (index, message) in messages.iter().enumerate() {
        host.publish(topic, (*message).to_owned()).await.unwrap();
        let ended = |event: &_| crate::support::host::stage::outcome_of(event, topic).is_some();
        recorder.wait(before + index + 1, ended).await;
    }
    recorder.outcomes(topic).split_off(before)
}

#[test]
fn results_become_rows_of_whatever_column_there_is() {
    let Some(server) = Server::start() else { return };
    block_on(async {
        server
            .run(
                "CREATE SCHEMA house; CREATE TABLE house.plain (id serial, data json);
                 CREATE TABLE binary_json (data jsonb, at timestamptz DEFAULT now());
                 CREATE TABLE texts (data text); CREATE TABLE numbers (data int);
                 CREATE TABLE bytes (data bytea); CREATE TABLE \"Odd\" (\"Data\" jsonb)",
            )
            .await;
        let mut parts: Vec<_> =
            ["binary_json", "texts", "numbers", "bytes"].map(|table| echo(table, "none")).into();
        parts.push(storing("plain", ECHO, &[("table", "house.plain"), ("on_conflict", "none")]));
        parts.push(storing("odd", ECHO, &[("table", "Odd"), ("column", "Data"), ("on_conflict", "none")]));
        let (host, recorder) = start(over(&server), parts).await;
        let messages = [
            "{\"b\": 12345678901234567890.5,  \"a\": \"it's \\\"so\\\"\"}",
            "it's warm; \"so\" to say',) -- \\ $1",
            "21.50",
        ];
        for name in ["binary_json", "texts", "plain", "odd"] {
            for outcome in sent(&host, &recorder, name, &messages).await {
                assert!(matches!(outcome, Outcome::Stored { .. }), "{name}: {outcome:?}");
            }
        }
        let quoted = "\"it's warm; \\\"so\\\" to say',) -- \\\\ $1\"";
        let to_the_letter = [messages[0], quoted, messages[2]];
        assert_eq!(server.column("SELECT data::text FROM house.plain ORDER BY id").await, to_the_letter);
        assert_eq!(server.column("SELECT data FROM texts ORDER BY ctid").await, to_the_letter);
        let of_jsonb = ["{\"a\": \"it's \\\"so\\\"\", \"b\": 12345678901234567890.5}", quoted, "21.50"];
        assert_eq!(server.column("SELECT data::text FROM binary_json ORDER BY ctid").await, of_jsonb);
        assert_eq!(server.column("SELECT \"Data\"::text FROM \"Odd\" ORDER BY ctid").await, of_jsonb);
        let Outcome::Stored { stored, .. } = recorder.outcome("plain").await else { panic!() };
        assert_eq!(stored, [Stored { place: "house.plain".into(), body: messages[0].into() }]);
        for (name, kind) in [("numbers", "integer"), ("bytes", "bytea")] {
            let message = failure(sent(&host, &recorder, name, &["1"]).await.remove(0));
            let hint = "You will need to rewrite or cast the expression.";
            assert_eq!(
                message,
                format!(
                    "storing in \"{name}\" failed: column \"data\" is of type {kind} but expression is of type json; {hint}"
                )
            );
        }
        host.stop().await;
    });
}

#[test]
fn what_the_database_refuses_fails_the_call() {
    let Some(server) = Server::start() else { return };
    block_on(async {
        server.run("CREATE TABLE strict (data jsonb); CREATE TABLE lax (data json)").await;
        let parts = vec![
            echo("nowhere", "none"),
            echo("strict", "none"),
            echo("lax", "none"),
            storing("column", ECHO, &[("table", "lax"), ("column", "value"), ("on_conflict", "none")]),
        ];
        let (host, recorder) = start(over(&server), parts).await;
        for (name, message, words) in [
            ("nowhere", "1", "storing in \"nowhere\" failed: relation \"nowhere\" does not exist"),
            ("column", "1", "storing in \"lax\" failed: column \"value\" of relation \"lax\" does not exist"),
            (
                "strict",
                "a\0b",
                "storing in \"strict\" failed: unsupported Unicode escape sequence; \\u0000 cannot be",
            ),
        ] {
            let failed = failure(sent(&host, &recorder, name, &[message]).await.remove(0));
            assert!(failed.starts_with(words), "{failed}");
            assert_eq!(recorder.lines(name), [format!("Error: {failed}")]);
        }
        assert!(matches!(sent(&host, &recorder, "lax", &["a\0b"]).await[0], Outcome::Stored { .. }));
        assert_eq!(server.column("SELECT data::text FROM lax").await, ["\"a\\u0000b\""]);
        host.stop().await;
    });
}

#[test]
fn what_becomes_of_rows_that_are_there() {
    let Some(server) = Server::start() else { return };
    block_on(async {
        for table in ["none", "ignore", "update"] {
            let create = format!(
                "CREATE TABLE t_{table} (room text GENERATED ALWAYS AS (data->>'room') STORED UNIQUE, data jsonb)"
            );
            server.run(&create).await;
        }
        let parts = vec![echo("t_none", "none"), echo("t_ignore", "ignore"), echo("t_update", "update:room")];
        let (host, recorder) = start(over(&server), parts).await;
        let messages =
            [r#"{"room": "hall", "c": 1}"#, r#"{"room": "hall", "c": 2}"#, r#"{"room": "attic", "c": 3}"#];
        let rows = async |table: &str| {
            server.column(&format!("SELECT data->>'c' FROM {table} ORDER BY room")).await.join(",")
        };
        let outcomes = sent(&host, &recorder, "t_none", &messages).await;
        let words = "duplicate key value violates unique constraint";
        assert!(failure(outcomes[1].clone()).contains(words), "{outcomes:?}");
        assert_eq!(rows("t_none").await, "3,1");
        let outcomes = sent(&host, &recorder, "t_ignore", &messages).await;
        assert_eq!(outcomes[1], Outcome::Filtered, "nothing was stored");
        assert_eq!(rows("t_ignore").await, "3,1");
        let outcomes = sent(&host, &recorder, "t_update", &messages).await;
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Stored { .. })), "{outcomes:?}");
        assert_eq!(rows("t_update").await, "3,2");
        host.stop().await;
    });
}

#[test]
fn large_values_many_messages_and_replies() {
    let Some(server) = Server::start() else { return };
    block_on(async {
        server.run("CREATE TABLE many (data json); CREATE TABLE large (data json)").await;
        let large = storing("large", LARGE, &[("table", "large"), ("on_conflict", "none")]);
        let (host, recorder) = start(over(&server), vec![echo("many", "none"), large]).await;
        let outcomes = sent(&host, &recorder, "large", &["x"]).await;
        assert!(matches!(outcomes[0], Outcome::Stored { .. }), "{outcomes:?}");
        // A million and a half zero bytes: each is six characters of JSON.
        assert_eq!(server.column("SELECT length(data::text)::text FROM large").await, ["9000002"]);

        let text = "x".repeat(1 << 20);
        let reply = host.request("many", text.clone(), PATIENCE).await.unwrap();
        assert_eq!(&*reply.body, text.as_bytes());
        for number in 0..200 {
            host.publish("many", number.to_string()).await.unwrap();
        }
        recorder.wait(201, |event| crate::support::host::stage::outcome_of(event, "many").is_some()).await;
        let sum = "SELECT sum((data #>> '{}')::int)::text FROM many WHERE length(data::text) < 9";
        assert_eq!(server.column(sum).await, [(0..200).sum::<i32>().to_string()]);
        host.stop().await;
    });
}

#[test]
fn a_database_that_is_lost_is_found_again() {
    let Some(mut server) = Server::start() else { return };
    block_on(async {
        server.run("CREATE TABLE readings (data json)").await;
        let (host, recorder) = start(over(&server), vec![echo("readings", "none")]).await;
        assert!(matches!(sent(&host, &recorder, "readings", &["1"]).await[0], Outcome::Stored { .. }));
        server.stop();
        let outcome = sent(&host, &recorder, "readings", &["2"]).await.remove(0);
        // Its words are those of a function without a network.
        assert!(matches!(outcome, Outcome::Failed { explanation: None, .. }), "{outcome:?}");
        let message = failure(outcome);
        assert!(message.starts_with("storing in \"readings\" failed: "), "{message}");
        assert!(message.contains(&server.address.to_string()), "{message}");
        assert!(!message.contains("sesame"), "{message}");
        server.restart();
        let stored = async {
            while !matches!(sent(&host, &recorder, "readings", &["3"]).await[0], Outcome::Stored { .. }) {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(PATIENCE, stored).await.expect("it is back");
        let rows = server.column("SELECT data::text FROM readings ORDER BY ctid").await;
        assert_eq!((&*rows[0], &*rows[1]), ("1", "3"));
        host.stop().await;
    });
}

#[test]
fn who_may_not_come_in_is_told_at_once() {
    let Some(server) = Server::start() else { return };
    block_on(async {
        let refused = async |url: String| {
            let options = Options { database: Some(Address::new(&url, None).unwrap()), ..options() };
            let parts = vec![echo("readings", "none")];
            Host::start(options, parts, Arc::new(Unobserved)).await.err().expect("an error")
        };
        for (url, words) in [
            (server.url().replace("sesame", "wrong"), "password authentication failed"),
            (server.url().replace(":sesame", ""), "password missing"),
            (server.url().replace("/postgres?", "/nowhere?"), "database \"nowhere\" does not exist"),
        ] {
            let error = refused(url).await;
            let HostError::Postgres(PostgresError::Refused { message, .. }) = &error else {
                panic!("{error:?}")
            };
            assert!(message.contains(words), "{message}");
            assert!(!format!("{error} {error:?}").contains("sesame"), "{error:?}");
        }
        let error = refused(server.url().replace("=disable", "=require")).await;
        assert!(matches!(error, HostError::Postgres(PostgresError::Tls { .. })), "{error:?}");
        let error = refused("postgres://a@127.0.0.1:1/b".to_owned()).await;
        assert!(matches!(error, HostError::Postgres(PostgresError::Unreachable { .. })), "{error:?}");
        let error = Host::start(options(), vec![echo("readings", "none")], Arc::new(Unobserved)).await;
        let error = error.err().expect("an error");
        assert!(
            matches!(&error, HostError::NoDatabase { component } if component == "readings"),
            "{error:?}"
        );
    });
}

#[test]
fn an_encrypted_connection_is_trusted_by_its_certificate_only() {
    let signed = |name: &str| rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
    let (ours, other) = (signed(&address::own().to_string()), signed("elsewhere.example"));
    let Some(server) = Server::with(Some((&ours.cert.pem(), &ours.signing_key.serialize_pem()))) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, pem: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, pem).unwrap();
        path
    };
    let (ours, other) = (file("ours.pem", &ours.cert.pem()), file("other.pem", &other.cert.pem()));
    block_on(async {
        for mode in ["require", "prefer"] {
            let url = server.url().replace("=disable", &format!("={mode}"));
            for (certificates, trusted) in
                [(Some(ours.clone()), true), (Some(other.clone()), false), (None, false)]
            {
                let connected = Address::new(&url, certificates).unwrap().connect().await;
                match connected {
                    Ok(client) => {
                        assert!(trusted, "{mode}");
                        let row =
                            client.query_one("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()", &[]);
                        assert!(row.await.unwrap().get::<_, bool>(0), "{mode}");
                    }
                    Err(PostgresError::Tls { message, .. }) => {
                        assert!(!trusted && message.contains("certificate"), "{mode}: {message}");
                    }
                    Err(error) => panic!("{mode}: {error:?}"),
                }
            }
        }
    });
}
