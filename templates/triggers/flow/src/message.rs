//! A message that came from the lattice.

use crate::{Platform, deliver};

/// Handles a message as the platform wants it handled: what comes back tells the host whether it went well.
///
/// # Errors
/// The message of the failure, which has been logged already.
pub fn handle_message(
    platform: &impl Platform,
    body: &[u8],
    reply_to: Option<String>,
) -> Result<(), String> {
    // An empty reply subject is none: some platforms cannot say it otherwise.
    let reply_to = reply_to.filter(|subject| !subject.is_empty());
    match deliver(platform, body, reply_to) {
        Ok(_) => Ok(()),
        Err(failure) => Err(failure.to_string()),
    }
}
