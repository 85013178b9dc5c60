//! `pelato add-task`

use snapbox::str;

use crate::support::functions::PROJECT;
use crate::support::{Place, tree};

const TASK: [&str; 12] = [
    "--language",
    "go",
    "--template",
    "processor_nats",
    "--name",
    "Third one",
    "--source-topic",
    "room.played",
    "--dest-topic",
    "room.third",
    "--target",
    "cloud",
];

fn add<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["add-task"][..], &TASK, more].concat()
}

#[test]
fn adds_an_entry_and_a_function() {
    let place = Place::with(PROJECT);
    let before = place.read("workflow.yaml");
    place.run(&add(&[])).code(0).stdout_eq("").stderr_eq(str![[r#"
       Added third_one: its function is in tasks/third_one/

"#]]);
    let after = place.read("workflow.yaml");
    place.expect(
        after.strip_prefix(&before).unwrap(),
        str![[r#"
  - name: Third one
    type: processor_nats
    language: go
    code: third_one
    targets: [cloud]
    source_topic: room.played
    dest_topic: room.third
    component_name: third_one
    version: 0.1.0

"#]],
    );
    place.expect(
        tree::names(&place.tree()),
        str![[r#"
tasks/double/double.go
tasks/play.go
tasks/third_one/go.mod
tasks/third_one/task.go
tasks/third_one/task_test.go
workflow.yaml

"#]],
    );
    place
        .run(&["check", "--strict"])
        .code(0)
        .stdout_eq(str![[r#"
3 components, no errors, 0 warnings

"#]])
        .stderr_eq("");
}

#[test]
fn a_bucket_is_a_flag_and_is_checked() {
    let place = Place::with(PROJECT);
    let with = |bucket| {
        let task = [
            "--template",
            "nats_to_nats-kv",
            "--language",
            "go",
            "--name",
            "Keep",
            "--source-topic",
            "room.played",
        ];
        [&["add-task"][..], &task, &["--bucket", bucket, "--target", "edge"]].concat()
    };
    place.run_in_vain(&with("living room")).code(2).stdout_eq("").stderr_eq(str![[r#"
error: `--bucket`: `living room` is not a valid `bucket`
  help: use ASCII letters, digits, `-` and `_`, such as `readings`

"#]]);
    let before = place.read("workflow.yaml");
    place.run(&with("last_ones")).code(0).stdout_eq("").stderr_eq(str![[r#"
       Added keep: its function is in tasks/keep/

"#]]);
    place.expect(
        place.read("workflow.yaml").strip_prefix(&before).unwrap(),
        str![[r#"
  - name: Keep
    type: nats_to_nats_kv
    language: go
    code: keep
    targets: [edge]
    source_topic: room.played
    bucket: last_ones
    component_name: keep
    version: 0.1.0

"#]],
    );
    place.run(&["check", "--strict"]).code(0);
    place.edit("workflow.yaml", "bucket: last_ones", "bucket: last.ones");
    place.run(&["check"]).code(3).stdout_eq("").stderr_eq(str![[r#"
parameter

  × `last.ones` is not a valid `bucket`
    ╭─[workflow.yaml:25:13]
 24 │     source_topic: room.played
 25 │     bucket: last.ones
    ·             ─────────
 26 │     component_name: keep
    ╰────
  help: use ASCII letters, digits, `-` and `_`, such as `readings`

error: the workflow has 1 error

"#]]);
}

#[test]
fn as_json_the_files_are_named() {
    Place::with(PROJECT).run(&add(&["--json"])).code(0).stdout_eq(str![[r#"
{"schema":1,"folder":"[PROJECT]","files":["tasks/third_one/go.mod","tasks/third_one/task.go","tasks/third_one/task_test.go","workflow.yaml"]}

"#]]).stderr_eq("");
}

#[test]
fn a_dry_run_shows_the_change_and_writes_nothing() {
    let place = Place::with(PROJECT);
    let ran = place.run_in_vain(&add(&["--dry-run"])).code(0).stderr_eq("");
    let diff = String::from_utf8(ran.get_output().stdout.clone()).unwrap();
    place.expect(
        diff.split("--- a/workflow.yaml").nth(1).unwrap(),
        str![[r#"

+++ b/workflow.yaml
@@ -16,3 +16,12 @@
     dest_topic: room.played
     component_name: play
     version: 0.3.0
+  - name: Third one
+    type: processor_nats
+    language: go
+    code: third_one
+    targets: [cloud]
+    source_topic: room.played
+    dest_topic: room.third
+    component_name: third_one
+    version: 0.1.0

"#]],
    );
    assert!(diff.starts_with("--- /dev/null\n+++ b/tasks/third_one/go.mod\n"), "{diff}");
}

#[test]
fn the_diff_can_be_applied_by_git() {
    let place = Place::with(PROJECT);
    let shown = place.run(&add(&["--dry-run"]));
    place.write("change.diff", &shown.get_output().stdout);
    let applied = std::process::Command::new("git")
        .args(["apply", "change.diff"])
        .current_dir(place.project())
        .output()
        .unwrap();
    assert!(applied.status.success(), "{applied:?}");
    std::fs::remove_file(place.path("change.diff")).unwrap();
    let other = Place::with(PROJECT);
    other.run(&add(&[])).code(0);
    tree::assert_same(&place.tree(), &other.tree());
}

#[test]
fn comments_quotes_and_line_ends_stay_as_they_are() {
    let place = Place::empty();
    let workflow = "# the first line\r\nproject_name: 'Quoted' # why not\r\n\r\ntasks:\r\n  # about the first\r\n  - name: \"One\"   # its name\r\n    type: processor_nats\r\n    code: one.go\r\n    targets: [ edge ]\r\n    source_topic: a\r\n    dest_topic: room.played\r\n    component_name: one\r\n    version: '1.0.0'\r\n\r\n# the last line\r\n";
    place.write("workflow.yaml", workflow);
    place.write("tasks/one.go", "package main\n\nfunc exec_task(arg string) string { return arg }\n");
    place.run(&add(&[])).code(0).stdout_eq("").stderr_eq(str![[r#"
       Added third_one: its function is in tasks/third_one/

"#]]);
    let after = place.bytes("workflow.yaml");
    let after = String::from_utf8(after).unwrap();
    assert!(
        after.lines().count() > 15 && after.split('\n').all(|line| line.is_empty() || line.ends_with('\r')),
        "{after:?}"
    );
    let kept: Vec<_> = workflow.split_inclusive('\n').collect();
    let mut rest = after.as_str();
    for line in &kept {
        let at = rest.find(line).unwrap_or_else(|| panic!("{line:?} is gone or moved:\n{after}"));
        rest = &rest[at + line.len()..];
    }
    place.run(&["check"]).code(0).stderr_eq("");
}

#[test]
fn a_name_or_folder_that_is_taken_is_refused() {
    let place = Place::with(PROJECT);
    place.run_in_vain(&add(&["--component-name", "double"])).code(1).stdout_eq("").stderr_eq(str![[r#"
error: a component `double` already exists
  help: choose another `--component-name`

"#]]);
    place.write("tasks/third_one/mine.txt", "mine");
    place.run_in_vain(&add(&[])).code(1).stdout_eq("").stderr_eq(str![[r#"
error: tasks/third_one already exists
  help: choose another `--component-name`; PELATO never overwrites what you wrote

"#]]);
}

#[test]
fn a_workflow_with_an_error_elsewhere_can_still_get_a_task() {
    let place = Place::with(PROJECT);
    place.edit("workflow.yaml", "version: 0.3.0", "version: soon");
    place.run(&add(&[])).code(0).stdout_eq("").stderr_eq(str![[r#"
       Added third_one: its function is in tasks/third_one/

"#]]);
}

#[test]
fn what_is_missing_is_named_by_its_flag_and_nobody_is_asked() {
    let place = Place::with(PROJECT);
    place.run_in_vain(&["add-task"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: missing values: Language; Template; Name of the task; Targets
  help: give them, as with `--language go`, `--template processor_nats`, `--name 'Temp data conversion'`, `--target edge`; on a terminal, and without `--no-input`, PELATO asks for them

"#]]);
    place.run_in_vain(&[&["add-task"], &TASK[..2]].concat()).code(2).stdout_eq("").stderr_eq(str![[r#"
error: missing values: Template; Name of the task; Targets
  help: give them, as with `--template processor_nats`, `--name 'Temp data conversion'`, `--target edge`; on a terminal, and without `--no-input`, PELATO asks for them

"#]]);
    place.run_in_vain(&[&["add-task"], &TASK[..8]].concat()).code(2).stdout_eq("").stderr_eq(str![[r#"
error: missing values: Topic to write to; Targets
  help: give them, as with `--dest-topic room.celsius`, `--target edge`; on a terminal, and without `--no-input`, PELATO asks for them

"#]]);
    place.run_in_vain(&[&["add-task"], &TASK[..10]].concat()).code(2).stdout_eq("").stderr_eq(str![[r#"
error: missing value: Targets
  help: give it, as with `--target edge`; on a terminal, and without `--no-input`, PELATO asks for it

"#]]);
}

#[test]
fn help_shows_the_templates_parameters_as_flags() {
    let place = Place::with(PROJECT);
    let ran = place.run(&["add-task", "--help"]).code(0);
    let help = String::from_utf8(ran.get_output().stdout.clone()).unwrap();
    place.expect(
        help.split("Parameters of").skip(1).collect::<String>().split("Global options").next().unwrap(),
        str![[r#"
 nats_to_nats_kv:
      --bucket <TEXT>
          Key-value bucket to write to

 dbsync_nats:
      --column <TEXT>
          Column of the results [default: data]

      --on-conflict <TEXT>
          If the row already exists: none (an error), ignore, or update:COLUMN [default: none]

      --table <TEXT>
          Table to write to

 http_producer_nats, processor_nats, splitter_nats:
      --dest-topic <TOPIC>
          Topic to write to

 router_nats:
      --dest-topics <TOPIC>
          Topics to write to, separated by commas

 http_producer_nats:
      --max-body-bytes <NUMBER>
          Largest accepted HTTP body, in bytes [default: 8388608]

 all templates:
      --source-topic <TOPIC>
          Topic to read from


"#]],
    );
}

#[test]
fn as_json_a_dry_run_gives_files_and_their_changes() {
    let place = Place::with(PROJECT);
    let ran = place.run_in_vain(&add(&["--dry-run", "--json"])).code(0).stderr_eq("");
    let plan: serde_json::Value = serde_json::from_slice(&ran.get_output().stdout).unwrap();
    assert_eq!(plan["files"].as_array().unwrap().last().unwrap(), "workflow.yaml");
    let diff = place.run_in_vain(&add(&["--dry-run"])).get_output().stdout.clone();
    assert_eq!(plan["diff"].as_str().unwrap().as_bytes(), diff);
}

/// A template of the project with one more parameter.
fn with_threshold(place: &Place, more: &str) {
    place.run(&["template", "new", "above", "--from", "processor_nats", "--summary", "Above"]).code(0);
    let manifest = place.read("templates/above/template.toml");
    let parameter = format!(
        "[parameters.threshold]\nkind = \"string\"\nprompt = \"Threshold\"\n{more}setting = true\n\n[[capabilities]]"
    );
    place.write("templates/above/template.toml", manifest.replacen("[[capabilities]]", &parameter, 1));
}

#[test]
fn a_parameter_may_be_a_negative_number() {
    let place = Place::with(PROJECT);
    with_threshold(&place, "");
    let given = ["--template", "above", "--threshold", "-18.5"];
    place.run(&[&["add-task"], &TASK[..2], &given[..], &TASK[4..]].concat()).code(0);
    assert!(
        place.read("workflow.yaml").contains("threshold: \"-18.5\"\n")
            || place.read("workflow.yaml").contains("threshold: '-18.5'\n"),
        "{}",
        place.read("workflow.yaml")
    );
}

#[test]
fn a_flag_of_a_broken_template_is_answered_with_what_is_wrong_with_the_template() {
    let place = Place::with(PROJECT);
    with_threshold(&place, "promt = 1\n");
    let given = ["--template", "above", "--threshold", "1"];
    place
        .run_in_vain(&[&["add-task"], &TASK[..2], &given[..], &TASK[4..]].concat())
        .code(3)
        .stdout_eq("")
        .stderr_eq(str![[r#"
manifest

  × unknown field `promt`, expected one of `kind`, `prompt`, `help`, `default`, `setting`,
  │ `pattern`, `expected`, `example`, `wildcards`, `several`, `flow`
    ╭─[[PROJECT]/templates/above/template.toml:44:1]
 43 │ prompt = "Threshold"
 44 │ promt = 1
    · ─────
 45 │ setting = true
    ╰────
  help: did you mean `prompt`?


"#]]);
}
