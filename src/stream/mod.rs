//! At-least-once delivery: the JetStream streams and durable consumers of components.
//!
//! A durable push consumer delivers messages to a subject of its own, where all instances of the component subscribe
//! as one queue group; the trigger acknowledges. So the host only needs to subscribe, and any messaging provider
//! works. See docs/delivery.md.

mod error;

use std::time::Duration;

use async_nats::Client;
use async_nats::jetstream::consumer::push;
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy};
use async_nats::jetstream::context::{GetStreamByNameErrorKind, GetStreamErrorKind};
use async_nats::jetstream::stream::{self, ConsumerErrorKind, RetentionPolicy, StorageType};
use async_nats::jetstream::{self, Context};
use futures_util::TryStreamExt;

pub use error::StreamError;

use crate::nats::{Subscription, subject};
use crate::progress::{Event, Progress};

/// How long JetStream may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a component may take before a message is redelivered: NATS's own default.
const ACK_WAIT: Duration = Duration::from_secs(30);
/// How often a message is delivered: unlimited, because the trigger dead-letters it. A limit in JetStream could be
/// used up while no instance handles messages, and JetStream drops a message that reaches it without notice.
const UNLIMITED: i64 = -1;
/// How many messages may be in flight, so that a host that comes back is not flooded.
const MAX_ACK_PENDING: i64 = 256;
/// The maximum age of a message in a stream that PELATO creates.
const MAX_AGE: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// The prefix of the subjects to which PELATO's consumers deliver.
const HANDED_OVER: &str = "pelato.deliver.";

/// A durable consumer of a component: what JetStream stores for it, and where it delivers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consumer {
    /// Its name, which is durable: the component's, with a number if it has several.
    pub name: String,
    /// The stored subject: the one that the component would subscribe to.
    pub source: String,
    /// Where the component subscribes instead.
    pub handed_over: Subscription,
}

/// JetStream of a NATS server.
pub struct ConsumerManager {
    context: Context,
    domain: Option<String>,
}

impl ConsumerManager {
    /// JetStream of the server that the client is connected to, or of a domain, if one is named.
    pub fn new(client: Client, domain: Option<&str>) -> Self {
        let mut context = match domain {
            Some(domain) => jetstream::with_domain(client, domain),
            None => jetstream::new(client),
        };
        context.set_timeout(PATIENCE);
        Self { context, domain: domain.map(str::to_owned) }
    }

    /// Creates the stream for each consumer, and the consumer itself. Existing ones are used unchanged.
    ///
    /// # Errors
    /// When JetStream does not answer or refuses, or when a stream is incompatible.
    pub async fn keep(&self, consumers: &[Consumer], progress: &dyn Progress) -> Result<(), StreamError> {
        for consumer in consumers {
            let stream = self.stream(consumer, progress).await?;
            self.consumer(&stream, consumer).await?;
            let (consumer, topic) = (consumer.name.clone(), consumer.source.clone());
            progress.report(Event::ConsumerKept { consumer, topic, stream });
        }
        Ok(())
    }

    /// Deletes consumers, by the subjects to which they deliver. Streams are not deleted.
    ///
    /// # Errors
    /// When JetStream does not answer.
    pub async fn forget(&self, handed_over: &[String]) -> Result<(), StreamError> {
        let ours: Vec<_> =
            handed_over.iter().filter_map(|subject| Some((subject, name_of(subject)?))).collect();
        if ours.is_empty() {
            return Ok(());
        }
        let names: Vec<String> = match self.context.stream_names().try_collect().await {
            Ok(names) => names,
            Err(error) => return Err(self.absent(error.to_string())),
        };
        for name in names {
            let Ok(stream) = self.context.get_stream_no_info(&name).await else { continue };
            for (subject, consumer) in &ours {
                let info = stream.consumer_info(consumer).await;
                if info.is_ok_and(|info| info.config.deliver_subject.as_ref() == Some(*subject)) {
                    // It may have been deleted in the meantime.
                    let _ = stream.delete_consumer(consumer).await;
                }
            }
        }
        Ok(())
    }

    /// The stream for what a consumer reads; created if there is none.
    async fn stream(&self, consumer: &Consumer, progress: &dyn Progress) -> Result<String, StreamError> {
        match self.context.stream_by_subject(&consumer.source).await {
            Ok(name) => self.fitting(name, consumer).await,
            Err(error) if error.kind() == GetStreamByNameErrorKind::NotFound => {
                let name = stream_name(&consumer.source);
                self.make_stream(&name, consumer).await?;
                let topic = consumer.source.clone();
                progress.report(Event::StreamCreated { stream: name.clone(), topic });
                Ok(name)
            }
            Err(error) => Err(self.absent(error.to_string())),
        }
    }

