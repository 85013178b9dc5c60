//! The command line itself: help, version, mistakes, closed pipes.

use std::process::{Command, Stdio};

use snapbox::str;

use crate::support::Place;
use crate::support::functions::PROJECT;
use crate::support::place::binary;
use crate::support::terminal::Terminal;

#[test]
fn version_is_one_line() {
    let place = Place::empty();
    let version = concat!("pelato ", env!("CARGO_PKG_VERSION"), "\n");
    place.run(&["--version"]).code(0).stdout_eq(version).stderr_eq("");
    place.run(&["-V"]).code(0).stdout_eq(version).stderr_eq("");
}

#[test]
fn help_lists_commands_and_exit_codes() {
    Place::empty()
        .run(&["-h"])
        .code(0)
        .stdout_eq(str![[r#"
Write one function, run it as a WebAssembly component on every host of a wasmCloud cluster

Usage: pelato [OPTIONS] <COMMAND>

Commands:
  new           Create a project in a new folder
  add-task      Add a task to the project: an entry in workflow.yaml and a function to start from
  check         Find all errors in the workflow, before anything is built
  run           Run the whole workflow on this machine
  call          Call one function once and print its output
  send          Send a message to a topic: of `pelato run`, or of a NATS server
  tail          Print the messages on topics as they are sent: of `pelato run`, or of a NATS server
  logs          Print what functions write, and which of their calls fail: in `pelato run`, or on a
                cluster
  gen           Generate the components' sources into gen/
  build         Build the components, and push them if REGISTRY_URL is set
  brush         Deploy the workflow from its sources: gen, build, push and deploy in one command
  push          Push the components to the registry, building first what has changed
  deploy        Deploy the workflow's components to the hosts of a cluster
  status        Show the state of the workflow's components on a cluster
  move          Move a component to the hosts of other targets while it runs
  rollback      Return to a manifest that was deployed before
  remove        Remove the workflow's components from a cluster
  drill         Rehearse a fault: send messages through the running workflow, stop a host, and
                measure the effect
  dead-letters  Look at messages that components could not process, send them again, or delete them
  infra         Write configuration files for the machines of a cluster: cloud (Kubernetes), edge
                and this machine (docker compose)
  bump          Raise the versions of components
  graph         Draw how messages flow through the workflow
  report        Compare the times of runs, and show drills: tables, and a page with charts
  schema        Print the JSON schema of workflow.yaml, for editors
  pack          Show, create, add and check language packs
  template      Show, create and check templates
  explain       Explain a rule of `check`, an error code, or a subject such as `workflow`
  trust         Show and change what you allow projects to do on this machine
  config        Show every setting, its effective value, and where that came from
  doctor        Check whether this machine has what the project needs
  completions   Print the script that completes commands, flags and the names of a project in a
                shell
  help          Print this message or the help of the given subcommand(s)

Options:
  -h, --help     Print help (see more with '--help')
  -V, --version  Print version

Global options:
  -C, --project <DIR>         The project's folder, or its workflow.yaml [default: the nearest one
                              with a workflow.yaml, here or above]
      --setting <NAME=VALUE>  Set a setting for this call only, such as NATS_HOST=10.0.0.5
      --json                  Results as JSON on stdout
      --events                Events as JSON on stderr, one a line, instead of messages
  -v, --verbose               Print more details
  -q, --quiet                 Print nothing but results and errors
      --color <WHEN>          When to use colour [default: auto] [possible values: auto, always,
                              never]
      --trust                 Allow code of the project, and of its language packs, to run on this
                              machine for this call
      --no-input              Never ask questions; a missing value is an error

A first project:
  pelato new my-project      # asks for what it needs
  cd my-project
  pelato run                 # the whole workflow, on this machine

Exit codes: 0 done, 1 failed, 2 wrong command line, 3 the project is wrong, 4 build failed, 5 the
function failed, 6 a server or port could not be used, 7 the cluster did not do what was requested,
8 the machine lacks something (`pelato doctor`), 9 a drill missed an objective.

"#]])
        .stderr_eq("");
}

#[test]
fn no_command_at_all_is_a_mistake_that_shows_the_help() {
    let place = Place::empty();
    let help = place.run(&["-h"]).get_output().stdout.clone();
    place.run(&[]).code(2).stdout_eq("").stderr_eq(String::from_utf8(help).unwrap());
}

#[test]
fn every_command_has_help_with_examples() {
    let place = Place::empty();
    for command in [
        "new",
        "add-task",
        "check",
        "run",
        "call",
        "gen",
        "build",
        "bump",
        "graph",
        "drill",
        "schema",
        "config",
        "completions",
    ] {
        let ran = place.run(&[command, "--help"]).code(0).stderr_eq("");
        let help = String::from_utf8(ran.get_output().stdout.clone()).unwrap();
        assert!(help.contains("Example"), "{command}: {help}");
        assert!(help.contains(&format!("Usage: pelato {command}")), "{command}: {help}");
        assert!(help.lines().all(|line| line.chars().count() <= 100), "{command} has long lines: {help}");
    }
}

#[test]
fn an_unknown_command_suggests_a_like_one() {
    Place::empty().run(&["biuld"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: unrecognized subcommand 'biuld'

  tip: a similar subcommand exists: 'build'

Usage: pelato [OPTIONS] <COMMAND>

For more information, try '--help'.

"#]]);
}

#[test]
fn an_unknown_flag_suggests_a_like_one() {
    Place::empty().run(&["build", "--job", "2"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: unexpected argument '--job' found

  tip: a similar argument exists: '--jobs'

Usage: pelato build --jobs <N> [COMPONENT]...

For more information, try '--help'.

"#]]);
}

#[test]
fn as_json_a_wrong_command_line_is_an_error_like_any_other() {
    let place = Place::empty();
    place.run(&["biuld", "--json"]).code(2).stderr_eq("").stdout_eq(str![[r#"
{"schema":1,"code":"pelato::usage","error":"unrecognized subcommand 'biuld'","help":"tip: a similar subcommand exists: 'build'; Usage: pelato [OPTIONS] <COMMAND>","exit":2}

"#]]);
    place.run(&["pack", "--json"]).code(2).stderr_eq("").stdout_eq(str![[r#"
{"schema":1,"code":"pelato::usage","error":"a command is missing","help":"`--help` lists the commands","exit":2}

"#]]);
    place.run(&["--json", "call"]).code(2).stderr_eq("").stdout_eq(str![[r#"
{"schema":1,"code":"pelato::usage","error":"the following required arguments were not provided: <COMPONENT>","help":"Usage: pelato call <COMPONENT> [INPUT]","exit":2}

"#]]);
    // What is not a flag any more does not count, and help is no error.
    let ran = place.run(&["build", "--job", "--", "--json"]).code(2).stdout_eq("");
    assert!(ran.get_output().stderr.starts_with(b"error: unexpected argument"));
    let ran = place.run(&["build", "--json", "--help"]).code(0).stderr_eq("");
    assert!(ran.get_output().stdout.starts_with(b"Build the components"));
}

#[test]
fn as_an_event_a_wrong_command_line_is_the_last_one() {
    let place = Place::empty();
    let error = str![[r#"
{"event":"error","operation":0,"schema":1,"code":"pelato::usage","error":"unexpected argument '--job' found","help":"tip: a similar argument exists: '--jobs'; Usage: pelato build --jobs <N> [COMPONENT]...","exit":2}

"#]];
    place.run(&["build", "--job", "2", "--events"]).code(2).stdout_eq("").stderr_eq(error.clone());
    place.run(&["build", "--job", "2", "--events", "--json"]).code(2).stderr_eq(error).stdout_eq(str![[r#"
{"schema":1,"code":"pelato::usage","error":"unexpected argument '--job' found","help":"tip: a similar argument exists: '--jobs'; Usage: pelato build --jobs <N> [COMPONENT]...","exit":2}

"#]]);
}

#[test]
fn a_dumb_terminal_gets_no_colour() {
    let place = Place::with(PROJECT);
    for (term, coloured) in [("xterm", true), ("dumb", false)] {
        for arguments in [&["biuld"][..], &["build", "nobody"], &["build"]] {
            let mut terminal = Terminal::with(&place, arguments, &[("TERM", term)]);
            let (seen, _) = terminal.end();
            assert_eq!(seen.contains('\x1b'), coloured, "{term} {arguments:?}: {seen:?}");
        }
    }
    let mut terminal = Terminal::with(&place, &["biuld", "--color", "never"], &[("TERM", "xterm")]);
    let (seen, _) = terminal.end();
    assert!(seen.contains("error: unrecognized subcommand") && !seen.contains('\x1b'), "{seen:?}");
}

#[test]
fn times_are_written_alike_everywhere() {
    let place = Place::with(PROJECT);
    for command in ["run", "deploy", "remove", "rollback", "brush"] {
        place.run_in_vain(&[command, "--timeout", "soon"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: invalid value 'soon' for '--timeout <TIME>': expected a time, such as 500ms, 5s or 2m

For more information, try '--help'.

"#]]);
        let ran = place.run_in_vain(&[command, "--timeout", "0s"]).code(2);
        assert!(String::from_utf8_lossy(&ran.get_output().stderr).contains("expected more than 0"));
    }
    for time in ["400s", "2m", "90", "1500ms"] {
        place.run(&["call", "double", "2", "-q", "--timeout", time]).code(0).stdout_eq("4").stderr_eq("");
    }
}

#[test]
fn a_value_of_the_wrong_kind_is_named() {
    let place = Place::empty();
    place.run(&["build", "--jobs", "0"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: invalid value '0' for '--jobs <N>': expected a whole number from 1 to 1024

For more information, try '--help'.

"#]]);
    place.run(&["call", "x", "--timeout", "-1"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: invalid value '-1' for '--timeout <TIME>': expected a time, such as 500ms, 5s or 2m, from 0 to a day

For more information, try '--help'.

"#]]);
    place.run(&["call", "x", "--memory", "5000"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: invalid value '5000' for '--memory <MIB>': expected a whole number from 1 to 4096

For more information, try '--help'.

"#]]);
    place.run(&["bump", "x", "--set", "1.0"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: invalid value '1.0' for '--set <VERSION>': unexpected end of input while parsing minor version number

For more information, try '--help'.

"#]]);
    place.run(&["run", "--port", "70000"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: invalid value '70000' for '--port <PORT>': expected a whole number from 0 to 65535

For more information, try '--help'.

"#]]);
}

#[test]
fn numbers_are_digits_without_a_sign_everywhere() {
    let place = Place::with(PROJECT);
    for arguments in [
        &["run", "--port", "+5"][..],
        &["run", "--memory", "+256"],
        &["run", "--timeout", "+5s"],
        &["call", "double", "--memory=+256"],
        &["call", "double", "--timeout=+5"],
        &["build", "-j", "+2"],
        &["build", "--jobs=2.0"],
        &["tail", "-n", "+3"],
        &["logs", "-n", "+3"],
        &["dead-letters", "list", "--limit", "+1"],
        &["dead-letters", "show", "double", "+1"],
        &["dead-letters", "drop", "double", "1", "+2"],
        &["infra", "cloud", "--nats-port", "+4222"],
        &["drill", "--no-fault", "--rate", "+5"],
        &["drill", "--no-fault", "--rate", "1e3"],
        &["drill", "--no-fault", "--slo", "lost<=+1"],
        &["drill", "--no-fault", "--duration", "+30s"],
        &["doctor", "--timeout", "+4s"],
        &["deploy", "--timeout", "+2m"],
    ] {
        let ran = place.run_in_vain(arguments).code(2).stdout_eq("");
        let said = String::from_utf8_lossy(&ran.get_output().stderr).into_owned();
        assert!(
            said.contains("expected a ") || said.contains("is expected, such as"),
            "{arguments:?}: {said}"
        );
    }
}

#[test]
fn a_folder_without_a_workflow_is_no_project() {
    let place = Place::empty();
    for command in
        [&["check"][..], &["gen"], &["build"], &["run"], &["call", "x"], &["graph"], &["bump", "--all"]]
    {
        place.run_in_vain(command).code(3).stdout_eq("").stderr_eq(str![[r#"
error: there is no workflow.yaml in [PROJECT]
  help: go to the folder of a project, name it with `--project DIR`, or make one with `pelato new NAME`

"#]]);
    }
}

#[test]
fn the_project_is_found_from_below_and_by_its_flag() {
    let place = Place::with(PROJECT);
    let below = place.path("tasks/double");
    place
        .pelato(&["check"])
        .current_dir(&below)
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
2 components, no errors, 0 warnings

"#]])
        .stderr_eq("");
    place.pelato(&["-C", "project", "check"]).current_dir(place.above()).assert().code(0).stderr_eq("");
}

#[test]
fn a_shell_that_is_not_known_is_named_with_those_that_are() {
    Place::empty().run(&["completions", "tcsh"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: invalid value 'tcsh' for '<SHELL>'
  [possible values: bash, elvish, fish, powershell, zsh]

  tip: a similar value exists: 'zsh'

For more information, try '--help'.

"#]]);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let place = Place::with(PROJECT);
    for command in [
        &["schema"][..],
        &["completions", "bash"],
        &["--help"],
        &["check"],
        &["check", "--json"],
        &["config"],
        &["config", "--json"],
        &["graph"],
        &["graph", "--json"],
        &["template", "list"],
        &["template", "list", "--json"],
        &["call", "double", "2"],
        &["call", "double", "2", "--json"],
    ] {
        let mut child = place.command(command).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let ended = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        // The first call says what it builds.
        assert!(said.is_empty() || command[0] == "call" && !said.contains("error"), "{command:?}: {said}");
        assert_eq!(ended.status.code(), Some(0), "{command:?}");
    }
    // An error's own code stays, although its JSON reaches nobody.
    for command in [&["call", "nobody"][..], &["call", "nobody", "--json"]] {
        let mut child = place.command(command).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let ended = child.wait_with_output().unwrap();
        assert_eq!(ended.status.code(), Some(3), "{command:?}");
        assert!(!String::from_utf8_lossy(&ended.stderr).contains("panic"), "{command:?}");
    }
}

#[test]
fn a_result_that_cannot_be_written_is_an_error() {
    let place = Place::with(PROJECT);
    for command in [
        &["--help"][..],
        &["run", "--help"],
        &["--version"],
        &["help", "run"],
        &["completions", "bash"],
        &["schema"],
    ] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let ended = place.command(command).stdout(full).stderr(Stdio::piped()).output().unwrap();
        assert_eq!(
            String::from_utf8_lossy(&ended.stderr),
            "error: cannot write the result to stdout\n  because: No space left on device (os error 28)\n  \
             help: check that the disk is not full\n",
            "{command:?}"
        );
        assert_eq!(ended.status.code(), Some(1), "{command:?}");
    }
}

#[test]
fn a_negative_value_is_called_negative() {
    let place = Place::with(PROJECT);
    for (command, flag, value) in [
        (&["run", "--port", "-1"][..], "--port", "-1"),
        (&["run", "--timeout", "-1s"], "--timeout", "-1s"),
        (&["build", "-j", "-2"], "-j", "-2"),
        (&["run", "--memory", "-.5", "--json"], "--memory", "-.5"),
    ] {
        let ran = place.run_in_vain(command).code(2);
        let output = ran.get_output();
        let said = String::from_utf8_lossy(&[&*output.stdout, &*output.stderr].concat()).into_owned();
        assert!(
            said.contains(&format!("`{value}` is not a valid value of `{flag}`: it is negative")),
            "{said}"
        );
        assert!(said.contains(&format!("`--help` says what `{flag}` takes")), "{said}");
    }
    // Not after a flag without a value, nor by itself.
    for command in [&["run", "--watch", "-1"][..], &["run", "-1"]] {
        let ran = place.run_in_vain(command).code(2);
        let said = String::from_utf8_lossy(&ran.get_output().stderr).into_owned();
        assert!(said.contains("unexpected argument"), "{said}");
    }
}

#[test]
fn a_closed_stdout_is_no_error() {
    let place = Place::empty();
    let ended = Command::new("sh")
        .args(["-c", &format!("{} schema >&-", binary())])
        .current_dir(place.project())
        .output()
        .unwrap();
    assert_eq!((ended.status.code(), ended.stderr.as_slice()), (Some(0), &b""[..]));
}

#[test]
fn colour_is_for_terminals_unless_asked_for() {
    let place = Place::empty();
    let plain = place.run(&["check"]).code(3);
    assert!(!plain.get_output().stderr.contains(&0x1b));
    let coloured = place.run(&["check", "--color", "always"]).code(3);
    assert!(coloured.get_output().stderr.contains(&0x1b));
}

#[test]
fn without_a_home_the_built_in_catalog_still_works() {
    let place = Place::with(PROJECT).without("HOME").without("PELATO_HOME").without("PELATO_CACHE");
    place.run(&["check"]).code(0).stdout_eq("2 components, no errors, 0 warnings\n").stderr_eq("");
    place.run(&["template", "list"]).code(0).stderr_eq("");
}

#[test]
fn verbose_and_quiet_exclude_each_other() {
    Place::empty().run(&["check", "-v", "-q"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: the argument '--verbose' cannot be used with '--quiet'

Usage: pelato check --verbose [PROJECT_DIR]

For more information, try '--help'.

"#]]);
}

#[test]
fn an_error_is_a_json_document_when_json_is_wanted() {
    Place::empty().run(&["check", "--json"]).code(3).stdout_eq(str![[r#"
{"schema":1,"code":"pelato::workflow::missing","error":"there is no workflow.yaml in [PROJECT]","help":"go to the folder of a project, name it with `--project DIR`, or make one with `pelato new NAME`","exit":3}

"#]]).stderr_eq("");
}
