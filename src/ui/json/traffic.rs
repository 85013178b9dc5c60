//! `send`, `tail` and `logs`.

use serde::Serialize;

use super::{SCHEMA, text_or_bytes};
use crate::clock;
use crate::pelato::{self, Delivered, Reached, Record, RecordKind};

/// `send`
#[derive(Debug, Serialize)]
pub struct Sent {
    schema: u32,
    topic: String,
    bytes: usize,
    /// `run`, or the address of a NATS server.
    to: String,
    /// The reply, if it was waited for and is text.
    #[serde(skip_serializing_if = "Option::is_none")]
    reply: Option<String>,
    /// The reply's bytes, if it is not text.
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_bytes: Option<Vec<u8>>,
    /// There is no reply, because the message was filtered out.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    filtered: bool,
}

impl Sent {
    pub fn new(topic: &str, body: &[u8], delivered: &Delivered) -> Self {
        let to = match &delivered.to {
            Reached::Run => "run".to_owned(),
            Reached::Nats(url) => url.clone(),
        };
        let (reply, reply_bytes) = delivered.reply.clone().map_or((None, None), text_or_bytes);
        Self {
            schema: SCHEMA,
            topic: topic.to_owned(),
            bytes: body.len(),
            to,
            reply,
            reply_bytes,
            filtered: delivered.is_filtered,
        }
    }
}

/// One line of `tail`.
#[derive(Debug, Serialize)]
pub struct Heard {
    schema: u32,
    topic: String,
    /// The message, if it is text.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    /// The message's bytes, if it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    message_bytes: Option<Vec<u8>>,
}

impl Heard {
    pub fn new(heard: &pelato::Heard) -> Self {
        let (message, message_bytes) = text_or_bytes(heard.body.clone());
        Self { schema: SCHEMA, topic: heard.topic.clone(), message, message_bytes }
    }
}

/// One line of `logs`.
#[derive(Debug, Serialize)]
pub struct Logged {
    schema: u32,
    time: String,
    component: String,
    /// Where it is known.
    #[serde(skip_serializing_if = "String::is_empty")]
    version: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    topic: String,
    kind: RecordKind,
    text: String,
}

impl Logged {
    pub fn new(record: &Record) -> Self {
        Self {
            schema: SCHEMA,
            time: clock::written(record.time_ms),
            component: record.component.clone(),
            version: record.version.clone(),
            topic: record.topic.clone(),
            kind: record.kind,
            text: record.text.clone(),
        }
    }
}
