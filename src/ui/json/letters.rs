//! `dead-letters`

use serde::Serialize;

use super::{SCHEMA, text_or_bytes};
use crate::pelato::{Addressed, Listed, Resent, Unowned};
use crate::stream;

/// `dead-letters list`
#[derive(Debug, Serialize)]
pub struct DeadLetters {
    schema: u32,
    /// How many there are on the topics, also if fewer are listed.
    total: usize,
    letters: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
    number: u64,
    /// The topic of the dead letters.
    topic: String,
    component: Option<String>,
    sent_to: Option<String>,
    time: String,
    bytes: usize,
    error: Option<String>,
}

impl DeadLetters {
    pub fn new(listed: &Listed) -> Self {
        let row = |one: &Addressed| Row {
            number: one.letter.number,
            topic: one.topic.clone(),
            component: one.component.clone(),
            sent_to: one.letter.sent_to.clone(),
            time: one.letter.time.clone(),
            bytes: one.letter.body.len(),
            error: one.letter.error.clone(),
        };
        Self { schema: SCHEMA, total: listed.total, letters: listed.letters.iter().map(row).collect() }
    }
}

/// `dead-letters show`
#[derive(Debug, Serialize)]
pub struct DeadLetter {
    schema: u32,
    number: u64,
    component: Option<String>,
    sent_to: Option<String>,
    time: String,
    error: Option<String>,
    headers: Vec<Header>,
    /// The message, if it is text.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    /// The message's bytes, if it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    message_bytes: Option<Vec<u8>>,
}

#[derive(Debug, Serialize)]
struct Header {
    name: String,
    value: String,
}

impl DeadLetter {
    pub fn new(letter: &stream::DeadLetter) -> Self {
        let stream::DeadLetter { number, time, component, sent_to, error, headers, body } = letter.clone();
        let (message, message_bytes) = text_or_bytes(body);
        let headers = headers.into_iter().map(|(name, value)| Header { name, value }).collect();
        Self { schema: SCHEMA, number, component, sent_to, time, error, headers, message, message_bytes }
    }
}

/// `dead-letters retry`
#[derive(Debug, Serialize)]
pub struct RetriedLetters {
    schema: u32,
    retried: Vec<Retried>,
    /// How many do not say which of several components they are of.
    left: usize,
}

#[derive(Debug, Serialize)]
struct Retried {
    number: u64,
    topic: String,
}

impl RetriedLetters {
    pub fn new(retried: &[Resent], left: Unowned) -> Self {
        let one = |resent: &Resent| Retried { number: resent.number, topic: resent.topic.clone() };
        Self { schema: SCHEMA, retried: retried.iter().map(one).collect(), left: left.count }
    }
}

/// `dead-letters drop`
#[derive(Debug, Serialize)]
pub struct DroppedLetters {
    schema: u32,
    dropped: Vec<u64>,
    /// How many do not say which of several components they are of.
    left: usize,
}

impl DroppedLetters {
    pub fn new(dropped: &[u64], left: Unowned) -> Self {
        Self { schema: SCHEMA, dropped: dropped.to_vec(), left: left.count }
    }
}
