//! At-least-once delivery: the JetStream streams and durable consumers of components.
//!
//! A durable push consumer delivers messages to a subject of its own, where all instances of the component subscribe
//! as one queue group; the trigger acknowledges. So the host only needs to subscribe, and any messaging provider
//! works. See docs/delivery.md.

mod check;
mod consumer;
mod domains;
mod error;
mod guard;
mod letters;
mod look;
mod places;
mod site;
mod stored;
mod unreadable;

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use async_nats::Client;
use async_nats::jetstream::context::{GetStreamByNameErrorKind, GetStreamErrorKind};
use async_nats::jetstream::stream::{self, RetentionPolicy, StorageType};
use async_nats::jetstream::{self, Context};
use futures_util::TryStreamExt;

use consumer::Start;

pub use domains::Domains;
pub use error::StreamError;
pub use guard::Guard;
pub use letters::{DeadLetter, DeadLetters};
pub use look::{Fault, Look, What};
pub use places::{Kept, Places};
pub use site::{crossing, probed};

use crate::nats::{Subscription, subject};
use crate::progress::{Event, Progress};

/// How long JetStream may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// How much longer than a call may take JetStream waits before it redelivers a message.
const ACK_MARGIN: Duration = Duration::from_secs(5);
/// How long those may still listen to a consumer who have been told to stop.
const FAREWELL: Duration = Duration::from_secs(3);
const PAUSE: Duration = Duration::from_millis(100);
/// How many messages may be in flight at most, so that a host that comes back is not flooded.
pub const MAX_IN_FLIGHT: u32 = 256;
/// The maximum age of a message in a stream that PELATO creates.
const MAX_AGE: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// The prefix of the subjects to which PELATO's consumers deliver.
const HANDED_OVER: &str = "pelato.deliver.";

/// A durable consumer of a component: what JetStream stores for it, and where it delivers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consumer {
    pub component: String,
    /// Its name, which is durable: the component's, with a number if it has several.
    pub name: String,
    /// The stored subject: the one that the component would subscribe to.
    pub source: String,
    /// Where the component subscribes instead.
    pub handed_over: Subscription,
    /// How many messages may be in flight: as many as are processed at once, since one that waits would be redelivered.
    pub max_in_flight: u32,
}

/// A topic that components write to and wait for its stream's acknowledgement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    pub topic: String,
    /// The component.
    pub writer: String,
    /// Whether these are its dead letters: they must be stored although nobody reads them.
    pub dead_letters: bool,
}

/// What JetStream has to do for components.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Streams {
    pub consumers: Vec<Consumer>,
    pub written: Vec<Written>,
    /// The JetStream domains of topics that are not to be stored in the usual one, by topic.
    pub homes: BTreeMap<String, String>,
}

impl Streams {
    pub fn is_empty(&self) -> bool {
        self.consumers.is_empty() && self.written.is_empty()
    }

    /// What is left for some of the components.
    pub fn only(&self, is_wanted: impl Fn(&str) -> bool) -> Self {
        let mut only = self.clone();
        only.consumers.retain(|consumer| is_wanted(&consumer.component));
        only.written.retain(|written| is_wanted(&written.writer));
        only
    }

