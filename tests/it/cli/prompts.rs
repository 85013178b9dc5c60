//! Questions, asked on a real terminal.

use crate::support::functions::PROJECT;
use crate::support::terminal::Terminal;
use crate::support::{Place, tree};

const DOWN: &str = "\x1b[B";
const CTRL_C: &str = "\x03";
const ESCAPE: &str = "\x1b";

#[test]
fn new_asks_for_all_it_needs() {
    let place = Place::empty();
    let mut terminal = Terminal::open(&place, &["new", "made", "--no-git"]);
    terminal.see("Language").see("rust").press(DOWN).press(DOWN).press("\r");
    terminal.see("Template").see("processor_nats").press(DOWN).press(DOWN).press(DOWN).press("\r");
    terminal.see("Name of the task").answer("Temp filter");
    terminal.see("Name of the component").see("temp_filter").answer("");
    terminal.see("Topic to read from").answer("room.kelvin");
    terminal.see("Topic to write to").answer("room.*");
    terminal.see("wildcards").see("Topic to write to");
    terminal.answer("room.plausible");
    terminal.see("Targets").see("edge").see("cloud").press(" ").press(DOWN).press(" ").press("\r");
    let (rest, code) = terminal.end();
    assert_eq!(code, 0, "{rest}");
    assert!(rest.contains("Created"), "{rest}");
    let workflow = place.read("made/workflow.yaml");
    let entry = "  - name: Temp filter\n    type: processor_nats\n    language: go\n    code: temp_filter\n    \
                 targets: [cloud]\n    source_topic: room.kelvin\n    dest_topic: room.plausible\n    \
                 component_name: temp_filter\n    version: 0.1.0\n";
    assert!(workflow.ends_with(entry), "{workflow}");
    place.run(&["-C", "made", "check", "--strict"]).code(0).stderr_eq("");
}

#[test]
fn only_what_is_missing_is_asked_for() {
    let place = Place::with(PROJECT);
    let given = ["--language", "go", "--template", "processor_nats", "--name", "Third"];
    let given = [&given[..], &["--dest-topic", "x.y", "--target", "edge"]].concat();
    let mut terminal = Terminal::open(&place, &[&["add-task"], &given[..]].concat());
    terminal.see("Name of the component").answer("third_one");
    terminal.see("Topic to read from").answer("room.played");
    let (rest, code) = terminal.end();
    assert_eq!(code, 0, "{rest}");
    assert!(place.read("workflow.yaml").contains("component_name: third_one\n"));
    assert!(place.path("tasks/third_one/task.go").is_file());
}

#[test]
fn ctrl_c_at_any_question_writes_nothing() {
    for questions in [
        &["Language"][..],
        &["Language", "Template"],
        &["Language", "Template", "Name of the task"],
        &["Language", "Template", "Name of the task", "Name of the component", "Topic to read from"],
    ] {
        let place = Place::with(PROJECT);
        let before = place.tree();
        let mut terminal = Terminal::open(&place, &["add-task"]);
        let (last, first) = questions.split_last().unwrap();
        for question in first {
            terminal.see(question).press(if *question == "Name of the task" { "Third\r" } else { "\r" });
        }
        terminal.see(last).press(CTRL_C);
        let (rest, code) = terminal.end();
        assert!(code == 1 || code == 130, "{code}: {rest}");
        tree::assert_same(&before, &place.tree());
    }
    let place = Place::empty();
    let mut terminal = Terminal::open(&place, &["new", "made"]);
    terminal.see("Language").press("\r").see("Template").press("\r").see("Name of the task").press(CTRL_C);
    terminal.end();
    assert!(!place.path("made").exists());
}

#[test]
fn escape_at_a_list_ends_without_writing() {
    let place = Place::with(PROJECT);
    let before = place.tree();
    let mut terminal = Terminal::open(&place, &["add-task"]);
    terminal.see("Language").press(ESCAPE);
    let (rest, code) = terminal.end();
    assert_eq!(code, 1, "{rest}");
    assert!(rest.contains("no answer: nothing was written"), "{rest}");
    tree::assert_same(&before, &place.tree());
}

#[test]
fn no_input_never_asks_even_on_a_terminal() {
    let place = Place::with(PROJECT);
    let mut terminal = Terminal::open(&place, &["add-task", "--no-input"]);
    let (said, code) = terminal.end();
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("as with `--language"), "{said}");
}

#[test]
fn the_progress_bar_leaves_the_screen_as_it_found_it() {
    let place = Place::with(PROJECT);
    place.run(&["build", "-q"]).code(0);
    let mut terminal = Terminal::open(&place, &["build"]);
    terminal.see("unchanged");
    let (_, code) = terminal.end();
    assert_eq!(code, 0);
}
