use super::{Context, Finding, Rule};
use crate::check::values::component_name;

/// A `component_name` that a registry, a cluster or a file system could not hold.
pub struct ComponentName;

impl Rule for ComponentName {
    fn id(&self) -> &'static str {
        "component-name"
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let validate = |entry: &super::super::Entry<'_>| {
            entry.validate(entry.task.component_name.as_ref(), |text| component_name(text).map(drop))
        };
        context.entries.iter().filter_map(validate).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::check::rules::testing::found_with;

    #[test]
    fn the_nearest_name_that_fits_is_suggested() {
        let found = found_with(&["component_name: My Task"]);
        assert_eq!(
            found,
            [
                "9:21 component-name: `My Task` is not a valid name for an artifact (write `my_task`: use lower-case \
              letters and digits, with single `_` or `-` between them)"
            ]
        );
        assert_eq!(found_with(&["component_name: ''"]).len(), 1);
        assert_eq!(found_with(&["component_name: ../x"]).len(), 1);
    }
}
