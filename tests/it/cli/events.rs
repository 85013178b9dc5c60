//! `--events`: what happens, as data.

use crate::support::Place;
use crate::support::slow::Slow;

/// A project that is built at once.
fn place() -> Slow {
    let slow = Slow::new();
    slow.go_on();
    slow
}

fn expect(place: &Place, arguments: &[&str], code: i32, out: &str, err: &str) {
    let ran = place.run(arguments).code(code);
    let ran = if out.is_empty() { ran.stdout_eq("") } else { ran.stdout_eq(out) };
    ran.stderr_eq(err);
}

#[test]
fn a_build_is_told_event_by_event() {
    let slow = place();
    expect(
        &slow.place,
        &["build", "--events", "--json"],
        0,
        "{\"schema\":1,\"components\":[{\"component\":\"slow\",[..]}]}\n",
        r#"{"schema":1,"operation":1,"event":"operation-started","kind":"build"}
{"schema":1,"operation":1,"event":"own-pack","pack":"toy"}
{"schema":1,"operation":1,"event":"builder-chosen","pack":"toy","choice":{"kind":"local","program":"toyc"}}
{"schema":1,"operation":1,"event":"compiler-found","pack":"toy","version":"1.2.3","location":{"kind":"local","program":"[ABOVE]/bin/toyc"}}
{"schema":1,"operation":1,"event":"planned","phase":"build","components":1}
{"schema":1,"operation":1,"event":"component-started","component":"slow","phase":"build","reason":{"kind":"not-built"}}
{"schema":1,"operation":1,"event":"component-finished","component":"slow","phase":"build","change":{"kind":"compiled","reason":{"kind":"not-built"},"bytes":[BYTES]},"duration_ms":[..]}
{"schema":1,"operation":1,"event":"operation-finished","kind":"build","ended":"done","duration_ms":[..]}
"#,
    );
    slow.place.edit("tasks/slow/task.toy", "echo", "empty");
    expect(
        &slow.place,
        &["build", "--events", "-q"],
        0,
        "COMPONENT  VERSION  [..]\nslow [..]\n",
        r#"...
{"schema":1,"operation":1,"event":"component-started","component":"slow","phase":"build","reason":{"kind":"ingredient","name":"task.toy","change":"changed","others":0}}
...
"#,
    );
}

#[test]
fn an_error_is_the_last_event() {
    let slow = place();
    slow.place.write("tasks/slow/task.toy", "exec_task no-such-word\n");
    expect(
        &slow.place,
        &["build", "--events"],
        4,
        "",
        r#"...
{"schema":1,"operation":1,"event":"component-failed","component":"slow","phase":"build","output":"tasks/slow/task.toy:1:11: error: 'no-such-word' is no word"}
{"schema":1,"operation":1,"event":"operation-finished","kind":"build","ended":"failed","duration_ms":[..]}
{"event":"error","operation":0,"schema":1,[..]"error":"1 of 1 components could not be built: slow",[..]"exit":4}
"#,
    );
    slow.place.edit("workflow.yaml", "[edge]", "[]");
    let failure = "\"error\":\"the workflow has 1 error\",[..]\"exit\":3,\"problems\":[{\"severity\":\"error\",[..]}]}\n";
    expect(
        &slow.place,
        &["build", "--events", "--json"],
        3,
        &format!("{{\"schema\":1,[..]{failure}"),
        &format!("...\n{{\"event\":\"error\",\"operation\":0,\"schema\":1,[..]{failure}"),
    );
}

#[test]
fn what_the_command_line_says_is_an_event_as_well() {
    let slow = place();
    slow.place.write(".env", "NATS_PROT=4222\n");
    expect(
        &slow.place,
        &["gen", "--events"],
        0,
        "",
        r#"{"schema":1,"operation":0,"event":"problem","severity":"warning","rule":"env-file","message":"line 1: `NATS_PROT` is not a setting of PELATO","help":"did you mean `NATS_PORT`?","file":".env"}
{"schema":1,"operation":1,"event":"operation-started","kind":"generate"}
{"schema":1,"operation":1,"event":"operation-finished","kind":"generate","ended":"done","duration_ms":[..]}
{"schema":1,"operation":0,"event":"message","level":"detail","text":"wrote gen/slow/source/[..]"}
...
{"schema":1,"operation":0,"event":"message","level":"info","text":"Generated 1 component: [..]"}
"#,
    );
}

#[test]
fn remedies_in_events_are_commands() {
    let slow = place();
    slow.place.write("workflow.yaml", "project_name: Empty\ntasks: {}\n");
    let ran = slow.place.run(&["check", "--events"]).code(3);
    let said = String::from_utf8_lossy(&ran.get_output().stderr).into_owned();
    assert!(said.contains("`pelato add-task`"), "{said}");
    assert!(!said.contains("operation:add_task"), "{said}");
}
