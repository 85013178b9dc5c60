use super::{Context, Finding, Rule};
use crate::catalog::{Flow, Kind, Parameter};
use crate::check::{Entry, parameters};
use crate::nats::subject::overlaps;
use crate::project::Field;
use crate::text::quoted;

/// A topic that is no NATS subject.
pub struct Subject;

impl Rule for Subject {
    fn id(&self) -> &'static str {
        "subject"
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let mut found = Vec::new();
        for entry in &context.entries {
            let Some(template) = &entry.template else { continue };
            for (name, parameter) in template.manifest.parameters.iter() {
                if parameter.kind != Kind::Subject {
                    continue;
                }
                let fields = entry.values_of(name, parameter);
                let wrong: Vec<_> = fields.iter().filter_map(|field| not_a_subject(entry, field)).collect();
                if wrong.is_empty() {
                    found.extend(twice(entry, parameter, &fields));
                }
                found.extend(wrong);
            }
        }
        found
    }
}

/// An error, if messages to one topic would be received by two of several.
fn twice(entry: &Entry<'_>, parameter: &Parameter, fields: &[Field]) -> Option<Finding> {
    let pairs =
        fields.iter().enumerate().flat_map(|(at, one)| fields[..at].iter().map(move |other| (one, other)));
    let (one, other) = pairs.into_iter().find(|(one, other)| overlaps(&one.text, &other.text))?;
    let message = match one.text == other.text {
        true => format!("{} is there twice", quoted(&one.text)),
        false => format!("some messages match both {} and {}", quoted(&other.text), quoted(&one.text)),
    };
    let why = match parameter.flow {
        Some(Flow::Writes) => "each result would be sent there twice: keep one of them",
        _ => "the task would process each of these messages twice: keep one of them",
    };
    Some(entry.wrong(one, message).advise(why))
}

/// An error, if the value of a field is not a valid NATS subject.
pub(super) fn not_a_subject(entry: &Entry<'_>, field: &Field) -> Option<Finding> {
    entry.validate(Some(field), parameters::topic)
}

#[cfg(test)]
mod tests {
    use crate::check::rules::testing::found_with;

    #[test]
    fn several_topics_are_a_list_or_have_commas() {
        for text in ["a, b", "'a,b'", "[a, b]", "[a.*, b.>]", "[a]"] {
            let list = found_with(&[&format!("source_topic: {text}")]);
            assert!(list.iter().all(|one| one.contains("topic-edge")), "{text}: {list:?}");
        }
        for (text, what) in [
            ("[a b, c]", "7:20 subject: `a b` is not"),
            ("[a, 'b,c']", "7:23 subject: `b,c` is not a valid NATS subject: it contains a comma"),
            ("[a.b, a.*]", "7:25 subject: some messages match both `a.b` and `a.*` (the task would"),
            ("'a,a'", "7:19 subject: `a` is there twice"),
            ("[]", "7:19 missing-field: this field has no value"),
        ] {
            let mut found = found_with(&[&format!("source_topic: {text}")]);
            found.retain(|one| !one.contains("topic-edge"));
            assert!(found.len() == 1 && found[0].contains(what), "{text}: {found:?}");
        }
        for text in ["a, b", "'a,b'", "[a, b]"] {
            let mut list = found_with(&[&format!("dest_topic: {text}")]);
            list.retain(|one| !one.contains("topic-edge"));
            assert_eq!(list, [] as [String; 0], "{text}");
        }
        let mut twice = found_with(&["dest_topic: [a, a]"]);
        twice.retain(|one| !one.contains("topic-edge"));
        assert_eq!(
            twice,
            ["8:21 subject: `a` is there twice (each result would be sent there twice: keep one of them)"]
        );
        let one = "type: nats_to_nats_kv";
        let found = found_with(&[one, "dest_topic", "bucket: [a, b]"]);
        assert_eq!(found.len(), 1, "{found:?}");
    }

    #[test]
    fn what_is_no_subject_is_mended() {
        assert_eq!(
            found_with(&["source_topic: living room"]),
            [
                "7:19 subject: `living room` is not a valid NATS subject: it contains whitespace (write `living_room`)"
            ]
        );
        assert_eq!(
            found_with(&["dest_topic: .a..b."]),
            [
                "8:17 subject: `.a..b.` is not a valid NATS subject: it has an empty token: dots separate tokens (write `a.b`)"
            ]
        );
        for text in ["''", "',a'", "'a|b'", r#""a\nb""#, "'a.>.b'"] {
            assert_eq!(found_with(&[&format!("source_topic: {text}")]).len(), 1, "{text}");
        }
    }
}
