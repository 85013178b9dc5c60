//! Messages of a stream as JetStream's API gives them, in JSON. The client breaks its connection when it is sent a message
//! whose headers are not valid; in JSON they do no harm.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::json;

use super::{ConsumerManager, StreamError};

/// The answer to `$JS.API.STREAM.MSG.GET`.
#[derive(Deserialize)]
struct Answer {
    message: Option<Stored>,
}

/// A message of a stream.
#[derive(Deserialize)]
pub(super) struct Stored {
    pub subject: String,
    /// Its number in the stream.
    pub seq: u64,
    /// Its headers, as base64.
    #[serde(default)]
    pub hdrs: String,
    /// Its body, as base64.
    #[serde(default)]
    data: String,
    /// When it was stored, in RFC 3339.
    #[serde(default)]
    pub time: String,
}

impl Stored {
    /// Its body.
    ///
    /// # Errors
    /// What the server sent is not base64.
    pub fn body(&self) -> Result<Vec<u8>, base64::DecodeError> {
        STANDARD.decode(&self.data)
    }

    /// Its headers as they were sent.
    pub fn header_bytes(&self) -> Vec<u8> {
        STANDARD.decode(&self.hdrs).unwrap_or_default()
    }

    /// The names and values of its headers, as far as they have both.
    pub fn headers(&self) -> Vec<(String, String)> {
        let text = String::from_utf8_lossy(&self.header_bytes()).into_owned();
        let lines = text.lines().skip(1).filter_map(|line| line.split_once(':'));
        lines.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())).collect()
    }
}

impl ConsumerManager {
    /// The first message of a subject with this number or a higher one.
    pub(super) async fn next_stored(
        &self,
        stream: &str,
        subject: &str,
        number: u64,
    ) -> Result<Option<Stored>, StreamError> {
        let request = json!({ "seq": number, "next_by_subj": subject });
        let answer = self.context.request(format!("STREAM.MSG.GET.{stream}"), &request).await;
        answer
            .map(|Answer { message }| message)
            .map_err(|error: async_nats::jetstream::context::RequestError| self.absent(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_whatever_they_are() {
        let headers = |bytes: &[u8]| {
            let hdrs = STANDARD.encode(bytes);
            Stored { subject: "a".into(), seq: 1, hdrs, data: String::new(), time: String::new() }.headers()
        };
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(headers(b""), []);
        let two = headers(b"NATS/1.0\r\nA: b:c\r\nno colon\r\nPelato-Error:\r\n\r\n");
        assert_eq!(two, [pair("A", "b:c"), pair("Pelato-Error", "")]);
        assert_eq!(headers(b"NATS/1.0\r\nA: \xff\r\n\r\n"), [pair("A", "\u{fffd}")]);
    }
}
