//! Reading a request.

use super::types::{IncomingRequest, Method};
use crate::http::{Intake, Request, Unread};
use crate::platform::bindings::wasi::io::streams::StreamError;

/// A request as the host hands it to a component.
#[derive(Debug)]
pub struct Incoming(pub IncomingRequest);

impl Request for Incoming {
    fn method(&self) -> String {
        match self.0.method() {
            Method::Get => "GET".to_owned(),
            Method::Head => "HEAD".to_owned(),
            Method::Post => "POST".to_owned(),
            Method::Put => "PUT".to_owned(),
            Method::Delete => "DELETE".to_owned(),
            Method::Connect => "CONNECT".to_owned(),
            Method::Options => "OPTIONS".to_owned(),
            Method::Trace => "TRACE".to_owned(),
            Method::Patch => "PATCH".to_owned(),
            Method::Other(name) => name,
        }
    }

    fn path(&self) -> String {
        self.0.path_with_query().unwrap_or_default()
    }

    fn headers(&self) -> Vec<(String, Vec<u8>)> {
        self.0.headers().entries()
    }

    fn header(&self, name: &str) -> Option<Vec<u8>> {
        self.0.headers().get(name).into_iter().next()
    }

    fn body(&self, limit: u64) -> Result<Vec<u8>, Unread> {
        let mut intake = Intake::new(limit, self.header("content-length").as_deref())?;

        // The stream is a child of the body: declared after it, it is dropped before it, as the host demands.
        let body = self.0.consume().map_err(|()| Unread::Incomplete)?;
        let stream = body.stream().map_err(|()| Unread::Incomplete)?;
        loop {
            match stream.blocking_read(intake.wanted()) {
                Ok(piece) => intake.take(&piece)?,
                Err(StreamError::Closed) => return intake.finish().ok_or(Unread::Incomplete),
                Err(StreamError::LastOperationFailed(_)) => return Err(Unread::Incomplete),
            }
        }
    }
}
