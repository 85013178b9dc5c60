//! What `pelato status` and `pelato doctor` say of the streams and consumers of a deployed application.

use serde_json::{Value, json};

use super::project::{Project, Task, workflow};
use crate::support::lattice::{Lattice, Setup};

fn project(lattice: &Lattice) -> Project {
    let task = Task { name: "echo".into(), from: "in.echo".into(), to: "out.echo".into(), ..Task::default() };
    let text = workflow("Stored", &[task]) + "    delivery: at-least-once\n";
    Project::echoes(lattice, &text).env("DOCKER_HOST", "unix:///nowhere.sock")
}

/// What `status --json` says of the streams.
fn problems(project: &Project) -> Vec<String> {
    let status = project.status();
    let echo = status["parts"].as_array().unwrap().iter().find(|part| part["name"] == "echo").unwrap();
    let problems: Vec<_> =
        status["problems"].as_array().unwrap().iter().filter(|one| one["part"] == "echo").collect();
    let state = if problems.is_empty() { "running" } else { "unhealthy" };
    assert_eq!(echo["state"], state, "{status}");
    problems.iter().map(|one| one["message"].as_str().unwrap().to_owned()).collect()
}

/// What `doctor --json` says of them: the state, what was found and what to do.
fn found(project: &Project, code: i32) -> Vec<[String; 3]> {
    let ran = project.run(&["doctor", "--timeout", "5m", "--json"]);
    assert_eq!(ran.code, code, "{}{}", ran.out, ran.err);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    let findings = report["findings"].as_array().unwrap().iter().filter(|one| one["subject"] == "streams");
    let text = |one: &Value, key: &str| one[key].as_str().unwrap_or_default().to_owned();
    findings.map(|one| ["state", "found", "remedy"].map(|key| text(one, key))).collect()
}

fn ask(lattice: &Lattice, what: &str, request: &Value) -> Value {
    let answer = lattice.bus.request(&format!("$JS.API.{what}"), &request.to_string()).unwrap();
    assert!(answer["error"].is_null(), "{answer}");
    answer
}

#[test]
fn what_is_missing_or_different_is_named_with_the_next_step() {
    let Some(lattice) = Lattice::with(&Setup { hosts: &["edge"], ..Setup::default() }) else { return };
    let project = project(&lattice);
    let yet = "JetStream does not store the messages of `echo` yet";
    assert_eq!(
        found(&project, 0),
        [["note", yet, "`pelato deploy` and `pelato run` with a NATS server create what is missing"]]
    );
    project.brush();
    assert!(problems(&project).is_empty());
    assert_eq!(found(&project, 0), [["ok", "JetStream stores the messages of `echo`", ""]]);

    let no_consumer =
        "the stream `PELATO_in_echo` has no consumer `echo`: messages on `in.echo` do not arrive";
    ask(&lattice, "CONSUMER.DELETE.PELATO_in_echo.echo", &json!({}));
    assert_eq!(problems(&project), [format!("{no_consumer}: `pelato deploy` creates it again")]);
    assert_eq!(
        found(&project, 8),
        [["problem", &format!("`echo`: {no_consumer}"), "`pelato deploy` creates it again"]]
    );
    let text = project.run(&["status"]).code(7);
    assert!(
        text.out.contains(&format!("unhealthy  {no_consumer}: `pelato deploy` creates it again")),
        "{}",
        text.out
    );

    for stream in ["PELATO_in_echo", "PELATO_out_echo", "PELATO_dead_echo"] {
        ask(&lattice, &format!("STREAM.DELETE.{stream}"), &json!({}));
    }
    let missing = [
        "no stream stores `in.echo`, which it reads",
        "no stream stores `out.echo`, which it writes to",
        "no stream stores its dead letters, on `dead.echo`",
    ];
    assert_eq!(problems(&project), missing.map(|what| format!("{what}: `pelato deploy` creates it again")));
    let said = missing.map(|what| {
        ["problem".to_owned(), format!("`echo`: {what}"), "`pelato deploy` creates it again".to_owned()]
    });
    assert_eq!(found(&project, 8), said);

    project.pelato(&["deploy"]);
    assert!(problems(&project).is_empty());
    let mut out = lattice.bus.subscribe("out.echo");
    lattice.bus.publish("in.echo", "hello");
    assert_eq!(out.next(), "hello");

    let mut config = ask(&lattice, "CONSUMER.INFO.PELATO_in_echo.echo", &json!({}))["config"].take();
    config["ack_wait"] = json!(2_000_000_000_u64);
    config["filter_subject"] = json!("");
    let request = json!({"stream_name": "PELATO_in_echo", "config": config});
    ask(&lattice, "CONSUMER.DURABLE.CREATE.PELATO_in_echo.echo", &request);
    assert_eq!(
        problems(&project),
        [
            "the consumer `echo` of the stream `PELATO_in_echo` is configured differently: its filter is `` instead of \
          `in.echo`, its acknowledgement window is `2 s` instead of `65 s`: `pelato deploy` corrects it"
        ]
    );
    project.pelato(&["deploy"]);
    assert!(problems(&project).is_empty());
    project.pelato(&["remove"]);
}

#[test]
fn a_topic_that_the_user_may_not_read_is_named() {
    is_named(
        "subscribe to",
        "pelato.deliver.echo",
        r#"publish: ">", subscribe: {deny: ["pelato.deliver.echo"]}"#,
    );
}

#[test]
fn a_topic_that_the_user_may_not_write_is_named() {
    is_named("publish to", "out.echo", r#"publish: {deny: ["out.echo"]}, subscribe: ">""#);
}

#[test]
fn a_topic_of_dead_letters_that_the_user_may_not_write_is_named() {
    is_named("publish to", "dead.echo", r#"publish: {deny: ["dead.>"]}, subscribe: ">""#);
}

/// Whether `deploy` and `doctor` say which right the user lacks, before anything is changed.
fn is_named(right: &str, subject: &str, permissions: &str) {
    let restricted = Some(permissions);
    let Some(lattice) = Lattice::with(&Setup { hosts: &["edge"], restricted, ..Setup::default() }) else {
        return;
    };
    let project = project(&lattice).env("NATS_USER", "restricted").env("NATS_PASSWORD", "pw");
    project.pelato(&["push"]);
    let ran = project.run(&["deploy"]);
    assert_eq!(ran.code, 6, "{}{}", ran.out, ran.err);
    let error = format!("the user `restricted` is not permitted to {right} `{subject}` on the NATS server");
    let help = format!(
        "help: give this user the right to {right} `{subject}` in the server's configuration, or use another user"
    );
    assert!(ran.err.ends_with(&format!("error: {error}\n  {help}\n")), "{}", ran.err);
    // Nothing was changed.
    assert!(lattice.is_empty(), "{}", lattice.left());
    let report: Value =
        serde_json::from_str(&project.run(&["doctor", "--timeout", "5m", "--json"]).out).unwrap();
    let topics = report["findings"].as_array().unwrap().iter().filter(|one| one["subject"] == "topics");
    let topics: Vec<_> = topics.map(|one| (one["state"].clone(), one["found"].clone())).collect();
    assert_eq!(topics, [(json!("problem"), json!(error))]);
}
