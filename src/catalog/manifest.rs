//! Strict TOML manifests: what is wrong is pointed at in the file.

use std::ops::Range;
use std::sync::Arc;

use regex::Regex;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};

use super::folder::Folder;
use crate::files::RelPath;
use crate::report::{Problem, Source};
use crate::text::suggest;

/// The version of a manifest's format. Only 1 exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schema;

impl<'de> Deserialize<'de> for Schema {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match i64::deserialize(deserializer)? {
            1 => Ok(Self),
            other => Err(D::Error::custom(format!(
                "schema {other} is not supported by this version of PELATO, which reads schema 1"
            ))),
        }
    }
}

/// A regular expression in a manifest.
#[derive(Debug, Clone)]
pub struct Pattern(Regex);

impl Pattern {
    /// The compiled expression.
    pub fn regex(&self) -> &Regex {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Regex::new(&text).map(Self).map_err(|error| {
            let words = error.to_string();
            let last = words.lines().last().unwrap_or_default();
            D::Error::custom(format!("not a regular expression: {last}"))
        })
    }
}

/// Reads a manifest out of a folder.
///
/// # Errors
/// When the file is missing, not text, not TOML, or says what it may not.
pub fn read<T: DeserializeOwned>(folder: &Folder, file: &str) -> Result<(Arc<Source>, T), Problem> {
    let shown = folder.shown(file);
    let bytes = folder.read(file).map_err(|error| {
        Problem::error("manifest", &Source::new(shown.clone(), ""), format!("cannot be read: {error}"))
    })?;
    let text = String::from_utf8(bytes.into_owned())
        .map_err(|_| Problem::error("manifest", &Source::new(shown.clone(), ""), "is not UTF-8 text"))?;
    let source = Source::new(shown, text);
    let manifest = parse(&source)?;
    Ok((source, manifest))
}

/// Reads a manifest's text.
///
/// # Errors
/// When it is not TOML, or says what it may not.
pub fn parse<T: DeserializeOwned>(source: &Arc<Source>) -> Result<T, Problem> {
    toml_edit::de::from_str(&source.text).map_err(|error| problem(source, &error))
}

fn problem(source: &Arc<Source>, error: &toml_edit::de::Error) -> Problem {
    let message = error.message().trim_end();
    let problem = Problem::error("manifest", source, message.lines().next().unwrap_or_default());
    let problem = match unknown_field(message) {
        Some((wrong, known)) => problem.advise(suggest::help(wrong, known)),
        None => problem.advise("docs/contributing describes what a manifest may contain"),
    };
    problem.at(error.span())
}

/// serde names the unknown field and the known ones, all in backquotes.
fn unknown_field(message: &str) -> Option<(&str, Vec<&str>)> {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let (wrong, known) = quoted.split_first()?;
    (message.starts_with("unknown ") && !known.is_empty()).then(|| (*wrong, known.to_vec()))
}

/// A problem with the value of a (dotted) key.
pub fn wrong(source: &Arc<Source>, key: &str, words: &str) -> Problem {
    Problem::error("manifest", source, format!("`{key}` {words}")).at(span(&source.text, key))
}

fn span(text: &str, key: &str) -> Option<Range<usize>> {
    let document = toml_edit::Document::parse(text).ok()?;
    let mut item = document.as_item();
    for part in key.split('.') {
        item = item.get(part)?;
    }
    item.span()
}

/// Checks a path in a manifest: it stays in the folder of the manifest.
///
/// # Errors
/// When it is absolute or leads out of the folder.
pub fn inside(source: &Arc<Source>, key: &str, path: Option<&String>) -> Result<(), Problem> {
    match path.map(|path| RelPath::new(path.trim_end_matches('/'))) {
        None | Some(Ok(_)) => Ok(()),
        Some(Err(_)) => Err(wrong(source, key, "points outside of its folder")
            .advise("write a path inside the manifest's folder, with forward slashes")),
    }
}

/// Checks the name of a pack or template: it becomes a folder, a flag's value and a YAML word.
///
/// # Errors
/// When it holds other than lower-case letters, digits, `-` and `_`.
pub fn name(source: &Arc<Source>, name: &str) -> Result<(), Problem> {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
    if !name.is_empty() && name.bytes().all(fits) {
        return Ok(());
    }
    Err(wrong(source, "name", "must consist of lower-case letters, digits, `-` and `_`"))
}
