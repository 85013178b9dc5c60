//! JSON that functions return.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

/// Reads an object: `serde_json` would accept an array of its fields' values, too.
pub(crate) fn object<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, String> {
    if !text.trim_start().starts_with('{') {
        return Err("it is not a JSON object".to_owned());
    }
    serde_json::from_str(text).map_err(|cause| cause.to_string())
}

/// What is stored or sent of a value: a text without its quotes, everything else as it is.
pub(crate) fn content(value: &RawValue) -> serde_json::Result<Cow<'_, [u8]>> {
    let value = value.get();
    if value.starts_with('"') {
        return Ok(serde_json::from_str::<String>(value)?.into_bytes().into());
    }
    Ok(value.as_bytes().into())
}
