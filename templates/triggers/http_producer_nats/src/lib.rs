//! The trigger of the template `http_producer_nats`: HTTP POST or a NATS message in, a NATS message out.

use bindings::exports::wasi::http::incoming_handler;
use bindings::exports::wasmcloud::messaging::handler::{self, BrokerMessage};
use flow::web::types::{IncomingRequest, ResponseOutparam};
use flow::{Component, Message, http, web};

// Generated: the lints are for what people write.
#[allow(unsafe_code, missing_docs, clippy::all)]
mod bindings {
    wit_bindgen::generate!({
        world: "http-producer-nats",
        path: "../wit",
        with: { "wasi:http/types@0.2.0": flow::web::types },
        generate_all,
    });
    export!(Trigger with_types_in self);

    /// The component's exports.
    pub(crate) struct Trigger;
}

impl handler::Guest for bindings::Trigger {
    fn handle_message(message: BrokerMessage) -> Result<(), String> {
        let BrokerMessage { subject, body, reply_to } = message;
        let message = Message { subject, body, reply_to };
        flow::handle_message_or_request(&Component, &message)
    }
}

impl incoming_handler::Guest for bindings::Trigger {
    fn handle(request: IncomingRequest, outparam: ResponseOutparam) {
        web::send(http::answer(&Component, &web::Incoming(request)), outparam);
    }
}
