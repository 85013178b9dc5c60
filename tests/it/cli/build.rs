//! `pelato build`

use std::fs;
use std::os::unix::ffi::OsStrExt;

use snapbox::str;

use crate::support::Place;
use crate::support::functions::{DOUBLE, PROJECT};

#[test]
fn builds_what_changed_and_says_why() {
    let place = Place::with(PROJECT);
    place
        .run_in_vain(&["build", "--dry-run"])
        .code(0)
        .stdout_eq(str![[r#"
COMPONENT  WORK     WHY
double     compile  not built yet
play       compile  not built yet

"#]])
        .stderr_eq("");
    place
        .run(&["build", "--jobs", "1"])
        .code(0)
        .stdout_eq(str![[r#"
COMPONENT  VERSION  SIZE     WORK      [TIME]WHY
double     1.0.0    [SIZE]  compiled  [TIME]not built yet
play       0.3.0    [SIZE]  compiled  [TIME]not built yet

"#]])
        .stderr_eq(str![[r#"
   Compiling double (not built yet)
   Compiling play (not built yet)

"#]]);
    place
        .run_in_vain(&["build"])
        .code(0)
        .stdout_eq(str![[r#"
COMPONENT  VERSION  SIZE     WORK       [TIME]WHY
double     1.0.0    [SIZE]  unchanged  [TIME]
play       0.3.0    [SIZE]  unchanged  [TIME]

"#]])
        .stderr_eq("");
    place
        .run_in_vain(&["build", "--dry-run"])
        .code(0)
        .stdout_eq(str![[r#"
COMPONENT  WORK     WHY
double     nothing
play       nothing

"#]])
        .stderr_eq("");

    place.edit("tasks/play.go", "I will not", "I won't");
    place
        .run_in_vain(&["build", "--dry-run"])
        .code(0)
        .stdout_eq(str![[r#"
COMPONENT  WORK     WHY
double     nothing
play       compile  play.go changed

"#]])
        .stderr_eq("");
    place
        .run(&["build", "-v"])
        .code(0)
        .stdout_eq(str![[r#"
COMPONENT  VERSION  SIZE     WORK       [TIME]WHY
double     1.0.0    [SIZE]  unchanged  [TIME]
play       0.3.0    [SIZE]  compiled   [TIME]play.go changed

"#]])
        .stderr_eq(str![[r#"
builder: local, because a compatible go is installed
compiler: [GO]/go [VERSION]
double: unchanged ([TIME])
   Compiling play (play.go changed)
play: compiled: play.go changed ([TIME])

"#]]);

    place.edit("workflow.yaml", "dest_topic: room.played", "dest_topic: room.replayed");
    place
        .run(&["build"])
        .code(0)
        .stdout_eq(str![[r#"
COMPONENT  VERSION  SIZE     WORK       [TIME]WHY
double     1.0.0    [SIZE]  unchanged  [TIME]
play       0.3.0    [SIZE]  composed   [TIME]dest_topic changed

"#]])
        .stderr_eq("");

    place.edit("workflow.yaml", "type: processor_nats", "type: http_producer_nats");
    place.edit("workflow.yaml", "version: 0.3.0", "version: 0.4.0\n    http: {path: /play}");
    place
        .run(&["build"])
        .code(0)
        .stdout_eq(str![[r#"
COMPONENT  VERSION  SIZE     WORK       [TIME]WHY
double     1.0.0    [SIZE]  unchanged  [TIME]
play       0.4.0    [SIZE]  composed   [TIME]max_body_bytes is new, and 1 more

"#]])
        .stderr_eq("");

    fs::remove_file(place.path("gen/double/double.wasm")).unwrap();
    place
        .run(&["build"])
        .code(0)
        .stdout_eq(str![[r#"
COMPONENT  VERSION  SIZE     WORK       [TIME]WHY
double     1.0.0    [SIZE]  composed   [TIME]double.wasm is missing
play       0.4.0    [SIZE]  unchanged  [TIME]

"#]])
        .stderr_eq("");

    let artifact = place.bytes("gen/play/play.wasm");
    place.write("gen/play/play.wasm", "not a component");
    place
        .run(&["build"])
        .code(0)
        .stdout_eq(str![[r#"
COMPONENT  VERSION  SIZE     WORK       [TIME]WHY
double     1.0.0    [SIZE]  unchanged  [TIME]
play       0.4.0    [SIZE]  composed   [TIME]play.wasm differs from the one that was built

"#]])
        .stderr_eq("");
    assert!(place.bytes("gen/play/play.wasm") == artifact, "mended");
}

#[test]
fn the_same_sources_give_the_same_bytes_in_another_folder_and_in_any_order() {
    let one = Place::with(PROJECT);
    one.run(&["build", "--jobs", "1"]).code(0);
    let other = Place::named("another name");
    other.write_all(PROJECT);
    other.run(&["build", "--jobs", "4", "-q"]).code(0).stderr_eq("");
    for artifact in ["gen/double/double.wasm", "gen/play/play.wasm"] {
        assert!(one.bytes(artifact) == other.bytes(artifact), "{artifact} differs");
    }
}

#[test]
fn one_component_by_name_leaves_the_others_unbuilt() {
    let place = Place::with(PROJECT);
    place
        .run(&["build", "play"])
        .code(0)
        .stdout_eq(str![[r#"
COMPONENT  VERSION  SIZE     WORK      [TIME]WHY
play       0.3.0    [SIZE]  compiled  [TIME]not built yet

"#]])
        .stderr_eq(str![[r#"
   Compiling play (not built yet)

"#]]);
    assert!(!place.path("gen/double/double.wasm").exists());
    place.run_in_vain(&["build", "pley"]).code(3).stdout_eq("").stderr_eq(str![[r#"
error: there is no component `pley` in the workflow
  help: did you mean `play`?

"#]]);
}

#[test]
fn as_json_every_artifact_is_described() {
    let place = Place::with(PROJECT);
    place.run(&["build", "-q"]).code(0);
    let ran = place.run(&["build", "--json"]).code(0).stdout_eq(str![[r#"
{"schema":1,"components":[{"component":"double","version":"1.0.0","artifact":"gen/double/double.wasm","bytes":[BYTES],"sha256":"[DIGEST]","work":"unchanged","seconds":[SECONDS]},{"component":"play","version":"0.3.0","artifact":"gen/play/play.wasm","bytes":[BYTES],"sha256":"[DIGEST]","work":"unchanged","seconds":[SECONDS]}]}

"#]]).stderr_eq("");
    let built: serde_json::Value = serde_json::from_slice(&ran.get_output().stdout).unwrap();
    for component in built["components"].as_array().unwrap() {
        let artifact = place.bytes(component["artifact"].as_str().unwrap());
        assert_eq!(component["bytes"], artifact.len());
    }
    place.run(&["build", "--json", "--dry-run"]).code(0).stdout_eq(str![[r#"
{"schema":1,"components":[{"component":"double","work":"nothing","why":null},{"component":"play","work":"nothing","why":null}]}

"#]]).stderr_eq("");
}

#[test]
fn one_at_a_time_by_the_originals_setting() {
    let place = Place::with(PROJECT).env("PARALLEL_BUILD", "False");
    place.run(&["build"]).code(0).stderr_eq(str![[r#"
   Compiling double (not built yet)
   Compiling play (not built yet)

"#]]);
    let place = place.env("PARALLEL_BUILD", "perhaps");
    place.run_in_vain(&["build"]).code(3).stdout_eq("").stderr_eq(str![[r#"
error: PARALLEL_BUILD is `perhaps` (environment), which is not a boolean
  help: set it to `True` or `False`

"#]]);
}

#[test]
fn a_function_that_does_not_compile_is_shown_with_the_users_own_file_and_line() {
    let place = Place::with(PROJECT);
    place.run(&["build", "-q"]).code(0);
    let old = place.bytes("gen/double/double.wasm");
    place.edit("tasks/double/double.go", "2 * number", "2 * numbre");
    place.run(&["build"]).code(4).stdout_eq("").stderr_eq(str![[r#"
   Compiling double (double.go changed)
error: `double` cannot be built
# double_task
tasks/double/double.go:9:2: declared and not used: number
tasks/double/double.go:13:26: undefined: numbre
error: 1 of 2 components could not be built: double

"#]]);
    assert!(place.bytes("gen/double/double.wasm") == old, "the old artifact stays");
    // Still wrong, still said; the other one is not built again.
    place.run(&["build", "-q"]).code(4).stdout_eq("").stderr_eq(str![[r#"
error: `double` cannot be built
# double_task
tasks/double/double.go:9:2: declared and not used: number
tasks/double/double.go:13:26: undefined: numbre
error: 1 of 2 components could not be built: double

"#]]);
    place.run(&["build", "--json"]).code(4).stdout_eq(str![[r#"
{"schema":1,"code":"pelato::build::failed","error":"1 of 2 components could not be built: double","exit":4}

"#]]);
    place.write("tasks/double/double.go", DOUBLE);
    place.run(&["build"]).code(0).stdout_eq(str![[r#"
COMPONENT  VERSION  SIZE     WORK       [TIME]WHY
double     1.0.0    [SIZE]  unchanged  [TIME]
play       0.3.0    [SIZE]  unchanged  [TIME]

"#]]);
}

#[test]
fn a_function_of_another_form_is_explained() {
    let place = Place::with(PROJECT);
    place.write("tasks/double/double.go", "package main\n\nfunc exec_task(arg int) int { return 2 * arg }\n");
    place.run(&["build", "double"]).code(4).stdout_eq("").stderr_eq(str![[r#"
   Compiling double (not built yet)
error: `double` cannot be built
# double_task
./pelato_shell.go:[..]: func(arg int) int does not satisfy pelatoExecTaskMustBeOneOf (func(arg int) int missing in func(string) string | func(string) (string, error) | func([]byte) []byte | func([]byte) ([]byte, error) | func(string, string) (string, string))
  help: give `exec_task` one of these forms: func(string) string, func(string) (string, error), func([]byte) []byte, func([]byte) ([]byte, error); with the template nats_to_nats_kv, func(key, data string) (string, string) as well
error: 1 of 1 components could not be built: double

"#]]);
}

#[test]
fn all_that_fail_are_named_and_the_rest_is_built() {
    let place = Place::with(PROJECT);
    place.edit("tasks/play.go", "hold = append", "held = append");
    place.run(&["build", "--jobs", "1"]).code(4).stdout_eq("").stderr_eq(str![[r#"
   Compiling double (not built yet)
   Compiling play (not built yet)
error: `play` cannot be built
# play_task
tasks/play.go:24:4: undefined: held
error: 1 of 2 components could not be built: play

"#]]);
    assert!(place.path("gen/double/double.wasm").exists());
    assert!(!place.path("gen/play/play.wasm").exists());
}

#[test]
fn times_are_kept_in_the_originals_form() {
    let place = Place::with(PROJECT);
    place.write(".env", "ENABLE_METRICS=True\n");
    place.run(&["gen"]).code(0);
    place.run(&["build"]).code(0);
    let mut metrics = place.read("metrics.yaml");
    let seconds = regex::Regex::new(r"'\d+\.\d{3}'").unwrap();
    assert_eq!(seconds.find_iter(&metrics).count(), 5, "{metrics}");
    metrics = seconds.replace_all(&metrics, "'0.000'").into_owned();
    place.expect(
        metrics,
        str![[r#"
runs:
- n_task: 2
  code_gen:
    gen_time: '0.000'
  time_total: '0.000'
- n_task: 2
  code_gen:
    gen_time: '0.000'
  build:
    components_build_time: '0.000'
  time_total: '0.000'

"#]],
    );
    place.write("metrics.yaml", "something: else\nruns: 3\n");
    place.run(&["gen"]).code(1).stderr_eq(str![[r#"
error: [PROJECT]/metrics.yaml has no list `runs` to append to: `runs` is not a list
  help: move the file away; a new one is created

"#]]);
    assert_eq!(place.read("metrics.yaml"), "something: else\nruns: 3\n");
    // It is noticed before the work, not after it.
    fs::remove_file(place.path("metrics.yaml")).unwrap();
    std::os::unix::fs::symlink("nowhere/metrics.yaml", place.path("metrics.yaml")).unwrap();
    place.edit("tasks/play.go", "I will not", "I shall not");
    for command in ["gen", "build"] {
        place.run_in_vain(&[command]).code(1).stdout_eq("").stderr_eq(str![[r#"
error: cannot read [PROJECT]/metrics.yaml
  because: it is a link to what does not exist
  help: check that it is a file and that you have read permission, or set ENABLE_METRICS=False

"#]]);
    }
}

#[test]
fn a_project_folder_may_have_any_name() {
    for name in [&b"{home} {output}{work}"[..], b"caf\xe9 \xff"] {
        let folder = tempfile::Builder::new().prefix("pelato-cli-").tempdir().unwrap();
        let project = folder.path().canonicalize().unwrap().join(std::ffi::OsStr::from_bytes(name));
        let place = Place::at(folder, project);
        place.write_all(PROJECT);
        place.run(&["build", "-q"]).code(0).stderr_eq("");
        assert!(place.path("gen/double/double.wasm").is_file());
        place.run(&["call", "double", "2", "-q"]).code(0).stdout_eq("4");
        place.run(&["bump", "double", "-q"]).code(0);
        place.run(&["build", "-q"]).code(0).stderr_eq("");
        // Nothing is written beside it.
        let mut names: Vec<_> =
            std::fs::read_dir(place.above()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.retain(|other| other != "home" && other != "state" && other.as_bytes() != name);
        assert_eq!(names, Vec::<std::ffi::OsString>::new());
    }
}

#[test]
fn a_folder_for_temporary_files_that_does_not_exist_keeps_nobody_from_building() {
    let place = Place::with(PROJECT).env("TMPDIR", "/does-not-exist");
    place.run(&["build", "double", "-q"]).code(0).stderr_eq("");
    place.ran(&["doctor"]).printed(&["go: local"]);
}

#[test]
fn a_cache_that_cannot_be_made_is_named() {
    let place = Place::with(PROJECT).env("PELATO_CACHE", "/proc/nope");
    place
        .ran(&["build", "double", "-q"])
        .failed(4, &["the folder /proc/nope/", "cannot be created", "`PELATO_CACHE`"]);
}
