//! `pelato new`

use std::fs;
use std::process::Command;

use snapbox::str;

use crate::support::{Place, tools, tree};

const TASK: [&str; 12] = [
    "--language",
    "go",
    "--name",
    "Celsius to Kelvin",
    "--template",
    "http_producer_nats",
    "--source-topic",
    "room.celsius",
    "--dest-topic",
    "room.kelvin",
    "--target",
    "edge",
];

fn new<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["new", "made"][..], &TASK, more].concat()
}

#[test]
fn makes_a_project_that_checks() {
    let place = Place::empty();
    place.run(&new(&[])).code(0).stdout_eq("").stderr_eq(str![[r#"
     Created project in [PROJECT]/made
        Next cd made && pelato run

"#]]);
    place.expect(
        tree::names(&place.tree()),
        str![[r#"
made/.env.template
made/.gitignore
made/.pelato/workflow.schema.json
made/README.md
made/tasks/celsius_to_kelvin/go.mod
made/tasks/celsius_to_kelvin/task.go
made/tasks/celsius_to_kelvin/task_test.go
made/workflow.yaml

"#]],
    );
    place.expect(
        place.read("made/workflow.yaml"),
        str![[r#"
# yaml-language-server: $schema=.pelato/workflow.schema.json
#
# The workflow: which functions run, on which hosts, and the topics that connect them.
# `pelato check` reads it and says what is wrong; `pelato graph` draws it.
project_name: made

# One entry for each function; `pelato add-task` adds one and leaves the rest of this file as it is.
#   name            shown to people
#   type            the template, which says where data comes from and goes to: `pelato template list`
#   language        the language pack that compiles it: `pelato pack list`
#   code            a folder of tasks/, or a file in it
#   targets         which hosts run it: values of their label host-type
#   component_name  the name of what is built from it
#   version         `pelato bump` raises it
tasks:
  - name: Celsius to Kelvin
    type: http_producer_nats
    language: go
    code: celsius_to_kelvin
    targets: [edge]
    source_topic: room.celsius
    dest_topic: room.kelvin
    component_name: celsius_to_kelvin
    version: 0.1.0

"#]],
    );
    place.expect(place.read("made/README.md"), str![[r##"
# made

A PELATO project: each function in `tasks/` becomes a WebAssembly component; `workflow.yaml` says which hosts run
it and which topics connect it to the others.

| | |
|---|---|
| `workflow.yaml` | the tasks, their hosts and topics |
| `tasks/` | your functions |
| `.env` | the settings of this machine: copy `.env.template`, fill in what you need; never commit it |
| `gen/` | made by PELATO from the rest; never edit it |

## Next

1. Write your function in [`tasks/celsius_to_kelvin/`](tasks/celsius_to_kelvin/).
2. See that all is well:

       pelato check

3. Run it once, with an input of your own:

       pelato call celsius_to_kelvin '{"Name": "kitchen", "Data": 21.46}'

4. Run the whole workflow on this machine:

       pelato run

Another task: `pelato add-task`. A new version: `pelato bump`. Everything else: `pelato --help`.

"##]]);
    place.expect(place.read("made/.env.template"), str![[r#"
# Settings of this project. Copy this file to .env and fill in what you need; a line without a value counts as not set.
# Flags win over the environment, the environment over .env. `pelato config` shows what is in effect.

# Registry that components are pushed to, such as `registry.example.org/team`.
REGISTRY_URL=

# User name for the registry.
REGISTRY_USER=

# Password for the registry.
REGISTRY_PASSWORD=

# Registries that are spoken to over plain http, by commas: `localhost:5000`.
REGISTRY_INSECURE=

# File of PEM certificates that the registry's certificate may be signed by, beside the usual ones.
REGISTRY_CA=

# Whether several components are built at the same time.
PARALLEL_BUILD=True

# What compiles: `local`, `container`, or `auto`, which takes what is there.
BUILDER=auto

# Memory that a compiler in a container may use, in MiB.
CONTAINER_MEMORY=2048

# Processors that a compiler in a container may use; all of them if not set.
CONTAINER_CPUS=

# Processes and threads that a compiler in a container may have.
CONTAINER_PIDS=256

# Seconds that a compiler in a container may take.
CONTAINER_TIMEOUT=900

# Host name of the NATS server.
NATS_HOST=localhost

# Port of the NATS server.
NATS_PORT=4222

# User name for the NATS server.
NATS_USER=

# Password for the NATS server.
NATS_PASSWORD=

# Credentials file for the NATS server (`.creds`).
NATS_CREDS=

# File of PEM certificates that the NATS server's certificate may be signed by, beside the usual ones.
NATS_CA=

# PostgreSQL database for `pelato run`: `postgres://user:password@host:5432/database`.
POSTGRES_URL=

# File of PEM certificates that the PostgreSQL server's certificate may be signed by, beside the usual ones.
POSTGRES_CA=

# Name of the lattice.
LATTICE=default

# JetStream domain of the lattice's own data, and of messages that are delivered at least once.
JETSTREAM_DOMAIN=

# NATS server of the topics, as the hosts reach it.
HOSTS_NATS_URL=nats://127.0.0.1:[PORT]

# Messages and requests that each replica of a component handles at the same time.
CALLS_PER_REPLICA=100

# Image of the messaging provider, or `builtin` for the one in the hosts.
MESSAGING_PROVIDER=ghcr.io/wasmcloud/messaging-nats:0.27.0

# Image of the HTTP provider, or `builtin` for the one in the hosts.
HTTP_PROVIDER=ghcr.io/wasmcloud/http-server:0.27.0

# Image of the provider of key-value buckets.
KEYVALUE_PROVIDER=ghcr.io/wasmcloud/keyvalue-nats:0.3.1

# JetStream domain of the key-value buckets, if it is not that of the NATS server.
KEYVALUE_DOMAIN=

# Image of the provider of PostgreSQL databases.
POSTGRES_PROVIDER=ghcr.io/wasmcloud/sqldb-postgres:0.9.0

# Name of the configuration in the lattice that says where the database is, and who we are to it.
POSTGRES_CONFIG=postgres

# Address that the HTTP provider listens at on its hosts.
HTTP_ADDRESS=0.0.0.0

# Whether each run appends its times to `metrics.yaml`.
ENABLE_METRICS=False

"#]]);
    place.expect(
        place.read("made/.gitignore"),
        str![[r#"
# Made by PELATO from the rest.
/gen/
/.pelato/*
!/.pelato/workflow.schema.json

# Settings of one machine, passwords among them.
.env

# How long the runs on this machine took.
/metrics.yaml

"#]],
    );
    place.expect(
        place.read("made/tasks/celsius_to_kelvin/go.mod"),
        str![[r#"
module celsius_to_kelvin_task

go 1.24

"#]],
    );
    assert!(place.path("made/.git/HEAD").is_file());
    place.run(&["-C", "made", "check", "--strict"]).code(0).stderr_eq("");
}

#[test]
fn every_flag_is_heeded() {
    let place = Place::empty();
    let flags = [
        "--project-name",
        "My \"own\": project #1",
        "--component-name",
        "c2k",
        "--task-version",
        "2.1.0-rc.1",
        "--target",
        "cloud,far",
        "--max-body-bytes",
        "1000",
        "--no-git",
        "--json",
    ];
    place.run(&new(&flags)).code(0).stdout_eq(str![[r#"
{"schema":1,"folder":"[PROJECT]/made","files":[".env.template",".gitignore",".pelato/workflow.schema.json","README.md","tasks/c2k/go.mod","tasks/c2k/task.go","tasks/c2k/task_test.go","workflow.yaml"]}

"#]]).stderr_eq("");
    place.expect(
        place.read("made/workflow.yaml").lines().skip(4).collect::<Vec<_>>().join("\n"),
        str![[r#"
project_name: "My \"own\": project #1"

# One entry for each function; `pelato add-task` adds one and leaves the rest of this file as it is.
#   name            shown to people
#   type            the template, which says where data comes from and goes to: `pelato template list`
#   language        the language pack that compiles it: `pelato pack list`
#   code            a folder of tasks/, or a file in it
#   targets         which hosts run it: values of their label host-type
#   component_name  the name of what is built from it
#   version         `pelato bump` raises it
tasks:
  - name: Celsius to Kelvin
    type: http_producer_nats
    language: go
    code: c2k
    targets: [edge, cloud, far]
    source_topic: room.celsius
    dest_topic: room.kelvin
    max_body_bytes: 1000
    component_name: c2k
    version: 2.1.0-rc.1
"#]],
    );
    assert!(!place.path("made/.git").exists());
    place.run(&["-C", "made", "check", "--strict"]).code(0).stderr_eq("");
}

#[test]
fn the_starters_own_tests_pass_in_plain_go() {
    let place = Place::empty();
    place.run(&new(&["-q"])).code(0).stdout_eq("").stderr_eq("");
    let task = place.path("made/tasks/celsius_to_kelvin");
    let tested =
        tools::go_command(&task).env("HOME", place.above()).args(["test", "./..."]).output().unwrap();
    assert!(tested.status.success(), "{tested:?}");
    let vetted = tools::go_command(&task).env("HOME", place.above()).args(["vet", "./..."]).output().unwrap();
    assert!(vetted.stderr.is_empty(), "{vetted:?}");
}

#[test]
fn the_commands_that_the_readme_shows_work_as_they_stand() {
    let place = Place::empty();
    place.run(&new(&["-q"])).code(0);
    let readme = place.read("made/README.md");
    let call = readme.lines().find(|line| line.trim_start().starts_with("pelato call")).unwrap();
    let (_, input) = call.split_once('\'').unwrap();
    let ran = place.run(&["-C", "made", "call", "celsius_to_kelvin", input.trim_end_matches('\'')]).code(0);
    assert!(!ran.get_output().stdout.is_empty());
}

#[test]
fn without_a_task_the_workflow_is_empty_and_add_task_fills_it() {
    let place = Place::empty();
    place.run(&["new", "made", "--no-task"]).code(0).stdout_eq("").stderr_eq(str![[r#"
     Created project in [PROJECT]/made
        Next cd made && pelato add-task

"#]]);
    place.expect(
        tree::names(&place.tree()),
        str![[r#"
made/.env.template
made/.gitignore
made/.pelato/workflow.schema.json
made/README.md
made/workflow.yaml

"#]],
    );
    place
        .run(&["-C", "made", "check"])
        .code(0)
        .stdout_eq(str![[r#"
0 components, no errors, 1 warning

"#]])
        .stderr_eq(str![[r#"
empty-workflow

  ⚠ the workflow has no tasks
    ╭─[workflow.yaml:15:1]
 14 │ #   version         `pelato bump` raises it
 15 │ tasks: []
    · ─────
    ╰────
  help: add one with `pelato add-task`


"#]]);
    place.run(&[&["-C", "made", "add-task"], &TASK[..]].concat()).code(0).stderr_eq(str![[r#"
       Added celsius_to_kelvin: its function is in tasks/celsius_to_kelvin/

"#]]);
    place
        .run(&["-C", "made", "check", "--strict"])
        .code(0)
        .stdout_eq(str![[r#"
1 component, no errors, 0 warnings

"#]])
        .stderr_eq("");
}

#[test]
fn inside_a_repository_no_second_one_is_made() {
    let place = Place::empty();
    let git = Command::new("git").args(["init", "--quiet"]).current_dir(place.project()).status().unwrap();
    assert!(git.success());
    place.run(&new(&[])).code(0).stdout_eq("").stderr_eq(str![[r#"
     Created project in [PROJECT]/made
        Next cd made && pelato run

"#]]);
    assert!(!place.path("made/.git").exists());
}

#[test]
fn without_git_the_project_is_made_and_a_note_says_so() {
    let place = Place::empty().env("PATH", "/nowhere");
    place.run(&new(&[])).code(0).stdout_eq("").stderr_eq(str![[r#"
        Note git is not installed: no repository was created
     Created project in [PROJECT]/made
        Next cd made && pelato run

"#]]);
    assert!(place.path("made/workflow.yaml").is_file());
}

#[test]
fn verbose_lists_the_files() {
    Place::empty().run(&new(&["-v", "--no-git"])).code(0).stdout_eq("").stderr_eq(str![[r#"
wrote .env.template
wrote .gitignore
wrote .pelato/workflow.schema.json
wrote README.md
wrote tasks/celsius_to_kelvin/go.mod
wrote tasks/celsius_to_kelvin/task.go
wrote tasks/celsius_to_kelvin/task_test.go
wrote workflow.yaml
     Created project in [PROJECT]/made
        Next cd made && pelato run

"#]]);
}

#[test]
fn a_folder_with_something_in_it_is_left_alone() {
    let place = Place::empty();
    place.write("made/mine", "mine");
    place.run_in_vain(&new(&[])).code(1).stdout_eq("").stderr_eq(str![[r#"
error: the folder [PROJECT]/made is not empty
  help: choose another name or an empty folder; in a project that already exists, add a task with `pelato add-task`

"#]]);
}

#[test]
fn a_file_in_the_folders_place_is_left_alone() {
    let place = Place::empty();
    place.write("made", "mine");
    place.run_in_vain(&new(&[])).code(1).stdout_eq("").stderr_eq(str![[r#"
error: [PROJECT]/made is a file, not a folder
  help: move the file away, or choose another name

"#]]);
}

#[test]
fn an_empty_folder_is_taken() {
    let place = Place::empty();
    fs::create_dir(place.path("made")).unwrap();
    place.run(&new(&[])).code(0);
    assert!(place.path("made/workflow.yaml").is_file());
}

#[test]
fn this_very_folder_can_be_the_project() {
    let place = Place::empty();
    place.run(&["new", ".", "--no-task", "--no-git"]).code(0).stdout_eq("").stderr_eq(str![[r#"
     Created project in [PROJECT]/.
        Next pelato add-task

"#]]);
    assert!(place.read("workflow.yaml").contains("project_name: project\n"));
}

#[test]
fn what_is_missing_is_named_by_its_flag_and_nobody_is_asked() {
    let place = Place::empty();
    place.run_in_vain(&["new"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: not given: Folder of the project
  help: add `my-project`; on a terminal (and without `--no-input`) you are asked for it

"#]]);
    let steps: [(&[&str], snapbox::data::Inline); 6] = [
        (
            &[],
            str![[r#"
error: not given: Language
  help: add `--language go`; on a terminal (and without `--no-input`) you are asked for it

"#]],
        ),
        (
            &TASK[..2],
            str![[r#"
error: not given: Template
  help: add `--template processor_nats`; on a terminal (and without `--no-input`) you are asked for it

"#]],
        ),
        (
            &["--language", "go", "--template", "processor_nats"],
            str![[r#"
error: not given: Name of the task
  help: add `--name 'Temp data conversion'`; on a terminal (and without `--no-input`) you are asked for it

"#]],
        ),
        (
            &TASK[..6],
            str![[r#"
error: not given: Topic to read from
  help: add `--source-topic room.celsius`; on a terminal (and without `--no-input`) you are asked for it

"#]],
        ),
        (
            &TASK[..8],
            str![[r#"
error: not given: Topic to write to
  help: add `--dest-topic room.celsius`; on a terminal (and without `--no-input`) you are asked for it

"#]],
        ),
        (
            &TASK[..10],
            str![[r#"
error: not given: Targets
  help: add `--target edge`; on a terminal (and without `--no-input`) you are asked for it

"#]],
        ),
    ];
    for (given, expected) in steps {
        place.run_in_vain(&[&["new", "made"], given].concat()).code(2).stdout_eq("").stderr_eq(expected);
    }
}

#[test]
fn wrong_values_are_refused_and_nothing_is_written() {
    let place = Place::empty();
    let refused: [(&[&str], i32, snapbox::data::Inline); 8] = [
        (
            &["--template", "producer"],
            3,
            str![[r#"
error: there is no template `producer`
  help: expected one of `dbsync_nats`, `http_producer_nats`, `producer_nats`, `nats_to_nats_kv`, `nats_to_nats-kv`, `processor_nats`

"#]],
        ),
        (
            &["--language", "cobol"],
            3,
            str![[r#"
error: there is no language pack `cobol`
  help: expected one of `c`, `cpp`, `go`, `javascript`, `python`, `rust`

"#]],
        ),
        (
            &["--component-name", "Has Spaces"],
            2,
            str![[r#"
error: `Has Spaces` is not a valid name for a component
  help: choose another, such as `--component-name has_spaces`: use lower-case letters and digits, with single `_` or `-` between them

"#]],
        ),
        (
            &["--dest-topic", "room.*"],
            2,
            str![[r#"
wildcard

  × `room.*` has wildcards, which `dest_topic` cannot have: a message is sent to one topic
    ╭─[workflow.yaml:22:17]
 21 │     source_topic: room.celsius
 22 │     dest_topic: room.*
    ·                 ──────
 23 │     component_name: celsius_to_kelvin
    ╰────
  help: write out the parts that are `*` or `>`

error: with this task the workflow would have 1 error
  help: nothing was written: change the values that are shown above

"#]],
        ),
        (
            &["--source-topic", "room celsius"],
            2,
            str![[r#"
error: `room celsius` is not a topic, as --source-topic wants it
  help: give it another value, such as `--source-topic room.celsius`

"#]],
        ),
        (
            &["--max-body-bytes", "many"],
            2,
            str![[r#"
error: `many` is not a whole number, as --max-body-bytes wants it
  help: give it another value, such as `--max-body-bytes 10`

"#]],
        ),
        (
            &["--task-version", "one"],
            2,
            str![[r#"
error: invalid value 'one' for '--task-version <VERSION>': unexpected character 'o' while parsing major version number

For more information, try '--help'.

"#]],
        ),
        (
            &["--name", ""],
            2,
            str![[r#"
error: the name is empty
  help: write a descriptive name

"#]],
        ),
    ];
    for (wrong, code, expected) in refused {
        let mut arguments = vec!["new", "made"];
        let kept = TASK.chunks(2).filter(|pair| pair[0] != wrong[0]);
        arguments.extend(kept.flatten());
        arguments.extend(wrong);
        place.run_in_vain(&arguments).code(code).stdout_eq("").stderr_eq(expected);
    }
}

#[test]
fn a_parameter_that_the_template_does_not_have_is_refused() {
    let arguments: Vec<_> = new(&["--max-body-bytes", "5"])
        .into_iter()
        .map(|word| if word == "http_producer_nats" { "processor_nats" } else { word })
        .collect();
    Place::empty().run_in_vain(&arguments).code(2).stdout_eq("").stderr_eq(str![[r#"
error: the template `processor_nats` has no parameter `max_body_bytes`
  help: expected one of `--source-topic`, `--dest-topic`

"#]]);
}

#[test]
fn names_with_spaces_and_other_letters_work_to_the_end() {
    let place = Place::named("Mein Projekt – größer");
    place.run(&["new", "Käse & Brot", "--no-task"]).code(0).stdout_eq("").stderr_eq(str![[r#"
     Created project in [PROJECT]/Käse & Brot
        Next cd 'Käse & Brot' && pelato add-task

"#]]);
    let folder = "Käse & Brot";
    place.run(&[&["-C", folder, "add-task"], &TASK[..]].concat()).code(0).stdout_eq("");
    place.run(&["-C", folder, "check", "--strict"]).code(0).stderr_eq("");
    let input = "{\"Name\":\"küche\",\"Data\":1.26}";
    place
        .run(&["-C", folder, "call", "-q", "celsius_to_kelvin", input])
        .code(0)
        .stdout_eq("{\"Name\":\"küche\",\"Data\":1.3}")
        .stderr_eq("");
}
