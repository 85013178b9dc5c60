//! Reading a request.

use flow::http::{Intake, TooLarge};

use crate::bindings::wasi::http::types::{IncomingRequest, Method};
use crate::bindings::wasi::io::streams::StreamError;

/// Why a body was not read to its end.
pub(crate) enum Unread {
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

/// What a request wants.
pub(crate) enum Wanted {
    /// To be handled.
    Post,
    /// To know what is allowed.
    Options,
    /// Something else.
    Other,
}

/// What the request's method says.
pub(crate) fn wanted(request: &IncomingRequest) -> Wanted {
    match request.method() {
        Method::Post => Wanted::Post,
        Method::Options => Wanted::Options,
        _ => Wanted::Other,
    }
}

/// The first value of a header.
pub(crate) fn header(request: &IncomingRequest, name: &str) -> Option<Vec<u8>> {
    request.headers().get(name).into_iter().next()
}

/// The request's body, if it is whole and not larger than `limit`.
pub(crate) fn read(request: &IncomingRequest, limit: u64) -> Result<Vec<u8>, Unread> {
    let mut intake = Intake::new(limit, header(request, "content-length").as_deref())?;

    // The stream is a child of the body: declared after it, it is dropped before it, as the host demands.
    let body = request.consume().map_err(|()| Unread::Incomplete)?;
    let stream = body.stream().map_err(|()| Unread::Incomplete)?;
    loop {
        match stream.blocking_read(intake.wanted()) {
            Ok(piece) => intake.take(&piece)?,
            Err(StreamError::Closed) => return intake.finish().ok_or(Unread::Incomplete),
            Err(StreamError::LastOperationFailed(_)) => return Err(Unread::Incomplete),
        }
    }
}
