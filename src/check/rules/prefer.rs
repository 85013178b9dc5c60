use super::{Context, Finding, Rule};
use crate::check::values::{delivery, target};
use crate::check::{DELIVERIES, Entry, Spot};
use crate::project::Field;
use crate::text::{quoted, suggest};

/// A preferred target that is not one of several, and messages that are lost while the change of targets is noticed.
pub struct Prefer;

impl Rule for Prefer {
    fn id(&self) -> &'static str {
        "prefer"
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let found = |entry: &Entry<'_>| check(entry, entry.task.prefer.as_ref()?);
        context.entries.iter().filter_map(found).collect()
    }
}

fn check(entry: &Entry<'_>, field: &Field) -> Option<Finding> {
    let task = entry.task;
    if let Some(invalid) = entry.validate(Some(field), |text| target(text).map(drop)) {
        return Some(invalid);
    }
    let targets: Vec<_> = task.targets.iter().map(|target| target.text.as_str()).collect();
    if targets.is_empty() {
        // Another rule speaks.
        return None;
    }
    let wanted = quoted(&field.text);
    if !targets.contains(&field.text.as_str()) {
        let message = format!("{wanted} is preferred, but it is not one of the task's targets");
        return Some(entry.wrong(field, message).advise(suggest::help(&field.text, targets)));
    }
    if let [only] = targets.as_slice() {
        let message = format!("{wanted} is preferred, but the task has no other target");
        let help = format!(
            "add the target whose hosts take over when none of {only} is there, such as `targets: [{only}, cloud]`, or \
             remove the line"
        );
        return Some(entry.wrong(field, message).advise(help));
    }
    if let Some(template) = entry.template.as_ref().filter(|template| !template.receives_messages()) {
        let message = format!("components of the template `{}` receive no messages", template.manifest.name);
        return Some(entry.wrong(field, message).advise("remove `prefer`: it applies to messages only"));
    }
    let is_kept = task.delivery.as_ref().is_some_and(|field| delivery(&field.text) != Ok(false));
    (!is_kept).then(|| {
        let spot = Spot::Place(field.place.clone());
        let message = format!(
            "messages are lost when the last host of {wanted} is, until the NATS server has noticed that"
        );
        Finding::warning(spot, message).advise(format!("add `delivery: {}`", DELIVERIES[1]))
    })
}

#[cfg(test)]
mod tests {
    use crate::check::rules::testing::found_with;

    const BOTH: &str = "targets: [edge, cloud]";
    const KEPT: &str = "delivery: at-least-once";

    #[test]
    fn one_of_several_targets_is_asked_for() {
        assert_eq!(
            found_with(&[BOTH, "prefer: edges", KEPT])[0],
            "11:13 prefer: `edges` is preferred, but it is not one of the task's targets (did you mean `edge`?)"
        );
        assert_eq!(
            found_with(&["prefer: edge", KEPT])[0],
            "11:13 prefer: `edge` is preferred, but the task has no other target (add the target whose hosts take over when \
             none of edge is there, such as `targets: [edge, cloud]`, or remove the line)"
        );
        assert!(found_with(&[BOTH, "prefer: 'e d'", KEPT])[0].contains("is not a valid host label"));
        assert!(found_with(&[BOTH, "prefer: [edge]", KEPT])[0].contains("expected a string"));
        assert_eq!(
            found_with(&["targets: []", "prefer: edge", KEPT])
                .iter()
                .filter(|one| one.contains("prefer"))
                .count(),
            0
        );
    }

    #[test]
    fn messages_that_are_not_stored_are_lost_at_first() {
        assert_eq!(
            found_with(&[BOTH, "prefer: edge"]),
            [
                "11:13 prefer: messages are lost when the last host of `edge` is, until the NATS server has noticed that \
                 (add `delivery: at-least-once`)"
            ]
        );
        let kept = found_with(&[BOTH, "prefer: edge", KEPT]);
        assert!(kept.iter().all(|one| !one.contains("prefer:")), "{kept:?}");
    }
}
