//! Settings: flags before the environment before `.env` before defaults, each with where it came from.

mod all;
mod connection;
mod disclosure;
mod env_file;
mod error;
#[macro_use]
mod keys;
mod secrets;
pub mod wadm;
pub mod wasmcloud;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use all::ALL;
pub use connection::{Consent, GivenNats};
pub use disclosure::{Disclosure, Part, Rank};
pub use env_file::read as env_file;
pub use error::{Origin, SettingsError};
pub use keys::*;
pub use secrets::{LookUp, SECRET_PREFIX};

use super::Builder;
use crate::report::Problem;

/// Stands for what is not shown, whatever its length.
const MASK: &str = "********";

#[derive(Clone, PartialEq, Eq)]
pub struct Effective {
    pub key: Key,
    /// Its value as it is written, if it has one.
    pub value: Option<String>,
    /// Its value, read.
    read: Option<Value>,
    /// Where it came from.
    pub origin: Origin,
}

impl Effective {
    /// Reads a value; `line` is where it is in `.env`, if it is from there.
    fn read(
        key: Key,
        value: Option<String>,
        origin: Origin,
        line: impl Fn() -> Option<usize>,
    ) -> Result<Self, SettingsError> {
        if origin == Origin::Environment && value.as_deref().is_some_and(is_mangled) {
            return Err(SettingsError::NotText { name: key.name.to_owned() });
        }
        // The expression that images have to match takes milliseconds to compile. A test sees that the defaults do.
        let is_known = key.kind == Kind::Image && origin == Origin::Default;
        let read = match value.as_deref() {
            Some(_) if is_known => Ok(Some(Value::Text)),
            text => text.map(|text| key.kind.read(text)).transpose(),
        };
        match read {
            Ok(read) => Ok(Self { key, value, read, origin }),
            Err((expected, example)) => Err(SettingsError::Value {
                name: key.name,
                value: masked(key.kind, value.as_deref().unwrap_or_default()).into_owned(),
                place: match line() {
                    Some(line) => format!("{origin}:{line}"),
                    None => origin.to_string(),
                },
                expected,
                help: format!("set it to {example}"),
            }),
        }
    }

    /// The value as it may be shown: secrets are masked, whatever their length.
    pub fn shown(&self) -> Option<Cow<'_, str>> {
        Some(masked(self.key.kind, self.value.as_deref()?))
    }
}

/// Whether bytes of a variable were no UTF-8: who looks it up has put this in their place.
fn is_mangled(value: &str) -> bool {
    value.contains(char::REPLACEMENT_CHARACTER)
}

/// A value as it may be shown.
fn masked(kind: Kind, value: &str) -> Cow<'_, str> {
    match (kind, value.rsplit_once('@')) {
        (Kind::Secret, _) => Cow::Borrowed(MASK),
        // An address may have a user and a password before its `@`.
        (_, Some((before, rest))) => {
            let scheme = before.find("://").map_or("", |at| &before[..at + 3]);
            Cow::Owned(format!("{scheme}{MASK}@{rest}"))
        }
        (_, None) => Cow::Borrowed(value),
    }
}

impl fmt::Debug for Effective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={:?} ({})", self.key.name, self.shown(), self.origin)
    }
}

#[derive(Debug, Clone)]
pub struct Settings {
    effective: Vec<Effective>,
    /// The project's folder, if there is one.
    root: Option<PathBuf>,
    consent: Consent,
    /// Where the secrets of functions are looked for.
    given: secrets::Given,
    /// What is suspicious about `.env`: warnings only.
    pub warnings: Vec<Problem>,
}

/// A value that comes from a flag.
#[derive(Debug, Clone)]
pub struct Flag {
    /// The setting it sets.
    pub key: Key,
    /// The flag's name, with dashes.
    pub name: &'static str,
    pub value: String,
}

