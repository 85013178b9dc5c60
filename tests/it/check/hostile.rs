//! Whatever the names and values are: no panic, and nothing in the messages that a terminal would obey.

use proptest::prelude::*;

use super::project::{GO, check, with};

const FIELDS: [&str; 13] = [
    "name",
    "type",
    "code",
    "targets",
    "target",
    "source_topic",
    "dest_topic",
    "component_name",
    "version",
    "language",
    "replicas",
    "http",
    "colour",
];

fn value() -> impl Strategy<Value = String> {
    let text = prop_oneof![".{0,20}", "[a-z_.*>/]{0,12}", Just("\u{1b}[31m\u{202e}".to_owned())];
    // JSON is YAML, and says every text.
    let quoted = |text: String| serde_json::Value::String(text).to_string();
    prop_oneof![
        text.prop_map(quoted),
        Just("1".to_owned()),
        Just("true".to_owned()),
        Just(String::new()),
        Just("[a, '', a]".to_owned()),
        Just("{port: 0, path: x y}".to_owned()),
        Just("a.go".to_owned()),
        Just("processor_nats".to_owned()),
        Just("1.0.0".to_owned()),
    ]
}

fn task() -> impl Strategy<Value = String> {
    let fields = prop::sample::subsequence(&FIELDS[..], 1..FIELDS.len());
    fields.prop_flat_map(|fields| {
        let values = prop::collection::vec(value(), fields.len());
        values.prop_map(move |values| {
            let lines = fields.iter().zip(values).map(|(field, value)| format!("{field}: {value}"));
            format!("  - {}\n", lines.collect::<Vec<_>>().join("\n    "))
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(crate::support::soak::cases(100)))]
    #[test]
    fn any_values_are_borne(tasks in prop::collection::vec(task(), 1..4)) {
        let folder = with(&[("tasks/a.go", GO)]);
        let text = format!("project_name: P\n\"\\e[2J\": 1\ntasks:\n{}", tasks.concat());
        let (report, components) = check(folder.path(), &text);
        prop_assert!(report.errors() > 0 && components.len() <= tasks.len(), "{text}");
        for problem in &report.problems {
            let said = [Some(&problem.message), problem.help.as_ref(), problem.label.as_ref()];
            for words in said.into_iter().flatten() {
                let is_safe = |c: char| c == '\n' || !(c.is_control() || c == '\u{202e}');
                prop_assert!(words.chars().all(is_safe), "{words:?}");
            }
            prop_assert!(problem.help.is_some(), "{problem:?}");
        }
    }
}
