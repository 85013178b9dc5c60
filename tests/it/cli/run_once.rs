//! What `pelato run` tells of a flow: in order, until it is idle, and what cannot be.

use snapbox::str;

use super::run::started;
use crate::support::Place;
use crate::support::functions::PROJECT;

#[test]
fn once_ends_when_the_flow_is_idle_and_tells_it_in_order() {
    let place = Place::with(PROJECT);
    place.run(&["build", "-q"]).code(0);
    let ran = place.run(&[
        "run",
        "--port",
        "0",
        "--once",
        "--send",
        "room.single=21",
        "--send",
        "room.double=error",
    ]);
    let ran = ran.code(5).stderr_eq(str![[r#"
   Listening http://127.0.0.1:[PORT]/double → double
     Reading room.single → double
     Reading room.double → play
     Running press Ctrl-C to stop
error: calls that failed: 1
  help: the output above says which, and why

"#]]);
    let out = String::from_utf8_lossy(&ran.get_output().stdout).into_owned();
    let at = |text: &str| out.find(text).unwrap_or_else(|| panic!("no {text:?} in {out}"));
    assert!(at("·1  room.single → double") < at("·2  room.double → play  → room.played 42"), "{out}");
    assert!(at("·2  room.double → play  → room.played 42") < at("room.played: no task reads it"), "{out}");
    assert!(out.contains("·1  room.double → play  failed: I will not"), "{out}");
    assert_eq!(out.lines().count(), 4, "{out}");
}

#[test]
fn once_without_a_failure_ends_well() {
    let place = Place::with(PROJECT);
    place.run(&["build", "-q"]).code(0);
    let ran = place.run(&["run", "-q", "--port", "0", "--once", "--send", "room.single=21"]);
    ran.code(0).stdout_eq("").stderr_eq("");
}

#[test]
fn a_message_to_what_is_not_a_topic_is_refused_before_anything_is_built() {
    let place = Place::with(PROJECT);
    for (topic, why) in [
        ("a b", "contains whitespace"),
        ("", "is empty"),
        ("a..b", "has an empty token: dots separate tokens"),
        ("room.*", "has wildcards, and a message is sent to one topic"),
    ] {
        let message = format!("{topic}=x");
        place.run_in_vain(&["run", "--once", "--send", &message]).code(2).stdout_eq("").stderr_eq(format!(
            "error: `--send`: `{topic}` is not a valid topic: it {why}\n  \
             help: for example: --send 'room.celsius={{\"Data\": 21.5}}'\n"
        ));
    }
}

#[test]
fn once_is_for_what_is_sent_here() {
    let place = Place::with(PROJECT);
    for arguments in [
        &["run", "--once"][..],
        &["run", "--once", "--send", "a=b", "--nats"],
        &["run", "--once", "--send", "a=b", "--watch"],
    ] {
        place.run_in_vain(arguments).code(2);
    }
}

#[test]
fn a_second_run_without_a_server_says_that_the_first_does_not_hear_it() {
    let place = Place::with(PROJECT);
    let (mut first, _) = started(&place, &["double"]);
    let mut second = place.start(&["run", "play"]);
    second.wait_for("Running");
    assert!(
        second.err().contains(
            "another `pelato run` of this project is running: messages do not pass between the two; with `--nats` for both they do; `pelato send` and `pelato tail` reach the other one until it ends"
        ),
        "{}",
        second.err()
    );
    assert!(!first.err().contains("another"), "{}", first.err());
    first.stop("INT");
    second.stop("INT");
}

#[test]
fn what_functions_do_not_have_is_said() {
    let place = Place::with(PROJECT);
    let code = "package main\n\nimport (\n\t\"net\"\n\t\"os\"\n)\n\nfunc exec_task(arg string) (string, error) {\n\tif arg == \"file\" {\n\t\t_, err := os.ReadFile(\"/etc/hosts\")\n\t\treturn \"\", err\n\t}\n\t_, err := net.Dial(\"tcp\", arg)\n\treturn \"\", err\n}\n";
    place.write("tasks/play.go", code);
    let ran = place.run_in_vain(&["check"]).code(0);
    let shown = String::from_utf8_lossy(&[&*ran.get_output().stdout, &*ran.get_output().stderr].concat())
        .into_owned();
    assert!(shown.contains("code-absent"), "{shown}");
    assert!(shown.contains("`tasks/play.go` imports a package that needs the network"), "{shown}");
    for (argument, said) in [
        (
            "127.0.0.1:1",
            "functions have no network: send the data in the message, or let a task before this one fetch it",
        ),
        ("file", "functions have no files: send the data in the message, or put it into the code"),
    ] {
        let ran = place.run(&["call", "-q", "play", argument]).code(5);
        let text = String::from_utf8_lossy(&ran.get_output().stderr).into_owned();
        assert!(text.contains(&format!("({said})")), "{text}");
    }
}
