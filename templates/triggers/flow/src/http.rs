//! What an HTTP request may contain and how it is answered: the rules, without the streams.

use std::borrow::Cow;

use crate::cors::Cors;
use crate::{Failure, Platform, body_limit, deliver, logged};

/// The most that is read from a request at a time.
const CHUNK: u64 = 64 * 1024;

/// An HTTP request.
pub trait Request {
    /// The method, such as `POST`.
    fn method(&self) -> String;

    /// The path, with the query if there is one.
    fn path(&self) -> String;

    /// All headers.
    fn headers(&self) -> Vec<(String, Vec<u8>)>;

    /// The first value of a header.
    fn header(&self, name: &str) -> Option<Vec<u8>>;

    /// The body, if it is whole and not larger than `limit`, in bytes. To be called once.
    ///
    /// # Errors
    /// Why it was not read to its end.
    fn body(&self, limit: u64) -> Result<Vec<u8>, Unread>;
}

/// Why a body was not read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unread {
    /// It is larger than the limit.
    TooLarge,
    /// Its sender disconnected, or sent something that is not HTTP.
    Incomplete,
}

impl From<TooLarge> for Unread {
    fn from(TooLarge: TooLarge) -> Self {
        Self::TooLarge
    }
}

/// The answer of a task to a request.
pub fn answer(platform: &impl Platform, request: &impl Request) -> Answer {
    let cors = Cors::of(platform, request.header("origin").as_deref());
    match request.method().as_str() {
        "POST" => cors.apply(posted(platform, request)),
        "OPTIONS" => {
            let method = request.header("access-control-request-method");
            let headers = request.header("access-control-request-headers");
            let preflight = cors.preflight(method.as_deref(), headers.as_deref());
            preflight.unwrap_or_else(|| cors.apply(Answer::method_not_allowed()))
        }
        _ => cors.apply(Answer::method_not_allowed()),
    }
}

fn posted(platform: &impl Platform, request: &impl Request) -> Answer {
    let limit = match logged(platform, body_limit(platform)) {
        Ok(limit) => limit,
        Err(failure) => return Answer::delivered(Err(failure)),
    };
    match request.body(limit) {
        // HTTP answers its sender itself: there is no reply subject.
        Ok(body) => {
            let path = request.path();
            // What is behind it is the sender's.
            platform.began(path.split('?').next().unwrap_or(&path));
            let outcome = deliver(platform, &body, None);
            let failure = outcome.as_ref().err().map(ToString::to_string);
            platform.ended(failure.as_deref());
            Answer::delivered(outcome)
        }
        Err(Unread::TooLarge) => Answer::too_large(limit),
        Err(Unread::Incomplete) => Answer::incomplete(),
    }
}

/// A header: its name and its value.
pub type Header = (Cow<'static, str>, String);

/// An answer to an HTTP request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The headers, by name.
    pub headers: Vec<Header>,
    /// The body; no body differs from an empty one.
    pub body: Option<Vec<u8>>,
}

impl Answer {
    /// A line of text for a person.
    #[must_use]
    pub fn text(status: u16, message: &str) -> Self {
        Self {
            status,
            headers: vec![("content-type".into(), TEXT.to_owned())],
            body: Some(format!("{message}\n").into_bytes()),
        }
    }

    /// The answer to a request with another method than POST.
    #[must_use]
    pub fn method_not_allowed() -> Self {
        let mut answer = Self::text(405, "method not allowed: send a POST request");
        answer.headers.push(("allow".into(), "POST".to_owned()));
        answer
    }

    /// The answer to a request whose body is incomplete. Its sender is usually gone and will not read it.
    #[must_use]
    pub fn incomplete() -> Self {
        Self::text(400, "the body is incomplete: the connection was aborted")
    }

    /// The answer to a request whose body is larger than the limit.
    #[must_use]
    pub fn too_large(limit: u64) -> Self {
        Self::text(413, &format!("the body is larger than {limit} bytes"))
    }

    /// The answer to an accepted request: the output that was published, or none if it was filtered out. A failure is
    /// the input's (422), the platform's for now (503), or the component's (500).
    #[must_use]
    pub fn delivered(outcome: Result<Option<Vec<u8>>, Failure>) -> Self {
        match outcome {
            Ok(Some(output)) => Self {
                status: 200,
                headers: vec![("content-type".into(), content_type(&output).to_owned())],
                body: Some(output),
            },
            Ok(None) => Self { status: 204, headers: Vec::new(), body: None },
            Err(failure) => Self::text(status(&failure), &failure.to_string()),
        }
    }
}

fn status(failure: &Failure) -> u16 {
    match failure {
        Failure::Task(_) | Failure::Input(_) => 422,
        Failure::Publish(_) | Failure::Store(_) => 503,
        Failure::Setting(_) | Failure::Output(_) => 500,
    }
}

const JSON: &str = "application/json";
const TEXT: &str = "text/plain; charset=utf-8";
const BYTES: &str = "application/octet-stream";

/// What an output probably is: JSON if it begins like an object or an array, text if it is UTF-8, else bytes. This is
/// right for what functions return, and needs no parser.
fn content_type(output: &[u8]) -> &'static str {
    match output.trim_ascii_start().first() {
        Some(b'{' | b'[') => JSON,
        _ if core::str::from_utf8(output).is_ok() => TEXT,
        _ => BYTES,
    }
}

/// A request's body while it arrives. It never contains more than the limit.
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
        // The HTTP server has rejected a request whose value is not a number, or ignores the header.
        let declared = content_length
            .and_then(|value| core::str::from_utf8(value).ok())
            .and_then(|value| value.trim().parse().ok());
        match declared {
            Some(length) if length > limit => Err(TooLarge),
            // Nothing is allocated yet: memory grows with what arrives, not with what a header declares.
            _ => Ok(Self { limit, declared, bytes: Vec::new() }),
        }
    }

    /// How many bytes to read next. At the limit it is one more, to see that nothing follows.
    #[must_use]
    pub fn wanted(&self) -> u64 {
        (self.limit.saturating_sub(self.len())).clamp(1, CHUNK)
    }

    /// Takes the next piece.
    ///
    /// # Errors
    /// [`TooLarge`], if it would exceed the limit; the piece is dropped.
    pub fn take(&mut self, piece: &[u8]) -> Result<(), TooLarge> {
        if piece.len() as u64 > self.limit.saturating_sub(self.len()) {
            return Err(TooLarge);
        }
        self.bytes.extend_from_slice(piece);
        Ok(())
    }

    /// The body, once the stream has ended; none if it ended before the declared length: some platforms do not
    /// distinguish a sender that disconnected from one that finished.
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
