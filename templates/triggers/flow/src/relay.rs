//! HTTP requests and their answers as messages: a line of JSON with all but the body, a line feed, the body. An answer
//! without a body has no line feed either.
//!
//! On platforms where the path of a request does not decide who gets it, an [entry](crate::entry) takes all requests and
//! passes each on in this form.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::http::{self, Answer, Request, Unread};
use crate::protocol::COMPONENT_NAME;
use crate::{Message, Platform, publish};

/// All of a request but its body.
#[derive(Serialize, Deserialize)]
struct Head {
    method: String,
    path: String,
    /// Without those whose value is not text.
    headers: Vec<(String, String)>,
}

/// A request that has been passed on.
struct Relayed<'a> {
    head: Head,
    body: &'a [u8],
}

impl Request for Relayed<'_> {
    fn method(&self) -> String {
        self.head.method.clone()
    }

    fn path(&self) -> String {
        self.head.path.clone()
    }

    fn headers(&self) -> Vec<(String, Vec<u8>)> {
        self.head.headers.iter().map(|(name, value)| (name.clone(), value.clone().into_bytes())).collect()
    }

    fn header(&self, name: &str) -> Option<Vec<u8>> {
        let found = self.head.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.clone().into_bytes())
    }

    fn body(&self, limit: u64) -> Result<Vec<u8>, Unread> {
        match self.body.len() as u64 > limit {
            true => Err(Unread::TooLarge),
            false => Ok(self.body.to_vec()),
        }
    }
}

/// All of an answer but its body.
#[derive(Serialize, Deserialize)]
struct AnswerHead<'a> {
    status: u16,
    headers: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

/// A request with its body, as a message.
///
/// # Errors
/// When there is no JSON for it, which does not happen.
pub(crate) fn request(request: &impl Request, body: &[u8]) -> Result<Vec<u8>, String> {
    let text = |(name, value)| Some((name, String::from_utf8(value).ok()?));
    let headers = request.headers().into_iter().filter_map(text).collect();
    let head = Head { method: request.method(), path: request.path(), headers };
    let mut message = serde_json::to_vec(&head).map_err(|error| error.to_string())?;
    message.push(b'\n');
    message.extend_from_slice(body);
    Ok(message)
}

/// The answer that a message contains.
///
/// # Errors
/// Why it is none.
pub(crate) fn answer(message: &[u8]) -> Result<Answer, String> {
    let (head, body) = split(message);
    let head: AnswerHead<'_> = serde_json::from_slice(head).map_err(|error| error.to_string())?;
    let owned = |(name, value): (Cow<'_, str>, Cow<'_, str>)| (name.into_owned().into(), value.into_owned());
    let headers = head.headers.into_iter().map(owned).collect();
    Ok(Answer { status: head.status, headers, body: body.map(<[u8]>::to_vec) })
}

/// Answers a request that arrived as a message.
///
/// # Errors
/// When the sender gets no answer; it has been logged already.
pub fn handle(platform: &impl Platform, message: &Message) -> Result<(), String> {
    let answered = match relayed(&message.body) {
        Ok(request) => http::answer(platform, &request),
        Err(error) => Answer::text(400, &format!("the message is not an HTTP request: {error}")),
    };
    let sent = match &message.reply_to {
        Some(reply_to) if !reply_to.is_empty() => send(platform, reply_to, &answered),
        _ => Err("the message has no reply subject".to_owned()),
    };
    sent.inspect_err(|error| {
        platform.log_error(&platform.setting(COMPONENT_NAME).unwrap_or_default(), error);
    })
}

fn relayed(message: &[u8]) -> Result<Relayed<'_>, String> {
    let (head, body) = split(message);
    let head = serde_json::from_slice(head).map_err(|error| error.to_string())?;
    Ok(Relayed { head, body: body.unwrap_or_default() })
}

/// Sends an answer; if it is too large for a message, one that says so.
fn send(platform: &impl Platform, reply_to: &str, answer: &Answer) -> Result<(), String> {
    let publish = |answer: &Answer| {
        publish::send(platform, reply_to, encoded(answer)?).map(drop).map_err(|failure| failure.to_string())
    };
    publish(answer).or_else(|error| {
        publish(&Answer::text(500, &format!("the answer cannot be sent: {error}")))?;
        Err(error)
    })
}

fn encoded(answer: &Answer) -> Result<Vec<u8>, String> {
    let borrowed = |(name, value): &(Cow<'static, str>, String)| (name.clone(), Cow::Owned(value.clone()));
    let head = AnswerHead { status: answer.status, headers: answer.headers.iter().map(borrowed).collect() };
    let mut message = serde_json::to_vec(&head).map_err(|error| error.to_string())?;
    if let Some(body) = &answer.body {
        message.push(b'\n');
        message.extend_from_slice(body);
    }
    Ok(message)
}

/// The line of JSON, and what follows the line feed.
fn split(message: &[u8]) -> (&[u8], Option<&[u8]>) {
    match message.iter().position(|byte| *byte == b'\n') {
        Some(at) => (&message[..at], message.get(at + 1..)),
        None => (message, None),
    }
}
