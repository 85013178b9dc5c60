//! `pelato run` on this machine alone.

use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use snapbox::str;

use crate::support::functions::{DOUBLE, PROJECT};
use crate::support::{Place, Running, http};

/// A workflow that runs, and where it answers HTTP.
pub fn started(place: &Place, more: &[&str]) -> (Running, String) {
    let running = place.start(&[&["run", "--port", "0"], more].concat());
    running.wait_for("Running");
    let line = running.wait_for("Listening");
    let address = line.split("http://").nth(1).unwrap().split('/').next().unwrap().to_owned();
    (running, address)
}

/// The path that a component answers.
pub fn path(running: &Running, component: &str) -> String {
    let line = running.wait_for(&format!("→ {component}"));
    let address = line.split("http://").nth(1).unwrap();
    address[address.find('/').unwrap()..].split(' ').next().unwrap().to_owned()
}

#[test]
fn a_request_goes_through_the_whole_workflow() {
    let place = Place::with(PROJECT);
    place.run(&["build", "-q"]).code(0);
    let (mut running, address) = started(&place, &[]);
    let path = path(&running, "double");
    assert_eq!(http::post(&address, &path, "21"), (200, "42".to_owned()));
    running.wait_for_out("room.played: no task reads it");
    running.stop("INT");
    place.expect(
        running.err(),
        str![[r#"
   Listening http://127.0.0.1:[PORT]/double → double
     Reading room.single → double
     Reading room.double → play
     Running press Ctrl-C to stop
    Stopping waiting for calls in flight
     Stopped

"#]],
    );
    let lines = running.out();
    let mut lines: Vec<_> = lines.lines().collect();
    lines.sort_by_key(|line| {
        (line.contains("HTTP 200"), line.contains("no task reads"), line.contains(" ·2 "))
    });
    place.expect(
        lines.join("\n"),
        str![[r#"
[AT]  [MARK] ·1  POST /double → double  → room.double 42  [TIME]
[AT]  [MARK] ·2  room.double → play  → room.played 42  [TIME]
[AT]  [MARK]  room.played: no task reads it
[AT]  [MARK]  HTTP 200 to POST /double  [TIME]
"#]],
    );
}

#[test]
fn what_the_templates_promise_of_http_holds() {
    let place = Place::with(PROJECT);
    place.edit(
        "workflow.yaml",
        "dest_topic: room.double",
        "dest_topic: room.double\n    max_body_bytes: 100",
    );
    let (mut running, address) = started(&place, &[]);
    let path = path(&running, "double");
    assert_eq!(http::request(&address, "GET", &path, b"").0, 405);
    assert_eq!(http::request(&address, "POST", &path, &[b'1'; 101]).0, 413);
    assert_eq!(http::post(&address, "/nowhere", "1").0, 404);
    let (status, body) = http::post(&address, &path, "one");
    assert_eq!((status, body.contains("\"one\" is no number")), (422, true), "{body}");
    assert_eq!(http::post(&address, &path, "1"), (200, "2".to_owned()), "goes on after an error");
    running.stop("TERM");
}

#[test]
fn failures_are_told_by_name_and_harm_nobody_else() {
    let place = Place::with(PROJECT);
    let (mut running, address) = {
        let sends = ["error", "panic", "loop", "memory", "exit", "nothing", "print"];
        let sends: Vec<_> = sends.iter().map(|what| format!("room.double={what}")).collect();
        let mut more = vec!["--timeout", "1", "--memory", "32"];
        sends.iter().for_each(|send| more.extend(["--send", send]));
        started(&place, &more)
    };
    for told in [
        "failed: I will not",
        "failed: panic: at the disco",
        "took longer than 1 s (`--timeout` sets the limit)",
        "needed more than 32 MiB of memory (`--memory` sets the limit)",
        "filtered out",
        "play | on stdout",
        "play | on stderr",
        "room.played: no task reads it",
    ] {
        running.wait_for_out(told);
    }
    let path = path(&running, "double");
    assert_eq!(http::post(&address, &path, "4"), (200, "8".to_owned()));
    running.stop("INT");
}

#[test]
fn json_lines_parse_and_tell_the_way() {
    let place = Place::with(PROJECT);
    let (mut running, _) = started(&place, &["--json", "--send", "room.single=21"]);
    running.wait_for_out("\"event\":\"unread\"");
    running.stop("INT");
    let lines: Vec<serde_json::Value> =
        running.out().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut calls: Vec<_> = lines.iter().filter(|line| line["event"] == "call").collect();
    calls.sort_by_key(|call| call["hop"].as_u64()); // the second may be told before the first has ended
    let way: Vec<_> = calls.iter().map(|call| call["component"].as_str().unwrap()).collect();
    assert_eq!(way, ["double", "play"]);
    assert_eq!(calls[0]["trace"], calls[1]["trace"]);
    assert_eq!(calls[1]["sent"][0]["topic"], "room.played");
    assert!(lines.iter().all(|line| line["schema"] == 1));
}

#[test]
fn quiet_prints_nothing_at_all() {
    let place = Place::with(PROJECT);
    place.run(&["build", "-q"]).code(0);
    let mut running = place.start(&["run", "-q", "--port", "0"]);
    // It does not say where it listens: the system knows.
    let address = format!("127.0.0.1:{}", running.listens_at());
    assert_eq!(http::post(&address, "/double", "2"), (200, "4".to_owned()));
    running.stop("INT");
    assert_eq!((running.out(), running.err()), (String::new(), String::new()));
}

#[test]
fn watching_swaps_the_function_while_requests_go_on() {
    let place = Place::with(PROJECT);
    let (mut running, address) = started(&place, &["--watch"]);
    let path = path(&running, "double");
    let (over, answered) = (AtomicBool::new(false), AtomicU32::new(0));
    thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                let (status, body) = http::post(&address, &path, "10");
                assert!(status == 200 && (body == "20" || body == "30"), "{status} {body}");
                answered.fetch_add(1, Ordering::Relaxed);
                // Not so many that the compiler starves.
                thread::sleep(Duration::from_millis(20));
            }
        });
        place.write("tasks/double/double.go", DOUBLE.replace("2 * number", "3 * nmuber"));
        running.wait_for("the old version keeps running");
        assert_eq!(http::post(&address, &path, "10").1, "20");
        place.write("tasks/double/double.go", DOUBLE.replace("2 * number", "3 * number"));
        running.wait_for("running the new version");
        assert_eq!(http::post(&address, &path, "10").1, "30");
        over.store(true, Ordering::Relaxed);
    });
    assert!(answered.load(Ordering::Relaxed) > 1);
    assert!(running.err().contains("tasks/double/double.go:13:26: undefined: nmuber"), "{}", running.err());
    running.stop("INT");
}

