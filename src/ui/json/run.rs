//! `call` and `run`.

use serde::Serialize;

use super::{SCHEMA, text_or_bytes};
use crate::host::Called;
use crate::host::observe;
use crate::ui::worded;

/// `call`
#[derive(Debug, Serialize)]
pub struct Call {
    schema: u32,
    component: String,
    ok: bool,
    /// The output, if it is text.
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<String>,
    /// The output's bytes, if it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    output_bytes: Option<Vec<u8>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
    milliseconds: f64,
}

impl Call {
    pub fn new(component: &str, called: &Called) -> Self {
        let (output, output_bytes) = called.result.clone().map_or((None, None), text_or_bytes);
        Self {
            schema: SCHEMA,
            component: component.to_owned(),
            ok: called.result.is_ok(),
            output,
            output_bytes,
            failure: called
                .result
                .as_ref()
                .err()
                .map(|bad| worded(&crate::host::observe::in_words(bad)).into_owned()),
            milliseconds: called.times.call.as_secs_f64() * 1000.0,
        }
    }
}

/// One line of `run`.
#[derive(Debug, Serialize)]
pub struct RunLine<'a> {
    pub schema: u32,
    /// Seconds since the workflow was started.
    pub seconds: f64,
    /// What happened: `call`, `output`, `answer`, `refused`, `unread`, `dropped`,
    /// `oversized`, `unconfirmed`, `unreadable`, `flooded`, `bucket` or `bus`.
    pub event: &'static str,
    /// The message that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub component: Option<&'a str>,
    /// The how-manyth call on the message's way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hop: Option<u32>,
    /// What started the call, or what the line is about.
    pub what: String,
    /// How a call ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<&'static str>,
    /// Messages that a call sent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sent: Vec<SentLine>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stored: Vec<StoredLine>,
    /// What becomes of the message of a call that failed, if a stream stores it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disposition: Option<DispositionLine>,
    /// How long a call or an answer took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub milliseconds: Option<f64>,
}

/// One message that a call sent.
#[derive(Debug, Serialize)]
pub struct SentLine {
    topic: String,
    bytes: usize,
    /// The message, if it is text.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    reply: bool,
}

impl SentLine {
    pub fn new(sent: &observe::Sent) -> Self {
        Self {
            topic: sent.subject.clone(),
            bytes: sent.body.len(),
            text: std::str::from_utf8(&sent.body).ok().map(str::to_owned),
            reply: sent.reply,
        }
    }
}

/// What becomes of a message that a stream stores.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum DispositionLine {
    Redelivered { delay_seconds: f64 },
    DeadLettered { topic: String },
}

impl DispositionLine {
    pub fn new(disposition: &observe::Disposition) -> Self {
        match disposition {
            observe::Disposition::Redelivered { delay } => {
                Self::Redelivered { delay_seconds: delay.as_secs_f64() }
            }
            observe::Disposition::DeadLettered { topic } => Self::DeadLettered { topic: topic.clone() },
        }
    }
}

/// Something that a call stored.
#[derive(Debug, Serialize)]
pub struct StoredLine {
    place: String,
    bytes: usize,
    /// What was stored, if it is text.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

impl StoredLine {
    pub fn new(stored: &observe::Stored) -> Self {
        Self {
            place: stored.place.clone(),
            bytes: stored.body.len(),
            text: std::str::from_utf8(&stored.body).ok().map(str::to_owned),
        }
    }
}
