use super::*;
use proptest::prelude::*;

fn entry() -> Entry {
    Entry(vec![
        ("name".into(), Content::Text("N: 1".into())),
        ("targets".into(), Content::Words(vec!["edge".into()])),
        ("port".into(), Content::Number(80)),
    ])
}

fn added(text: &str) -> String {
    append_task(text, &entry()).unwrap_or_else(|error| panic!("{text:?}: {error}"))
}

#[track_caller]
fn becomes(before: &str, after: &str) {
    assert_eq!(added(before), after, "from {before:?}");
}

const NEW: &str = "  - name: \"N: 1\"\n    targets: [edge]\n    port: 80\n";

#[test]
fn lists_of_lines_go_on_as_they_began() {
    becomes("tasks:\n  - name: a\n", &format!("tasks:\n  - name: a\n{NEW}"));
    becomes("tasks:\n  - name: a", &format!("tasks:\n  - name: a\n{}", NEW.trim_end()));
    becomes(
        "tasks:\n- name: a\n# end\nz: 1\n",
        "tasks:\n- name: a\n- name: \"N: 1\"\n  targets: [edge]\n  port: 80\n# end\nz: 1\n",
    );
    becomes(
        "tasks:\n    -   name: a # c\n\n    -   name: b\n\n# end\nz: 1\n",
        "tasks:\n    -   name: a # c\n\n    -   name: b\n\n    -   name: \"N: 1\"\n        targets: [edge]\n        \
         port: 80\n\n# end\nz: 1\n",
    );
    becomes("tasks:\r\n  - name: 'a'\r\n", &format!("tasks:\n  - name: 'a'\n{NEW}").replace('\n', "\r\n"));
    becomes("tasks:\n  -\n    name: a\n", &format!("tasks:\n  -\n    name: a\n{NEW}"));
}

#[test]
fn comments_stay_with_what_they_are_about() {
    becomes(
        "tasks:\n  - name: a\n    # about a\n  # - name: old\n\n# about z\nz: 1\n",
        &format!("tasks:\n  - name: a\n    # about a\n  # - name: old\n{NEW}\n# about z\nz: 1\n"),
    );
    becomes("tasks:\n  # how to\n\n# end\n", &format!("tasks:\n  # how to\n{NEW}\n# end\n"));
}

#[test]
fn long_texts_at_the_end_keep_their_lines() {
    becomes(
        "tasks:\n  - a: |\n      x\n      # y\n",
        &format!("tasks:\n  - a: |\n      x\n      # y\n{NEW}"),
    );
    becomes(
        "tasks:\n  - a: |+\n      x\n\n\nz: 1\n",
        &format!("tasks:\n  - a: |+\n      x\n\n\n{NEW}z: 1\n"),
    );
    becomes("tasks:\n  - a: >-\n      x\n      y\n", &format!("tasks:\n  - a: >-\n      x\n      y\n{NEW}"));
    becomes("tasks:\n  - a: \"x\n      y\"\n", &format!("tasks:\n  - a: \"x\n      y\"\n{NEW}"));
}

#[test]
fn a_mark_at_the_beginning_stays_there() {
    becomes("\u{feff}tasks:\n  - name: ü\n", &format!("\u{feff}tasks:\n  - name: ü\n{NEW}"));
    becomes("\u{feff}tasks: []\r\n", &format!("\u{feff}tasks:\n{NEW}").replace('\n', "\r\n"));
    becomes("\u{feff}", &format!("\u{feff}tasks:\n{NEW}"));
}

#[test]
fn long_files_are_edited() {
    let long = "tasks:\n".to_owned() + &"  - name: a\n".repeat(40_000);
    becomes(&long, &format!("{long}{NEW}"));
}

#[test]
fn merged_mappings_stay_as_they_are() {
    let text = "x-edge: &edge {targets: [edge]}\ntasks:\n  - <<: *edge\n    name: a\n";
    becomes(text, &format!("{text}{NEW}"));
}

