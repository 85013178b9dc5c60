//! `pelato check`, `pelato schema`, `pelato graph`

use snapbox::str;

use crate::support::Place;
use crate::support::functions::PROJECT;

/// As many mistakes as fit into two tasks.
fn wrong() -> Place {
    let place = Place::with(PROJECT);
    place.write(
        "workflow.yaml",
        "\
project_name: Wrong
tasks:
  - name: One
    type: http_producer_natss
    code: double
    targets: [edge]
    source_topic: room single
    dest_topic: room.*
    component_name: double
    version: 1.0
  - name: Two
    typ: processor_nats
    type: processor_nats
    code: ../play.go
    targets: []
    source_topic: room.double
    dest_topic: room.played
    component_name: double
    version: 0.3.0
",
    );
    place
}

#[test]
fn a_sound_workflow_is_said_to_be_sound() {
    let place = Place::with(PROJECT);
    place.run_in_vain(&["check"]).code(0).stdout_eq("2 components, no errors, 0 warnings\n").stderr_eq("");
    place.run_in_vain(&["check", "--strict"]).code(0).stdout_eq("2 components, no errors, 0 warnings\n");
    place
        .run_in_vain(&["check", "--json"])
        .code(0)
        .stdout_eq("{\"schema\":1,\"errors\":0,\"warnings\":0,\"problems\":[]}\n")
        .stderr_eq("");
}

