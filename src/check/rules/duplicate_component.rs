use std::collections::HashMap;

use super::{Context, Finding, Rule};
use crate::check::Entry;
use crate::text::quoted;

/// Two components of one name, or of names that become one in a cluster.
pub struct DuplicateComponent;

impl Rule for DuplicateComponent {
    fn id(&self) -> &'static str {
        "duplicate-component"
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let mut first: HashMap<String, &Entry<'_>> = HashMap::new();
        let mut found = Vec::new();
        for entry in &context.entries {
            let Some(field) = &entry.task.component_name else { continue };
            // Platforms make `_` or `-` of all that is neither letter nor digit when they name a component.
            let key = field.text.to_lowercase().replace('-', "_");
            match first.get(&key) {
                Some(other) => found.push(duplicate(context, entry, other)),
                None => drop(first.insert(key, entry)),
            }
        }
        found.into_iter().flatten().collect()
    }
}

fn duplicate(context: &Context<'_>, entry: &Entry<'_>, other: &Entry<'_>) -> Option<Finding> {
    let (field, first) = (entry.task.component_name.as_ref()?, other.task.component_name.as_ref()?);
    let span = context.workflow.span(&first.place);
    let line = span
        .map_or(String::new(), |span| format!(" in line {}", context.workflow.source.position(span.start).0));
    let message = if field.text == first.text {
        format!("two components have the name {}", quoted(&field.text))
    } else {
        format!(
            "a cluster does not distinguish the names {} and {}",
            quoted(&field.text),
            quoted(&first.text)
        )
    };
    Some(
        entry
            .wrong(field, message)
            .label(format!("the first is {}{line}", other.title()))
            .advise("give each component a name of its own"),
    )
}

#[cfg(test)]
mod tests {
    use crate::check::rules::testing::{check_in, project, show, task, workflow};

    #[test]
    fn the_second_is_pointed_at_and_the_first_named() {
        let second = ["name: B", "source_topic: last_out", "dest_topic: x"];
        let third = ["name: C", "source_topic: x", "dest_topic: y", "component_name: B-c"];
        let fourth = ["name: D", "source_topic: y", "dest_topic: z", "component_name: b_c"];
        let (report, components) =
            check_in(project().path(), &workflow(&[task(&[]), task(&second), task(&third), task(&fourth)]));
        let found: Vec<_> = report.problems.iter().map(show).collect();
        assert_eq!(
            found[0],
            "17:21 duplicate-component: two components have the name `a` (give each component a name of its own)"
        );
        assert_eq!(report.problems[0].label.as_deref(), Some("the first is `A` in line 9"));
        assert_eq!(report.problems[1].rule, "component-name");
        assert!(found[2].contains("a cluster does not distinguish the names `b_c` and `B-c`"), "{found:?}");
        assert_eq!(components.len(), 1);
    }
}
