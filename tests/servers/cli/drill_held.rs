//! `pelato drill` against a real NATS server and workflows that `pelato run --nats` runs.

use std::time::Duration;

use roxmltree::{Document, ParsingOptions};
use serde_json::Value;

use crate::support::echoes::{self, PACK, PACK_TEXT};
use crate::support::group;
use crate::support::process::wait_until;
use crate::support::terminal::Terminal;
use crate::support::{Place, Running, nats, tools};

/// Two echoes, one behind the other.
const WORKFLOW: &str = "\
project_name: Echoes
tasks:
  - {name: One, type: processor_nats, language: wat, code: echo, targets: [edge], source_topic: in, dest_topic: mid, component_name: one, version: 1.0.0}
  - {name: Two, type: processor_nats, language: wat, code: echo, targets: [edge], source_topic: mid, dest_topic: out, component_name: two, version: 1.0.0}
";

/// A project, and the server that it speaks with.
fn project() -> (Place, nats::Server) {
    with(nats::Server::start(&[]))
}

/// A project that speaks with a server.
fn with(server: nats::Server) -> (Place, nats::Server) {
    let place = Place::with(&[("workflow.yaml", WORKFLOW), (PACK, PACK_TEXT)])
        .trusted()
        .env("NATS_HOST", server.host().to_string())
        .env("NATS_PORT", server.port.to_string());
    place.write("language-packs/wat/starter/function.wasm", echoes::echo());
    place.write("tasks/echo/function.wasm", echoes::echo());
    (place, server)
}

/// The workflow, running.
fn run(place: &Place) -> Running {
    let running = place.start(&["run", "--nats", "--port", "0", "--timeout", "60"]);
    running.wait_for("Running");
    running
}

/// What a drill printed as JSON, and how it ended.
fn drill(place: &Place, arguments: &[&str], code: i32) -> (Value, String) {
    let ran = place.run(&[&["drill", "--json"], arguments].concat()).code(code);
    let output = ran.get_output();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {said}")), said)
}

fn phase<'a>(report: &'a Value, name: &str) -> &'a Value {
    report["phases"].as_array().unwrap().iter().find(|phase| phase["phase"] == name).unwrap()
}

fn count(report: &Value, phase_name: &str, figure: &str) -> u64 {
    phase(report, phase_name)[figure].as_u64().unwrap()
}

const FAST: [&str; 8] = ["--before", "1s", "--settle", "1s", "--late", "500ms", "--grace", "5s"];

#[test]
fn one_of_two_is_frozen_and_then_killed() {
    let (place, _server) = project();
    let (frozen, _other) = (run(&place), run(&place));
    // Frozen, it still gets its share of the messages; killed, the server notices that it is gone.
    let command = format!("kill -STOP {0}; (sleep 1; kill -9 {0}) > /dev/null 2>&1 &", frozen.id());
    let flags = [
        "--kill-command",
        &command,
        "--record",
        "drill.json",
        "--slo",
        "gap<=20s, before.lost<=0",
        "--slo",
        "lost<=0",
    ];
    let (report, said) = drill(&place, &[&FAST[..], &flags].concat(), 9);
    assert_eq!(
        (&report["from"], &report["to"], &report["fault"]["how"]),
        (&"in".into(), &"out".into(), &"command".into())
    );
    assert!(said.contains("Probing in → out, 50 a second") && said.contains("Fault kill -STOP"), "{said}");
    let lost = count(&report, "all", "lost");
    assert!(lost > 0, "{report}");
    assert_eq!((count(&report, "before", "lost"), count(&report, "after", "lost")), (0, 0), "{report}");
    assert_eq!(count(&report, "during", "lost"), lost);
    assert_eq!(count(&report, "all", "duplicated"), 0);
    assert_eq!(count(&report, "all", "sent"), lost + phase(&report, "all")["latency"]["n"].as_u64().unwrap());
    // The other one went on.
    assert_eq!(report["gap"]["ended"], true, "{report}");
    assert!(report["disturbed_seconds"].as_f64().unwrap() > 0.3, "{report}");
    let met: Vec<_> = report["objectives"].as_array().unwrap().iter().map(|one| one["met"].clone()).collect();
    assert_eq!(met, [true, true, false]);
    recorded(&place, &report);
}

