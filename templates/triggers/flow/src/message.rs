//! Messages that came from the lattice, one function for each way that their results go. What comes back tells the host
//! whether it went well.

use crate::database::{Database, Rows};
use crate::deliver::{Failure, pass};
use crate::keyvalue::{self, Bucket, Entries};
use crate::{Message, Platform, deliver};

/// Handles a message whose result goes to a topic.
///
/// # Errors
/// The message of the failure, which has been logged already.
pub fn handle_message(
    platform: &impl Platform,
    body: &[u8],
    reply_to: Option<String>,
) -> Result<(), String> {
    told(deliver(platform, body, reply_to))
}

/// Handles a message whose result becomes an entry of a key-value bucket.
///
/// # Errors
/// The message of the failure, which has been logged already.
pub fn store_entry(
    platform: &impl Platform,
    bucket: &impl Bucket,
    message: &Message,
) -> Result<(), String> {
    let Message {
        subject,
        body,
        reply_to,
    } = message;
    let prepare = || Ok((Entries { bucket, subject }, keyvalue::input(subject, body)?));
    told(pass(platform, prepare, reply_to.clone()))
}

/// Handles a message whose result becomes a row of a database.
///
/// # Errors
/// The message of the failure, which has been logged already.
pub fn insert_row(
    platform: &impl Platform,
    database: &impl Database,
    body: &[u8],
    reply_to: Option<String>,
) -> Result<(), String> {
    let prepare = || Ok((Rows::of(platform, database)?, body.into()));
    told(pass(platform, prepare, reply_to))
}

fn told(outcome: Result<Option<Vec<u8>>, Failure>) -> Result<(), String> {
    match outcome {
        Ok(_) => Ok(()),
        Err(failure) => Err(failure.to_string()),
    }
}
