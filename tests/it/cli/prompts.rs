//! Questions, asked on a real terminal.

use snapbox::str;

use crate::support::functions::PROJECT;
use crate::support::terminal::Terminal;
use crate::support::{Place, tree};

const DOWN: &str = "\x1b[B";
const CTRL_C: &str = "\x03";
const ESCAPE: &str = "\x1b";
const PLAIN: &[(&str, &str)] = &[("TERM", "xterm"), ("NO_COLOR", "1")];

#[test]
fn new_asks_for_all_it_needs_and_shows_it() {
    let place = Place::empty();
    let mut terminal = Terminal::open(&place, &["new", "made", "--no-git"]);
    terminal.see("Language").see("rust").press("go\r");
    terminal.see("Template").see("processor_nats").press("proc\r");
    terminal.see("Name of the task").answer("Temp filter");
    terminal.see("Name of the component").see("temp_filter").answer("");
    terminal.see("Topic to read from").answer("room.kelvin");
    terminal.see("Topic to write to").answer("room.*");
    terminal.see("has wildcards").see("Topic to write to");
    terminal.answer("\x7f\x7f\x7f\x7f\x7f\x7froom.plausible");
    terminal.see("Targets").see("edge").see("cloud").answer("cloud");
    terminal.see("Create the project?");
    place.expect(
        terminal.screen(),
        str![[r#"
> Name of the component temp_filter
> Topic to read from room.kelvin
> Topic to write to room.plausible
> Targets cloud

  Folder of the project  made
  Language               go
  Template               processor_nats
  Name of the task       Temp filter
  Name of the component  temp_filter
  Topic to read from     room.kelvin
  Topic to write to      room.plausible
  Targets                cloud
  Files                  .env.template
                         .gitignore
                         .pelato/workflow.schema.json
                         README.md
                         tasks/temp_filter/go.mod
                         tasks/temp_filter/task.go
                         tasks/temp_filter/task_test.go
                         workflow.yaml

? Create the project? (Y/n)
[Enter: yes, Esc: back]

"#]],
    );
    assert!(!place.path("made").exists());
    let (rest, code) = terminal.press("\r").end();
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
fn lists_fit_the_terminal_and_get_shorter_as_one_types() {
    let place = Place::empty();
    let mut terminal = Terminal::open(&place, &["new", "made", "--no-git"]);
    terminal.see("Esc: cancel");
    place.expect(
        terminal.screen(),
        str![[r#"
? Language
> c           C functions, compiled by clang with a WASI libc, or by zig
  cpp         C++ functions, compiled by clang with a WASI libc, or by zig
  go          Go functions, compiled by the stock Go toolchain
  javascript  JavaScript and TypeScript functions, with an engine in the compon…
  python      Python functions, with CPython in the component, made by componen…
  rust        Rust functions, a library crate each, compiled by cargo for wasm3…
[type to filter, ↑↓: move, Esc: cancel]

"#]],
    );
    terminal.press("g").see("Esc: cancel");
    place.expect(
        terminal.screen(),
        str![[r#"
? Language g
> go          Go functions, compiled by the stock Go toolchain
[type to filter, ↑↓: move, Esc: cancel]

"#]],
    );
    terminal.press("o\r").see("Esc: back");
    place.expect(
        terminal.screen(),
        str![[r#"
> Language go
? Template
> dbsync_nats         A NATS message in, a row of a PostgreSQL table out
  http_producer_nats  HTTP POST or a NATS message in, a NATS message out
  nats_to_nats_kv     A NATS message in, an entry of a NATS key-value bucket out
  processor_nats      A NATS message in, a NATS message out
  router_nats         A NATS message in, NATS messages out to the topics that t…
  splitter_nats       A NATS message in, a NATS message out for each element of…
[type to filter, ↑↓: move, Esc: back]

"#]],
    );
    let mut terminal = Terminal::sized(&place, &["new", "made", "--no-git"], PLAIN, (12, 40));
    terminal.see("Esc: cancel").press(DOWN).see("> cpp");
    terminal.screen();
    terminal.press("\r").see("Esc: back");
    place.expect(
        terminal.screen(),
        str![[r#"
> Language cpp
? Template
> dbsync_nats         A NATS message in…
  http_producer_nats  HTTP POST or a NA…
  nats_to_nats_kv     A NATS message in…
  processor_nats      A NATS message in…
  router_nats         A NATS message in…
  splitter_nats       A NATS message in…
[type to filter, ↑↓: move, Esc: back]

"#]],
    );
    terminal.press("x").see("Esc: back");
    place.expect(
        terminal.screen(),
        str![[r#"
> Language cpp
? Template x
[type to filter, ↑↓: move, Esc: back]

"#]],
    );
    terminal.press(CTRL_C);
    assert_eq!(terminal.end().1, 130);
}

#[test]
fn all_dead_letters_are_deleted_only_if_a_person_wants_it() {
    let place = Place::with(PROJECT);
    let mut terminal = Terminal::open(&place, &["dead-letters", "drop", "first", "--all"]);
    terminal.see("Delete all dead letters of `first`?").answer("n");
    assert_eq!(terminal.end().1, 1);
}

#[test]
fn one_goes_back_to_a_question_and_finds_the_earlier_answers() {
    let place = Place::with(PROJECT);
    let given = ["add-task", "--language", "go", "--target", "edge"];
    let mut terminal = Terminal::open(&place, &given);
    terminal.see("Template").press("processor\r");
    terminal.see("Name of the task").answer("First");
    terminal.see("Name of the component").see("(first)").answer("");
    terminal.see("Topic to read from").answer("room.a");
    terminal.see("Topic to write to").see("Esc: back").press(ESCAPE);
    terminal.see("Topic to read from (room.a)").see("Esc: back").press(ESCAPE);
    terminal.see("Name of the component (first)").see("Esc: back").press(ESCAPE);
    terminal.see("Name of the task (First)").answer("Third");
    // What is made from another answer is made anew.
    terminal.see("Name of the component (third)").answer("");
    terminal.see("Topic to read from (room.a)").answer("");
    terminal.see("Topic to write to").answer("room.b");
    terminal.see("Add the task?").see("Esc: back").press(ESCAPE);
    terminal.see("Topic to write to (room.b)").answer("room.c");
    terminal.see("Add the task?").see("Enter: yes");
    place.expect(
        terminal.screen(),
        str![[r#"
  Topic to write to      room.b
  Targets                edge
  Files                  tasks/third/go.mod
                         tasks/third/task.go
                         tasks/third/task_test.go
                         workflow.yaml

? Add the task? -
> Topic to write to room.c

  Language               go
  Template               processor_nats
  Name of the task       Third
  Name of the component  third
  Topic to read from     room.a
  Topic to write to      room.c
  Targets                edge
  Files                  tasks/third/go.mod
                         tasks/third/task.go
                         tasks/third/task_test.go
                         workflow.yaml

? Add the task? (Y/n)
[Enter: yes, Esc: back]

"#]],
    );
    let (rest, code) = terminal.press("\r").end();
    assert_eq!(code, 0, "{rest}");
    let workflow = place.read("workflow.yaml");
    assert!(workflow.contains("name: Third\n") && !workflow.contains("First"), "{workflow}");
    assert!(workflow.contains("source_topic: room.a\n    dest_topic: room.c\n"), "{workflow}");
}

#[test]
fn a_refused_answer_is_told_the_rule_that_its_flag_is_told() {
    let place = Place::with(PROJECT);
    let flags = ["add-task", "--language", "go", "--template", "processor_nats", "--target", "edge"];
    let named = [&flags[..], &["--name", "Third", "--dest-topic", "x.y"]].concat();
    for (question, wrong, flag) in [
        ("Name of the component", "Third One", "--component-name"),
        ("Name of the component", "double", "--component-name"),
        ("Topic to read from", "room celsius", "--source-topic"),
        ("Topic to read from", "a..b", "--source-topic"),
    ] {
        let mut terminal = Terminal::open(&place, &named);
        if flag == "--source-topic" {
            terminal.see("Name of the component").answer("");
        }
        terminal.see(question).answer(wrong).see("\r\n? ").see(question);
        let screen = terminal.screen();
        terminal.press(CTRL_C);
        terminal.end();
        let given = [&named[..], &["--source-topic", "a.b", flag, wrong]].concat();
        let given = if flag == "--source-topic" { [&named[..], &[flag, wrong]].concat() } else { given };
        let said = place.ran(&given).err;
        let words: Vec<_> =
            screen.split('#').nth(1).unwrap().split("? ").next().unwrap().split_whitespace().collect();
        let said = said.replace("error: ", "").replace("\n  help: ", "; ");
        assert_eq!(words.join(" "), said.split_whitespace().collect::<Vec<_>>().join(" "), "{screen}");
    }
}

#[test]
fn a_task_that_the_workflow_cannot_have_is_asked_for_again() {
    let place = Place::with(PROJECT);
    let given = ["add-task", "--language", "go", "--template", "processor_nats", "--target", "edge"];
    let mut terminal = Terminal::open(&place, &[&given[..], &["--name", "Third"]].concat());
    terminal.see("Name of the component").answer("");
    terminal.see("Topic to read from").answer("room.>");
    terminal.see("Topic to write to").answer("room.b");
    terminal.see("would receive its own messages forever").see("Topic to write to (room.b)").answer("hall.b");
    terminal.see("Add the task?").answer("");
    let (rest, code) = terminal.end();
    assert_eq!(code, 0, "{rest}");
    assert!(place.read("workflow.yaml").contains("dest_topic: hall.b\n"));
}

#[test]
fn only_what_is_missing_is_asked_for() {
    let place = Place::with(PROJECT);
    let given = ["--language", "go", "--template", "processor_nats", "--name", "Third"];
    let given = [&given[..], &["--dest-topic", "x.y", "--target", "edge"]].concat();
    let mut terminal = Terminal::open(&place, &[&["add-task"], &given[..]].concat());
    terminal.see("Name of the component").answer("third_one");
    terminal.see("Topic to read from").answer("room.played");
    terminal.see("Add the task?").answer("");
    let (rest, code) = terminal.end();
    assert_eq!(code, 0, "{rest}");
    assert!(place.read("workflow.yaml").contains("component_name: third_one\n"));
    assert!(place.path("tasks/third_one/task.go").is_file());
    // Where nothing is, nothing has to be confirmed.
    let all = [&given[..], &["--component-name", "fourth", "--source-topic", "a.b"]].concat();
    let (rest, code) = Terminal::open(&place, &[&["add-task"], &all[..]].concat()).end();
    assert_eq!(code, 0, "{rest}");
    assert!(!rest.contains("Add the task?"), "{rest}");
}

#[test]
fn no_as_the_last_word_writes_nothing() {
    let place = Place::with(PROJECT);
    let before = place.tree();
    let given = ["--language", "go", "--template", "processor_nats", "--name", "Third"];
    let given = [&given[..], &["--dest-topic", "x.y", "--source-topic", "a.b", "--target", "edge"]].concat();
    let mut terminal = Terminal::open(&place, &[&["add-task"], &given[..]].concat());
    terminal.see("Name of the component").answer("");
    terminal.see("Add the task?").answer("n");
    let (rest, code) = terminal.end();
    assert_eq!(code, 1, "{rest}");
    assert!(rest.contains("error: the answer was no: nothing was written"), "{rest}");
    tree::assert_same(&before, &place.tree());
}

#[test]
fn ctrl_c_at_any_question_writes_nothing_and_leaves_the_terminal_as_it_was() {
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
        assert_eq!(code, 130, "{rest}");
        assert!(terminal.shows_cursor() && rest.contains("no answer: nothing was written"), "{rest:?}");
        // Pasted text is not marked any more.
        assert!(rest.contains("\x1b[?2004l"), "{rest:?}");
        tree::assert_same(&before, &place.tree());
    }
    let place = Place::empty();
    let mut terminal = Terminal::open(&place, &["new", "made"]);
    terminal.see("Language").press("\r").see("Template").press("\r").see("Name of the task").press(CTRL_C);
    assert_eq!(terminal.end().1, 130);
    assert!(!place.path("made").exists());
}

#[test]
fn escape_at_the_first_question_ends_without_writing() {
    let place = Place::with(PROJECT);
    let before = place.tree();
    let mut terminal = Terminal::open(&place, &["add-task"]);
    terminal.see("Language").see("Esc: cancel").press(ESCAPE);
    let (rest, code) = terminal.end();
    assert_eq!(code, 1, "{rest}");
    assert!(rest.contains("no answer: nothing was written"), "{rest}");
    tree::assert_same(&before, &place.tree());
}

#[test]
fn names_of_a_project_do_not_steer_the_terminal() {
    let place = Place::empty();
    place.run(&["new", ".", "--no-task", "--no-git"]).code(0);
    place.run(&["template", "new", "mine", "--from", "processor_nats", "--summary", "Mine"]).code(0);
    let summary = format!("summary = \"Mine {}\"", "is long ".repeat(20));
    place.edit("templates/mine/template.toml", "summary = \"Mine\"", &summary);
    let mut terminal = Terminal::sized(&place, &["add-task", "--language", "go"], PLAIN, (24, 40));
    terminal.see("Esc: cancel").press("mi").see("Esc: cancel");
    place.expect(
        terminal.screen(),
        str![[r#"
? Template mi
> mine                Mine is long is l…
[type to filter, ↑↓: move, Esc: cancel]

"#]],
    );
    terminal.press(CTRL_C).end();
}

#[test]
fn nobody_is_asked_with_no_input_or_on_a_terminal_that_cannot_draw() {
    let place = Place::with(PROJECT);
    for (arguments, term) in [(&["add-task", "--no-input"][..], "xterm"), (&["add-task"], "dumb")] {
        let mut terminal = Terminal::with(&place, arguments, &[("TERM", term)]);
        let (said, code) = terminal.end();
        assert_eq!(code, 2, "{said}");
        assert!(said.contains("`--language go`"), "{said}");
    }
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

/// A person reads why an answer cannot be taken; who wants JSON gets one document, about how it ended.
#[test]
fn an_answer_that_is_refused_is_no_second_document_of_json() {
    let place = Place::with(PROJECT);
    let given =
        ["add-task", "--json", "--language", "go", "--template", "processor_nats", "--target", "edge"];
    let mut terminal = Terminal::open(&place, &[&given[..], &["--name", "Third"]].concat());
    terminal.see("Name of the component").answer("");
    terminal.see("Topic to read from").answer("room.>");
    terminal.see("Topic to write to").answer("room.b");
    terminal.see("would receive its own messages forever").see("Topic to write to (room.b)").answer("hall.b");
    terminal.see("Add the task?").answer("");
    let (rest, code) = terminal.end();
    assert_eq!((code, rest.matches("\"schema\":1").count()), (0, 1), "{rest}");
    assert!(!rest.contains("\"exit\""), "{rest}");
    // Where nobody can be asked, the same answers are an error, as one document.
    let flags = [
        "--source-topic",
        "room.>",
        "--dest-topic",
        "room.b",
        "--component-name",
        "fourth",
        "--name",
        "Fourth",
    ];
    let ran = place.run(&[&given[..], &flags].concat()).code(2).stderr_eq("");
    let said = String::from_utf8(ran.get_output().stdout.clone()).unwrap();
    let document: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(
        (&document["exit"], &document["problems"][0]["rule"]),
        (&2.into(), &"feeds-itself".into()),
        "{said}"
    );
}
