use super::{Context, Finding, Rule};
use crate::catalog::Kind;
use crate::check::Entry;
use crate::nats::subject::validate;
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
                let Some(field) = entry.task.parameters.get(name) else { continue };
                if parameter.kind != Kind::Subject {
                    continue;
                }
                found.extend(not_a_subject(entry, field));
            }
        }
        found
    }
}

/// An error, if the value of a field is not a valid NATS subject.
pub(super) fn not_a_subject(entry: &Entry<'_>, field: &Field) -> Option<Finding> {
    let error = validate(&field.text).err()?;
    let message = format!("{} is not a valid NATS subject: it {error}", quoted(&field.text));
    Some(entry.wrong(field, message).advise(help(&field.text)))
}

fn help(text: &str) -> String {
    let replaced: String = text.trim().chars().map(|c| if c.is_whitespace() { '_' } else { c }).collect();
    let parts: Vec<_> = replaced.split('.').filter(|part| !part.is_empty()).collect();
    let fixed = parts.join(".");
    if validate(&fixed).is_ok() {
        format!("write {}", quoted(&fixed))
    } else {
        "use letters, digits, `_` and `-`, in parts with dots between them, such as `home.living_room`"
            .to_owned()
    }
}

#[cfg(test)]
mod tests {
    use crate::check::rules::testing::found_with;

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
        for text in ["''", "'a,b'", "'a|b'", r#""a\nb,""#, "'a.>.b'"] {
            assert_eq!(found_with(&[&format!("source_topic: {text}")]).len(), 1, "{text}");
        }
    }
}