    async fn fitting(&self, name: String, consumer: &Consumer) -> Result<String, StreamError> {
        let stream = self.context.get_stream(&name).await.map_err(|error| match error.kind() {
            GetStreamErrorKind::Request => self.absent(error.to_string()),
            _ => refused(&name, consumer, &error),
        })?;
        let config = &stream.cached_info().config;
        let source_topic = consumer.source.clone();
        if !config.subjects.iter().any(|pattern| subject::covers(pattern, &source_topic)) {
            let subjects = config.subjects.join(", ");
            return Err(StreamError::PartialSubjects {
                stream: name,
                subjects,
                source_topic,
                consumer: consumer.name.clone(),
            });
        }
        if config.subjects.iter().any(|pattern| subject::overlaps(pattern, &consumer.handed_over.subject)) {
            let help = "messages that PELATO republishes would be stored again, forever: list the stream's subjects one by one";
            let what = "stores all subjects, PELATO's own among them";
            return Err(StreamError::UnsuitableStream { stream: name, source_topic, what, help });
        }
        if config.no_ack && config.retention == RetentionPolicy::WorkQueue {
            let help = "create it again with acknowledgements (`no_ack: false`)";
            return Err(StreamError::UnsuitableStream {
                stream: name,
                source_topic,
                what: "does not use acknowledgements",
                help,
            });
        }
        Ok(name)
    }

    async fn make_stream(&self, name: &str, consumer: &Consumer) -> Result<(), StreamError> {
        let config = stream::Config {
            name: name.to_owned(),
            subjects: vec![consumer.source.clone()],
            // A message is removed when all its consumers have acknowledged it.
            retention: RetentionPolicy::Interest,
            storage: StorageType::File,
            max_age: MAX_AGE,
            description: Some("made by pelato".to_owned()),
            ..stream::Config::default()
        };
        self.context.create_stream(config).await.map(drop).map_err(|error| refused(name, consumer, &error))
    }

    async fn consumer(&self, stream: &str, consumer: &Consumer) -> Result<(), StreamError> {
        let failed = |message: String| StreamError::Consumer {
            stream: stream.to_owned(),
            consumer: consumer.name.clone(),
            message,
        };
        let place =
            self.context.get_stream_no_info(stream).await.map_err(|error| failed(error.to_string()))?;
        let known = place.consumer_info(&consumer.name).await;
        if known.is_ok_and(|info| info.config.deliver_subject.as_ref() != Some(&consumer.handed_over.subject))
        {
            let (stream, consumer) = (stream.to_owned(), consumer.name.clone());
            return Err(StreamError::ConsumerTaken { stream, consumer });
        }
        place.create_consumer(config(consumer)).await.map(drop).map_err(|error| match error.kind() {
            ConsumerErrorKind::TimedOut => self.absent(error.to_string()),
            _ => failed(error.to_string()),
        })
    }

    fn absent(&self, message: String) -> StreamError {
        let domain = self.domain.as_ref().map(|domain| format!(", domain `{domain}`")).unwrap_or_default();
        StreamError::NoJetStream { domain, message }
    }
}

fn refused(stream: &str, consumer: &Consumer, error: &dyn std::fmt::Display) -> StreamError {
    StreamError::Stream {
        stream: stream.to_owned(),
        source_topic: consumer.source.clone(),
        message: error.to_string(),
    }
}

fn config(consumer: &Consumer) -> push::Config {
    push::Config {
        durable_name: Some(consumer.name.clone()),
        description: Some("of pelato".to_owned()),
        deliver_subject: consumer.handed_over.subject.clone(),
        deliver_group: consumer.handed_over.queue.clone(),
        deliver_policy: DeliverPolicy::New,
        ack_policy: AckPolicy::Explicit,
        ack_wait: ACK_WAIT,
        max_deliver: UNLIMITED,
        max_ack_pending: MAX_ACK_PENDING,
        filter_subject: consumer.source.clone(),
        ..push::Config::default()
    }
}

/// The name of the stream that PELATO creates for a topic.
fn stream_name(topic: &str) -> String {
    let tokens = topic.split('.').map(|token| match token {
        "*" => "any".to_owned(),
        ">" => "all".to_owned(),
        word => word.replace(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_', "_"),
    });
    format!("PELATO_{}", tokens.collect::<Vec<_>>().join("_"))
}

/// The name of the consumer that delivers to a subject.
fn name_of(handed_over: &str) -> Option<String> {
    Some(handed_over.strip_prefix(HANDED_OVER)?.replace('.', "-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_named_after_their_topics() {
        assert_eq!(stream_name("room.celsius"), "PELATO_room_celsius");
        assert_eq!(stream_name("a.*.c.>"), "PELATO_a_any_c_all");
        assert_eq!(stream_name("räume"), "PELATO_r_ume");
    }

    #[test]
    fn consumers_are_found_by_where_they_hand_over() {
        assert_eq!(name_of("pelato.deliver.a_b").as_deref(), Some("a_b"));
        assert_eq!(name_of("pelato.deliver.a.2").as_deref(), Some("a-2"));
        assert_eq!(name_of("room.celsius"), None);
    }
}
