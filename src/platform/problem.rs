//! What is wrong with something that is deployed.

use std::fmt;

/// Something that is wrong, in the platform's own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What it is about: a component or another part, or a host.
    pub part: String,
    /// What is wrong.
    pub words: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.part, self.words)
    }
}
