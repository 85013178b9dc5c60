//! How a person is asked.

use super::Grant;

/// What is to be allowed, and all that a person has to know for an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// What an answer allows.
    pub grants: Vec<Grant>,
    /// What would be done, for an error: `running the commands of the language pack \`zig\``.
    pub what: String,
    /// What to look at, for an error: `look at language-packs/zig/pack.toml`.
    pub look: String,
    /// What it is about, and everything that would be run, the most important last. Texts are as they were written: they
    /// have to be made safe before they are shown.
    pub rows: Vec<Row>,
    /// What else should be known, each a sentence.
    pub warnings: Vec<String>,
    /// What is asked.
    pub question: String,
}

/// A name, and what is to be known under it.
pub type Row = [String; 2];

/// What became of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Allowed, now and later.
    Always,
    /// Allowed this time.
    Once,
    No,
    /// Nobody could be asked.
    Nobody,
    /// The person wants all of it to end.
    Cancelled,
}

/// Gives consent, or asks somebody for it. It may block: it is called where that is allowed.
pub trait Consent: Send + Sync {
    fn ask(&self, request: &Request) -> Answer;
}

/// Allows everything, and remembers nothing: for machines that are thrown away, such as those of a CI.
#[derive(Debug, Clone, Copy)]
pub struct AllowAll;

/// Allows nothing but what was allowed before.
#[derive(Debug, Clone, Copy)]
pub struct AllowNothing;

impl Consent for AllowAll {
    /// Whoever lets the code of a project run does not let it choose who receives their secrets.
    fn ask(&self, request: &Request) -> Answer {
        let sends = |grant: &Grant| matches!(grant, Grant::Secret { .. });
        if request.grants.iter().any(sends) { Answer::Nobody } else { Answer::Once }
    }
}

impl Consent for AllowNothing {
    fn ask(&self, _: &Request) -> Answer {
        Answer::Nobody
    }
}
