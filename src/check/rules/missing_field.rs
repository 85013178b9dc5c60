use super::{Context, Finding, Rule};
use crate::check::Entry;
use crate::text::list;

/// Fields that a task must have.
pub struct MissingField;

impl Rule for MissingField {
    fn id(&self) -> &'static str {
        "missing-field"
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        context.entries.iter().filter_map(|entry| missing(context, entry)).collect()
    }
}

fn missing(context: &Context<'_>, entry: &Entry<'_>) -> Option<Finding> {
    let task = entry.task;
    let empty = [
        ("name", task.name.is_none(), "a descriptive name"),
        ("type", task.template.is_none(), "the template, such as processor_nats"),
        ("code", task.code.is_none(), "a file or folder in tasks/"),
        ("targets", task.targets.is_empty(), "[edge]"),
        ("component_name", task.component_name.is_none(), "the artifact's name"),
        ("version", task.version.is_none(), "1.0.0"),
    ];
    let template = entry.template.iter().flat_map(|template| template.manifest.parameters.iter());
    let unset = |name: &str| !task.parameters.contains_key(name);
    let parameters = template
        .filter(|(name, parameter)| parameter.default.is_none() && unset(name))
        .map(|(name, parameter)| (name, parameter.prompt.as_str()));
    let fields = empty.into_iter().filter(|(_, empty, _)| *empty).map(|(name, _, example)| (name, example));
    let missing: Vec<(&str, &str)> =
        fields.chain(parameters).filter(|(name, _)| is_missing(context, entry, name)).collect();
    let (first, example) = missing.first()?;
    let names = list(missing.iter().map(|(name, _)| name));
    let message = format!("task {} has no {names}", entry.label());
    Some(entry.error(message).advise(match missing.len() {
        1 => format!("add a line `{first}: …` ({example})"),
        _ => {
            let lines = missing.iter().map(|(name, example)| format!("  {name}: … ({example})"));
            format!("add the lines\n{}", lines.collect::<Vec<_>>().join("\n"))
        }
    }))
}

/// Fields that are there with a value of no use, or with a typo in their name, are reported as just that.
fn is_missing(context: &Context<'_>, entry: &Entry<'_>, name: &str) -> bool {
    let slipped = entry.unknown_fields.iter().any(|stranger| stranger.meant.as_deref() == Some(name));
    let other = if name == "targets" { "target" } else { name };
    !slipped && !context.has(entry, name) && !context.has(entry, other)
}

#[cfg(test)]
mod tests {
    use crate::check::rules::testing::found_with;

    #[test]
    fn all_missing_fields_are_one_problem() {
        assert_eq!(
            found_with(&["version", "source_topic"]),
            ["3:5 missing-field: task `a` has no `version` and `source_topic` (add the lines\n  \
              version: … (1.0.0)\n  source_topic: … (Topic to read from))"]
        );
        assert_eq!(
            found_with(&["targets"]),
            ["3:5 missing-field: task `a` has no `targets` (add a line `targets: …` ([edge]))"]
        );
    }

    #[test]
    fn slips_and_wrong_shapes_are_not_reported_twice() {
        let found = found_with(&["source_topic", "source_topik: x"]);
        assert_eq!(found.len(), 1, "{found:?}");
        for code in ["code: [a]", "code: "] {
            let found = found_with(&[code]);
            assert_eq!(found.len(), 1, "{found:?}");
        }
        assert_eq!(found_with(&["targets", "target: edge"]).len(), 0);
    }
}
