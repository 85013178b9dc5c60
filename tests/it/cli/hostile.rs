//! Input that is wrong, hostile or huge: a clear error, a documented exit code, and files as they were.

use std::fmt::Write;
use std::os::unix::fs::symlink;

use snapbox::str;

use crate::support::Place;
use crate::support::functions::{ADD_TASK, PLAY, PROJECT, WORKFLOW};

/// Commands that read the workflow.
const READERS: [&[&str]; 7] =
    [&["check"], &["gen"], &["build"], &["run"], &["call", "double"], &["bump", "--all"], &["graph"]];

fn all_refuse(place: &Place, code: i32) {
    for command in READERS.iter().chain([&&ADD_TASK[..]]) {
        let ran = place.run_in_vain(command).code(code).stdout_eq("");
        let said = String::from_utf8_lossy(&ran.get_output().stderr).into_owned();
        assert!(said.len() < 5000, "{command:?} says too much: {} bytes", said.len());
        assert!(!said.contains("panicked"), "{said}");
    }
}

#[test]
fn yaml_that_is_none() {
    let place = Place::with(PROJECT);
    place.write("workflow.yaml", "project_name: X\ntasks:\n  - name: [unclosed\n    type: y\n");
    all_refuse(&place, 3);
    place.run(&["check"]).stderr_eq(str![[r#"
syntax

  × this is not valid YAML: did not find expected ',' or ']'
   ╭─[workflow.yaml:4:9]
 3 │   - name: [unclosed
 4 │     type: y
   ·         ▲
   ╰────
  help: `pelato explain workflow` shows an example; put strings that contain `: ` or ` #` in
        quotes

error: the workflow has 1 error

"#]]);
    place.write("workflow.yaml", "");
    all_refuse(&place, 3);
    place.run(&["check"]).stderr_eq(str![[r#"
shape

  × workflow.yaml: a workflow must consist of `field: value` lines, found nothing
  help: `pelato explain workflow` shows every field

error: the workflow has 1 error

"#]]);
    place.write("workflow.yaml", "just a sentence\n");
    all_refuse(&place, 3);
    place.run(&["check"]).stderr_eq(str![[r#"
shape

  × workflow.yaml: a workflow must consist of `field: value` lines, found a string
  help: `pelato explain workflow` shows every field

error: the workflow has 1 error

"#]]);
    place.write("workflow.yaml", "project_name: X\ntasks: none\n");
    all_refuse(&place, 3);
    place.run(&["check"]).stderr_eq(str![[r#"
empty-workflow

  ⚠ the workflow has no tasks
   ╭─[workflow.yaml:2:1]
 1 │ project_name: X
 2 │ tasks: none
   · ─────
   ╰────
  help: add one with `pelato add-task`

shape

  × expected a list of tasks, found a string
   ╭─[workflow.yaml:2:8]
 1 │ project_name: X
 2 │ tasks: none
   ·        ────
   ╰────
  help: `pelato explain workflow` shows every field

error: the workflow has 1 error, 1 warning

"#]]);
}

#[test]
fn tabs_doubled_keys_and_two_documents() {
    let place = Place::with(PROJECT);
    place.write("workflow.yaml", "project_name: X\ntasks:\n\t- name: y\n");
    place.run_in_vain(&["check"]).code(3).stderr_eq(str![[r#"
syntax

  × this is not valid YAML: found character that cannot start any token
   ╭─[workflow.yaml:3:1]
 2 │ tasks:
 3 │     - name: y
   · ▲
   ╰────
  help: `pelato explain workflow` shows an example; put strings that contain `: ` or ` #` in
        quotes

error: the workflow has 1 error

"#]]);
    place.write("workflow.yaml", WORKFLOW.replace("version: 0.3.0", "version: 0.3.0\n    version: 0.4.0"));
    place.run_in_vain(&["check"]).code(3).stderr_eq(str![[r#"
syntax

  × this is not valid YAML: tasks[1]: duplicate entry with key "version"
    ╭─[workflow.yaml:11:5]
 10 │     version: 1.0.0
 11 │   - name: Play
    ·     ▲
 12 │     type: processor_nats
    ╰────
  help: remove one of the two entries

error: the workflow has 1 error

"#]]);
    place.write("workflow.yaml", format!("{WORKFLOW}---\n{WORKFLOW}"));
    place.run_in_vain(&["check"]).code(3).stderr_eq(str![[r#"
syntax

  × workflow.yaml: this is not valid YAML: deserializing from YAML containing more than one
  │ document is not supported
  help: keep one workflow in a file: remove the `---` lines

error: the workflow has 1 error

"#]]);
}

#[test]
fn ten_megabytes_of_yaml() {
    let place = Place::with(PROJECT);
    let mut text = WORKFLOW.to_owned();
    while text.len() < 10 << 20 {
        writeln!(text, "  # {}", "x".repeat(1000)).unwrap();
    }
    place.write("workflow.yaml", text);
    all_refuse(&place, 3);
    place.run(&["check"]).stderr_eq(str![[r#"
error: [PROJECT]/workflow.yaml has more than 1048576 bytes
  help: is this really a workflow? keep data in other files

"#]]);
}

#[test]
fn anchors_that_explode() {
    let place = Place::with(PROJECT);
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for n in 1..12 {
        let list = vec![format!("*a{}", n - 1); 9].join(", ");
        writeln!(text, "a{n}: &a{n} [{list}]").unwrap();
    }
    place.write("workflow.yaml", text + WORKFLOW);
    all_refuse(&place, 3);
    place.run(&["check"]).stderr_eq(str![[r#"
syntax

  × workflow.yaml: this is not valid YAML: repetition limit exceeded
  help: write the values out instead of repeating anchors (`*name`)

error: the workflow has 1 error

"#]]);
}

#[test]
fn nesting_without_end() {
    let place = Place::with(PROJECT);
    place.write("workflow.yaml", format!("project_name: {}\n", "[".repeat(100_000)));
    all_refuse(&place, 3);
    place.run(&["check"]).stderr_eq(str![[r#"
syntax

  × workflow.yaml:1:114: values are nested too deeply: more than 100 levels
  help: a workflow needs three levels: the file, its tasks, their fields

error: the workflow has 1 error

"#]]);
    place.write("workflow.yaml", format!("project_name: X\ntasks: {}{}\n", "[".repeat(500), "]".repeat(500)));
    all_refuse(&place, 3);
}

#[test]
fn text_that_is_not_utf_8() {
    let place = Place::with(PROJECT);
    place.write("workflow.yaml", b"project_name: K\xe4se\ntasks: []\n");
    all_refuse(&place, 3);
    place.run(&["check"]).stderr_eq(str![[r#"
error: [PROJECT]/workflow.yaml is not UTF-8 text: byte 15 (line 1)
  help: save it as UTF-8

"#]]);
}

#[test]
fn a_workflow_that_is_a_folder_or_a_pipe() {
    let place = Place::empty();
    std::fs::create_dir(place.path("workflow.yaml")).unwrap();
    let ran = place.run_in_vain(&["check"]).code(3).stdout_eq("");
    ran.stderr_eq(str![[r#"
error: cannot read [PROJECT]/workflow.yaml
  because: it is not a file
  help: check that it is a file and that you have read permission

"#]]);
    let place = Place::empty();
    let made = std::process::Command::new("mkfifo").arg(place.path("workflow.yaml")).status().unwrap();
    assert!(made.success());
    place
        .pelato(&["check"])
        .timeout(std::time::Duration::from_secs(20))
        .assert()
        .code(3)
        .stdout_eq("")
        .stderr_eq(str![[r#"
error: cannot read [PROJECT]/workflow.yaml
  because: it is not a file
  help: check that it is a file and that you have read permission

"#]]);
}

#[test]
fn links_out_of_the_project_are_not_followed() {
    let place = Place::with(PROJECT);
    std::fs::write(place.above().join("secret.go"), PLAY).unwrap();
    std::fs::remove_file(place.path("tasks/play.go")).unwrap();
    symlink(place.above().join("secret.go"), place.path("tasks/play.go")).unwrap();
    for command in [&["check"][..], &["gen"], &["build"]] {
        place.run_in_vain(command).code(3).stdout_eq("");
    }
    place.run_in_vain(&["check"]).stderr_eq(str![[r#"
code-path

  × `play.go` points outside of `tasks/` through a link
    ╭─[workflow.yaml:13:11]
 12 │     type: processor_nats
 13 │     code: play.go
    ·           ───────
 14 │     targets: [cloud]
    ╰────
  help: write the path below `tasks/`, such as `convert.go` or `convert`

error: the workflow has 1 error

"#]]);
    std::fs::remove_file(place.path("tasks/play.go")).unwrap();
    place.write("tasks/play.go", PLAY);
    symlink("/etc", place.path("tasks/double/etc")).unwrap();
    place.run_in_vain(&["check"]).code(3).stderr_eq(str![[r#"
code-files

  × `tasks/double/etc` is a link that points outside of `tasks/`
   ╭─[workflow.yaml:5:11]
 4 │     type: http_producer_nats
 5 │     code: double
   ·           ──────
 6 │     targets: [edge]
   ╰────
  help: replace the link with the file itself

error: the workflow has 1 error

"#]]);
}

#[test]
fn a_gen_that_is_a_link_is_not_written_through() {
    let place = Place::with(PROJECT);
    let outside = place.above().join("outside");
    std::fs::create_dir(&outside).unwrap();
    std::fs::write(outside.join("mine"), "mine").unwrap();
    symlink(&outside, place.path("gen")).unwrap();
    place.run_in_vain(&["gen"]).code(1).stdout_eq("").stderr_eq(str![[r#"
error: [PROJECT]/gen already exists and was not created by PELATO
  help: move it away or delete it: PELATO generates everything in it again from workflow.yaml and tasks/

"#]]);
    place.run_in_vain(&["build"]).code(1).stdout_eq("");
    assert_eq!(std::fs::read_dir(&outside).unwrap().count(), 1);
}

#[test]
fn a_gen_that_is_a_file() {
    let place = Place::with(PROJECT);
    place.write("gen", "mine");
    place.run_in_vain(&["gen"]).code(1).stdout_eq("").stderr_eq(str![[r#"
error: [PROJECT]/gen already exists and was not created by PELATO
  help: move it away or delete it: PELATO generates everything in it again from workflow.yaml and tasks/

"#]]);
}

#[test]
fn a_folder_that_others_own_is_named_as_another_user() {
    let place = Place::with(PROJECT);
    // The folder above belongs to whoever runs the tests and may be entered by all.
    let open = |path: &std::path::Path| {
        std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    };
    open(&place.above());
    let copy = place.above().join("pelato");
    std::fs::copy(crate::support::place::binary(), &copy).unwrap();
    let as_nobody = |arguments: &[&str]| {
        let mut command = std::process::Command::new("setpriv");
        command
            .args(["--reuid", "65534", "--regid", "65534", "--clear-groups", "--"])
            .arg(&copy)
            .args(arguments);
        command
            .current_dir(place.project())
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("PELATO_HOME", "/nowhere");
        command.output().unwrap()
    };
    if !as_nobody(&["--version"]).status.success() {
        assert!(!crate::support::tools::in_ci(), "only root can become another user");
        eprintln!("not tested: only root can become another user");
        return;
    }
    let before = place.tree();
    let mut said = String::new();
    for command in [&["gen"][..], &["bump", "--all"], &ADD_TASK, &["new", "made", "--no-task"]] {
        let output = as_nobody(command);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        said.push_str(&String::from_utf8(output.stderr).unwrap());
    }
    place.expect(
        said,
        str![[r#"
error: cannot use [PROJECT]/gen
  because: Permission denied (os error 13)
  help: check that you have write permission there and that the disk is not full
error: permission denied: cannot write [PROJECT]/workflow.yaml
  because: Permission denied (os error 13) at path "[PROJECT]/.pelato-tmp-[RANDOM]"
  help: check the permissions of the file and its folder: ls -ld
error: permission denied: cannot write [PROJECT]/tasks/third
  because: Permission denied (os error 13) at path "[PROJECT]/tasks/.pelato-tmp-[RANDOM]"
  help: check the permissions of the file and its folder: ls -ld
error: permission denied: cannot write [PROJECT]/made
  because: Permission denied (os error 13) at path "[PROJECT]/.pelato-tmp-[RANDOM]"
  help: check the permissions of the file and its folder: ls -ld

"#]],
    );
    std::fs::set_permissions(
        place.path("workflow.yaml"),
        std::os::unix::fs::PermissionsExt::from_mode(0o600),
    )
    .unwrap();
    let output = as_nobody(&["check"]);
    assert_eq!(output.status.code(), Some(3));
    place.expect(
        String::from_utf8(output.stderr).unwrap(),
        str![[r#"
error: cannot read [PROJECT]/workflow.yaml
  because: Permission denied (os error 13)
  help: check that it is a file and that you have read permission

"#]],
    );
    crate::support::tree::assert_same(&before, &place.tree());
}

#[test]
fn a_thousand_tasks_are_checked_in_a_moment() {
    let place = Place::with(PROJECT);
    let mut text = "project_name: Many\ntasks:\n".to_owned();
    for n in 0..1000 {
        write!(
            text,
            "  - name: Task {n}\n    type: processor_nats\n    code: play.go\n    targets: [edge]\n    \
             source_topic: t.{n}\n    dest_topic: t.{}\n    component_name: c{n}\n    version: 1.0.0\n",
            n + 1
        )
        .unwrap();
    }
    place.write("workflow.yaml", text);
    let before = place.tree();
    // Time of the processor: what others do meanwhile does not count.
    let output = place.limited(&["--cpu=20"], &["check"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "1000 components, no errors, 0 warnings\n");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    crate::support::tree::assert_same(&before, &place.tree());
}

#[test]
fn names_that_are_markup_do_not_break_what_is_generated() {
    let place = Place::with(PROJECT);
    place.edit("workflow.yaml", "name: Play", "name: \"{{ x }} \\\" ` */ $(id) <b> 'é\"");
    place.edit("workflow.yaml", "project_name: Temperatures", "project_name: \"{% raw %} # & <x>\"");
    place.run_in_vain(&["check"]).code(0).stdout_eq("2 components, no errors, 0 warnings\n").stderr_eq("");
    place.run(&["build", "-q"]).code(0);
    place.run(&["call", "play", "-q", "hello"]).code(0).stdout_eq("hello");
    // What would begin a line of its own in generated code is refused.
    place.edit("workflow.yaml", "<b> 'é", "<b> 'é\\n");
    place.run_in_vain(&["check"]).code(3).stdout_eq("");
}
