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
        let acknowledged = acknowledged(consumer);
        self.reached.insert(consumer.name.clone(), Reached { created, acknowledged });
    }

    pub(super) fn stream_of(&self, topic: &str) -> Option<&str> {
        self.streams.get(topic).map(String::as_str)
    }

    pub(super) fn reached(&self, consumer: &str) -> Option<Reached> {
        self.reached.get(consumer).copied()
    }

    /// With what is newer. In one and the same stream, what was acknowledged stays acknowledged.
    pub(super) fn merge(&mut self, newer: Self) {
        self.streams.extend(newer.streams);
        for (name, newer) in newer.reached {
            let known = self.reached.get(&name).filter(|known| known.created == newer.created);
            let acknowledged = known.map_or(0, |known| known.acknowledged).max(newer.acknowledged);
            self.reached.insert(name, Reached { acknowledged, ..newer });
        }
    }
}

/// Up to which message a consumer has no more to deliver. As long as it has delivered none, those before its first one
/// are none of its own, although JetStream may not count them as acknowledged then (seen with 2.15.1).
fn acknowledged(consumer: &consumer::Info) -> u64 {
    let (delivered, floor) = (&consumer.delivered, consumer.ack_floor.stream_sequence);
    match delivered.consumer_sequence {
        0 => floor.max(delivered.stream_sequence),
        _ => floor,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reached(created: i128, acknowledged: u64) -> Places {
        let reached = BTreeMap::from([("play".to_owned(), Reached { created, acknowledged })]);
        Places { reached, ..Places::default() }
    }

    fn merged(known: Places, newer: Places) -> u64 {
        let mut places = known;
        places.merge(newer);
        places.reached("play").unwrap().acknowledged
    }

    #[test]
    fn what_was_acknowledged_in_a_stream_stays_acknowledged() {
        assert_eq!(merged(reached(1, 5), reached(1, 0)), 5);
        assert_eq!(merged(reached(1, 5), reached(1, 7)), 7);
        assert_eq!(merged(reached(1, 5), reached(2, 0)), 0);
        assert_eq!(merged(Places::default(), reached(1, 3)), 3);
    }

    #[test]
    fn what_was_sent_before_a_consumer_was_there_is_not_its_own() {
        let info = |delivered: (u64, u64), floor: u64| {
            let place =
                |(consumer, stream)| serde_json::json!({ "consumer_seq": consumer, "stream_seq": stream });
            let config = serde_json::json!({ "ack_policy": "explicit", "deliver_policy": "new", "replay_policy": "instant" });
            let info = serde_json::json!({
                "stream_name": "S", "name": "play", "created": "2026-01-01T00:00:00Z", "config": config,
                "delivered": place(delivered), "ack_floor": place((0, floor)), "num_ack_pending": 0,
                "num_redelivered": 0, "num_waiting": 0, "num_pending": 0,
            });
            acknowledged(&serde_json::from_value(info).unwrap())
        };
        assert_eq!(info((0, 4), 0), 4);
        assert_eq!(info((0, 4), 4), 4);
        assert_eq!(info((1, 5), 4), 4);
    }
}
