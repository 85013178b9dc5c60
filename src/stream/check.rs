//! Whether an existing stream can be used.

use async_nats::jetstream::stream::{self, RetentionPolicy};

use super::{Consumer, StreamError, Written};
use crate::nats::subject;

const NO_ACK: &str = "does not use acknowledgements";
const ENABLE_ACK: &str = "create it again with acknowledgements (`no_ack: false`)";

/// Checks that a stream has all that a consumer reads, and keeps it until it is acknowledged.
pub(super) fn source(stream: &stream::Info, consumer: &Consumer) -> Result<(), StreamError> {
    let (config, source_topic) = (&stream.config, consumer.source.clone());
    if !config.subjects.iter().any(|pattern| subject::covers(pattern, &source_topic)) {
        let (stream, subjects) = (config.name.clone(), config.subjects.join(", "));
        let consumer = consumer.name.clone();
        return Err(StreamError::PartialSubjects { stream, subjects, source_topic, consumer });
    }
    if config.subjects.iter().any(|pattern| subject::overlaps(pattern, &consumer.handed_over.subject)) {
        let help = "messages that PELATO republishes would be stored again, forever: list the stream's subjects one by one";
        let what = "stores all subjects, PELATO's own among them";
        return Err(unsuitable(stream, &source_topic, what, help));
    }
    if config.no_ack && config.retention == RetentionPolicy::WorkQueue {
        return Err(unsuitable(stream, &source_topic, NO_ACK, ENABLE_ACK));
    }
    Ok(())
}

/// Checks that a stream acknowledges what a component writes, and stores dead letters.
pub(super) fn written(stream: &stream::Info, written: &Written, is_read: bool) -> Result<(), StreamError> {
    let unsuitable = |what, help| unsuitable(stream, &written.topic, what, help);
    if stream.config.no_ack {
        return Err(unsuitable(NO_ACK, ENABLE_ACK));
    }
    let drops = stream.config.retention == RetentionPolicy::Interest && stream.state.consumer_count == 0;
    if written.dead_letters && drops && !is_read {
        let what =
            "drops dead letters, because it stores only what a consumer waits for, and has no consumer";
        return Err(unsuitable(what, "delete the stream, or give it a consumer"));
    }
    Ok(())
}

fn unsuitable(stream: &stream::Info, topic: &str, what: &'static str, help: &'static str) -> StreamError {
    let (stream, source_topic) = (stream.config.name.clone(), topic.to_owned());
    StreamError::UnsuitableStream { stream, source_topic, what, help }
}
