//! The trigger of the template `dbsync_nats`: a NATS message in, a row of a PostgreSQL table out.

use bindings::exports::wasmcloud::messaging::handler::{BrokerMessage, Guest};
use bindings::wasmcloud::postgres::query;
use bindings::wasmcloud::postgres::types::{PgValue, QueryError};
use flow::{Component, Database, Message};

// Generated: the lints are for what people write.
#[allow(unsafe_code, missing_docs, clippy::all)]
mod bindings {
    wit_bindgen::generate!({ world: "dbsync-nats", path: "../wit", generate_all });
    export!(Trigger with_types_in self);

    /// The component's exports.
    pub(crate) struct Trigger;
}

/// The database that the platform has for this component.
struct Linked;

impl Database for Linked {
    fn run(&self, statement: &str, value: &str) -> Result<(), String> {
        match query::query(statement, &[PgValue::Text(value.to_owned())]) {
            Ok(_) => Ok(()),
            Err(
                QueryError::InvalidParams(message)
                | QueryError::InvalidQuery(message)
                | QueryError::Unexpected(message),
            ) => Err(message),
        }
    }
}

impl Guest for bindings::Trigger {
    fn handle_message(message: BrokerMessage) -> Result<(), String> {
        let BrokerMessage { subject, body, reply_to } = message;
        let message = Message { subject, body, reply_to };
        flow::insert_row(&Component, &Linked, &message)
    }
}
