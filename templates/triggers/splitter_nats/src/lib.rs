//! The trigger of the template `splitter_nats`: a NATS message in, a NATS message out for each element of the list that the function returns.

use bindings::exports::wasmcloud::messaging::handler::{BrokerMessage, Guest};
use flow::{Component, Message};

// Generated: the lints are for what people write.
#[allow(unsafe_code, missing_docs, clippy::all)]
mod bindings {
    wit_bindgen::generate!({ world: "splitter-nats", path: "../wit", generate_all });
    export!(Trigger with_types_in self);

    /// The component's exports.
    pub(crate) struct Trigger;
}

impl Guest for bindings::Trigger {
    fn handle_message(message: BrokerMessage) -> Result<(), String> {
        let BrokerMessage { subject, body, reply_to } = message;
        let message = Message { subject, body, reply_to };
        flow::split(&Component, &message)
    }
}
