use std::collections::HashSet;

use super::{Context, Finding, Rule};
use crate::check::values::target;
use crate::check::{Entry, Spot};
use crate::text::quoted;

/// Targets that no host could have, or that are given twice.
pub struct Targets;

impl Rule for Targets {
    fn id(&self) -> &'static str {
        "targets"
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        context.entries.iter().flat_map(|entry| check(context, entry)).collect()
    }
}

fn check(context: &Context<'_>, entry: &Entry<'_>) -> Vec<Finding> {
    let task = entry.task;
    let (one, many) = (task.place.key("target"), task.place.key("targets"));
    let mut found = Vec::new();
    let is_in = |place| task.targets.iter().any(|field| field.place.is_within(place));
    if is_in(&one) && is_in(&many) {
        let finding =
            Finding::error(Spot::Place(one.clone().name()), "the task has both `target` and `targets`");
        found.push(finding.of(entry.index).advise("put all of them into `targets: […]` and remove `target`"));
    }
    if task.targets.is_empty() {
        // Without the field, another rule speaks; values of a wrong shape have been reported.
        let empty = |place: &&crate::project::Place| {
            let span = context.workflow.span(place);
            span.is_some_and(|span| context.workflow.source.text.get(span).is_some_and(is_empty_list))
        };
        if let Some(place) = [&many, &one].into_iter().find(empty) {
            let finding = Finding::error(Spot::Place(place.clone()), "the task has no target");
            found.push(
                finding
                    .of(entry.index)
                    .advise("name at least one value of the hosts' label `host-type`: `[edge]`"),
            );
        }
    }
    let mut seen = HashSet::new();
    for field in &task.targets {
        if let Some(finding) = entry.validate(Some(field), |text| target(text).map(drop)) {
            found.push(finding);
        } else if !seen.insert(field.text.as_str()) {
            let message = format!("the target {} is listed twice", quoted(&field.text));
            found.push(entry.wrong(field, message).advise("remove one of the two"));
        }
    }
    found
}

fn is_empty_list(text: &str) -> bool {
    text.chars().filter(|c| !c.is_whitespace()).eq(['[', ']'])
}

#[cfg(test)]
mod tests {
    use crate::check::rules::testing::found_with;

    #[test]
    fn each_mistake_with_targets_is_named() {
        assert_eq!(
            found_with(&["targets: [edge, edge]"]),
            ["6:21 targets: the target `edge` is listed twice (remove one of the two)"]
        );
        assert_eq!(
            found_with(&["targets: [ ]"]),
            [
                "6:14 targets: the task has no target (name at least one value of the hosts' label `host-type`: `[edge]`)"
            ]
        );
        assert!(found_with(&["target: cloud"])[0].starts_with("11:5 targets: the task has both"));
        assert!(found_with(&["targets: 'edge, cloud'"])[0].contains("several targets are a list"));
        assert_eq!(found_with(&["targets: ['']"]).len(), 1);
        assert_eq!(found_with(&["targets: [{}]"]).len(), 1, "of a wrong shape: reported as such");
    }
}
