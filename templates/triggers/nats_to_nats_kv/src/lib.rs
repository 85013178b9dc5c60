//! The trigger of the template `nats_to_nats_kv`: a NATS message in, an entry of a NATS key-value bucket out.

use bindings::exports::wasmcloud::messaging::handler::{BrokerMessage, Guest};
use bindings::wasi::keyvalue::store;
use flow::{Bucket, Component, Message, Platform};

// Generated: the lints are for what people write.
#[allow(unsafe_code, missing_docs, clippy::all)]
mod bindings {
    wit_bindgen::generate!({ world: "nats-to-nats-kv", path: "../wit", generate_all });
    export!(Trigger with_types_in self);

    /// The component's exports.
    pub(crate) struct Trigger;
}

/// The setting with the bucket's name.
const BUCKET: &str = "bucket";

/// The bucket of the task.
struct Named;

impl Bucket for Named {
    fn set(&self, key: &str, value: &[u8]) -> Result<(), String> {
        let name = Component.setting(BUCKET).ok_or("the setting \"bucket\" is missing")?;
        store::open(&name).and_then(|bucket| bucket.set(key, value)).map_err(|error| match error {
            store::Error::NoSuchStore => "the bucket does not exist".to_owned(),
            store::Error::AccessDenied => "access is denied".to_owned(),
            store::Error::Other(message) => message,
        })
    }
}

impl Guest for bindings::Trigger {
    fn handle_message(message: BrokerMessage) -> Result<(), String> {
        let BrokerMessage { subject, body, reply_to } = message;
        let message = Message { subject, body, reply_to };
        flow::store_entry(&Component, &Named, &message)
    }
}