    /// The topics that have to be stored; those with wildcards first: their streams store other topics, too.
    pub fn topics(&self) -> Vec<&str> {
        let sources = self.consumers.iter().map(|consumer| consumer.source.as_str());
        let all: BTreeSet<_> =
            sources.chain(self.written.iter().map(|written| written.topic.as_str())).collect();
        let (mut wide, narrow): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|topic| subject::has_wildcards(topic));
        wide.extend(narrow);
        wide
    }

    /// The components.
    pub fn components(&self) -> BTreeSet<&str> {
        let readers = self.consumers.iter().map(|consumer| consumer.component.as_str());
        readers.chain(self.written.iter().map(|written| written.writer.as_str())).collect()
    }

    fn dead_letter_topic(&self, component: &str) -> Option<&str> {
        let mut written = self.written.iter();
        let found = written.find(|written| written.dead_letters && written.writer == component);
        found.map(|written| written.topic.as_str())
    }

    /// Whether a consumer takes what is written to a topic.
    fn is_read(&self, topic: &str) -> bool {
        self.consumers.iter().any(|consumer| subject::matches(&consumer.source, topic))
    }
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

    /// Creates the streams of all topics, and the consumers. Existing streams are used unchanged. A message is redelivered
    /// when it has not been acknowledged for a little longer than a call may take.
    ///
    /// # Errors
    /// When JetStream does not answer or refuses, or when a stream is incompatible.
    pub async fn keep(
        &self,
        streams: &Streams,
        call_timeout: Duration,
        progress: &dyn Progress,
    ) -> Result<Kept, StreamError> {
        self.keep_from(streams, call_timeout, |_, _| Start::New, progress).await
    }

    /// The same; `start` says with which message of a stream a new consumer starts.
    async fn keep_from(
        &self,
        streams: &Streams,
        call_timeout: Duration,
        start: impl Fn(&Consumer, &Found) -> Start,
        progress: &dyn Progress,
    ) -> Result<Kept, StreamError> {
        let (mut stored, mut places) = (Vec::new(), Places::default());
        // Topics with wildcards first: their streams store other topics, too.
        let (wide, narrow): (Vec<_>, Vec<_>) =
            streams.consumers.iter().partition(|consumer| subject::has_wildcards(&consumer.source));
        for consumer in wide.into_iter().chain(narrow) {
            let found = self.find_or_create(&consumer.source, RetentionPolicy::Interest, progress).await?;
            if let Found::Existing(stream) = &found {
                check::source(stream, consumer)?;
            }
            let start = start(consumer, &found);
            places.add_stream(&consumer.source, found.info());
            stored.push((consumer, found, start));
        }
        let (letters, results): (Vec<_>, Vec<_>) =
            streams.written.iter().partition(|written| written.dead_letters);
        for written in letters.into_iter().chain(results) {
            let found = self.keep_written(written, streams.is_read(&written.topic), progress).await?;
            places.add_stream(&written.topic, found.info());
        }
        for (consumer, found, start) in stored {
            let stream = found.info().config.name.clone();
            let info = self.keep_consumer(&stream, consumer, call_timeout + ACK_MARGIN, start).await?;
            places.add_consumer(found.info(), &info);
            let (consumer, topic) = (consumer.name.clone(), consumer.source.clone());
            progress.report(Event::ConsumerReady { consumer, topic, stream });
        }
        Ok(Kept { streams: streams.clone(), places })
    }

    /// Whether consumers deliver to any of these subjects.
    pub fn has_any(subjects: &[String]) -> bool {
        subjects.iter().any(|subject| is_handed_over(subject))
    }

    /// Deletes consumers, by the subjects to which they deliver. Streams are not deleted, and neither are consumers that
    /// deliver to somebody else even now: what runs on another platform uses the same. The names of those.
    ///
    /// # Errors
    /// When JetStream does not answer.
    pub async fn forget(&self, handed_over: &[String]) -> Result<BTreeSet<String>, StreamError> {
        let ours: Vec<_> =
            handed_over.iter().filter_map(|subject| Some((subject, name_of(subject)?))).collect();
        let (mut used, end) = (BTreeSet::new(), Instant::now() + FAREWELL);
        if ours.is_empty() {
            return Ok(used);
        }
        let names: Vec<String> = match self.context.stream_names().try_collect().await {
            Ok(names) => names,
            Err(error) => return Err(self.absent(error.to_string())),
        };
        for name in names {
            let Ok(stream) = self.context.get_stream_no_info(&name).await else { continue };
            for (subject, consumer) in &ours {
                let is_used = loop {
                    let info = stream.consumer_info(consumer).await.ok();
                    let info = info.filter(|info| info.config.deliver_subject.as_ref() == Some(*subject));
                    let is_used = info.map(|info| info.push_bound);
                    if is_used != Some(true) || Instant::now() >= end {
                        break is_used;
                    }
                    tokio::time::sleep(PAUSE).await;
                };
                match is_used {
                    Some(true) => drop(used.insert(consumer.clone())),
                    // It may have been deleted in the meantime.
                    Some(false) => drop(stream.delete_consumer(consumer).await),
                    None => {}
                }
            }
        }
        Ok(used)
    }

    /// The stream for what a component writes; created if there is none. Nobody has to read it: a stream acknowledges
    /// also what it need not store.
    async fn keep_written(
        &self,
        written: &Written,
        is_read: bool,
        progress: &dyn Progress,
    ) -> Result<Found, StreamError> {
        let retention = match written.dead_letters && !is_read {
            true => RetentionPolicy::Limits,
            false => RetentionPolicy::Interest,
        };
        let found = self.find_or_create(&written.topic, retention, progress).await?;
        if let Found::Existing(stream) = &found {
            check::written(stream, written, is_read)?;
        }
        Ok(found)
    }

    /// The stream that stores a topic; created if there is none.
    async fn find_or_create(
        &self,
        topic: &str,
        retention: RetentionPolicy,
        progress: &dyn Progress,
    ) -> Result<Found, StreamError> {
        let Some(name) = self.stream_name_of(topic).await? else {
            let name = stream_name(topic);
            let info = self.make_stream(&name, topic, retention).await?;
            progress.report(Event::StreamCreated { stream: name, topic: topic.to_owned() });
            return Ok(Found::Created(Box::new(info)));
        };
        let stream = self.context.get_stream(&name).await.map_err(|error| match error.kind() {
            GetStreamErrorKind::Request => self.absent(error.to_string()),
            _ => refused(&name, topic, &error),
        })?;
        Ok(Found::Existing(Box::new(stream.cached_info().clone())))
    }

    /// The name of the stream that stores a topic, or a part of it.
    async fn stream_name_of(&self, topic: &str) -> Result<Option<String>, StreamError> {
        match self.context.stream_by_subject(topic).await {
            Ok(name) => Ok(Some(name)),
            Err(error) if error.kind() == GetStreamByNameErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.absent(error.to_string())),
        }
    }

    /// A stream by its name; whether there is one is seen when it is used.
    async fn stream(&self, name: &str) -> Result<stream::Stream<()>, StreamError> {
        let stream = self.context.get_stream_no_info(name).await;
        stream.map_err(|error| self.absent(error.to_string()))
    }

    async fn make_stream(
        &self,
        name: &str,
        topic: &str,
        retention: RetentionPolicy,
    ) -> Result<stream::Info, StreamError> {
        let config = stream::Config {
            name: name.to_owned(),
            subjects: vec![topic.to_owned()],
            // Of interest: a message is removed when all its consumers have acknowledged it. Dead letters stay.
            max_age: if retention == RetentionPolicy::Interest { MAX_AGE } else { Duration::ZERO },
            retention,
            storage: StorageType::File,
            description: Some("made by pelato".to_owned()),
            ..stream::Config::default()
        };
        let created = self.context.create_stream(config).await;
        created.map(|stream| stream.cached_info().clone()).map_err(|error| refused(name, topic, &error))
    }

    fn absent(&self, message: String) -> StreamError {
        let domain = self.domain.as_ref().map(|domain| format!(", domain `{domain}`")).unwrap_or_default();
        StreamError::NoJetStream { domain, message }
    }
}

/// A stream that stores a topic.
enum Found {
    Created(Box<stream::Info>),
    Existing(Box<stream::Info>),
}

impl Found {
    fn info(&self) -> &stream::Info {
        let (Self::Created(info) | Self::Existing(info)) = self;
        info
    }
}

fn refused(stream: &str, topic: &str, error: &dyn std::fmt::Display) -> StreamError {
    let (stream, source_topic) = (stream.to_owned(), topic.to_owned());
    StreamError::Stream { stream, source_topic, message: error.to_string() }
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

/// Whether a consumer of PELATO's delivers to a subject.
pub fn is_handed_over(subject: &str) -> bool {
    name_of(subject).is_some()
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
