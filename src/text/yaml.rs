//! YAML that every reader understands alike.

use std::sync::OnceLock;

use regex::Regex;
use serde::Serialize;

/// What readers of YAML 1.1, such as Python's and those of many Kubernetes tools, take for a truth value, a number or a
/// date, although YAML 1.2 takes it for a text.
const OTHERWISE: &str = r"(?ix) ^ (?: y | n | yes | no | on | off | [-+]?0b[01_]+
    | [-+]?[0-9][0-9_]*_[0-9_]*(?:\.[0-9_]*)? | [-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?
    | [0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[T\ \t].*)? ) $";

/// A value as YAML, with quotes also where only YAML 1.1 needs them.
///
/// # Errors
/// When it has no YAML form.
pub fn yaml(value: &impl Serialize) -> Result<String, serde_yaml::Error> {
    let text = serde_yaml::to_string(value)?;
    let (mut quoted, mut block) = (String::with_capacity(text.len()), None);
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len();
        // The lines of a long text belong to it as they are.
        if block.is_some_and(|least| line.is_empty() || indent >= least) {
            quoted.push_str(line);
        } else {
            let (before, value) = split(line);
            block = begins_block(value).then(|| least_indent(before));
            let quote = if is_read_otherwise(value) { "'" } else { "" };
            quoted.push_str(&format!("{before}{quote}{value}{quote}"));
        }
        quoted.push('\n');
    }
    Ok(quoted)
}

/// The columns before the key of a line, or before its value if it has no key.
fn marks(line: &str) -> usize {
    let mut at = line.len() - line.trim_start().len();
    while line[at..].starts_with("- ") || line[at..].starts_with("? ") {
        at += 2;
    }
    at
}

/// What is before the value of a line, and the value. No value without quotes has a colon with a blank in it.
fn split(line: &str) -> (&str, &str) {
    line.split_at(line.rfind(": ").map_or(0, |colon| colon + 2).max(marks(line)))
}

fn begins_block(value: &str) -> bool {
    value
        .strip_prefix(['|', '>'])
        .is_some_and(|rest| rest.chars().all(|c| matches!(c, '-' | '+' | '0'..='9')))
}

/// By how many columns the lines of a text are indented at least whose first line begins like this.
fn least_indent(before: &str) -> usize {
    let marks = marks(before);
    match (marks == before.len(), marks) {
        (false, marks) => marks + 1,
        (true, 0) => 0,
        (true, marks) => marks - 1,
    }
}

fn is_read_otherwise(value: &str) -> bool {
    static PATTERN: OnceLock<Option<Regex>> = OnceLock::new();
    let pattern = PATTERN.get_or_init(|| Regex::new(OTHERWISE).ok());
    // The end of a text that is in quotes already has one of them.
    !value.contains(['\'', '"']) && pattern.as_ref().is_some_and(|pattern| pattern.is_match(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn words_that_mean_something_else_elsewhere_are_in_quotes() {
        let value = json!({
            "a": "on", "b": ["No", "1_000", "2024-01-01", "12:30:45", "edge", "0b1"], "c": 1, "d": true, "e": "1.5",
            "f": { "long": "on\n- no\nb: yes\n", "next": "off" }, "g": [["y", { "h": "n" }]],
        });
        let text = yaml(&value).unwrap();
        for line in [
            "a: 'on'",
            "- 'No'",
            "- '1_000'",
            "- '2024-01-01'",
            "- '12:30:45'",
            "- edge",
            "- '0b1'",
            "c: 1",
            "d: true",
        ] {
            assert!(text.lines().any(|other| other == line), "{line}\n{text}");
        }
        assert!(text.contains("    - no\n    b: yes\n  next: 'off'\n") && text.contains("h: 'n'"), "{text}");
    }

    #[test]
    fn what_is_in_quotes_already_stays() {
        let value = json!({ "": ": 2024-01-01  ", "a: b": "x: on", "c": "'on'" });
        assert_eq!(serde_yaml::from_str::<serde_json::Value>(&yaml(&value).unwrap()).unwrap(), value);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn it_stays_the_same_value(
            key in "[a-z: '\"-]{0,6}", text in "(on|no|-|: |\n|  |1_0|'|\"|[|]|>|a|#|2024-01-01){0,6}",
        ) {
            let value = json!({ key.clone(): [text.clone(), { key: text.clone() }], "last": text });
            prop_assert_eq!(serde_yaml::from_str::<serde_json::Value>(&yaml(&value).unwrap()).unwrap(), value);
        }
    }
}
