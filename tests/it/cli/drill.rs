//! What `pelato drill` refuses before anything is sent.

use snapbox::str;

use crate::support::Place;

/// Two ways through the workflow.
const WORKFLOW: &str = "\
project_name: Ways
tasks:
  - {name: One, type: processor_nats, code: a.go, targets: [edge], source_topic: in.one, dest_topic: mid, component_name: one, version: 1.0.0}
  - {name: Two, type: processor_nats, code: a.go, targets: [edge], source_topic: mid, dest_topic: out.one, component_name: two, version: 1.0.0}
  - {name: Three, type: processor_nats, code: a.go, targets: [edge], source_topic: 'in.*.x', dest_topic: out.two, component_name: three, version: 1.0.0}
";
const CODE: &str = "package main\n\nfunc exec_task(arg string) (string, error) { return arg, nil }\n";

fn place() -> Place {
    // Nobody listens there.
    Place::with(&[("workflow.yaml", WORKFLOW), ("tasks/a.go", CODE)])
        .env("NATS_HOST", "127.0.0.1")
        .env("NATS_PORT", "1")
}

/// The flags that make the rest of the command line right.
const GOOD: [&str; 4] = ["drill", "--from=in.one", "--kill-command", "true"];

#[test]
fn the_way_has_to_be_clear() {
    let place = place();
    place.run_in_vain(&["drill", "--no-fault"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: the workflow reads several topics from outside: `in.*.x` and `in.one`
  help: choose the one that probes are sent to with `--from`

"#]]);
    place.run_in_vain(&["drill", "--no-fault", "--from", "in.oen"]).code(2).stdout_eq("").stderr_eq(str![[
        r#"
error: no task reads `in.oen`
  help: did you mean `in.one`?

"#
    ]]);
    place.run_in_vain(&["drill", "--no-fault", "--from", "in.*.x"]).code(2).stdout_eq("").stderr_eq(str![[
        r#"
error: a message cannot be sent to `in.*.x`: it has wildcards
  help: name one topic that it matches

"#
    ]]);
    place
        .run_in_vain(&["drill", "--no-fault", "--from", "in.one", "--to", "out.two"])
        .code(2)
        .stdout_eq("")
        .stderr_eq(str![[r#"
error: messages that are sent to `in.one` never reach `out.two`
  help: expected one of `mid`, `out.one`

"#]]);
    place.run_in_vain(&["drill", "--no-fault", "--to", "out.two"]).code(2).stdout_eq("").stderr_eq(str![[
        r#"
error: the workflow reads `in.*.x`, which has wildcards
  help: name a topic that it matches with `--from`

"#
    ]]);
    // Clear: it gets as far as the server.
    place.run_in_vain(&["drill", "--no-fault", "--to", "out.one"]).code(6).stdout_eq("").stderr_eq(str![[r#"
error: the NATS server at nats://127.0.0.1:[PORT] cannot be reached: IO error: Connection refused (os error 111)
  help: check that it is running and that the address is correct: `--nats URL`, or NATS_HOST and NATS_PORT: `pelato config` shows where they come from

"#]]);
}

#[test]
fn without_a_terminal_somebody_has_to_take_the_host_away() {
    place().run_in_vain(&["drill", "--from", "in.one"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: missing value: how a host is stopped
  help: give it, as with `--kill-command COMMAND` or `--no-fault`; on a terminal, and without `--no-input`, PELATO asks for it

"#]]);
}

#[test]
fn objectives_are_pointed_at() {
    let place = place();
    let with = |slo: &str| place.run_in_vain(&[&GOOD[..], &["--slo", slo]].concat()).code(2).stdout_eq("");
    with("gap<=0.5s, lsot<=0").stderr_eq(str![[r#"
slo

  × `lsot` is not a figure of a drill
   ╭─[objectives:1:12]
 1 │ gap<=0.5s, lsot<=0
   ·            ────
   ╰────
  help: did you mean `lost`?


"#]]);
    with("p99<=200").stderr_eq(str![[r#"
slo

  × `200`: a time with its unit is expected, such as 200ms or 0.5s
   ╭─[objectives:1:6]
 1 │ p99<=200
   ·      ───
   ╰────
  help: write objectives like `gap<=0.5s, lost<=0, late<=1%, after.p99<=200ms`


"#]]);
    place
        .run_in_vain(&["drill", "--from", "in.one", "--no-fault", "--slo", "p99<=1s, after.lost<=0"])
        .code(2)
        .stdout_eq("")
        .stderr_eq(str![[r#"
error: `after.lost<=0` measures a fault, and with `--no-fault` there is none
  help: leave the objective out, or `--no-fault`

"#]]);
    place
        .run_in_vain(&[&GOOD[..], &["--slo", "lost>1", "--json"]].concat())
        .code(2)
        .stderr_eq("")
        .stdout_eq(str![[r#"
{"schema":1,"code":"pelato::rule::slo","error":"an objective sets the maximum of a figure: `<=` or `<`","help":"write objectives like `gap<=0.5s, lost<=0, late<=1%, after.p99<=200ms`","exit":2,"problems":[{"severity":"error","rule":"slo","message":"an objective sets the maximum of a figure: `<=` or `<`","help":"write objectives like `gap<=0.5s, lost<=0, late<=1%, after.p99<=200ms`","file":"objectives","line":1,"column":5}]}

"#]]);
}

#[test]
fn values_make_sense() {
    let place = place();
    place.run_in_vain(&[&GOOD[..], &["--rate", "0"]].concat()).code(2).stdout_eq("").stderr_eq(str![[r#"
error: invalid value '0' for '--rate <NUMBER>': expected a number from 0.1 to 10000

For more information, try '--help'.

"#]]);
    place.run_in_vain(&[&GOOD[..], &["--settle", "soon"]].concat()).code(2).stdout_eq("").stderr_eq(str![[
        r#"
error: invalid value 'soon' for '--settle <TIME>': expected a time, such as 500ms, 5s or 2m

For more information, try '--help'.

"#
    ]]);
    place.run_in_vain(&[&GOOD[..], &["--duration", "5s"]].concat()).code(2).stdout_eq("").stderr_eq(str![[
        r#"
error: the argument '--kill-command <COMMAND>' cannot be used with '--duration <TIME>'

Usage: pelato drill --from <TOPIC> --kill-command <COMMAND>

For more information, try '--help'.

"#
    ]]);
    place.run_in_vain(&["drill", "--kill-command", "true", "--no-fault"]).code(2).stdout_eq("").stderr_eq(
        str![[r#"
error: the argument '--kill-command <COMMAND>' cannot be used with '--no-fault'

Usage: pelato drill --kill-command <COMMAND>

For more information, try '--help'.

"#]],
    );
    place.run_in_vain(&[&GOOD[..], &["--input", "21.5"]].concat()).code(2).stdout_eq("").stderr_eq(str![[
        r#"
error: the input `21.5` has no placeholder for the id of a probe
  help: write {probe} into a string that the functions pass on: `--input '{"Name": "{probe}", "Data": 21.5}'`

"#
    ]]);
    place
        .run_in_vain(&[&GOOD[..], &["--rate", "10000", "--timeout", "1h"]].concat())
        .code(2)
        .stdout_eq("")
        .stderr_eq(str![[r#"
error: the drill would send 72050000 probes; the maximum is 10000000
  help: lower `--rate`, or shorten the drill

"#]]);
    place.write("mine.json", "{}\n");
    place.run_in_vain(&[&GOOD[..], &["--record", "mine.json"]].concat()).code(1).stdout_eq("").stderr_eq(
        str![[r#"
error: mine.json already exists and is not a record of a drill
  help: choose another name with `--record`

"#]],
    );
    place.run_in_vain(&[&GOOD[..], &["--record", "none/x.json"]].concat()).code(1).stdout_eq("").stderr_eq(
        str![[r#"
error: there is no folder to write none/x.json into
  help: create it first, or choose another name with `--record`

"#]],
    );
}