impl Settings {
    /// Gathers the settings of the project in `root`. `environment` looks up the process's environment.
    ///
    /// # Errors
    /// When `.env` cannot be read, or a value is of the wrong kind.
    pub fn load(
        root: Option<&Path>,
        environment: impl Fn(&str) -> Option<String>,
        flags: &[Flag],
    ) -> Result<Self, SettingsError> {
        let (file, warnings) = match root {
            Some(root) => env_file::read(root)?,
            None => Default::default(),
        };
        let find = |key: &Key| {
            let flag = flags.iter().find(|flag| flag.key == *key);
            let flag = flag.map(|flag| (flag.value.clone(), Origin::Flag(flag.name)));
            // An empty value counts as not set: `REGISTRY_URL=` in a template means "none".
            let given = |value: Option<String>| value.filter(|value| !value.is_empty());
            flag.or_else(|| Some((given(environment(key.name))?, Origin::Environment)))
                .or_else(|| Some((given(file.get(key.name).cloned())?, Origin::EnvFile)))
        };
        let effective = ALL.iter().map(|key| match find(key) {
            Some((value, origin)) => {
                let is_in_file = origin == Origin::EnvFile;
                let line = || root.filter(|_| is_in_file).and_then(|root| env_file::line_of(root, key.name));
                Effective::read(*key, Some(value), origin, line)
            }
            None => Effective::read(*key, key.default.map(str::to_owned), Origin::Default, || None),
        });
        let effective = effective.collect::<Result<_, _>>()?;
        let given = secrets::Given { file, environment: None };
        Ok(Self { effective, root: root.map(Path::to_owned), consent: Consent::default(), given, warnings })
    }

    /// The same, where somebody can be asked.
    #[must_use]
    pub fn with_consent(self, consent: Consent) -> Self {
        Self { consent, ..self }
    }

    /// Every setting with its value and origin.
    pub fn iter(&self) -> impl Iterator<Item = &Effective> {
        self.effective.iter()
    }

    /// A setting's value as it is written.
    pub fn text(&self, key: Key) -> Option<&str> {
        self.find(key)?.value.as_deref()
    }

    /// The JetStream domains of targets that have one of their own.
    pub fn target_domains(&self) -> BTreeMap<String, String> {
        self.text(TARGET_DOMAINS).and_then(keys::pairs).unwrap_or_default()
    }

    /// Where a setting's value came from.
    pub fn origin(&self, key: Key) -> Option<&Origin> {
        self.find(key).map(|effective| &effective.origin)
    }

    /// A number, if it is set.
    pub fn number(&self, key: Key) -> Option<u64> {
        match self.find(key)?.read {
            Some(Value::Number(number)) => Some(number.into()),
            _ => None,
        }
    }

    /// A time, if it is set.
    pub fn time(&self, key: Key) -> Option<Duration> {
        match self.find(key)?.read {
            Some(Value::Time(time)) => Some(time),
            _ => None,
        }
    }

    /// A port, if it is set.
    pub fn port(&self, key: Key) -> Option<u16> {
        u16::try_from(self.number(key)?).ok()
    }

    pub fn builder(&self) -> Builder {
        match self.find(BUILDER).and_then(|effective| effective.read) {
            Some(Value::Builder(builder)) => builder,
            _ => Builder::default(),
        }
    }

    /// Whether a truth setting is on.
    pub fn is_on(&self, key: Key) -> bool {
        matches!(self.find(key).and_then(|effective| effective.read), Some(Value::Truth(true)))
    }

    fn find(&self, key: Key) -> Option<&Effective> {
        self.effective.iter().find(|effective| effective.key == key)
    }
}

/// Keeps secrets from a program that is about to be started: it has no business with them.
pub fn hide_secrets(command: &mut std::process::Command) {
    for key in ALL.iter().filter(|key| key.kind == Kind::Secret) {
        command.env_remove(key.name);
    }
    let of_functions = |name: &OsString| name.to_string_lossy().starts_with(SECRET_PREFIX);
    for name in std::env::vars_os().map(|(name, _)| name).filter(of_functions) {
        command.env_remove(name);
    }
}

#[cfg(test)]
mod tests;