#[test]
fn empty_lists_begin() {
    becomes("p: 1\ntasks:\n", &format!("p: 1\ntasks:\n{}", NEW.trim_end()).replace("port: 80", "port: 80\n"));
    becomes("tasks: []\n", &format!("tasks:\n{NEW}"));
    becomes("tasks: [ ]   # none yet\nz: 1\n", &format!("tasks:    # none yet\n{NEW}z: 1\n"));
    becomes("tasks: ~\n", &format!("tasks:\n{NEW}"));
    becomes("tasks: # none\nz: 1\n", &format!("tasks: # none\n{NEW}z: 1\n"));
    becomes("p: 1\n", &format!("p: 1\ntasks:\n{NEW}"));
    becomes("p: 1\n...\n", &format!("p: 1\ntasks:\n{NEW}...\n"));
    becomes("", &format!("tasks:\n{NEW}"));
    becomes("# nothing\n", &format!("# nothing\ntasks:\n{NEW}"));
    becomes("---\np: 1 # c\n", &format!("---\np: 1 # c\ntasks:\n{NEW}"));
}

#[test]
fn lists_in_brackets_go_on_in_brackets() {
    let new = "{ name: \"N: 1\", targets: [edge], port: 80 }";
    becomes("tasks: [{name: a}]\n", &format!("tasks: [{{name: a}}, {new}]\n"));
    becomes("tasks: [ {name: a}, ] # c\n", &format!("tasks: [ {{name: a}}, {new} ] # c\n"));
    becomes("tasks: [{name: a} , ]\n", &format!("tasks: [{{name: a}} , {new} ]\n"));
    becomes("tasks: [\n  {name: a},\n]\n", &format!("tasks: [\n  {{name: a}},\n  {new},\n]\n"));
    becomes("tasks: [\n  {name: a} # c\n]\n", &format!("tasks: [\n  {{name: a}}, # c\n  {new}\n]\n"));
    becomes("--- {p: 1, tasks: []}\n", &format!("--- {{p: 1, tasks: [{new}]}}\n"));
    becomes("tasks: [\n  # none\n]\n", &format!("tasks: [\n  # none\n  {new}\n]\n"));
    becomes("{p: 1, tasks: []}\n", &format!("{{p: 1, tasks: [{new}]}}\n"));
    becomes("{\"tasks\": [{\"a\": 1}]}", &format!("{{\"tasks\": [{{\"a\": 1}}, {new}]}}"));
}

#[test]
fn what_cannot_be_edited_safely_is_refused_with_the_text_to_paste() {
    for text in [
        "a: &t\n  - name: a\ntasks: *t\n",
        "tasks: 3\n",
        "tasks: {a: 1}\n",
        "{p: 1}\n",
        "{p: 1, tasks: }\n",
        "- a\n",
        "tasks: !!seq\n  - name: a\n",
        "text\n",
        "a: &t {name: a}\ntasks: [*t]\n",
    ] {
        match append_task(text, &entry()) {
            Err(EditError::UnsupportedLayout { paste }) => assert_eq!(paste, NEW.trim_end()),
            Ok(new) => panic!("{text:?} became {new:?}"),
            Err(other) => panic!("{text:?}: {other}"),
        }
    }
    for text in ["tasks: [\n", "a: b: c\n", "tasks: []\ntasks: []\n"] {
        assert!(matches!(append_task(text, &entry()), Err(EditError::Unreadable { .. })), "{text:?}");
    }
    let large = format!("# {}\ntasks: []\n", "x".repeat(MAX_BYTES as usize - 20));
    assert!(matches!(append_task(&large, &entry()), Err(EditError::TooLarge { .. })));
}

