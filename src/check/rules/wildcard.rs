use super::{Context, Finding, Rule};
use crate::catalog::{Flow, Kind};
use crate::nats::subject::{has_wildcards, validate};
use crate::project::Field;
use crate::text::quoted;

/// A topic with wildcards where one exact topic is needed.
pub struct Wildcard;

impl Rule for Wildcard {
    fn id(&self) -> &'static str {
        "wildcard"
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let mut found = Vec::new();
        for entry in &context.entries {
            let Some(template) = &entry.template else { continue };
            for (name, parameter) in template.manifest.parameters.iter() {
                let exact = parameter.kind == Kind::Subject && !parameter.wildcards;
                // What is not a valid NATS subject at all has been reported as that.
                let wild = |field: &Field| has_wildcards(&field.text) && validate(&field.text).is_ok();
                for field in entry.values_of(name, parameter).iter().filter(|field| exact && wild(field)) {
                    let why = match parameter.flow {
                        Some(Flow::Writes) => ": a message is sent to one topic",
                        _ => "",
                    };
                    let message =
                        format!("{} has wildcards, which `{name}` cannot have{why}", quoted(&field.text));
                    found.push(entry.wrong(field, message).advise("write out the parts that are `*` or `>`"));
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use crate::check::rules::testing::found_with;

    #[test]
    fn messages_are_sent_to_one_topic() {
        assert_eq!(
            found_with(&["dest_topic: home.*"]),
            [
                "8:17 wildcard: `home.*` has wildcards, which `dest_topic` cannot have: a message is sent to one topic \
              (write out the parts that are `*` or `>`)"
            ]
        );
        assert_eq!(found_with(&["source_topic: home.*"]).len(), 0);
    }
}
