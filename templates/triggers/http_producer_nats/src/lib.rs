//! The trigger of the template `http_producer_nats`: HTTP POST or a NATS message in, a NATS message out.

mod request;
mod response;

use bindings::exports::wasi::http::incoming_handler;
use bindings::exports::wasmcloud::messaging::handler::{self, BrokerMessage};
use bindings::wasi::http::types::{IncomingRequest, ResponseOutparam};
use flow::{Component, Message, cors::Cors, http::Answer};
use request::{Unread, Wanted, header};

// Generated: the lints are for what people write.
#[allow(unsafe_code, missing_docs, clippy::all)]
mod bindings {
    wit_bindgen::generate!({ world: "http-producer-nats", path: "../wit", generate_all });
    export!(Trigger with_types_in self);

    /// The component's exports.
    pub(crate) struct Trigger;
}

impl handler::Guest for bindings::Trigger {
    fn handle_message(message: BrokerMessage) -> Result<(), String> {
        let BrokerMessage { subject, body, reply_to } = message;
        let message = Message { subject, body, reply_to };
        flow::handle_message(&Component, &message)
    }
}

impl incoming_handler::Guest for bindings::Trigger {
    fn handle(request: IncomingRequest, outparam: ResponseOutparam) {
        response::send(answer(&request), outparam);
    }
}

fn answer(request: &IncomingRequest) -> Answer {
    let cors = Cors::of(&Component, header(request, "origin").as_deref());
    match request::wanted(request) {
        Wanted::Post => cors.apply(handle(request)),
        Wanted::Options => {
            let method = header(request, "access-control-request-method");
            let headers = header(request, "access-control-request-headers");
            let preflight = cors.preflight(method.as_deref(), headers.as_deref());
            preflight.unwrap_or_else(|| cors.apply(Answer::method_not_allowed()))
        }
        Wanted::Other => cors.apply(Answer::method_not_allowed()),
    }
}

/// Handles a POST request.
fn handle(request: &IncomingRequest) -> Answer {
    let limit = match flow::logged(&Component, flow::body_limit(&Component)) {
        Ok(limit) => limit,
        Err(failure) => return Answer::delivered(Err(failure)),
    };
    match request::read(request, limit) {
        // HTTP answers its sender itself: there is no reply subject.
        Ok(body) => Answer::delivered(flow::deliver(&Component, &body, None)),
        Err(Unread::TooLarge) => Answer::too_large(limit),
        Err(Unread::Incomplete) => Answer::incomplete(),
    }
}
