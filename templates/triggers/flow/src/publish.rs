//! How results, replies and dead letters leave.

use crate::protocol::{self, STORE_TIMEOUT_MS, STORED_TOPICS};
use crate::{Failure, Message, Platform};

/// Publishes a result, and gives the body back: a large one is not copied. Where a stream stores the subject, it has
/// acknowledged the message.
pub(crate) fn result(platform: &impl Platform, subject: &str, body: Vec<u8>) -> Result<Vec<u8>, Failure> {
    let topics = platform.setting(STORED_TOPICS).unwrap_or_default();
    if protocol::topics(&topics).any(|topic| topic == subject) {
        return store(platform, subject, &body).map(|()| body);
    }
    send(platform, subject, body)
}

/// Publishes a message that nobody acknowledges.
pub(crate) fn send(platform: &impl Platform, subject: &str, body: Vec<u8>) -> Result<Vec<u8>, Failure> {
    let message = Message { subject: subject.to_owned(), body, reply_to: None };
    match platform.publish(&message) {
        Ok(()) => Ok(message.body),
        Err(cause) => Err(failed(subject, &cause)),
    }
}

/// Publishes a message and waits until a stream has acknowledged it.
pub(crate) fn store(platform: &impl Platform, subject: &str, body: &[u8]) -> Result<(), Failure> {
    // A request is a message with a reply subject, where the stream sends its acknowledgement.
    let answer = platform.request(subject, body, STORE_TIMEOUT_MS);
    let answer = answer.map_err(|cause| failed(subject, &format!("no stream acknowledged it: {cause}")))?;
    protocol::stored(&answer).map_err(|cause| failed(subject, &cause))
}

fn failed(subject: &str, cause: &str) -> Failure {
    Failure::Publish(format!("publishing to \"{subject}\" failed: {cause}"))
}
