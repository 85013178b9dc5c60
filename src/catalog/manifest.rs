//! Strict TOML manifests: what is wrong is pointed at in the file.

use std::ops::Range;
use std::sync::Arc;

use regex::Regex;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};

use super::folder::Folder;
use super::plain;
use super::{Origin, Unit};
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

/// What a manifest says about its folder.
pub trait Manifest: DeserializeOwned {
    /// What the folder is called in messages.
    const KIND: &'static str;
    const FILE: &'static str;

    /// Values that may have several lines, by their keys: they are not shown in a row.
    const TEXTS: &'static [&'static str];

    /// The name, which is also that of the folder.
    fn name(&self) -> &str;

    fn summary(&self) -> &str;

    /// Other names.
    fn aliases(&self) -> &[String] {
        &[]
    }

    /// Whether somebody who writes this, in lower case, means it, although it is none of its names.
    fn is_meant_by(&self, _name: &str) -> bool {
        false
    }

    /// Checks what the types alone do not say.
    ///
    /// # Errors
    /// When something is wrong.
    fn check(&self, source: &Arc<Source>) -> Result<(), Problem>;
}

/// A folder with a manifest: a language pack or a template.
#[derive(Debug, Clone)]
pub struct Described<M> {
    pub manifest: M,
    /// Where it was found.
    pub origin: Origin,
    pub folder: Folder,
}

impl<M: Manifest> Described<M> {
    /// Reads the manifest in a folder.
    ///
    /// # Errors
    /// When it is missing, not text, not TOML, or says what it may not.
    pub fn load(folder: Folder, origin: Origin) -> Result<Self, Problem> {
        let shown = folder.shown(M::FILE);
        let wrong = |message: String| Problem::error("manifest", &Source::new(shown.clone(), ""), message);
        let bytes = folder.read(M::FILE).map_err(|error| wrong(format!("cannot be read: {error}")))?;
        let text =
            String::from_utf8(bytes.into_owned()).map_err(|_| wrong("is not UTF-8 text".to_owned()))?;
        let manifest = Self::parse(&Source::new(shown, text))?;
        Ok(Self { manifest, origin, folder })
    }

    /// Reads a manifest that is in no folder yet.
    ///
    /// # Errors
    /// When it is not TOML, or says what it may not.
    pub fn parse(source: &Arc<Source>) -> Result<M, Problem> {
        let manifest: M = toml_edit::de::from_str(&source.text).map_err(|error| problem(source, &error))?;
        plain::check(source, M::TEXTS)?;
        manifest.check(source)?;
        Ok(manifest)
    }
}

impl<M: Manifest> Unit for Described<M> {
    const KIND: &'static str = M::KIND;
    const MANIFEST: &'static str = M::FILE;

    fn name(&self) -> &str {
        self.manifest.name()
    }

    fn summary(&self) -> &str {
        self.manifest.summary()
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn folder(&self) -> &Folder {
        &self.folder
    }

    fn aliases(&self) -> &[String] {
        self.manifest.aliases()
    }

    fn is_meant_by(&self, name: &str) -> bool {
        self.manifest.is_meant_by(name)
    }

    fn load(folder: Folder, origin: Origin) -> Result<Self, Problem> {
        Self::load(folder, origin)
    }
}

fn problem(source: &Arc<Source>, error: &toml_edit::de::Error) -> Problem {
    let message = error.message().trim_end();
    let problem = Problem::error("manifest", source, message.lines().next().unwrap_or_default());
    let problem = match unknown_field(message) {
        Some((wrong, known)) => problem.advise(suggest::help(wrong, known)),
        None => problem.advise("`operation:explain language-packs` and `operation:explain templates` list what a manifest may contain"),
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

/// The same, at a place in the value: keys, and indices from 0.
pub fn wrong_at(source: &Arc<Source>, key: &str, place: &str, words: &str) -> Problem {
    Problem::error("manifest", source, format!("`{key}` {words}")).at(span(&source.text, place))
}

fn span(text: &str, place: &str) -> Option<Range<usize>> {
    let document = toml_edit::Document::parse(text).ok()?;
    let mut item = document.as_item();
    for part in place.split('.') {
        item = match part.parse::<usize>() {
            Ok(index) => item.get(index)?,
            Err(_) => item.get(part)?,
        };
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
