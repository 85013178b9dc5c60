//! The trigger of the template `router_nats`: a NATS message in, a NATS message out to the topics that the function names.

use bindings::exports::wasmcloud::messaging::handler::{BrokerMessage, Guest};
use flow::{Component, Message};

// Generated: the lints are for what people write.
#[allow(unsafe_code, missing_docs, clippy::all)]
mod bindings {
    wit_bindgen::generate!({ world: "router-nats", path: "../wit", generate_all });
    export!(Trigger with_types_in self);

    /// The component's exports.
    pub(crate) struct Trigger;
}

impl Guest for bindings::Trigger {
    fn handle_message(message: BrokerMessage) -> Result<(), String> {
        let BrokerMessage { subject, body, reply_to } = message;
        let message = Message { subject, body, reply_to };
        flow::route(&Component, &message)
    }
}
