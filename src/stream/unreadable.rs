//! Stored messages that the NATS client cannot read: their headers or their subject are not valid UTF-8, or a header has
//! no colon. NATS servers take them; the client's connection breaks, each time such a message is delivered. JetStream's
//! API gives them in JSON, where they do no harm.
//!
//! This is what async-nats 0.51 does. It can go when the client skips such messages.

use std::collections::BTreeSet;

use async_nats::{HeaderMap, HeaderName};

use super::stored::Stored;
use super::{Consumer, ConsumerManager, StreamError};
use crate::nats::fits;
use crate::protocol;

/// What is said of a dead letter.
const REASON: &str = "its headers cannot be read: they are not valid UTF-8, or one has no colon";
/// A character in the place of bytes that are not UTF-8.
const REPLACEMENT: char = '\u{fffd}';

impl ConsumerManager {
    /// Dead-letters messages that were delivered, are not acknowledged, and cannot be read. `done` has those that were
    /// dead-lettered earlier. Returns how many they are.
    ///
    /// # Errors
    /// When JetStream does not answer, or no stream stores the dead letter: then it stays where it is.
    pub(super) async fn dead_letter_unreadable(
        &self,
        consumer: &Consumer,
        topic: &str,
        done: &mut BTreeSet<(String, String, u64)>,
    ) -> Result<usize, StreamError> {
        let Some(stream) = self.stream_name_of(&consumer.source).await? else { return Ok(0) };
        let Some(info) = self.consumer_info(&stream, &consumer.name).await? else { return Ok(0) };
        let (mut count, mut next) = (0, info.ack_floor.stream_sequence + 1);
        while next <= info.delivered.stream_sequence {
            let Some(stored) = self.next_stored(&stream, &consumer.source, next).await? else { break };
            next = stored.seq + 1;
            let key = (stream.clone(), consumer.name.clone(), stored.seq);
            if stored.seq > info.delivered.stream_sequence || stored.is_readable() || done.contains(&key) {
                continue;
            }
            self.store_dead_letter(consumer, topic, &stored).await?;
            let place = format!("{stream}.{}", consumer.name);
            let ack = format!("$JS.ACK.{place}.1.{}.{}.0.0", stored.seq, info.delivered.consumer_sequence);
            let told = self.context.client().request(ack, protocol::DEAD_LETTERED.into()).await;
            told.map_err(|error| self.absent(error.to_string()))?;
            done.insert(key);
            count += 1;
        }
        Ok(count)
    }

    /// Stores a message as a dead letter: its body unchanged, and its headers as base64.
    async fn store_dead_letter(
        &self,
        consumer: &Consumer,
        topic: &str,
        stored: &Stored,
    ) -> Result<(), StreamError> {
        let refused = |message: String| StreamError::DeadLetter { topic: topic.to_owned(), message };
        let body = stored.body().map_err(|error| refused(error.to_string()))?;
        let mut headers = HeaderMap::new();
        for (name, value) in protocol::dead_letter_headers(&consumer.component, &stored.subject, REASON) {
            headers.insert(name, value.as_str());
        }
        let without_theirs = headers.clone();
        headers.insert("Pelato-Headers", stored.hdrs.as_str());
        // Better with fewer headers than not at all.
        let choices = [headers, without_theirs];
        let chosen = choices.into_iter().find(|some| fits(&self.context.client(), some, body.len()));
        let headers = chosen.unwrap_or_default();
        let sent = self.context.publish_with_headers(topic.to_owned(), headers, body.into()).await;
        let acknowledged = sent.map_err(|error| refused(error.to_string()))?.await;
        acknowledged.map(drop).map_err(|error| refused(error.to_string()))
    }
}

impl Stored {
    fn is_readable(&self) -> bool {
        !self.subject.contains(REPLACEMENT) && are_readable(&self.header_bytes())
    }
}

/// Whether the client can read headers.
fn are_readable(headers: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(headers) else { return false };
    let mut lines = text.lines();
    let Some(version) = lines.next() else { return true };
    let Some(status) = version.strip_prefix("NATS/1.0").map(str::trim) else { return false };
    let code = status.split(' ').next().unwrap_or_default();
    if !code.is_empty() && code.parse::<async_nats::StatusCode>().is_err() {
        return false;
    }
    let mut has_header = false;
    for line in lines.filter(|line| !line.is_empty()) {
        // It continues the header before it.
        if has_header && line.starts_with(char::is_whitespace) {
            continue;
        }
        let name = line.split_once(':').map(|(name, _)| name.parse::<HeaderName>());
        if !matches!(name, Some(Ok(_))) {
            return false;
        }
        has_header = true;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_readable_as_the_client_reads_them() {
        for good in ["", "NATS/1.0\r\n\r\n", "NATS/1.0\r\nA: b\r\n c\r\n\r\n", "NATS/1.0 503\r\n\r\n"] {
            assert!(are_readable(good.as_bytes()), "{good:?}");
        }
        for bad in [
            &b"NATS/1.0\r\nA: \xff\r\n\r\n"[..],
            b"NATS/1.0\r\nno colon\r\n\r\n",
            b"HTTP\r\n",
            b"NATS/1.0 x\r\n",
        ] {
            assert!(!are_readable(bad), "{bad:?}");
        }
    }
}
