//! Messages that came from the lattice, one function for each way that their results go. What comes back tells the host
//! whether it went well.

use crate::database::{Database, Rows};
use crate::deliver::pass;
use crate::delivery::settle;
use crate::keyvalue::{self, Bucket, Entries};
use crate::outputs::{Elements, Routes, Topics};
use crate::protocol::is_http_request;
use crate::{Message, Platform, deliver, relay};

/// Handles a message whose result goes to a topic.
///
/// # Errors
/// The message of the failure, which has been logged already.
pub fn handle_message(platform: &impl Platform, message: &Message) -> Result<(), String> {
    settle(platform, message, |reply_to| deliver(platform, &message.body, reply_to).map(drop))
}

/// The same for a task that answers HTTP requests, also those that arrive as messages.
///
/// # Errors
/// The message of the failure, which has been logged already.
pub fn handle_message_or_request(platform: &impl Platform, message: &Message) -> Result<(), String> {
    match is_http_request(&message.subject) {
        true => relay::handle(platform, message),
        false => handle_message(platform, message),
    }
}

/// Handles a message whose result says which topics it goes to.
///
/// # Errors
/// The message of the failure, which has been logged already.
pub fn route(platform: &impl Platform, message: &Message) -> Result<(), String> {
    let prepare = || Ok((Routes::of(platform)?, message.body.as_slice().into()));
    settle(platform, message, |reply_to| pass(platform, prepare, reply_to).map(drop))
}

/// Handles a message whose result is a list of messages.
///
/// # Errors
/// The message of the failure, which has been logged already.
pub fn split(platform: &impl Platform, message: &Message) -> Result<(), String> {
    let prepare = || Ok((Elements(Topics::of(platform)?), message.body.as_slice().into()));
    settle(platform, message, |reply_to| pass(platform, prepare, reply_to).map(drop))
}

/// Handles a message whose result becomes an entry of a key-value bucket.
///
/// # Errors
/// The message of the failure, which has been logged already.
pub fn store_entry(platform: &impl Platform, bucket: &impl Bucket, message: &Message) -> Result<(), String> {
    let Message { subject, body, .. } = message;
    let prepare = || Ok((Entries { bucket, subject }, keyvalue::input(subject, body)?));
    settle(platform, message, |reply_to| pass(platform, prepare, reply_to).map(drop))
}

/// Handles a message whose result becomes a row of a database.
///
/// # Errors
/// The message of the failure, which has been logged already.
pub fn insert_row(
    platform: &impl Platform,
    database: &impl Database,
    message: &Message,
) -> Result<(), String> {
    let prepare = || Ok((Rows::of(platform, database)?, message.body.as_slice().into()));
    settle(platform, message, |reply_to| pass(platform, prepare, reply_to).map(drop))
}
