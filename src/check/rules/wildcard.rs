use super::{Context, Finding, Rule};
use crate::check::parameters;
use crate::nats::subject::validate;

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
                // What is not a valid NATS subject at all has been reported as that.
                let fields = entry.values_of(name, parameter);
                let valid = fields.iter().filter(|field| validate(&field.text).is_ok());
                let exact = |text: &str| parameters::exact(name, parameter, text);
                found.extend(valid.filter_map(|field| entry.validate(Some(field), exact)));
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