#[test]
fn a_taken_port_is_exit_code_6() {
    let place = Place::with(PROJECT);
    place.run(&["build", "-q"]).code(0);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    place.run_in_vain(&["run", "--port", &port]).code(6).stdout_eq("").stderr_eq(str![[r#"
error: HTTP cannot be served on 127.0.0.1:[PORT]: the address is already in use
  help: choose another port with `--port`, or stop the other program

"#]]);
}

#[test]
fn a_message_larger_than_nats_takes_is_told() {
    let place = Place::with(PROJECT);
    let (mut running, _) = {
        let huge = "x".repeat(100_000);
        let send = format!("room.double={huge}");
        started(&place, &["--send", &send])
    };
    running.wait_for_out("room.played: no task reads it");
    running.stop("INT");
    let play = "package main\n\nimport \"strings\"\n\nfunc exec_task(arg string) string { return strings.Repeat(arg, 2000000) }\n";
    place.write("tasks/play.go", play);
    let (mut running, _) = started(&place, &["--send", "room.double=x"]);
    running.wait_for_out("room.played: 2000000 B is more than NATS servers accept unless configured (1 MiB)");
    running.stop("INT");
}

#[test]
fn a_message_to_no_topic_is_refused_before_anything_is_built() {
    let place = Place::with(PROJECT);
    place.run_in_vain(&["run", "--send", "room.single"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: `--send room.single` is not of the form TOPIC=MESSAGE
  help: for example: --send 'room.celsius={"Data": 21.5}'

"#]]);
    place.run_in_vain(&["run", "--nats-creds", "x"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: invalid value 'x' for '--nats-creds <FILE>': No such file or directory (os error 2)

For more information, try '--help'.

"#]]);
    place.run_in_vain(&["run", "nobody"]).code(3).stdout_eq("").stderr_eq(str![[r#"
error: there is no component `nobody` in the workflow
  help: expected one of `double`, `play`

"#]]);
}

#[test]
fn only_the_named_component_runs() {
    let place = Place::with(PROJECT);
    let mut running = place.start(&["run", "play", "--send", "room.double=hello"]);
    running.wait_for_out("room.played: no task reads it");
    running.stop("INT");
    assert!(!running.err().contains("→ double") && !running.err().contains("Listening"), "{}", running.err());
}

#[test]
fn a_workflow_without_tasks_says_so() {
    let place = Place::with(&[("workflow.yaml", "project_name: Empty\ntasks: []\n")]);
    place.run_in_vain(&["gen", "--dry-run"]).code(0).stdout_eq("");
    let mut running = place.start(&["run"]);
    running.wait_for("Running");
    running.stop("INT");
    place.expect(
        running.err(),
        str![[r#"
     Running press Ctrl-C to stop
    Stopping waiting for calls in flight
     Stopped

"#]],
    );
}
