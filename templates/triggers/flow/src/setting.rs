//! The settings a trigger reads.

use crate::protocol::MAX_BODY_BYTES;
use crate::{Failure, Platform};

/// The largest HTTP body if the task sets no limit, in bytes.
const DEFAULT_BODY_LIMIT: u64 = 8 * 1024 * 1024;

/// The value of a setting that the task must have.
///
/// # Errors
/// [`Failure::Setting`], which names the setting, if the task does not have it.
pub(crate) fn required(platform: &impl Platform, key: &str) -> Result<String, Failure> {
    platform.setting(key).ok_or_else(|| Failure::Setting(format!("the setting \"{key}\" is missing")))
}

/// The largest accepted HTTP body, in bytes.
///
/// # Errors
/// [`Failure::Setting`], which names the setting, if it is not a number.
pub fn body_limit(platform: &impl Platform) -> Result<u64, Failure> {
    let Some(value) = platform.setting(MAX_BODY_BYTES) else {
        return Ok(DEFAULT_BODY_LIMIT);
    };
    value.parse().map_err(|_| {
        Failure::Setting(format!(
            "the setting \"{MAX_BODY_BYTES}\" is not a valid number of bytes: \"{value}\""
        ))
    })
}