/// What was recorded tells the same.
fn recorded(place: &Place, report: &Value) {
    let ran = place.run(&["report", "drill.json", "--json"]).code(0);
    let again: Value = serde_json::from_slice(&ran.get_output().stdout).unwrap();
    let again = &again["drills"][0];
    assert_eq!(again["name"], "drill");
    for field in ["from", "to", "rate", "late_ms", "fault", "gap", "disturbed_seconds", "phases", "hosts"] {
        assert_eq!(again[field], report[field], "{field}");
    }
    let page = place.read("report.html");
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    let page = Document::parse_with_options(&page, options).unwrap();
    let of_class = |class: &str| {
        page.descendants()
            .filter(|node| node.attribute("class").is_some_and(|c| c.split(' ').any(|one| one == class)))
            .count()
    };
    assert_eq!(of_class("fault"), 2, "in the legend and in the chart");
    assert!(of_class("lost") > 0);
}

#[test]
fn nobody_takes_over() {
    let (place, _server) = project();
    let only = run(&place);
    let command = format!("echo cutting; kill -9 {}", only.id());
    let (report, said) =
        drill(&place, &[&FAST[..], &["--kill-command", &command, "--timeout", "2s"]].concat(), 0);
    assert!(said.contains("\ncutting\n"), "its output is shown: {said}");
    assert!(said.contains("2.00 s after the fault, messages still do not all arrive in time"), "{said}");
    assert_eq!((&report["gap"]["ended"], report.get("first_seconds")), (&false.into(), None), "{report}");
    assert!(report["gap"]["seconds"].as_f64().unwrap() > 1.0, "{report}");
    assert!(count(&report, "during", "lost") > 40 && count(&report, "after", "sent") == 0, "{report}");
    // Now nothing comes out from the beginning.
    let ran = place.run_in_vain(&["drill", "-q", "--kill-command", "true", "--timeout", "1s"]).code(7);
    ran.stdout_eq("").stderr_eq(snapbox::str![[r#"
error: no probe arrived: [..] were sent to `in`, and none arrived on `out` within [TIME]; `in` has no subscriber at nats://127.0.0.1:[PORT]
  help: is the workflow deployed (`pelato status`), or does `pelato run --nats` run it? Does it use this NATS server? `--nats URL` names another

"#]]);
}

#[test]
fn a_load_without_a_fault() {
    let (place, _server) = project();
    let _running = run(&place);
    let ran = place
        .run(&["drill", "--no-fault", "--duration", "1s", "--rate", "100", "--slo", "lost<=0, p99<=60s"])
        .code(0);
    let output = ran.get_output();
    let (out, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let lines: Vec<Vec<&str>> = out.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines[0], ["PHASE", "SENT", "LOST", "DUPLICATED", "LATE", "P50", "P95", "P99", "MAX", "N"]);
    assert_eq!((lines[1][0], lines[1][2], lines[1][3]), ("all", "0", "0"), "{out}");
    let sent: u32 = lines[1][1].parse().unwrap();
    assert!(sent >= 50, "{out}");
    assert!(out.contains("\nmet lost<=0: it is 0\nmet p99<=60s: it is "), "{out}");
    assert!(said.contains("Probing in → out, 100 a second"), "{said}");
    // A part of the way; a function that does not pass the mark on.
    let (part, _) = drill(&place, &["--no-fault", "--duration", "200ms", "--to", "mid"], 0);
    assert_eq!((&part["to"], count(&part, "all", "lost")), (&"mid".into(), 0));
    let (report, _) = drill(&place, &["--no-fault", "--duration", "200ms", "--slo", "max<=0ms"], 9);
    assert_eq!(report["objectives"][0]["met"], false);
}

#[test]
fn messages_that_come_twice_and_others_are_counted() {
    let (place, _server) = project();
    // A second task with a queue group of its own writes the same topic: all messages come out twice.
    place.edit("workflow.yaml", "dest_topic: out, component_name: two, version: 1.0.0}\n", "dest_topic: out, component_name: two, version: 1.0.0}\n  - {name: Three, type: processor_nats, language: wat, code: echo, targets: [edge], source_topic: mid, dest_topic: out, component_name: three, version: 1.0.0}\n");
    let _running = run(&place);
    let (report, _) = drill(&place, &["--no-fault", "--duration", "500ms"], 0);
    let all = |figure| count(&report, "all", figure);
    assert_eq!((all("duplicated"), all("copies"), all("lost")), (all("sent"), all("sent"), 0), "{report}");
}

#[test]
fn a_command_that_fails_breaks_it_off() {
    let (place, _server) = project();
    let _running = run(&place);
    let before = place.run(&[
        "drill",
        "-q",
        "--before",
        "100ms",
        "--kill-command",
        "echo no such host; exit 3",
        "--record",
        "drill.json",
    ]);
    before.code(1).stdout_eq("").stderr_eq(snapbox::str![[r#"
error: the drill was aborted: the command `echo no such host; exit 3` exited with 3
  no such host
  help: run it by itself: it must exit with 0 once the host is down

"#]]);
    assert!(!place.path("drill.json").exists());
    place
        .run(&["drill", "-q", "--before", "100ms", "--timeout", "1s", "--kill-command", "exec sleep 100"])
        .code(1)
        .stderr_eq(snapbox::str![[r#"
error: the drill was aborted: the command `exec sleep 100` still runs after [TIME]
  help: run it by itself: it must exit with 0 once the host is down

"#]]);
}

#[test]
fn a_function_that_drops_the_mark_is_told_from_silence() {
    let (place, server) = project();
    let url = server.url();
    // Somebody else answers, in other words.
    let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let stopped = std::sync::Arc::clone(&stop);
    let other = std::thread::spawn(move || {
        while !stopped.load(std::sync::atomic::Ordering::Relaxed) {
            nats::exchange(&url, ("out", "{\"Data\":294.65}"), "out");
            std::thread::sleep(Duration::from_millis(100));
        }
    });
    let ran = place.run(&["drill", "-q", "--kill-command", "true", "--timeout", "1s"]);
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    other.join().unwrap();
    ran.code(7).stdout_eq("").stderr_eq(snapbox::str![[r#"
error: messages arrive on `out`, but none contains the id of a probe: [..] arrived, the first was `{"Data":294.65}`
  help: the functions must pass the id on: put {probe} into a string of the input that is part of the output, with `--input`

"#]]);
}

#[test]
fn a_person_takes_the_host_away() {
    let (place, _server) = project();
    let (first, _other) = (run(&place), run(&place));
    let arguments = [&["drill"], &FAST[..]].concat();
    let mut terminal = Terminal::open(&place, &arguments);
    terminal.see("stop a host, and press Enter at that moment").press("\r").see("reported by the user");
    let (rest, code) = terminal.end();
    assert_eq!(code, 0, "{rest}");
    assert!(rest.contains("gap: ") && rest.contains("after "), "{rest}");
    // Nobody presses anything: the first message that is missing tells.
    let mut terminal = Terminal::open(&place, &arguments);
    terminal.see("stop a host, and press Enter at that moment");
    first.signal("STOP");
    terminal.see("a message is missing");
    first.signal("KILL");
    let (rest, code) = terminal.end();
    assert_eq!(code, 0, "{rest}");
    assert!(rest.contains("during"), "{rest}");
}

/// Ends the server that a drill has started.
struct Restarted<'a>(&'a Place);

impl Drop for Restarted<'_> {
    fn drop(&mut self) {
        let mut end = std::process::Command::new("sh");
        let _ = end.args(["-c", "kill -9 $(cat nats.pid)"]).current_dir(self.0.project()).status();
    }
}

#[test]
fn the_drill_says_when_it_was_away_itself() {
    let (place, server) = with(nats::Server::to_be_restarted(&[]));
    let _running = run(&place);
    // For a second there is no server at all.
    let (old, host, port) = (server.id(), server.host(), server.port);
    let program = tools::nats_server();
    let restart = format!("kill -9 {old}; sleep 1; exec '{}' -a {host} -p {port}", program.display());
    let command = format!("({restart}) > nats.log 2>&1 & echo $! > nats.pid");
    let _restarted = Restarted(&place);
    let flags = ["--kill-command", &command, "--timeout", "60s", "--record", "drill.json"];
    let (report, said) = drill(&place, &[&FAST[..], &flags].concat(), 0);
    assert!(said.contains("the drill itself lost its connection to the NATS server"), "{said}");
    let away = &report["away"][0];
    let [from, until] = ["from_seconds", "until_seconds"].map(|name| away[name].as_f64().unwrap());
    assert!(until - from > 0.9, "{report}");
    // What was due meanwhile was not sent later: it is no fault of the workflow.
    let unsent = report["unsent"].as_u64().unwrap();
    assert!(unsent >= 40, "{report}");
    assert!(count(&report, "all", "sent") > 0 && report["gap"]["ended"] == true, "{report}");
}

#[test]
fn the_servers_own_words_are_told() {
    let place = project().0;
    let permissions = "authorization {users = [{user: me, password: secret, permissions: {publish: [nothing], subscribe: [\">\"]}}]}\n";
    place.write("nats.conf", permissions);
    let server = nats::Server::start(&["-c", place.path("nats.conf").to_str().unwrap()]);
    let url = format!("nats://me:secret@127.0.0.1:{}", server.port);
    let ran = place
        .run_in_vain(&["drill", "-q", "--nats", &url, "--kill-command", "true", "--timeout", "1s"])
        .code(7);
    ran.stdout_eq("").stderr_eq(snapbox::str![[r#"
error: no probe arrived: 2 were sent to `in`, and none arrived on `out` within [TIME]; the NATS server says: nats: Permissions Violation for Publish to "in"
  help: the drill needs permission to publish to the first topic and to subscribe to the second; see NATS_USER and NATS_CREDS in `pelato config`

"#]]);
}

#[test]
fn who_does_not_want_to_wait_gets_what_there_is() {
    let (place, server) = project();
    let _running = run(&place);
    let mut drill = place.start(&[
        "drill",
        "--no-fault",
        "--duration",
        "10m",
        "--grace",
        "500ms",
        "--record",
        "drill.json",
    ]);
    drill.wait_for("Probing");
    // Some probes have come through.
    nats::hear(&server.url(), "out", 10);
    drill.signal("INT");
    assert_eq!(drill.wait().code(), Some(1), "{}", drill.err());
    assert!(drill.out().contains("\nall "), "{}", drill.out());
    assert!(drill.err().contains("the drill was stopped early"), "{}", drill.err());
    place.run(&["report", "drill.json", "-q"]).code(0);
}

#[test]
fn what_the_command_prints_is_part_of_an_event() {
    let (place, _server) = project();
    let _running = run(&place);
    let command = "echo stopping; echo now >&2";
    let flags = ["--events", "--kill-command", command, "--timeout", "1s"];
    let (_, said) = drill(&place, &[&FAST[..], &flags].concat(), 0);
    let events: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let finished = events.iter().find(|event| event["event"] == "drill-command-finished").unwrap();
    assert_eq!(finished["output"], "stopping\nnow\n");
    let ran =
        place.run(&["drill", "--events", "--before", "100ms", "--kill-command", "echo no such host; exit 3"]);
    let said = String::from_utf8_lossy(&ran.code(1).get_output().stderr).into_owned();
    let events: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let error =
        "the drill was aborted: the command `echo no such host; exit 3` exited with 3\n  no such host";
    assert_eq!(events.last().unwrap()["error"], error);
}

#[test]
fn a_drill_that_is_stopped_ends_its_command_with_all_that_it_has_started() {
    let (place, _server) = project();
    let _running = run(&place);
    let command = "sleep 1000 & echo $$ > new; mv new group; wait";
    let mut drill =
        place.start(&["drill", "--before", "100ms", "--grace", "500ms", "--kill-command", command]);
    wait_until("the command runs", || place.path("group").exists());
    drill.signal("INT");
    assert_eq!(drill.wait().code(), Some(1), "{}", drill.err());
    assert!(!group::runs(place.read("group").trim()), "the command or what it has started still runs");
}
