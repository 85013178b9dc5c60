use super::{Context, Finding, Rule};
use crate::check::values::version;

/// A version that is not a semantic version, or that no registry could hold.
pub struct Version;

impl Rule for Version {
    fn id(&self) -> &'static str {
        "version"
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let validate = |entry: &super::super::Entry<'_>| entry.validate(entry.task.version.as_ref(), version);
        context.entries.iter().filter_map(validate).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::check::rules::testing::found_with;

    #[test]
    fn the_full_version_is_suggested() {
        assert_eq!(
            found_with(&["version: 1.0"]),
            ["10:14 version: `1.0` is not a semantic version (write `1.0.0`)"]
        );
        assert_eq!(found_with(&["version: v1.0.0+x"]).len(), 1);
    }
}
