//! What becomes of a message when something fails: `delivery`, `max_deliver`, `dead_letter_topic`.

use super::values;
use crate::nats::Subscription;
use crate::project::Task;
use crate::stream::{Consumer, MAX_IN_FLIGHT};

/// How often a message is tried if the task does not say.
pub const DEFAULT_MAX_DELIVER: u32 = 5;

/// Messages that are kept until a component has dealt with them: by a durable consumer of JetStream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AtLeastOnce {
    /// How often a message is tried.
    pub max_deliver: u32,
    /// Where messages go that are given up.
    pub dead_letter_topic: String,
}

impl AtLeastOnce {
    /// What a task says, if it wants that and all is well with the values.
    pub fn of(task: &Task, component: &str) -> Option<Self> {
        values::delivery(&task.delivery.as_ref()?.text).ok().filter(|at_least_once| *at_least_once)?;
        let max_deliver = match &task.max_deliver {
            Some(field) => values::max_deliver(&field.text).ok()?,
            None => DEFAULT_MAX_DELIVER,
        };
        let dead_letter_topic = match &task.dead_letter_topic {
            Some(field) => field.text.clone(),
            None => dead_letter_topic(component),
        };
        Some(Self { max_deliver, dead_letter_topic })
    }

    /// The consumers of a component with these subscriptions.
    pub fn consumers(&self, component: &str, subscriptions: &[Subscription]) -> Vec<Consumer> {
        let numbered = subscriptions.iter().enumerate();
        numbered
            .map(|(index, subscription)| {
                let (dash, dot) = match index {
                    0 => (String::new(), String::new()),
                    _ => (format!("-{}", index + 1), format!(".{}", index + 1)),
                };
                Consumer {
                    component: component.to_owned(),
                    name: format!("{component}{dash}"),
                    source: subscription.subject.clone(),
                    max_in_flight: MAX_IN_FLIGHT,
                    handed_over: Subscription {
                        subject: format!("pelato.deliver.{component}{dot}"),
                        // Without a group each instance would be handed each message, and acknowledge it for all.
                        queue: Some(subscription.queue.clone().unwrap_or_else(|| component.to_owned())),
                    },
                }
            })
            .collect()
    }
}

/// What streams mean for a component. The workflow decides it: a topic is stored if an at-least-once task reads it or
/// writes to it, and then for all tasks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Streams {
    /// The stored topics that it writes to, its dead-letter topic among them.
    pub writes: Vec<String>,
    /// Whether the reply subjects of its messages belong to a stream, because its senders wait for one.
    pub no_reply: bool,
}

/// Where messages of a component go that are given up, if the task does not say.
pub fn dead_letter_topic(component: &str) -> String {
    format!("dead.{component}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_subscription_has_a_consumer_and_all_have_a_queue() {
        let wanted = AtLeastOnce { max_deliver: 3, dead_letter_topic: "dead.a".to_owned() };
        let subscription = |subject: &str, queue: Option<&str>| Subscription {
            subject: subject.to_owned(),
            queue: queue.map(str::to_owned),
        };
        let consumers = wanted.consumers("a", &[subscription("x.*", Some("q")), subscription("y", None)]);
        let shown: Vec<_> = consumers
            .iter()
            .map(|one| {
                let over = &one.handed_over;
                format!("{} {} {} {:?}", one.name, one.source, over.subject, over.queue)
            })
            .collect();
        assert_eq!(shown, ["a x.* pelato.deliver.a Some(\"q\")", "a-2 y pelato.deliver.a.2 Some(\"a\")"]);
    }
}
