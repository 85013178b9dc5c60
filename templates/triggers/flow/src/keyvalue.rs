//! Entries of a key-value bucket: `{"key": …, "data": …}`, in and out.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::Platform;
use crate::deliver::{Destination, Failure};
use crate::json::{content, object};

/// A key-value bucket.
pub trait Bucket {
    /// Sets the value of a key.
    ///
    /// # Errors
    /// Why the platform did not take it.
    fn set(&self, key: &str, value: &[u8]) -> Result<(), String>;
}

/// The entries that the results of a task become.
pub(crate) struct Entries<'a, B> {
    pub(crate) bucket: &'a B,
    /// The key of results that have none.
    pub(crate) subject: &'a str,
}

impl<B: Bucket> Destination for Entries<'_, B> {
    fn take(&self, _: &impl Platform, result: Vec<u8>) -> Result<Vec<u8>, Failure> {
        let (key, value) = entry(&result, self.subject)?;
        match self.bucket.set(&key, &value) {
            Ok(()) => Ok(result),
            Err(cause) => Err(Failure::Store(format!("storing \"{key}\" failed: {cause}"))),
        }
    }
}

/// What may arrive: other fields are for the function.
#[derive(Deserialize)]
struct Arrived<'a> {
    #[serde(borrow, default, deserialize_with = "key")]
    key: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "data")]
    _data: &'a RawValue,
}

/// What may leave: another field would be lost silently.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Returned<'a> {
    #[serde(borrow, default, deserialize_with = "key")]
    key: Option<Cow<'a, str>>,
    #[serde(borrow)]
    data: &'a RawValue,
}

/// A key is a string if it exists: `null` is an error.
fn key<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Cow<'de, str>>, D::Error> {
    Cow::deserialize(deserializer).map(Some)
}

/// The function's input: the message, if it is an entry already, with the subject as its key if it has none; else an
/// entry of the message.
pub(crate) fn input<'a>(subject: &str, body: &'a [u8]) -> Result<Cow<'a, [u8]>, Failure> {
    let text = core::str::from_utf8(body)
        .map_err(|_| Failure::Input("the message is not valid UTF-8".to_owned()))?;
    let subject = || quoted(subject).map_err(|cause| Failure::Input(cause.to_string()));
    let made = match object::<Arrived<'_>>(text) {
        Ok(Arrived { key: Some(_), .. }) => return Ok(body.into()),
        Ok(_) => {
            let fields = text.trim_start().split_at(1).1;
            format!("{{\"key\":{},{fields}", subject()?)
        }
        Err(_) => {
            let data = match serde_json::from_str::<&RawValue>(text) {
                Ok(json) => json.get().to_owned(),
                Err(_) => quoted(text).map_err(|cause| Failure::Input(cause.to_string()))?,
            };
            format!("{{\"key\":{},\"data\":{data}}}", subject()?)
        }
    };
    Ok(made.into_bytes().into())
}

/// The key and the value of a result.
fn entry<'a>(result: &'a [u8], subject: &'a str) -> Result<(Cow<'a, str>, Cow<'a, [u8]>), Failure> {
    let wrong = |cause: &dyn core::fmt::Display| {
        Failure::Output(format!("the result is not of the form {{\"key\": …, \"data\": …}}: {cause}"))
    };
    let text = core::str::from_utf8(result).map_err(|_| wrong(&"it is not valid UTF-8"))?;
    let Returned { key, data } = object(text).map_err(|cause| wrong(&cause))?;
    let key = key.unwrap_or(subject.into());
    check(&key).map_err(Failure::Output)?;
    Ok((key, content(data).map_err(|cause| wrong(&cause))?))
}

fn quoted(text: &str) -> serde_json::Result<String> {
    serde_json::to_string(text)
}

/// Checks that NATS accepts a key: its own message is only "invalid key".
fn check(key: &str) -> Result<(), String> {
    let is_valid = |c: char| c.is_ascii_alphanumeric() || "-_/=.".contains(c);
    let why = if key.is_empty() {
        "it is empty".to_owned()
    } else if let Some(other) = key.chars().find(|c| !is_valid(*c)) {
        format!("it contains {other:?}; ASCII letters, digits and -_/=. are allowed")
    } else if key.split('.').any(str::is_empty) {
        "a part before, between or after dots is empty".to_owned()
    } else {
        return Ok(());
    };
    Err(format!("{key:?} is not a valid key: {why}"))
}
