//! What an HTTP request may bring and how it is answered: the rules, without the streams.

use crate::Failure;

/// The most that is read from a request at a time.
const CHUNK: u64 = 64 * 1024;

/// An answer to an HTTP request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The headers, by name.
    pub headers: Vec<(&'static str, &'static str)>,
    /// The body; none at all is not the same as an empty one.
    pub body: Option<Vec<u8>>,
}

impl Answer {
    /// A line of text for a person.
    #[must_use]
    pub fn text(status: u16, message: &str) -> Self {
        Self {
            status,
            headers: vec![("content-type", TEXT)],
            body: Some(format!("{message}\n").into_bytes()),
        }
    }

    /// The answer to a request that is no POST.
    #[must_use]
    pub fn method_not_allowed() -> Self {
        let mut answer = Self::text(405, "only POST is answered here");
        answer.headers.push(("allow", "POST"));
        answer
    }

    /// The answer to a request whose body broke off. Its sender is gone, as a rule, and will not read it.
    #[must_use]
    pub fn broken_off() -> Self {
        Self::text(400, "the body broke off before its end")
    }

    /// The answer to a request whose body is larger than the limit.
    #[must_use]
    pub fn too_large(limit: u64) -> Self {
        Self::text(413, &format!("the body is larger than {limit} bytes"))
    }

    /// The answer to a request that was taken: the output that was published, or none if it was filtered out.
    #[must_use]
    pub fn delivered(outcome: Result<Option<Vec<u8>>, Failure>) -> Self {
        match outcome {
            Ok(Some(output)) => Self {
                status: 200,
                headers: vec![("content-type", content_type(&output))],
                body: Some(output),
            },
            Ok(None) => Self { status: 204, headers: Vec::new(), body: None },
            Err(failure @ Failure::Publish(_)) => Self::text(502, &failure.to_string()),
            Err(failure) => Self::text(500, &failure.to_string()),
        }
    }
}

const JSON: &str = "application/json";
const TEXT: &str = "text/plain; charset=utf-8";
const BYTES: &str = "application/octet-stream";

/// What an output seems to be: JSON if it begins like an object or an array, text if it is UTF-8, else bytes. A guess
/// that is right for what functions return, and costs no parser.
fn content_type(output: &[u8]) -> &'static str {
    match output.trim_ascii_start().first() {
        Some(b'{' | b'[') => JSON,
        _ if core::str::from_utf8(output).is_ok() => TEXT,
        _ => BYTES,
    }
}

/// A request's body while it arrives. It never holds more than the limit.
#[derive(Debug)]
pub struct Intake {
    limit: u64,
    declared: Option<u64>,
    bytes: Vec<u8>,
}

/// The body is larger than the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge;

impl Intake {
    /// A body of which nothing has arrived. `content_length` is the header's value, if there is one.
    ///
    /// # Errors
    /// [`TooLarge`], if the header says so already.
    pub fn new(limit: u64, content_length: Option<&[u8]>) -> Result<Self, TooLarge> {
        // A value that is no number is the HTTP server's business: it has refused the request, or ignores the header.
        let declared = content_length
            .and_then(|value| core::str::from_utf8(value).ok())
            .and_then(|value| value.trim().parse().ok());
        match declared {
            Some(length) if length > limit => Err(TooLarge),
            // No room is made yet: memory follows what arrives, not what a header promises.
            _ => Ok(Self { limit, declared, bytes: Vec::new() }),
        }
    }

    /// How many bytes to ask for next. One more than the limit has room for, at the end: to see that nothing follows.
    #[must_use]
    pub fn wanted(&self) -> u64 {
        (self.limit.saturating_sub(self.len())).clamp(1, CHUNK)
    }

    /// Takes the next piece.
    ///
    /// # Errors
    /// [`TooLarge`], if there is no room for it; the piece is dropped.
    pub fn take(&mut self, piece: &[u8]) -> Result<(), TooLarge> {
        if piece.len() as u64 > self.limit.saturating_sub(self.len()) {
            return Err(TooLarge);
        }
        self.bytes.extend_from_slice(piece);
        Ok(())
    }

    /// The body, once the stream has ended; none if it ended before the length that was declared: some platforms do
    /// not tell a sender that left from one that finished.
    #[must_use]
    pub fn finish(self) -> Option<Vec<u8>> {
        match self.declared {
            Some(length) if length != self.len() => None,
            _ => Some(self.bytes),
        }
    }

    fn len(&self) -> u64 {
        self.bytes.len() as u64
    }
}
