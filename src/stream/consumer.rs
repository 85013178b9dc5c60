//! Creating a component's durable consumer, and how it has to be configured.

use std::time::Duration;

use async_nats::jetstream::consumer::{self, AckPolicy, DeliverPolicy, push};
use async_nats::jetstream::stream::ConsumerErrorKind;

use super::{Consumer, ConsumerManager, StreamError};

/// How often a message is delivered: unlimited, because the trigger dead-letters it. A limit in JetStream could be
/// used up while no instance handles messages, and JetStream drops a message that reaches it without notice.
const UNLIMITED: i64 = -1;

/// With which message of its stream a new consumer starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    /// The next one that is sent.
    New,
    /// With this number, or the first one after it that there is.
    At(u64),
}

impl ConsumerManager {
    /// Creates a consumer, or configures the existing one as it has to be.
    pub(super) async fn keep_consumer(
        &self,
        stream: &str,
        consumer: &Consumer,
        ack_wait: Duration,
        start: Start,
    ) -> Result<consumer::Info, StreamError> {
        let failed = |message: String| StreamError::Consumer {
            stream: stream.to_owned(),
            consumer: consumer.name.clone(),
            message,
        };
        let place =
            self.context.get_stream_no_info(stream).await.map_err(|error| failed(error.to_string()))?;
        let known = place.consumer_info(&consumer.name).await.ok().map(|info| info.config);
        if known.as_ref().is_some_and(|known| !is_ours(known, consumer)) {
            let (stream, consumer) = (stream.to_owned(), consumer.name.clone());
            return Err(StreamError::ConsumerTaken { stream, consumer });
        }
        // Where an existing one has started cannot be changed, and does not matter any more.
        let policy = known.map_or_else(|| start.into(), |known| known.deliver_policy);
        let config = config(consumer, ack_wait, policy);
        let created = place.create_consumer(config).await;
        created.map(|created| created.cached_info().clone()).map_err(|error| match error.kind() {
            ConsumerErrorKind::TimedOut => self.absent(error.to_string()),
            _ => failed(error.to_string()),
        })
    }
}

impl From<Start> for DeliverPolicy {
    fn from(start: Start) -> Self {
        match start {
            Start::New => Self::New,
            Start::At(start_sequence) => Self::ByStartSequence { start_sequence },
        }
    }
}

/// Whether a consumer of this name delivers to the component.
fn is_ours(known: &consumer::Config, consumer: &Consumer) -> bool {
    known.deliver_subject.as_ref() == Some(&consumer.handed_over.subject)
}

fn config(consumer: &Consumer, ack_wait: Duration, deliver_policy: DeliverPolicy) -> push::Config {
    push::Config {
        durable_name: Some(consumer.name.clone()),
        description: Some("of pelato".to_owned()),
        deliver_subject: consumer.handed_over.subject.clone(),
        deliver_group: consumer.handed_over.queue.clone(),
        deliver_policy,
        ack_policy: AckPolicy::Explicit,
        ack_wait,
        max_deliver: UNLIMITED,
        max_ack_pending: consumer.max_in_flight.into(),
        filter_subject: consumer.source.clone(),
        ..push::Config::default()
    }
}

/// In what a consumer differs from how it has to be.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Differences {
    /// Each as a clause.
    pub words: Vec<String>,
    /// Whether messages do not reach the component because of them.
    pub divert: bool,
}

/// Compares an existing consumer with how it has to be. How many messages are in flight may be somebody's decision.
pub(super) fn differences(known: &consumer::Config, consumer: &Consumer, ack_wait: Duration) -> Differences {
    let wanted = config(consumer, ack_wait, DeliverPolicy::New);
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let policy = |policy: AckPolicy| format!("{policy:?}").to_lowercase();
    let pairs = [
        ("its filter is", known.filter_subject.clone(), wanted.filter_subject),
        ("it delivers to", text(&known.deliver_subject), wanted.deliver_subject),
        ("its queue group is", text(&known.deliver_group), text(&wanted.deliver_group)),
        ("its acknowledgement policy is", policy(known.ack_policy), policy(wanted.ack_policy)),
        ("its acknowledgement window is", seconds(known.ack_wait), seconds(wanted.ack_wait)),
        ("its number of deliveries is", deliveries(known.max_deliver), deliveries(wanted.max_deliver)),
    ];
    let mut differences = Differences::default();
    for (at, (what, known, wanted)) in pairs.into_iter().enumerate() {
        if known != wanted {
            differences.words.push(format!("{what} `{known}` instead of `{wanted}`"));
            differences.divert |= at < DIVERTING;
        }
    }
    differences
}

/// How many of them, from the first, decide which messages arrive where.
const DIVERTING: usize = 3;

fn seconds(time: Duration) -> String {
    format!("{} s", time.as_secs_f64())
}

/// JetStream takes 0 for no limit, too.
fn deliveries(max_deliver: i64) -> String {
    if max_deliver > 0 { max_deliver.to_string() } else { "unlimited".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nats::Subscription;

    #[test]
    fn each_difference_is_named() {
        let consumer = Consumer {
            component: "play".to_owned(),
            name: "play".to_owned(),
            source: "room".to_owned(),
            handed_over: Subscription {
                subject: "pelato.deliver.play".to_owned(),
                queue: Some("play".to_owned()),
            },
            max_in_flight: 8,
        };
        let right = consumer::Config {
            deliver_subject: Some("pelato.deliver.play".to_owned()),
            deliver_group: Some("play".to_owned()),
            ack_policy: AckPolicy::Explicit,
            ack_wait: Duration::from_secs(65),
            max_deliver: UNLIMITED,
            filter_subject: "room".to_owned(),
            max_ack_pending: 1,
            ..consumer::Config::default()
        };
        let told = |known: &consumer::Config| differences(known, &consumer, Duration::from_secs(65));
        assert_eq!(told(&right), Differences::default());
        let slow = consumer::Config { ack_wait: Duration::from_secs(30), ..right.clone() };
        assert!(!told(&slow).divert);
        let other = consumer::Config {
            deliver_group: None,
            ack_wait: Duration::from_secs(30),
            filter_subject: "hall".to_owned(),
            max_deliver: 3,
            ..right
        };
        let Differences { words, divert } = told(&other);
        assert!(divert);
        assert_eq!(
            words,
            [
                "its filter is `hall` instead of `room`",
                "its queue group is `` instead of `play`",
                "its acknowledgement window is `30 s` instead of `65 s`",
                "its number of deliveries is `3` instead of `unlimited`",
            ]
        );
    }
}
