//! `env` of a task and of a workflow: `call`, `run` and `run --watch` give a function the same as its artifact has.

use snapbox::str;

use super::run::started;
use crate::support::{Place, http};

const WORKFLOW: &str = "\
project_name: Cold chain
env: {UNIT: °C, SITE: \"${SITE}\"}
tasks:
  - name: Alarm
    type: http_producer_nats
    code: alarm.go
    targets: [edge]
    source_topic: truck.celsius
    dest_topic: truck.alarm
    component_name: alarm
    version: 1.0.0
    env: {THRESHOLD: -18.5}
";

/// Says what of the names in its message it finds.
const ALARM: &str = "\
package main

import (
	\"os\"
	\"strings\"
)

func exec_task(arg string) string {
	var found []string
	for _, name := range strings.Fields(arg) {
		if value, isSet := os.LookupEnv(name); isSet {
			found = append(found, name+\"=\"+value)
		}
	}
	return strings.Join(found, \" \")
}
";

const NAMES: &str = "SITE THRESHOLD UNIT KEY API_KEY HOME PATH";
const VALUE: &str = "hunter2-swordfish";

fn place() -> Place {
    let files = [("workflow.yaml", WORKFLOW), ("tasks/alarm.go", ALARM), (".env", "SITE=north\n")];
    Place::with(&files).env("SITE", "not for artifacts")
}

#[test]
fn a_function_finds_what_its_task_says_wherever_it_runs() {
    let place = place();
    place.run(&["call", "alarm", NAMES]).code(0).stdout_eq("SITE=north THRESHOLD=-18.5 UNIT=°C");
    let ran = place.run(&["run", "--port", "0", "--once", "--send", "truck.celsius=THRESHOLD"]).code(0);
    let out = String::from_utf8_lossy(&ran.get_output().stdout).into_owned();
    assert!(out.contains("→ truck.alarm THRESHOLD=-18.5"), "{out}");
    // Composed anew, not compiled; and the same bytes for the same values.
    let before = place.bytes("gen/alarm/alarm.wasm");
    place.edit("workflow.yaml", "-18.5", "-20");
    place.run_in_vain(&["build", "--dry-run"]).code(0).stdout_eq(str![[r#"
COMPONENT  WORK     WHY
alarm      compose  THRESHOLD of `env` changed

"#]]);
    place.run(&["call", "alarm", NAMES]).code(0).stdout_eq("SITE=north THRESHOLD=-20 UNIT=°C");
    assert!(place.bytes("gen/alarm/alarm.wasm") != before);
    place.edit("workflow.yaml", "-20", "-18.5");
    place.run(&["build"]).code(0).stdout_eq(str![[r#"
COMPONENT  VERSION  SIZE     WORK      [TIME]WHY
alarm      1.0.0    [SIZE]  composed  [TIME]THRESHOLD of `env` changed

"#]]);
    assert!(place.bytes("gen/alarm/alarm.wasm") == before);
}

#[test]
fn what_cannot_be_a_value_is_named_with_its_place() {
    let place = place();
    place.edit(
        "workflow.yaml",
        "env: {THRESHOLD: -18.5}",
        "env: {THRESHOLD: \"${LIMIT}\", a-b: 1, LIST: [1], KEY: {}}",
    );
    place.ran(&["check"]).failed(
        3,
        &[
            "`LIMIT` has no value in .env",
            "[workflow.yaml:12:22]",
            "help: add a line `LIMIT=…` to .env",
            "`a-b` is not a valid name of an environment variable",
            "expected a string or `secret: NAME`, found a list",
            "expected a string or `secret: NAME`, found fields",
            "the workflow has 4 errors",
        ],
    );
}

#[test]
fn another_value_runs_without_a_compiler() {
    let place = place();
    let (mut running, address) = started(&place, &["--watch"]);
    assert_eq!(http::post(&address, "/alarm", NAMES), (200, "SITE=north THRESHOLD=-18.5 UNIT=°C".to_owned()));
    let compiled = running.err().matches("Compiling").count();
    place.edit("workflow.yaml", "-18.5", "-20");
    running.wait_for("running the new version of alarm");
    assert_eq!(http::post(&address, "/alarm", NAMES).1, "SITE=north THRESHOLD=-20 UNIT=°C");
    place.write(".env", "SITE=south\n");
    let said = || running.err().matches("running the new version of alarm").count();
    crate::support::process::wait_until("it is swapped again", || said() == 2);
    assert_eq!(http::post(&address, "/alarm", NAMES).1, "SITE=south THRESHOLD=-20 UNIT=°C");
    assert_eq!(running.err().matches("Compiling").count(), compiled, "{}", running.err());
    running.stop("INT");
}

/// A task that needs a secret, and a user who has exported other ones.
fn with_secret() -> Place {
    let place = place().env("API_KEY", "of the shell").env("AWS_SECRET_ACCESS_KEY", "of the shell");
    place.edit("workflow.yaml", "THRESHOLD: -18.5", "KEY: {secret: API_KEY}");
    place
}

#[test]
fn a_secret_is_taken_from_where_its_user_has_put_it_for_functions() {
    let place = with_secret();
    for arguments in
        [&["call", "alarm", NAMES][..], &["run", "--port", "0", "--once", "--send", "truck.celsius=x"]]
    {
        place.run(arguments).code(3).stdout_eq("").stderr_eq(str![[r#"
error: `alarm` needs the secret `API_KEY`, which is neither in .env nor in the environment
  help: add a line `API_KEY=…` to .env, or set PELATO_SECRET_API_KEY in the environment

"#]]);
    }
    // What it is composed of is known without its value.
    place.run(&["build", "-q"]).code(0);
    let place = place.env("PELATO_SECRET_API_KEY", VALUE);
    let found = format!("SITE=north UNIT=°C KEY={VALUE}");
    place.run(&["call", "alarm", NAMES]).code(0).stdout_eq(found.clone());
    let place = place.without("PELATO_SECRET_API_KEY");
    place.write(".env", format!("SITE=north\nAPI_KEY={VALUE}\n"));
    place.run(&["call", "alarm", NAMES]).code(0).stdout_eq(found.clone());
    let (mut running, address) = started(&place, &["--watch", "-v"]);
    assert_eq!(http::post(&address, "/alarm", NAMES), (200, found));
    place.write(".env", "SITE=north\nAPI_KEY=another\n");
    running.wait_for("running the new version of alarm");
    assert_eq!(http::post(&address, "/alarm", NAMES).1, "SITE=north UNIT=°C KEY=another");
    assert!(!running.err().contains(VALUE) && !running.err().contains("another"), "{}", running.err());
    running.stop("INT");
    for (file, content) in place.tree() {
        assert!(!content.windows(VALUE.len()).any(|part| part == VALUE.as_bytes()), "{file}");
    }
}

#[test]
fn no_project_reads_the_users_environment() {
    let place = with_secret();
    place.edit("workflow.yaml", "secret: API_KEY", "secret: AWS_SECRET_ACCESS_KEY");
    place.run(&["call", "alarm", NAMES]).code(3).stdout_eq("");
    place.edit("workflow.yaml", "{secret: AWS_SECRET_ACCESS_KEY}", "\"${AWS_SECRET_ACCESS_KEY}\"");
    place.run(&["call", "alarm", NAMES]).code(3).stdout_eq("");
    // Nor what PELATO itself connects with.
    place.write(".env", format!("SITE=north\nNATS_PASSWORD={VALUE}\n"));
    for value in ["{secret: NATS_PASSWORD}", "\"${NATS_PASSWORD}\""] {
        let text = place.read("workflow.yaml");
        let line = text.lines().find(|line| line.contains("    env:")).unwrap();
        place.write("workflow.yaml", text.replace(line, &format!("    env: {{KEY: {value}}}")));
        let ran = place.run(&["call", "alarm", NAMES]).code(3).stdout_eq("");
        assert!(!String::from_utf8_lossy(&ran.get_output().stderr).contains(VALUE));
    }
}

#[test]
fn check_says_that_wasmcloud_1_9_has_no_secrets() {
    let place = with_secret();
    place.run_in_vain(&["check"]).code(0);
    let place = place.env("PLATFORM", "wadm");
    let said = "`API_KEY` is a secret, which the platform `wadm` cannot give to a function";
    place.ran(&["check"]).failed(3, &[said, "[workflow.yaml:12:25]", "PLATFORM=wasmcloud"]);
    // It runs here nevertheless.
    place
        .env("PELATO_SECRET_API_KEY", VALUE)
        .run(&["call", "alarm", "KEY"])
        .code(0)
        .stdout_eq(format!("KEY={VALUE}"));
}

#[cfg(unix)]
#[test]
fn a_secret_that_is_not_utf_8_is_named_instead_of_changed() {
    use std::os::unix::ffi::OsStrExt;
    let workflow = WORKFLOW.replace("env: {UNIT: °C, SITE: \"${SITE}\"}\n", "");
    let workflow = workflow.replace("{THRESHOLD: -18.5}", "{KEY: {secret: ALARM_KEY}}");
    let place = Place::with(&[("workflow.yaml", &*workflow), ("tasks/alarm.go", ALARM)]);
    let place = place.env("PELATO_SECRET_ALARM_KEY", std::ffi::OsStr::from_bytes(b"caf\xe9"));
    let ran = place.run(&["call", "alarm", "KEY"]).code(3).stdout_eq("");
    let said = String::from_utf8_lossy(&ran.get_output().stderr).into_owned();
    assert!(
        said.contains("the variable PELATO_SECRET_ALARM_KEY of the environment is not UTF-8 text"),
        "{said}"
    );
}
