//! From an input to what was sent.

use core::fmt;
use std::borrow::Cow;

use crate::protocol::{COMPONENT_NAME, DEST_TOPIC};
use crate::setting::required;
use crate::{Message, Platform};

/// Why nothing was sent, or not to all who wait for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The task cannot work as it was composed.
    Setting(String),
    /// The input is nothing that the function could be given.
    Input(String),
    /// The user's function failed, with this message.
    Task(String),
    /// The result is nothing that could be stored.
    Output(String),
    /// The result could not be stored.
    Store(String),
    /// The result could not be published.
    Publish(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Setting(message)
        | Self::Input(message)
        | Self::Task(message)
        | Self::Output(message)
        | Self::Store(message)
        | Self::Publish(message)) = self;
        out.write_str(message)
    }
}

/// Where the results of a task go.
pub(crate) trait Destination {
    /// Takes a result, and hands it back for a sender that waits for it.
    fn take(&self, platform: &impl Platform, result: Vec<u8>) -> Result<Vec<u8>, Failure>;
}

/// A topic.
struct Topic {
    subject: String,
}

impl Destination for Topic {
    fn take(&self, platform: &impl Platform, result: Vec<u8>) -> Result<Vec<u8>, Failure> {
        publish(platform, &self.subject, result)
    }
}

/// Runs the user's function on `input` and publishes the result: to the task's destination, and to `reply_to` for a
/// sender that waits for an answer. Returns what was published, or nothing if the function filtered the input out.
///
/// # Errors
/// The failure, after logging it.
pub fn deliver(
    platform: &impl Platform,
    input: &[u8],
    reply_to: Option<String>,
) -> Result<Option<Vec<u8>>, Failure> {
    let prepare = || {
        let subject = required(platform, DEST_TOPIC)?;
        Ok((Topic { subject }, input.into()))
    };
    pass(platform, prepare, reply_to)
}

/// Logs a failure with the component's name, and hands the outcome on.
///
/// # Errors
/// The failure that `outcome` is.
pub fn logged<T>(platform: &impl Platform, outcome: Result<T, Failure>) -> Result<T, Failure> {
    outcome.inspect_err(|failure| {
        let context = platform.setting(COMPONENT_NAME).unwrap_or_default();
        platform.log_error(&context, &failure.to_string());
    })
}

/// Runs the user's function and hands the result to its destination, then to the sender if it waits for it: who gets an
/// answer knows that all went well. `prepare` gives the destination and the function's input.
pub(crate) fn pass<'a, D: Destination>(
    platform: &impl Platform,
    prepare: impl FnOnce() -> Result<(D, Cow<'a, [u8]>), Failure>,
    reply_to: Option<String>,
) -> Result<Option<Vec<u8>>, Failure> {
    let run = || {
        // Before the function runs: a component that was composed wrongly must fail always, not only on some inputs.
        required(platform, COMPONENT_NAME)?;
        let (destination, input) = prepare()?;

        let result = platform.exec(&input).map_err(Failure::Task)?;
        if result.is_empty() {
            return Ok(None);
        }
        let result = destination.take(platform, result)?;
        // An empty reply subject is none: some platforms cannot say it otherwise.
        match reply_to.filter(|subject| !subject.is_empty()) {
            Some(reply_to) => publish(platform, &reply_to, result).map(Some),
            None => Ok(Some(result)),
        }
    };
    logged(platform, run())
}

/// Publishes, and gives the body back: a large one is not copied.
fn publish(platform: &impl Platform, subject: &str, body: Vec<u8>) -> Result<Vec<u8>, Failure> {
    let message = Message { subject: subject.to_owned(), body, reply_to: None };
    match platform.publish(&message) {
        Ok(()) => Ok(message.body),
        Err(cause) => Err(Failure::Publish(format!("publishing to \"{subject}\" failed: {cause}"))),
    }
}
