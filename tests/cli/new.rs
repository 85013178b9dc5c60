//! `pelato new`

use std::fs;
use std::process::Command;

use snapbox::str;

use crate::support::{Place, go, tree};

const TASK: [&str; 10] = [
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
    place.run(&new(&[])).code(0).stdout_eq("").stderr_eq(str![]);
    place.expect(tree::names(&place.tree()).replace("made/.git/", ""), str![]);
    place.expect(place.read("made/workflow.yaml"), str![]);
    place.expect(place.read("made/README.md"), str![]);
    place.expect(place.read("made/.env.template"), str![]);
    place.expect(place.read("made/.gitignore"), str![]);
    place.expect(place.read("made/tasks/celsius_to_kelvin/go.mod"), str![]);
    assert!(place.path("made/.git/HEAD").is_file());
    place.run(&["-C", "made", "check", "--strict"]).code(0).stderr_eq("");
}

#[test]
fn every_flag_is_heeded() {
    let place = Place::empty();
    let flags = [
        "--project-name",
        "My \"own\": project #1",
        "--language",
        "go",
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
    place.run(&new(&flags)).code(0).stdout_eq(str![]).stderr_eq("");
    place.expect(place.read("made/workflow.yaml").lines().skip(4).collect::<Vec<_>>().join("\n"), str![]);
    assert!(!place.path("made/.git").exists());
    place.run(&["-C", "made", "check", "--strict"]).code(0).stderr_eq("");
}

#[test]
fn the_starters_own_tests_pass_in_plain_go() {
    let place = Place::empty();
    place.run(&new(&["-q"])).code(0).stdout_eq("").stderr_eq("");
    let task = place.path("made/tasks/celsius_to_kelvin");
    let tested = go::command(&task).env("HOME", place.above()).args(["test", "./..."]).output().unwrap();
    assert!(tested.status.success(), "{tested:?}");
    let vetted = go::command(&task).env("HOME", place.above()).args(["vet", "./..."]).output().unwrap();
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
    place.run(&["new", "made", "--no-task"]).code(0).stdout_eq("").stderr_eq(str![]);
    place.expect(tree::names(&place.tree()).replace("made/.git/", ""), str![]);
    place.run(&["-C", "made", "check"]).code(0).stdout_eq(str![]).stderr_eq(str![]);
    place.run(&[&["-C", "made", "add-task"], &TASK[..]].concat()).code(0).stderr_eq(str![]);
    place.run(&["-C", "made", "check", "--strict"]).code(0).stdout_eq(str![]).stderr_eq("");
}

#[test]
fn inside_a_repository_no_second_one_is_made() {
    let place = Place::empty();
    let git = Command::new("git").args(["init", "--quiet"]).current_dir(place.project()).status().unwrap();
    assert!(git.success());
    place.run(&new(&[])).code(0).stdout_eq("").stderr_eq(str![]);
    assert!(!place.path("made/.git").exists());
}

#[test]
fn without_git_the_project_is_made_and_a_note_says_so() {
    let place = Place::empty().env("PATH", "/nowhere");
    place.run(&new(&[])).code(0).stdout_eq("").stderr_eq(str![]);
    assert!(place.path("made/workflow.yaml").is_file());
}

#[test]
fn verbose_lists_the_files() {
    Place::empty().run(&new(&["-v", "--no-git"])).code(0).stdout_eq("").stderr_eq(str![]);
}

#[test]
fn a_folder_with_something_in_it_is_left_alone() {
    let place = Place::empty();
    place.write("made/mine", "mine");
    place.run_in_vain(&new(&[])).code(1).stdout_eq("").stderr_eq(str![]);
}

#[test]
fn a_file_in_the_folders_place_is_left_alone() {
    let place = Place::empty();
    place.write("made", "mine");
    place.run_in_vain(&new(&[])).code(1).stdout_eq("").stderr_eq(str![]);
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
    place.run(&["new", ".", "--no-task", "--no-git"]).code(0).stdout_eq("").stderr_eq(str![]);
    assert!(place.read("workflow.yaml").contains("project_name: project\n"));
}

#[test]
fn what_is_missing_is_named_by_its_flag_and_nobody_is_asked() {
    let place = Place::empty();
    place.run_in_vain(&["new"]).code(2).stdout_eq("").stderr_eq(str![]);
    let steps: [(&[&str], snapbox::data::Inline); 5] = [
        (&[], str![]),
        (&TASK[2..4], str![]),
        (&TASK[..4], str![]),
        (&TASK[..6], str![]),
        (&TASK[..8], str![]),
    ];
    for (given, expected) in steps {
        place.run_in_vain(&[&["new", "made"], given].concat()).code(2).stdout_eq("").stderr_eq(expected);
    }
}

#[test]
fn wrong_values_are_refused_and_nothing_is_written() {
    let place = Place::empty();
    let refused: [(&[&str], i32, snapbox::data::Inline); 8] = [
        (&["--template", "producer"], 3, str![]),
        (&["--language", "cobol"], 3, str![]),
        (&["--component-name", "Has Spaces"], 3, str![]),
        (&["--dest-topic", "room.*"], 3, str![]),
        (&["--source-topic", "room celsius"], 3, str![]),
        (&["--max-body-bytes", "many"], 3, str![]),
        (&["--task-version", "one"], 2, str![]),
        (&["--name", ""], 3, str![]),
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
    let arguments: Vec<_> =
        new(&["--max-body-bytes", "5"]).into_iter().map(|word| if word == "http_producer_nats" { "processor_nats" } else { word }).collect();
    Place::empty().run_in_vain(&arguments).code(1).stdout_eq("").stderr_eq(str![]);
}

#[test]
fn names_with_spaces_and_other_letters_work_to_the_end() {
    let place = Place::named("Mein Projekt – größer");
    place.run(&["new", "Käse & Brot", "--no-task"]).code(0).stdout_eq("").stderr_eq(str![]);
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
