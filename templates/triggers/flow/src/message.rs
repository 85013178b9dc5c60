//! A message that came from the lattice.

use crate::delivery::settle;
use crate::{Message, Platform, deliver};

/// Handles a message as the platform wants it handled: what comes back tells the host whether it went well.
///
/// # Errors
/// The message of the failure, which has been logged already.
pub fn handle_message(platform: &impl Platform, message: &Message) -> Result<(), String> {
    settle(platform, message, |reply_to| deliver(platform, &message.body, reply_to).map(drop))
}
