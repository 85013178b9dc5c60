//! How a run of `pelato` ended, and what it said.

use std::process::Output;

use super::Running;

/// What a command printed and how it ended.
#[derive(Debug)]
pub struct Ran {
    /// The exit code; -1 if a signal ended it.
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// Of a process that has ended and whose code has been looked at.
    pub fn of(process: &Running) -> Self {
        Self { code: -1, out: process.out(), err: process.err() }
    }

    pub fn from(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self {
            code: output.status.code().unwrap_or(-1),
            out: text(&output.stdout),
            err: text(&output.stderr),
        }
    }

    /// It ended with this code.
    #[track_caller]
    pub fn code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:#?}");
        self
    }

    #[track_caller]
    pub fn success(self) -> Self {
        self.code(0)
    }

    /// Whether it failed with this code and said all of this.
    #[track_caller]
    pub fn failed(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code, code, "{}", self.err);
        self.said(words);
    }

    /// Whether it said all of this on stderr; how lines are broken does not count.
    #[track_caller]
    pub fn said(&self, words: &[&str]) {
        has(&self.err, words);
    }

    /// Whether it printed all of this on stdout.
    #[track_caller]
    pub fn printed(&self, words: &[&str]) {
        has(&self.out, words);
    }
}

#[track_caller]
fn has(text: &str, words: &[&str]) {
    let plain = |text: &str| {
        let words = text.split(|c: char| c.is_whitespace() || "│╰─▶".contains(c));
        words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
    };
    let said = plain(text);
    for words in words {
        assert!(said.contains(&plain(words)), "{words:?} is not in:\n{text}");
    }
}
