use super::{Context, Finding, Rule};
use crate::check::values::replicas;

/// A number of replicas that nobody could run.
pub struct Replicas;

impl Rule for Replicas {
    fn id(&self) -> &'static str {
        "replicas"
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let validate =
            |entry: &super::super::Entry<'_>| entry.validate(entry.task.replicas.as_ref(), replicas);
        context.entries.iter().filter_map(validate).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::check::rules::testing::found_with;

    #[test]
    fn a_number_from_1_to_1000_is_asked_for() {
        assert_eq!(
            found_with(&["replicas: 0"]),
            ["11:15 replicas: `0` is not a valid number of replicas (write a whole number from 1 to 1000)"]
        );
        assert_eq!(found_with(&["replicas: 2.5"]).len(), 1);
        assert_eq!(found_with(&["replicas: 3"]).len(), 0);
    }
}
