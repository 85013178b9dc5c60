use super::{Context, Finding, Rule};
use crate::check::values::{delivery, placement};
use crate::check::{Entry, Placement as Placed, Spot};

/// A way to spread replicas that does not exist, and one by which messages that must not be lost wait for a while.
pub struct Placement;

impl Rule for Placement {
    fn id(&self) -> &'static str {
        "placement"
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let validate =
            |entry: &super::super::Entry<'_>| entry.validate(entry.task.placement.as_ref(), placement);
        let mut findings: Vec<_> = context.entries.iter().filter_map(validate).collect();
        // Said once: it is the same for all tasks.
        findings.extend(context.entries.iter().find_map(waiting));
        findings
    }
}

/// Messages that are stored, for a task that runs in one place alone.
fn waiting(entry: &Entry<'_>) -> Option<Finding> {
    let task = entry.task;
    let kept = task.delivery.as_ref().filter(|field| delivery(&field.text) == Ok(true))?;
    let chosen = task.placement.as_ref().map(|field| placement(&field.text));
    let is_everywhere = chosen.is_some_and(|placed| placed != Ok(Placed::PerTarget));
    (task.targets.len() == 1 && !is_everywhere).then(|| {
        let message = format!(
            "when a host is lost that runs {}, messages wait until another runs it, for a minute or more",
            entry.label()
        );
        Finding::note(Spot::Place(kept.place.clone()), message)
            .advise("with `placement: every-host`, or hosts of a second target, others continue at once")
    })
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

    #[test]
    fn a_task_whose_messages_wait_for_another_host_is_noted_once() {
        let kept = "delivery: at-least-once";
        let noted = |lines: &[&str]| {
            let found = found_with(lines).into_iter();
            found.filter(|one| one.contains(" placement: ")).collect::<Vec<_>>()
        };
        assert_eq!(
            noted(&[kept]),
            [
                "11:15 placement: when a host is lost that runs `a`, messages wait until another runs it, for a minute or \
                 more (with `placement: every-host`, or hosts of a second target, others continue at once)"
            ]
        );
        assert_eq!(noted(&[kept, "placement: per-target"]).len(), 1);
        for other in ["placement: every-host", "targets: [edge, cloud]"] {
            assert_eq!(noted(&[kept, other]).len(), 0, "{other}");
        }
        assert_eq!(noted(&[]).len(), 0);
    }
}
