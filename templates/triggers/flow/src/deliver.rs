//! From an input to what was sent.

use core::fmt;

use crate::setting::{COMPONENT_NAME, DEST_TOPIC, required};
use crate::{Message, Platform};

/// Why nothing was sent, or not to all who wait for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The task cannot work as it was composed.
    Setting(String),
    /// The user's function failed, with this message.
    Task(String),
    /// The result could not be published.
    Publish(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Setting(message) | Self::Task(message) | Self::Publish(message)) = self;
        out.write_str(message)
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
    logged(platform, run(platform, input, reply_to))
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

fn run(platform: &impl Platform, input: &[u8], reply_to: Option<String>) -> Result<Option<Vec<u8>>, Failure> {
    // Before the function runs: a component that was composed wrongly must fail always, not only on some inputs.
    required(platform, COMPONENT_NAME)?;
    let dest_topic = required(platform, DEST_TOPIC)?;

    let output = platform.exec(input).map_err(Failure::Task)?;
    if output.is_empty() {
        return Ok(None);
    }
    // One message for both subjects, so that a large output is not copied.
    let mut message = Message { subject: dest_topic, body: output, reply_to: None };
    publish(platform, &message)?;
    if let Some(reply_to) = reply_to {
        message.subject = reply_to;
        publish(platform, &message)?;
    }
    Ok(Some(message.body))
}

fn publish(platform: &impl Platform, message: &Message) -> Result<(), Failure> {
    platform
        .publish(message)
        .map_err(|cause| Failure::Publish(format!("publishing to \"{}\" failed: {cause}", message.subject)))
}