/// Workflows as people write them, and worse.
fn workflows() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        Just("a"),
        Just("'q # q'"),
        Just("\"d: d\""),
        Just("[x, y]"),
        Just("|\n        long\n        # no comment\n"),
        Just("&a z"),
        Just(">+\n        folded\n\n"),
        Just(""),
        Just("{k: [v]}"),
        Just("ü # c"),
        Just("- # c"),
    ];
    let line = prop_oneof![
        Just(""),
        Just("# left"),
        Just("  # two"),
        Just("    # four"),
        Just("        # eight"),
        Just("  ")
    ];
    let field = (prop::sample::select(vec!["b", "c", "\"d\"", "e f"]), value, line.clone());
    let task = (prop::collection::vec(field, 0..4), line.clone());
    let parts = (
        prop::collection::vec(line.clone(), 0..2),
        prop::collection::vec(task, 0..4),
        prop::collection::vec(line, 0..3),
        prop::sample::select(vec!["", "z: 1", "z: 1\n# end"]),
        prop::sample::select(vec![0usize, 2, 4]),
        prop::sample::select(vec!["\n", "\r\n"]),
        any::<bool>(),
    );
    parts.prop_map(|(head, tasks, tail, end, indent, newline, ends)| {
        let pad = " ".repeat(indent);
        let mut lines = vec!["project_name: p".to_owned()];
        lines.extend(head.into_iter().map(str::to_owned));
        lines.push("tasks:".to_owned());
        for (index, (fields, after)) in tasks.into_iter().enumerate() {
            lines.push(format!("{pad}- name: t{index}"));
            for (position, (name, value, comment)) in fields.into_iter().enumerate() {
                lines.push(format!("{pad}  {name}{position}: {value}").replace("\"d\"", "d"));
                lines.push(comment.to_owned());
            }
            lines.push(after.to_owned());
        }
        lines.extend(tail.into_iter().map(str::to_owned));
        lines.push(end.to_owned());
        let text = lines.join("\n").replace('\n', newline);
        if ends { text + newline } else { text }
    })
}

proptest! {
    #[test]
    fn nothing_but_the_new_task_changes(text in workflows()) {
        let Ok(before) = serde_yaml::from_str::<Value>(&text) else { return Ok(()) };
        let Ok(new) = append_task(&text, &entry()) else {
            prop_assert!(false, "refused:\n{}", text);
            return Ok(());
        };
        // What was inserted stands in one piece: the rest is byte for byte as it was.
        let same = text.bytes().zip(new.bytes()).take_while(|(a, b)| a == b).count();
        let rest = text.len() - same;
        let tail = text.bytes().rev().zip(new.bytes().rev()).take_while(|(a, b)| a == b).count();
        prop_assert!(tail >= rest, "{}\n=>\n{}", text, new);
        let after: Value = serde_yaml::from_str(&new).unwrap();
        let old = before["tasks"].as_sequence().cloned().unwrap_or_default();
        let tasks = after["tasks"].as_sequence().unwrap();
        prop_assert_eq!(&tasks[..old.len()], &old[..]);
        prop_assert_eq!(tasks.len(), old.len() + 1);
        prop_assert_eq!(tasks[old.len()]["name"].as_str(), Some("N: 1"));
        prop_assert_eq!(new.contains("\r\n"), text.contains("\r\n"));
        prop_assert!(!text.contains("\r\n") || !new.replace("\r\n", "").contains('\n'), "{:?}", new);
    }

    #[test]
    fn no_text_makes_it_panic(text in "(tasks|: |:|name|  - |- |\\[|\\]|\\{|\\}|,|&a |\\*a|\n|\r\n|'|\"|x|1|#|  |\\||ü|---|!!seq ){0,30}") {
        let _ = append_task(&text, &entry());
    }

    #[test]
    fn no_text_after_tasks_makes_it_panic(text in "(: |:|name|  - |- |\\[|\\]|\\{|\\}|,|&a |\\*a|\n|\r\n|'|\"|x|1|#|  |\\||ü|~|!!seq ){0,20}") {
        if let Ok(new) = append_task(&format!("tasks:{text}"), &entry()) {
            prop_assert!(serde_yaml::from_str::<Value>(&new).is_ok());
        }
    }
}
