//! Strict TOML manifests: what is wrong is pointed at in the file.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use regex::Regex;
use regex_syntax::hir::{Class, Hir, HirKind};
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

/// A regular expression in a manifest. It is compiled when it is first needed: the catalog has some hundred of them, a
/// command needs few, and each with Unicode's letters takes a millisecond.
#[derive(Debug, Clone)]
pub struct Pattern {
    text: String,
    groups: usize,
    compiled: OnceLock<Regex>,
}

impl Pattern {
    /// A larger one is compiled at once: it could exceed the 10 MiB that an expression may have. One that has a thousand
    /// ranges needs some 50 KiB.
    const SMALL: usize = 50_000;

    fn parse(text: String) -> Result<Self, regex::Error> {
        if let Ok(parsed) = regex_syntax::parse(&text)
            && size(&parsed) <= Self::SMALL
        {
            let groups = parsed.properties().explicit_captures_len();
            return Ok(Self { text, groups, compiled: OnceLock::new() });
        }
        let regex = Regex::new(&text)?;
        Ok(Self { text, groups: regex.captures_len() - 1, compiled: OnceLock::from(regex) })
    }

    /// As it is written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The number of its capture groups, without the whole.
    pub fn groups(&self) -> usize {
        self.groups
    }

    /// The compiled expression.
    pub fn regex(&self) -> &Regex {
        // It has been parsed, and is small: see `SMALL`.
        #[allow(clippy::expect_used)]
        self.compiled.get_or_init(|| Regex::new(&self.text).expect("a small expression that was parsed"))
    }
}

/// The number of bytes and of ranges of characters in an expression, with all that is repeated.
fn size(expression: &Hir) -> usize {
    match expression.kind() {
        HirKind::Literal(literal) => literal.0.len(),
        HirKind::Class(Class::Unicode(class)) => class.ranges().len(),
        HirKind::Class(Class::Bytes(class)) => class.ranges().len(),
        HirKind::Repetition(part) => {
            let times = part.max.unwrap_or_default().max(part.min).max(1);
            size(&part.sub).saturating_mul(usize::try_from(times).unwrap_or(usize::MAX))
        }
        other => other.subs().iter().map(size).fold(1, usize::saturating_add),
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(String::deserialize(deserializer)?).map_err(|error| {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_that_is_small_compiles_whatever_it_is() {
        for one in
            [r"\w", r"\W", ".", "(?i:k)", "[^a]", r"\pL", r"[\w&&\PM]", r"\b", r"(\s)", r"\w{9}", "(?:a|b)?"]
        {
            let times = Pattern::SMALL / size(&regex_syntax::parse(one).unwrap());
            let most = one.repeat(times.min(5_000));
            let pattern = Pattern::parse(most).unwrap();
            assert!(pattern.compiled.get().is_none(), "{one} {times} times");
            assert_eq!(pattern.regex().captures_len(), pattern.groups() + 1);
        }
    }

    #[test]
    fn what_is_no_pattern_or_too_large_is_refused_when_it_is_read() {
        for refused in ["(", "[z-a]", r"\w{1000}{1000}", &r"\w".repeat(20_000)] {
            assert!(Pattern::parse(refused.to_owned()).is_err(), "{refused:.20}");
        }
        let repeated = Pattern::parse("(a){3}(?<name>b)".to_owned()).unwrap();
        assert!(repeated.regex().is_match("aaab"));
        assert_eq!((repeated.groups(), repeated.text()), (2, "(a){3}(?<name>b)"));
    }
}
