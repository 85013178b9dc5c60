//! What JetStream lacks of what [`ConsumerManager::keep`] creates: somebody deleted a stream or a consumer or changed it,
//! or the server lost its store.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use async_nats::jetstream::context::{ConsumerInfoErrorKind, GetStreamErrorKind};
use async_nats::jetstream::{consumer, stream};
use miette::Diagnostic;

use super::consumer::{Differences, differences};
use super::places::Places;
use super::{ACK_MARGIN, Consumer, ConsumerManager, StreamError, Streams, Written, check};
use crate::remedy::Operation;

/// What is there and what is not.
#[derive(Debug, Default)]
pub struct Look {
    pub faults: Vec<Fault>,
    pub(super) places: Places,
}

/// Something that keeps messages of a component from being stored or from arriving.
#[derive(Debug)]
pub struct Fault {
    pub component: String,
    pub what: What,
}

#[derive(Debug)]
pub enum What {
    NoStream {
        topic: String,
        used_for: Use,
    },
    NoConsumer {
        consumer: String,
        topic: String,
        stream: String,
    },
    OtherConsumer {
        consumer: String,
        topic: String,
        stream: String,
        differences: Differences,
    },
    /// There is a stream, and it cannot be used.
    Unsuitable(StreamError),
}

/// What a component uses a topic for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    Source,
    Results,
    DeadLetters,
}

impl fmt::Display for What {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoStream { topic, used_for } => match used_for {
                Use::Source => write!(out, "no stream stores `{topic}`, which it reads"),
                Use::Results => write!(out, "no stream stores `{topic}`, which it writes to"),
                Use::DeadLetters => write!(out, "no stream stores its dead letters, on `{topic}`"),
            },
            Self::NoConsumer { consumer, topic, stream } => write!(
                out,
                "the stream `{stream}` has no consumer `{consumer}`: messages on `{topic}` do not arrive"
            ),
            Self::OtherConsumer { consumer, stream, differences, .. } => {
                let differences = differences.words.join(", ");
                write!(
                    out,
                    "the consumer `{consumer}` of the stream `{stream}` is configured differently: {differences}"
                )
            }
            Self::Unsuitable(error) => error.fmt(out),
        }
    }
}

impl What {
    /// What to do about it.
    pub fn remedy(&self) -> String {
        match self {
            Self::NoStream { .. } | Self::NoConsumer { .. } => {
                format!("{} creates it again", Operation::Deploy)
            }
            Self::OtherConsumer { .. } => format!("{} corrects it", Operation::Deploy),
            Self::Unsuitable(error) => error.help().map(|help| help.to_string()).unwrap_or_default(),
        }
    }
}

impl ConsumerManager {
    /// Compares what there is with what [`ConsumerManager::keep`] creates.
    ///
    /// # Errors
    /// When JetStream does not answer.
    pub async fn look(&self, streams: &Streams, call_timeout: Duration) -> Result<Look, StreamError> {
        let sources = streams.consumers.iter().map(|consumer| consumer.source.as_str());
        let written = streams.written.iter().map(|written| written.topic.as_str());
        let topics: BTreeSet<_> = sources.chain(written).collect();
        let (mut look, mut found) = (Look::default(), BTreeMap::new());
        for topic in topics {
            if let Some(stream) = self.stream_of(topic).await? {
                look.places.add_stream(topic, &stream);
                found.insert(topic, stream);
            }
        }
        for consumer in &streams.consumers {
            let faults = match found.get(consumer.source.as_str()) {
                None => vec![What::NoStream { topic: consumer.source.clone(), used_for: Use::Source }],
                Some(stream) => {
                    self.look_at_consumer(stream, consumer, call_timeout, &mut look.places).await?
                }
            };
            look.add(&consumer.component, faults);
        }
        for written in &streams.written {
            let fault = match found.get(written.topic.as_str()) {
                None => Some(What::NoStream { topic: written.topic.clone(), used_for: used_for(written) }),
                Some(stream) => {
                    let is_read = streams.is_read(&written.topic);
                    check::written(stream, written, is_read).err().map(What::Unsuitable)
                }
            };
            look.add(&written.writer, fault);
        }
        Ok(look)
    }

    async fn look_at_consumer(
        &self,
        stream: &stream::Info,
        consumer: &Consumer,
        call_timeout: Duration,
        places: &mut Places,
    ) -> Result<Vec<What>, StreamError> {
        let unsuitable = check::source(stream, consumer).err().map(What::Unsuitable);
        let (name, stream_name) = (consumer.name.clone(), stream.config.name.clone());
        let fault = match self.consumer_info(&stream_name, &name).await? {
            None => {
                let topic = consumer.source.clone();
                Some(What::NoConsumer { consumer: name, topic, stream: stream_name })
            }
            Some(info) => {
                places.add_consumer(stream, &info);
                let differences = differences(&info.config, consumer, call_timeout + ACK_MARGIN);
                let differs = !differences.words.is_empty();
                let topic = consumer.source.clone();
                let other = What::OtherConsumer { consumer: name, topic, stream: stream_name, differences };
                differs.then_some(other)
            }
        };
        Ok(unsuitable.into_iter().chain(fault).collect())
    }

    /// The stream that stores a topic, or a part of it.
    pub(super) async fn stream_of(&self, topic: &str) -> Result<Option<stream::Info>, StreamError> {
        let Some(name) = self.stream_name_of(topic).await? else { return Ok(None) };
        match self.context.get_stream(&name).await {
            Ok(stream) => Ok(Some(stream.cached_info().clone())),
            // It was deleted in between.
            Err(error) if is_missing(&error.kind()) => Ok(None),
            Err(error) => Err(self.absent(error.to_string())),
        }
    }

    pub(super) async fn consumer_info(
        &self,
        stream: &str,
        consumer: &str,
    ) -> Result<Option<consumer::Info>, StreamError> {
        use ConsumerInfoErrorKind as Kind;
        match self.stream(stream).await?.consumer_info(consumer).await {
            Ok(info) => Ok(Some(info)),
            Err(error) if matches!(error.kind(), Kind::NotFound | Kind::StreamNotFound) => Ok(None),
            Err(error) => Err(self.absent(error.to_string())),
        }
    }
}

fn is_missing(kind: &GetStreamErrorKind) -> bool {
    matches!(kind, GetStreamErrorKind::JetStream(error) if error.code() == 404)
}

fn used_for(written: &Written) -> Use {
    if written.dead_letters { Use::DeadLetters } else { Use::Results }
}

impl Look {
    pub(super) fn merge(&mut self, other: Self) {
        self.faults.extend(other.faults);
        self.places.merge(other.places);
    }

    fn add(&mut self, component: &str, faults: impl IntoIterator<Item = What>) {
        let of = |what| Fault { component: component.to_owned(), what };
        self.faults.extend(faults.into_iter().map(of));
    }
}
