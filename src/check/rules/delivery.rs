use super::{Context, Finding, Rule};
use crate::check::values::{delivery, max_deliver};
use crate::check::{DELIVERIES, Entry, Spot};
use crate::nats::subject;
use crate::project::Field;
use crate::text::quoted;

/// A delivery that does not exist, what belongs to another, and what a cluster cannot do.
pub struct Delivery;

impl Rule for Delivery {
    fn id(&self) -> &'static str {
        "delivery"
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let mut findings: Vec<_> = context.entries.iter().flat_map(check).collect();
        let kept =
            |entry: &&Entry<'_>| is_kept(entry) && findings.iter().all(|one| one.task != Some(entry.index));
        let first = context.entries.iter().find(kept).and_then(|entry| entry.task.delivery.as_ref());
        findings.extend(first.map(cluster));
        findings
    }
}

fn is_kept(entry: &Entry<'_>) -> bool {
    entry.task.delivery.as_ref().is_some_and(|field| delivery(&field.text) == Ok(true))
}

/// Said once: it is the same for all tasks.
fn cluster(field: &Field) -> Finding {
    let spot = Spot::Place(field.place.clone());
    let message = "on a cluster, dead letters have no headers, and senders that wait for a reply get none";
    Finding::note(spot, message).advise(
        "the reason why a message was dead-lettered is in the hosts' logs: see `operation:explain delivery`",
    )
}

fn check(entry: &Entry<'_>) -> Vec<Finding> {
    let task = entry.task;
    let valid = entry.validate(task.delivery.as_ref(), delivery);
    let tries = entry.validate(task.max_deliver.as_ref(), max_deliver);
    let mut findings: Vec<_> = valid.into_iter().chain(tries).collect();
    if is_kept(entry) {
        findings.extend(without_messages(entry));
        findings.extend(task.dead_letter_topic.as_ref().and_then(|field| dead_letter_topic(entry, field)));
    } else if findings.is_empty() {
        let fields = [("max_deliver", &task.max_deliver), ("dead_letter_topic", &task.dead_letter_topic)];
        findings.extend(fields.into_iter().filter_map(|(name, field)| {
            let place = field.as_ref()?.place.clone().name();
            let message = format!("`{name}` has no effect where messages are delivered `{}`", DELIVERIES[0]);
            let help = format!("add `delivery: {}`, or remove the line", DELIVERIES[1]);
            Some(Finding::error(Spot::Place(place), message).of(entry.index).advise(help))
        }));
    }
    findings
}

fn without_messages(entry: &Entry<'_>) -> Option<Finding> {
    let template = entry.template.as_ref().filter(|template| !template.receives_messages())?;
    let field = entry.task.delivery.as_ref()?;
    let message = format!("components of the template `{}` receive no messages", template.manifest.name);
    Some(entry.wrong(field, message).advise("remove `delivery`: it applies to messages only"))
}

fn dead_letter_topic(entry: &Entry<'_>, field: &Field) -> Option<Finding> {
    if let Some(no_subject) = super::subject::not_a_subject(entry, field) {
        return Some(no_subject);
    }
    if subject::has_wildcards(&field.text) {
        let message = format!("the topic {} contains a wildcard", quoted(&field.text));
        return Some(entry.wrong(field, message).advise("messages are sent to one topic: write its name"));
    }
    let parameters = entry.parameters();
    let read = entry.template.as_ref()?.manifest.parameters.iter().find(|(name, parameter)| {
        let pattern = parameters.get(*name);
        let reads = parameter.flow == Some(crate::catalog::Flow::Reads);
        let matches = |pattern: &&str| subject::matches(pattern, &field.text);
        reads && pattern.is_some_and(|text| parameter.values(text).iter().any(matches))
    });
    let (name, _) = read?;
    let message =
        format!("the task would read its own dead letters: {} matches its `{name}`", quoted(&field.text));
    Some(entry.wrong(field, message).advise("name a topic that it does not read, such as `dead.alarms`"))
}

#[cfg(test)]
mod tests {
    use crate::check::rules::testing::found_with;

    const KEPT: &str = "delivery: at-least-once";

    fn errors(lines: &[&str]) -> Vec<String> {
        let found = found_with(lines);
        found.into_iter().filter(|one| !one.contains("on a cluster") && !one.contains("placement:")).collect()
    }

    #[test]
    fn one_of_two_words_is_asked_for() {
        assert_eq!(
            found_with(&["delivery: at_least_once"]),
            ["11:15 delivery: `at_least_once` is not a valid delivery (did you mean `at-least-once`?)"]
        );
        assert_eq!(found_with(&["delivery: at-most-once"]).len(), 0);
    }

    #[test]
    fn what_a_cluster_cannot_do_is_noted_once() {
        let found = found_with(&[KEPT, "placement: every-host"]);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("11:15 delivery: on a cluster, dead letters"), "{found:?}");
    }

    #[test]
    fn tries_and_dead_letters_are_for_messages_that_are_kept() {
        assert_eq!(
            errors(&["max_deliver: 3"]),
            ["11:5 delivery: `max_deliver` has no effect where messages are delivered `at-most-once` \
              (add `delivery: at-least-once`, or remove the line)"]
        );
        assert_eq!(errors(&["dead_letter_topic: a"]).len(), 1);
        assert_eq!(errors(&[KEPT, "max_deliver: 3", "dead_letter_topic: a.b"]), Vec::<String>::new());
        assert_eq!(
            errors(&[KEPT, "max_deliver: 0"]),
            ["12:18 delivery: `0` is not a valid number of deliveries (write a whole number from 1 to 100)"]
        );
    }

    #[test]
    fn dead_letters_go_to_one_topic_that_is_not_read() {
        for (topic, word) in [("a.*", "wildcard"), ("a..b", "empty token"), ("a b", "whitespace")] {
            let found = errors(&[KEPT, &format!("dead_letter_topic: {topic}")]);
            assert!(found.len() == 1 && found[0].contains(word), "{found:?}");
        }
        let found = errors(&[KEPT, "dead_letter_topic: first_in"]);
        assert!(found.len() == 1 && found[0].contains("would read its own dead letters"), "{found:?}");
    }
}
