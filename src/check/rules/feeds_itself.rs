use super::{Context, Finding, Rule};
use crate::check::Entry;
use crate::nats::subject::{has_wildcards, matches};
use crate::text::quoted;

/// A component that receives what it sends, because of a wildcard.
pub struct FeedsItself;

impl Rule for FeedsItself {
    fn id(&self) -> &'static str {
        "feeds-itself"
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        context.entries.iter().filter_map(|entry| check(context, entry)).collect()
    }
}

fn check(context: &Context<'_>, entry: &Entry<'_>) -> Option<Finding> {
    let node = context.flow.nodes.get(entry.index)?;
    let writes = || node.writes.iter().map(|(_, topic)| topic);
    let mut wild = node.reads.iter().filter(|(_, pattern)| has_wildcards(pattern));
    let (name, pattern, topic) = wild
        .find_map(|(name, pattern)| Some((name, pattern, writes().find(|topic| matches(pattern, topic))?)))?;
    let message = format!("{} also matches {}, which the same task writes", quoted(pattern), quoted(topic));
    let help =
        "the task would receive its own messages forever: write to a topic that the wildcards do not match";
    // A parameter that was left to its default has no place of its own.
    Some(match entry.field_of(name, pattern) {
        Some(field) => entry.wrong(field, message).advise(help),
        None => entry.error(message).advise(help),
    })
}

#[cfg(test)]
mod tests {
    use crate::check::rules::testing::found_with;

    #[test]
    fn a_wildcard_may_not_take_what_the_task_writes() {
        assert_eq!(
            found_with(&["source_topic: home.>", "dest_topic: home.out"]),
            [
                "7:19 feeds-itself: `home.>` also matches `home.out`, which the same task writes (the task would receive its own messages forever: write to a topic that the wildcards do not match)"
            ]
        );
        assert_eq!(found_with(&["source_topic: home.*", "dest_topic: home.a.out"]).len(), 0);
    }
}
