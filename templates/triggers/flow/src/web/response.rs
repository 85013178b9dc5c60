//! Sending a response.
//!
//! A client may disconnect at any time, and then every call here can fail. Nobody is left to read an error, so a
//! failure ends the response silently.

use super::types::{Fields, OutgoingBody, OutgoingResponse, ResponseOutparam};
use crate::http::{Answer, Header};
use crate::platform::bindings::wasi::io::streams::{OutputStream, StreamError};

/// Sends the answer.
pub fn send(answer: Answer, outparam: ResponseOutparam) {
    let response = OutgoingResponse::new(fields(&answer.headers));
    // It fails only for a code that is not valid; the answers have none of those.
    let _ = response.set_status_code(answer.status);
    // Before the response is handed over: afterwards it is the host's. Without this call it has no body.
    let body = answer.body.and_then(|bytes| Some((response.body().ok()?, bytes)));
    ResponseOutparam::set(outparam, Ok(response));
    if let Some((body, bytes)) = body {
        send_body(body, &bytes);
    }
}

fn fields(headers: &[Header]) -> Fields {
    let fields = Fields::new();
    for (name, value) in headers {
        // It fails only for a name that the host reserves, or an invalid value; the answer is useful without it.
        let _ = fields.set(name, &[value.as_bytes().to_vec()]);
    }
    fields
}

fn send_body(body: OutgoingBody, bytes: &[u8]) {
    let Ok(stream) = body.write() else { return };
    let written = write(&stream, bytes);
    // The stream is a child of the body and must be gone before it is finished.
    drop(stream);
    if written.is_ok() {
        // A body that is dropped without this counts as aborted, which is right for one that is.
        let _ = OutgoingBody::finish(body, None);
    }
}

/// Writes all of `bytes`, as much at a time as the stream permits: writing more would end the component.
fn write(stream: &OutputStream, mut bytes: &[u8]) -> Result<(), StreamError> {
    while !bytes.is_empty() {
        let permitted = usize::try_from(stream.check_write()?).unwrap_or(usize::MAX);
        if permitted == 0 {
            stream.subscribe().block();
            continue;
        }
        let (now, later) = bytes.split_at(permitted.min(bytes.len()));
        stream.write(now)?;
        bytes = later;
    }
    stream.blocking_flush()
}