#[test]
fn all_mistakes_are_shown_at_once_each_with_its_place_and_a_way_out() {
    wrong().run_in_vain(&["check"]).code(3).stdout_eq("").stderr_eq(str![[r#"
unknown-template

  × there is no template `http_producer_natss`
   ╭─[workflow.yaml:4:11]
 3 │   - name: One
 4 │     type: http_producer_natss
   ·           ───────────────────
 5 │     code: double
   ╰────
  help: did you mean `http_producer_nats`?

version

  × `1.0` is not a semantic version
    ╭─[workflow.yaml:10:14]
  9 │     component_name: double
 10 │     version: 1.0
    ·              ───
 11 │   - name: Two
    ╰────
  help: write `1.0.0`

unknown-field

  × unknown field `typ`
    ╭─[workflow.yaml:12:5]
 11 │   - name: Two
 12 │     typ: processor_nats
    ·     ───
 13 │     type: processor_nats
    ╰────
  help: did you mean `type`?

code-path

  × `../play.go` contains `..`, which could leave `tasks/`
    ╭─[workflow.yaml:14:11]
 13 │     type: processor_nats
 14 │     code: ../play.go
    ·           ──────────
 15 │     targets: []
    ╰────
  help: write the path below `tasks/`, such as `convert.go` or `convert`

targets

  × the task has no target
    ╭─[workflow.yaml:15:14]
 14 │     code: ../play.go
 15 │     targets: []
    ·              ──
 16 │     source_topic: room.double
    ╰────
  help: name at least one value of the hosts' label `host-type`: `[edge]`

duplicate-component

  × two components have the name `double`
    ╭─[workflow.yaml:18:21]
 17 │     dest_topic: room.played
 18 │     component_name: double
    ·                     ───┬──
    ·                        ╰── the first is `One` in line 9
 19 │     version: 0.3.0
    ╰────
  help: give each component a name of its own

error: the workflow has 6 errors

"#]]);
}

#[test]
fn as_json_every_mistake_has_its_place() {
    wrong().run_in_vain(&["check", "--json"]).code(3).stdout_eq(str![[r#"
{"schema":1,"errors":6,"warnings":0,"problems":[{"severity":"error","rule":"unknown-template","message":"there is no template `http_producer_natss`","help":"did you mean `http_producer_nats`?","file":"workflow.yaml","line":4,"column":11},{"severity":"error","rule":"version","message":"`1.0` is not a semantic version","help":"write `1.0.0`","file":"workflow.yaml","line":10,"column":14},{"severity":"error","rule":"unknown-field","message":"unknown field `typ`","help":"did you mean `type`?","file":"workflow.yaml","line":12,"column":5},{"severity":"error","rule":"code-path","message":"`../play.go` contains `..`, which could leave `tasks/`","help":"write the path below `tasks/`, such as `convert.go` or `convert`","file":"workflow.yaml","line":14,"column":11},{"severity":"error","rule":"targets","message":"the task has no target","help":"name at least one value of the hosts' label `host-type`: `[edge]`","file":"workflow.yaml","line":15,"column":14},{"severity":"error","rule":"duplicate-component","message":"two components have the name `double`","help":"give each component a name of its own","file":"workflow.yaml","line":18,"column":21}]}

"#]]).stderr_eq("");
}

#[test]
fn other_commands_refuse_such_a_workflow_and_write_nothing() {
    let place = wrong();
    for command in
        [&["gen"][..], &["build"], &["run"], &["call", "double"], &["graph"], &["build", "--dry-run"]]
    {
        let ran = place.run_in_vain(command).code(3).stdout_eq("");
        let said = String::from_utf8(ran.get_output().stderr.clone()).unwrap();
        assert!(
            said.ends_with("error: the workflow has 6 errors\n  help: `pelato check` shows them again\n"),
            "{said}"
        );
    }
}

#[test]
fn a_near_miss_between_topics_is_a_warning_and_strictly_an_error() {
    let place = Place::with(PROJECT);
    place.edit("workflow.yaml", "source_topic: room.double", "source_topic: room.duoble");
    place
        .run_in_vain(&["check"])
        .code(0)
        .stdout_eq(str![[r#"
2 components, no errors, 1 warning

"#]])
        .stderr_eq(str![[r#"
topic-typo

  ⚠ nothing writes `room.duoble`, but `room.double` is written
    ╭─[workflow.yaml:15:19]
 14 │     targets: [cloud]
 15 │     source_topic: room.duoble
    ·                   ─────┬─────
    ·                        ╰── `double` writes `room.double` in line 8
 16 │     dest_topic: room.played
    ╰────
  help: if they are the same topic, write the same name in both places: did you mean
        `room.double`?


"#]]);
    place.run_in_vain(&["check", "--strict"]).code(3).stdout_eq("");
    place.run_in_vain(&["check", "-q"]).code(0).stderr_eq("");
}

#[test]
fn a_function_without_exec_task_is_found_before_anything_is_built() {
    let place = Place::with(PROJECT);
    place.edit("tasks/play.go", "func exec_task", "func execTask");
    place.run_in_vain(&["check"]).code(3).stdout_eq("").stderr_eq(str![[r#"
code-requires

  × no function `exec_task` in `tasks/play.go`
    ╭─[workflow.yaml:13:11]
 12 │     type: processor_nats
 13 │     code: play.go
    ·           ───────
 14 │     targets: [cloud]
    ╰────
  help: add `func exec_task(arg string) string { … }`; the argument and the result may also be
        []byte, and the result may be `(string, error)`

error: the workflow has 1 error

"#]]);
}

#[test]
fn code_that_is_not_there_is_named() {
    let place = Place::with(PROJECT);
    std::fs::remove_file(place.path("tasks/play.go")).unwrap();
    place.run_in_vain(&["check"]).code(3).stdout_eq("").stderr_eq(str![[r#"
code-missing

  × there is no `tasks/play.go`
    ╭─[workflow.yaml:13:11]
 12 │     type: processor_nats
 13 │     code: play.go
    ·           ───────
 14 │     targets: [cloud]
    ╰────
  help: put the function's source file there, or name another

error: the workflow has 1 error

"#]]);
}

#[test]
fn the_schema_takes_the_workflow_and_finds_a_mistake() {
    let place = Place::with(PROJECT);
    let ran = place.run_in_vain(&["schema"]).code(0).stderr_eq("");
    let schema: serde_json::Value = serde_json::from_slice(&ran.get_output().stdout).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let workflow: serde_json::Value = serde_yaml::from_str(&place.read("workflow.yaml")).unwrap();
    assert!(validator.is_valid(&workflow));
    let wrong: serde_json::Value =
        serde_yaml::from_str(&place.read("workflow.yaml").replace("processor_nats", "processor_nat"))
            .unwrap();
    assert!(!validator.is_valid(&wrong));
}

#[test]
fn the_flow_is_drawn_as_mermaid_and_as_a_picture() {
    let place = Place::with(PROJECT);
    place
        .run_in_vain(&["graph"])
        .code(0)
        .stdout_eq(str![[r#"
flowchart LR
  n0{{"POST /double"}}
  n1["double<br/>http_producer_nats · 1.0.0"]
  n2(["room.single"])
  n3(["room.double"])
  n4["play<br/>processor_nats · 0.3.0"]
  n5(["room.played"])
  n0 --> n1
  n2 --> n1
  n1 --> n3
  n3 --> n4
  n4 --> n5

"#]])
        .stderr_eq("");
    place.run_in_vain(&["graph", "--json"]).code(0).stderr_eq("").stdout_eq(str![[r#"
{"schema":1,"nodes":[{"kind":"http","name":"POST /double"},{"kind":"component","name":"double","detail":"http_producer_nats · 1.0.0"},{"kind":"topic","name":"room.single"},{"kind":"topic","name":"room.double"},{"kind":"component","name":"play","detail":"processor_nats · 0.3.0"},{"kind":"topic","name":"room.played"}],"edges":[{"from":0,"to":1,"by_wildcard":false},{"from":2,"to":1,"by_wildcard":false},{"from":1,"to":3,"by_wildcard":false},{"from":3,"to":4,"by_wildcard":false},{"from":4,"to":5,"by_wildcard":false}],"drawing":"flowchart LR\n  n0{{\"POST /double\"}}\n  n1[\"double<br/>http_producer_nats · 1.0.0\"]\n  n2([\"room.single\"])\n  n3([\"room.double\"])\n  n4[\"play<br/>processor_nats · 0.3.0\"]\n  n5([\"room.played\"])\n  n0 --> n1\n  n2 --> n1\n  n1 --> n3\n  n3 --> n4\n  n4 --> n5\n"}

"#]]);
    let ran = place.run_in_vain(&["graph", "--format", "svg"]).code(0).stderr_eq("");
    place.write("flow.svg", &ran.get_output().stdout);
    let read = "import sys, xml.dom.minidom as x; d = x.parse(sys.argv[1]).documentElement; \
                print(d.tagName, ''.join(t.firstChild.data for t in d.getElementsByTagName('text')))";
    let python = std::process::Command::new("python3")
        .args(["-c", read])
        .arg(place.path("flow.svg"))
        .output()
        .unwrap();
    let read = String::from_utf8(python.stdout).unwrap();
    for word in ["svg", "double", "play", "room.single", "room.double", "room.played"] {
        assert!(read.contains(word), "{word} is not in {read} {}", String::from_utf8_lossy(&python.stderr));
    }
}

/// A project whose first task has these lines, too.
fn with_lines(lines: &str) -> Place {
    let place = Place::with(PROJECT);
    let text = place.read("workflow.yaml");
    let name = text.lines().find(|line| line.contains("component_name:")).unwrap().to_owned();
    place.write("workflow.yaml", text.replacen(&name, &format!("{name}\n{lines}"), 1));
    place
}

#[test]
fn the_site_of_a_task_is_known_by_its_jetstream_domain() {
    let place = with_lines("    scope: site");
    let said = "TARGET_DOMAINS does not say which JetStream domain the NATS server of `edge` has";
    place.ran(&["check"]).failed(3, &[said, "set TARGET_DOMAINS=edge=DOMAIN"]);
    // It runs on this machine nevertheless, where there is one site.
    place.run(&["graph"]).code(0);
    place.env("TARGET_DOMAINS", "edge=site-a").run(&["check"]).code(0);
}

#[test]
fn no_target_comes_first_on_wasmcloud_1_9_if_all_hosts_have_one_nats_server() {
    let said = "no target comes first: HOSTS_NATS_URL is one NATS server for all hosts";
    for (platform, url, is_said) in [
        ("wadm", "nats://10.0.0.5:4222", true),
        ("wadm", "nats://127.0.0.1:4222", false),
        ("wasmcloud", "nats://10.0.0.5:4222", false),
    ] {
        let place = with_lines("    prefer: edge\n    delivery: at-least-once");
        let text = place.read("workflow.yaml").replacen("targets: [edge]", "targets: [edge, cloud]", 1);
        place.write("workflow.yaml", &text);
        let ran = place.env("PLATFORM", platform).env("HOSTS_NATS_URL", url).ran(&["check"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        assert_eq!((ran.out + &ran.err).contains(said), is_said, "{platform} {url}");
    }
}
