//! From an input to what was sent.

use core::fmt;
use std::borrow::Cow;

use crate::outputs::Topics;
use crate::protocol::{COMPONENT_NAME, NO_REPLY};
use crate::setting::required;
use crate::{Platform, publish};

/// Why nothing was sent, or not to all who wait for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The component was composed incorrectly.
    Setting(String),
    /// The input cannot be passed to the function.
    Input(String),
    /// The user's function returned this error.
    Task(String),
    /// The result cannot be stored in this form.
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

/// Runs the user's function on `input` and publishes the result: to the task's topics, and to `reply_to` for a
/// sender that waits for an answer. Returns what was published, or nothing if the function filtered the input out.
///
/// # Errors
/// The failure, after logging it.
pub fn deliver(
    platform: &impl Platform,
    input: &[u8],
    reply_to: Option<String>,
) -> Result<Option<Vec<u8>>, Failure> {
    let prepare = || Ok((Topics::of(platform)?, input.into()));
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
        // Before the function runs: a component that was composed incorrectly always fails, not only for some inputs.
        required(platform, COMPONENT_NAME)?;
        let (destination, input) = prepare()?;

        let result = platform.exec(&input).map_err(Failure::Task)?;
        if result.is_empty() {
            return Ok(None);
        }
        let result = destination.take(platform, result)?;
        // An empty reply subject is none: some platforms cannot say it otherwise.
        let reply_to = reply_to.filter(|subject| !subject.is_empty());
        // A reply could arrive before the acknowledgement of the stream that the subject belongs to.
        match reply_to.filter(|_| platform.setting(NO_REPLY).is_none()) {
            Some(reply_to) => publish::send(platform, &reply_to, result).map(Some),
            None => Ok(Some(result)),
        }
    };
    logged(platform, run())
}
