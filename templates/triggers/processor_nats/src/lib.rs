//! The trigger of the template `processor_nats`: a NATS message in, a NATS message out.

use bindings::exports::wasmcloud::messaging::handler::{BrokerMessage, Guest};
use flow::{Component, Message};

// Generated: the lints are for what people write.
#[allow(unsafe_code, missing_docs, clippy::all)]
mod bindings {
    wit_bindgen::generate!({ world: "processor-nats", path: "../wit", generate_all });
    export!(Trigger with_types_in self);

    /// The component's exports.
    pub(crate) struct Trigger;
}

impl Guest for bindings::Trigger {
    fn handle_message(message: BrokerMessage) -> Result<(), String> {
        let BrokerMessage { subject, body, reply_to } = message;
        let message = Message { subject, body, reply_to };
        flow::handle_message(&Component, &message)
    }
}
