//! What a trigger reaches through its imports, as a trait, and the imports themselves.

// Generated: the lints are for what people write.
#[allow(unsafe_code, missing_docs, clippy::all)]
pub(crate) mod bindings {
    wit_bindgen::generate!({ world: "flow", path: "../wit", generate_all });
}

use bindings::pelato::task::{handler, journal, settings};
use bindings::wasi::logging::logging::{Level, log};
use bindings::wasmcloud::messaging::consumer;

/// A message to be published: subject, body, and no reply subject of its own.
pub type Message = bindings::wasmcloud::messaging::types::BrokerMessage;

/// What a trigger needs of the world around it.
pub trait Platform {
    /// The value of a setting, if the task has it.
    fn setting(&self, key: &str) -> Option<String>;

    /// Runs the user's function.
    ///
    /// # Errors
    /// The message the function failed with.
    fn exec(&self, input: &[u8]) -> Result<Vec<u8>, String>;

    /// Publishes a message.
    ///
    /// # Errors
    /// Why the platform did not take it.
    fn publish(&self, message: &Message) -> Result<(), String>;

    /// Publishes a message and waits for the first reply to it: its body.
    ///
    /// # Errors
    /// Why the platform did not take it, or that no reply arrived in time.
    fn request(&self, subject: &str, body: &[u8], timeout_ms: u32) -> Result<Vec<u8>, String>;

    /// Logs an error. `context` says which component it happened in.
    fn log_error(&self, context: &str, message: &str);

    /// Notes that a message of this topic, or a request for this path, is about to be handled.
    fn began(&self, topic: &str);

    /// Notes that it has been handled, or why it failed.
    fn ended(&self, failure: Option<&str>);
}

/// The platform as a component sees it: its imports.
#[derive(Debug, Clone, Copy)]
pub struct Component;

impl Platform for Component {
    fn setting(&self, key: &str) -> Option<String> {
        settings::get(key)
    }

    fn exec(&self, input: &[u8]) -> Result<Vec<u8>, String> {
        handler::exec(input)
    }

    fn publish(&self, message: &Message) -> Result<(), String> {
        consumer::publish(message)
    }

    fn request(&self, subject: &str, body: &[u8], timeout_ms: u32) -> Result<Vec<u8>, String> {
        consumer::request(subject, body, timeout_ms).map(|reply| reply.body)
    }

    fn log_error(&self, context: &str, message: &str) {
        log(Level::Error, context, message);
    }

    fn began(&self, topic: &str) {
        journal::began(topic);
    }

    fn ended(&self, failure: Option<&str>) {
        journal::ended(failure);
    }
}
