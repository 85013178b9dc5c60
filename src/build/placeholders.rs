//! The words of a pack's commands and environment, with what their placeholders stand for.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};

use crate::text::placeholders::{Piece, pieces};

/// Values by placeholder, such as `output` for `{output}`. They are taken as they are: bytes that are not UTF-8 stay, and
/// braces in them have no meaning.
#[derive(Debug, Clone, Default)]
pub struct Fill(Vec<(&'static str, OsString)>);

impl Fill {
    /// With these values, and `{home}`: the folder that the caller's environment says.
    pub fn new<V: AsRef<OsStr>>(values: impl IntoIterator<Item = (&'static str, V)>) -> Self {
        let home = std::env::var_os("HOME").unwrap_or_default();
        let values = values.into_iter().map(|(name, value)| (name, value.as_ref().to_owned()));
        Self(values.chain([("home", home)]).collect())
    }

    /// A word of a command. Manifests are checked: there are no other placeholders.
    pub fn word(&self, word: &str) -> OsString {
        let mut filled = OsString::new();
        for piece in pieces(word) {
            match piece {
                Piece::Text(text) => filled.push(text),
                Piece::Placeholder(name) => {
                    let value = self.0.iter().find(|(known, _)| *known == name);
                    value.into_iter().for_each(|(_, value)| filled.push(value));
                }
            }
        }
        filled
    }

    /// A command line.
    pub fn words(&self, words: &[String]) -> Vec<OsString> {
        words.iter().map(|word| self.word(word)).collect()
    }

    pub fn env<'a>(
        &'a self,
        env: &'a BTreeMap<String, String>,
    ) -> impl Iterator<Item = (String, OsString)> + 'a {
        env.iter().map(|(name, value)| (name.clone(), self.word(value)))
    }
}

/// The same inside a container, where all paths are text.
#[derive(Debug, Clone)]
pub struct FillInside(Fill);

impl FillInside {
    /// With these values, of which one is `{home}`.
    pub fn new(values: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        Self(Fill(values.into_iter().map(|(name, value)| (name, value.into())).collect()))
    }

    /// A command line.
    pub fn words(&self, words: &[String]) -> Vec<String> {
        self.0.words(words).into_iter().map(text).collect()
    }

    /// `NAME=value`
    pub fn env(&self, env: &BTreeMap<String, String>) -> Vec<String> {
        self.0.env(env).map(|(name, value)| format!("{name}={}", text(value))).collect()
    }
}

fn text(value: OsString) -> String {
    value.into_string().unwrap_or_else(|value| value.to_string_lossy().into_owned())
}

/// A command line as it is shown to people.
pub fn shown(words: &[OsString]) -> String {
    words.iter().map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_taken_as_they_are() {
        let fill = FillInside::new([
            ("output", "/{work}/{home}/o".to_owned()),
            ("work", "/{output}".to_owned()),
            ("home", "/h".to_owned()),
        ]);
        let words = ["--emit=link={output}".to_owned(), "{home}/x={work}".to_owned(), "{{work}}".to_owned()];
        assert_eq!(fill.words(&words), ["--emit=link=/{work}/{home}/o", "/h/x=/{output}", "{work}"]);
    }

    #[cfg(unix)]
    #[test]
    fn bytes_that_are_not_utf_8_stay() {
        use std::os::unix::ffi::OsStrExt;
        let fill = Fill::new([("output", OsStr::from_bytes(b"/a\xff/o"))]);
        assert_eq!(fill.word("-o{output}.x").as_bytes(), b"-o/a\xff/o.x");
    }
}
