//! A command line as far as it has to be known before it is parsed.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ColorChoice, ValueEnum};

use crate::ui::Colour;

/// The arguments of a command line.
pub struct Raw<'a>(pub &'a [OsString]);

impl Raw<'_> {
    fn before_dashes(&self) -> impl Iterator<Item = &OsString> {
        self.0.iter().take_while(|argument| *argument != "--")
    }

    /// Whether a flag or a word is among them.
    pub fn has(&self, word: &str) -> bool {
        self.before_dashes().any(|argument| argument == word)
    }

    /// Every argument with the one after it.
    pub fn pairs(&self) -> impl Iterator<Item = (String, String)> {
        let text = |argument: &OsString| argument.to_string_lossy().into_owned();
        self.before_dashes().zip(self.before_dashes().skip(1)).map(move |(one, next)| (text(one), text(next)))
    }

    /// The value of a flag, in any of the ways to write it.
    pub fn value(&self, long: &str, short: Option<&str>) -> Option<String> {
        let mut arguments = self.before_dashes().map(|argument| argument.to_string_lossy());
        while let Some(argument) = arguments.next() {
            if argument == long || short.is_some_and(|short| argument == short) {
                return arguments.next().map(|value| value.into_owned());
            }
            let glued = argument.strip_prefix(long).and_then(|rest| rest.strip_prefix('='));
            let short = short.and_then(|short| argument.strip_prefix(short));
            if let Some(value) = glued.or(short.map(|value| value.trim_start_matches('='))) {
                return Some(value.to_owned());
            }
        }
        None
    }

    /// The folder of the project, if it is named.
    pub fn project(&self) -> Option<PathBuf> {
        self.value("--project", Some("-C")).map(PathBuf::from)
    }

    /// When help and errors of the parser are coloured.
    pub fn colour(&self) -> ColorChoice {
        let named = self.value("--color", None).and_then(|name| Colour::from_str(&name, false).ok());
        match named.unwrap_or(Colour::Auto) {
            Colour::Auto => ColorChoice::Auto,
            Colour::Always => ColorChoice::Always,
            Colour::Never => ColorChoice::Never,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(words: &str) -> Vec<OsString> {
        words.split(' ').map(OsString::from).collect()
    }

    #[test]
    fn values_are_found_however_they_are_written() {
        for words in ["new -C a", "new -Ca", "new -C=a", "--project a new", "--project=a", "x -Ca -- -Cb"] {
            assert_eq!(Raw(&raw(words)).project(), Some("a".into()), "{words}");
        }
        assert_eq!(Raw(&raw("new -- -C a --json")).project(), None);
        assert!(!Raw(&raw("new -- --json")).has("--json"));
        assert_eq!(Raw(&raw("new --color=never")).colour(), ColorChoice::Never);
        assert_eq!(Raw(&raw("new --color often")).colour(), ColorChoice::Auto);
    }
}
