//! Why settings cannot be used.

use std::fmt;

use super::disclosure::{Disclosure, Rank};
use super::keys::ENV_FILE;
use crate::postgres::PostgresError;
use crate::report::Problem;

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A flag of the command line, by its name.
    Flag(&'static str),
    Environment,
    /// The project's `.env`.
    EnvFile,
    /// Nobody set it.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) => f.pad(name),
            Self::Environment => f.pad("environment"),
            Self::EnvFile => f.pad(ENV_FILE),
            Self::Default => f.pad("default"),
        }
    }
}

impl From<&Origin> for Rank {
    fn from(origin: &Origin) -> Self {
        match origin {
            Origin::Flag(_) | Origin::Environment => Self::User,
            Origin::EnvFile => Self::Project,
            Origin::Default => Self::Default,
        }
    }
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum SettingsError {
    /// `.env` cannot be read.
    #[error("cannot read {path}")]
    #[diagnostic(
        code(pelato::settings::unreadable),
        help("check that it is a UTF-8 text file and that you have read permission")
    )]
    Unreadable { path: String, source: std::io::Error },
    /// A line of `.env` is no setting.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Line(#[from] Problem),
    /// A value that its setting does not take.
    #[error("{name} is `{value}` ({place}), which is not {expected}")]
    #[diagnostic(code(pelato::settings::value))]
    Value {
        name: &'static str,
        value: String,
        /// Where it came from, with the line if it is in a file.
        place: String,
        expected: &'static str,
        #[help]
        help: String,
    },
    /// A variable of the environment is not UTF-8.
    #[error("the variable {name} of the environment is not UTF-8 text")]
    #[diagnostic(
        code(pelato::settings::not_text),
        help("set it again, or put it into {ENV_FILE} as UTF-8 text")
    )]
    NotText { name: String },
    /// The project would decide who receives a secret of the user, or whether a server is reached safely.
    #[error("{0}")]
    #[diagnostic(
        code(pelato::settings::disclosure),
        help(
            "if that is intended, set {} in the environment as well, as CI has to, or allow it once when PELATO asks on a terminal",
            .0.weaker()
        )
    )]
    Disclosure(Disclosure),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Postgres(#[from] PostgresError),
}
