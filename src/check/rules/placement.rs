use super::{Context, Finding, Rule};
use crate::check::values::placement;

/// A way to spread replicas that does not exist.
pub struct Placement;

impl Rule for Placement {
    fn id(&self) -> &'static str {
        "placement"
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let validate =
            |entry: &super::super::Entry<'_>| entry.validate(entry.task.placement.as_ref(), placement);
        context.entries.iter().filter_map(validate).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::check::rules::testing::found_with;

    #[test]
    fn one_of_two_words_is_asked_for() {
        assert_eq!(
            found_with(&["placement: every_host"]),
            ["11:16 placement: `every_host` is not a valid placement (did you mean `every-host`?)"]
        );
        assert_eq!(found_with(&["placement: per-target"]).len(), 0);
        assert_eq!(found_with(&["placement: every-host"]).len(), 0);
    }
}
