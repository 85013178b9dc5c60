//! Where messages are stored, and how far consumers are: what tells, once something is gone, what that was.

use std::collections::BTreeMap;

use async_nats::jetstream::{consumer, stream};

use super::Streams;

/// What JetStream was told to do, and where it does it.
#[derive(Debug, Clone, Default)]
pub struct Kept {
    pub streams: Streams,
    pub places: Places,
}

#[derive(Debug, Clone, Default)]
pub struct Places {
    /// The names of the streams, by topic.
    streams: BTreeMap<String, String>,
    /// How far the consumers are, by their names.
    reached: BTreeMap<String, Reached>,
}

/// How far a consumer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reached {
    /// When its stream was created, in nanoseconds: it is another one if it was deleted meanwhile.
    pub created: i128,
    /// All messages up to this one are acknowledged.
    pub acknowledged: u64,
}

impl Places {
    pub(super) fn add_stream(&mut self, topic: &str, stream: &stream::Info) {
        self.streams.insert(topic.to_owned(), stream.config.name.clone());
    }

    pub(super) fn add_consumer(&mut self, stream: &stream::Info, consumer: &consumer::Info) {
        let created = stream.created.unix_timestamp_nanos();
        let acknowledged = consumer.ack_floor.stream_sequence;
        self.reached.insert(consumer.name.clone(), Reached { created, acknowledged });
    }

    pub(super) fn stream_of(&self, topic: &str) -> Option<&str> {
        self.streams.get(topic).map(String::as_str)
    }

    pub(super) fn reached(&self, consumer: &str) -> Option<Reached> {
        self.reached.get(consumer).copied()
    }

    /// With what is newer.
    pub(super) fn merge(&mut self, newer: Self) {
        self.streams.extend(newer.streams);
        self.reached.extend(newer.reached);
    }
}
