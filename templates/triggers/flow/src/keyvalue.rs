//! Entries of a key-value bucket: `{"key": …, "data": …}`, in and out.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::Platform;
use crate::deliver::{Destination, Failure};

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
    /// The key of results that name none.
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

/// What may arrive: other fields beside these two are the function's business.
#[derive(Deserialize)]
struct Arrived<'a> {
    #[serde(borrow, default, deserialize_with = "key")]
    key: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "data")]
    _data: &'a RawValue,
}

/// What may leave: anything else would be lost without a word.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Returned<'a> {
    #[serde(borrow, default, deserialize_with = "key")]
    key: Option<Cow<'a, str>>,
    #[serde(borrow)]
    data: &'a RawValue,
}

/// A key that is there is a text: `null` is none.
fn key<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Cow<'de, str>>, D::Error> {
    Cow::deserialize(deserializer).map(Some)
}

/// What the function is given: the message, if it is an entry already, with the subject as its key if it names none;
/// else an entry of the message.
pub(crate) fn input<'a>(subject: &str, body: &'a [u8]) -> Result<Cow<'a, [u8]>, Failure> {
    let text =
        core::str::from_utf8(body).map_err(|_| Failure::Input("the message is no UTF-8 text".to_owned()))?;
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

/// The key and the value that a result says.
fn entry<'a>(result: &'a [u8], subject: &'a str) -> Result<(Cow<'a, str>, Cow<'a, [u8]>), Failure> {
    let wrong = |cause: &dyn core::fmt::Display| {
        Failure::Output(format!("the result is not of the form {{\"key\": …, \"data\": …}}: {cause}"))
    };
    let text = core::str::from_utf8(result).map_err(|_| wrong(&"it is no UTF-8 text"))?;
    let Returned { key, data } = object(text).map_err(|cause| wrong(&cause))?;
    let key = key.unwrap_or(subject.into());
    check(&key).map_err(Failure::Output)?;
    let data = data.get();
    let value = if data.starts_with('"') {
        serde_json::from_str::<String>(data).map_err(|cause| wrong(&cause))?.into_bytes().into()
    } else {
        data.as_bytes().into()
    };
    Ok((key, value))
}

/// Reads an object; the list of its fields' values would do as well for the library.
fn object<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, String> {
    if !text.trim_start().starts_with('{') {
        return Err("it is no JSON object".to_owned());
    }
    serde_json::from_str(text).map_err(|cause| cause.to_string())
}

fn quoted(text: &str) -> serde_json::Result<String> {
    serde_json::to_string(text)
}

/// Sees whether NATS takes a key. It says no more than "invalid key" itself.
fn check(key: &str) -> Result<(), String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_/=.".contains(c);
    let why = if key.is_empty() {
        "it is empty".to_owned()
    } else if let Some(stranger) = key.chars().find(|c| !fits(*c)) {
        format!("it has {stranger:?} in it; letters of ASCII, digits and -_/=. are allowed")
    } else if key.split('.').any(str::is_empty) {
        "dots stand between its parts".to_owned()
    } else {
        return Ok(());
    };
    Err(format!("{key:?} cannot be a key: {why}"))
}
