use super::{Context, Finding, Rule};
use crate::catalog::Kind;
use crate::check::parameters;
use crate::check::values::integer;

/// A parameter whose value is not of its kind.
pub struct Parameter;

impl Rule for Parameter {
    fn id(&self) -> &'static str {
        "parameter"
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let mut found = Vec::new();
        for entry in &context.entries {
            let Some(template) = &entry.template else { continue };
            for (name, parameter) in template.manifest.parameters.iter() {
                let Some(field) = entry.task.parameters.get(name) else { continue };
                if !parameter.several && entry.task.lists.contains_key(name) {
                    let message = format!("`{name}` is one value, found a list");
                    found.push(entry.wrong(field, message).advise("write one value, without brackets"));
                } else if parameter.kind == Kind::Integer {
                    found.extend(entry.validate(Some(field), integer));
                } else {
                    let matching = |text: &str| parameters::matching(name, parameter, text);
                    found.extend(entry.validate(Some(field), matching));
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use crate::check::rules::testing::{check_in, found_with, project, show, task, workflow};

    #[test]
    fn texts_match_their_pattern() {
        let kept = |bucket| ["type: nats_to_nats_kv", "dest_topic", bucket];
        assert_eq!(
            found_with(&kept("bucket: last readings")),
            [
                "10:13 parameter: `last readings` is not a valid `bucket` (use ASCII letters, digits, `-` and `_`, \
                 such as `readings`)"
            ]
        );
        for bucket in ["bucket: a.b", "bucket: ''", "bucket: räume", "bucket: \"a\\n\""] {
            assert_eq!(found_with(&kept(bucket)).len(), 1, "{bucket}");
        }
        for bucket in ["bucket: last-Readings_2", "bucket: 5"] {
            assert_eq!(found_with(&kept(bucket)), [] as [&str; 0], "{bucket}");
        }
    }

    #[test]
    fn names_of_a_database_are_plain() {
        let stored = |line| ["type: dbsync_nats", "dest_topic", "table: readings", line];
        let good = [
            "table: house.readings",
            "table: _A9",
            "column: value",
            "on_conflict: ignore",
            "on_conflict: update:room",
        ];
        for line in good {
            assert_eq!(found_with(&stored(line)), [] as [&str; 0], "{line}");
        }
        let bad = [
            "table: a.b.c",
            "table: 'a\"b'",
            "table: a; DROP TABLE b",
            "table: 1a",
            "table: a.",
            "table: räume",
            "column: a b",
            "column: a.b",
            "on_conflict: replace",
            "on_conflict: 'update:'",
            "on_conflict: update:a,b",
        ];
        for line in bad {
            let found = found_with(&stored(line));
            assert!(found.len() == 1 && found[0].contains(" parameter: "), "{line}: {found:?}");
        }
        assert!(found_with(&["type: dbsync_nats", "dest_topic"])[0].contains("`table`"), "it has no default");
    }

    #[test]
    fn numbers_are_numbers() {
        let folder = project();
        let other = folder.path().join("templates/ticker");
        std::fs::create_dir_all(&other).unwrap();
        let manifest = "schema = 1\nname = \"ticker\"\nsummary = \"s\"\ntrigger = \"t.wasm\"\n\
                        [parameters.every]\nkind = \"integer\"\nprompt = \"p\"\ndefault = \"5\"\n\
                        [[capabilities]]\nwit = \"wasi:http/incoming-handler@0.2.0\"\n";
        std::fs::write(other.join("template.toml"), manifest).unwrap();
        let check = |every: &str| {
            let changes = ["type: ticker", "source_topic", "dest_topic", every];
            check_in(folder.path(), &workflow(&[task(&changes)]))
        };
        let (report, _) = check("every: 5s");
        assert_eq!(
            show(&report.problems[0]),
            "9:12 parameter: `5s` is not a whole number (write digits only, such as `10`)"
        );
        assert_eq!(check("every: 7").1[0].parameters["every"], "7");
        assert_eq!(check("replicas: 1").1[0].parameters["every"], "5", "the default");
    }
}
