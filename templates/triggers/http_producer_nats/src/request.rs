//! Reading a request.

use flow::http::{Intake, TooLarge};

use crate::bindings::wasi::http::types::{IncomingRequest, Method};
use crate::bindings::wasi::io::streams::StreamError;

/// Why a body was not read to its end.
pub(crate) enum Unread {
    /// It is larger than the limit.
    TooLarge,
    /// Its sender left, or sent something that is not HTTP.
    BrokenOff,
}

impl From<TooLarge> for Unread {
    fn from(TooLarge: TooLarge) -> Self {
        Self::TooLarge
    }
}

/// Whether the request is a POST.
pub(crate) fn is_post(request: &IncomingRequest) -> bool {
    matches!(request.method(), Method::Post)
}

/// The request's body, if it is whole and not larger than `limit`.
pub(crate) fn read(request: &IncomingRequest, limit: u64) -> Result<Vec<u8>, Unread> {
    let declared = request.headers().get("content-length");
    let mut intake = Intake::new(limit, declared.first().map(Vec::as_slice))?;

    // The stream is a child of the body: declared after it, it is dropped before it, as the host demands.
    let body = request.consume().map_err(|()| Unread::BrokenOff)?;
    let stream = body.stream().map_err(|()| Unread::BrokenOff)?;
    loop {
        match stream.blocking_read(intake.wanted()) {
            Ok(piece) => intake.take(&piece)?,
            Err(StreamError::Closed) => return intake.finish().ok_or(Unread::BrokenOff),
            Err(StreamError::LastOperationFailed(_)) => return Err(Unread::BrokenOff),
        }
    }
}
