//! Workflows that YAML readers stumble over: nested, long, marked, merged.

use snapbox::str;

use crate::support::Place;
use crate::support::functions::{ADD_TASK, PROJECT, WORKFLOW};

#[test]
fn nesting_without_brackets_ends_no_command() {
    let place = Place::with(PROJECT);
    let indented: String = (0..300).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    for text in ["- ".repeat(254) + "x\n", "- ".repeat(100_000) + "x\n", "? ".repeat(254) + "x\n", indented] {
        place.write("workflow.yaml", &text);
        for command in
            [&["check"][..], &["gen"], &["build"], &["run"], &["bump", "--all"], &["graph"], &ADD_TASK]
        {
            let ran = place.run_in_vain(command).code(3).stdout_eq("");
            let said = String::from_utf8_lossy(&ran.get_output().stderr).into_owned();
            assert!(
                said.contains("values are nested too deeply: more than 100 levels"),
                "{command:?}: {said}"
            );
        }
    }
}

#[test]
fn a_long_workflow_is_edited() {
    let place = Place::with(PROJECT);
    let long = "#\n".repeat(40_000) + WORKFLOW;
    place.write("workflow.yaml", &long);
    place.run(&["bump", "--all"]).success();
    let bumped = place.read("workflow.yaml");
    assert!(bumped.contains("version: 0.3.1"));
    assert_eq!(bumped.len(), long.len());
    place.run(&ADD_TASK).success();
    assert!(place.read("workflow.yaml").starts_with(&bumped));
}

#[test]
fn a_byte_order_mark_stays() {
    let place = Place::with(PROJECT);
    place.write("workflow.yaml", format!("\u{feff}{WORKFLOW}"));
    place.run(&["check"]).success();
    place.run(&["bump", "--all"]).success();
    place.run(&ADD_TASK).success();
    let text = place.read("workflow.yaml");
    assert!(text.starts_with("\u{feff}project_name") && text.contains("version: 0.3.1"), "{text}");
    assert!(text.contains("component_name: third"), "{text}");
    place.run(&["check"]).success();
}

#[test]
fn merged_fields_are_read_and_kept() {
    let place = Place::with(PROJECT);
    let merged = WORKFLOW
        .replacen("tasks:\n", "x-both: &both\n  version: 2.0.0\n  targets: [edge]\ntasks:\n", 1)
        .replace("    version: 0.3.0\n", "    <<: *both\n");
    place.write("workflow.yaml", &merged);
    place.run(&["check"]).success();
    place.run(&ADD_TASK).success();
    assert!(place.read("workflow.yaml").starts_with(merged.trim_end()));
    place.write("workflow.yaml", &merged);
    place.run_in_vain(&["bump", "play"]).code(3).stderr_eq(str![[r#"
error: the version of `play` cannot be changed: it is not written in the task itself
  help: write the version out in its own task: `version: 2.0.1`

"#]]);
}
