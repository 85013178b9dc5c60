//! What was found out about a machine.

use std::path::PathBuf;
use std::sync::Arc;

use miette::Diagnostic;

use crate::catalog::Pack;
use crate::text::with_causes;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// As it should be.
    Ok,
    /// Worth knowing; the project does without.
    Note,
    /// The project needs it otherwise.
    Problem,
}

impl std::fmt::Display for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Ok => "ok",
            Self::Note => "note",
            Self::Problem => "problem",
        })
    }
}

/// A remedy that PELATO can do by itself.
#[derive(Debug, Clone)]
pub enum Fix {
    Folder(PathBuf),
    /// Copy the template of the settings.
    EnvFile,
    /// Install the pinned compiler of a pack.
    Toolchain(Arc<Pack>),
    /// Fetch the toolchain image of a pack.
    Image(Arc<Pack>),
}

/// One thing about a machine.
#[derive(Debug, Clone)]
pub struct Finding {
    pub state: State,
    pub found: String,
    pub remedy: Option<String>,
    /// The same, as PELATO does it.
    pub fix: Option<Fix>,
}

impl Finding {
    pub fn ok(found: impl Into<String>) -> Self {
        Self { state: State::Ok, found: found.into(), remedy: None, fix: None }
    }

    /// Worth knowing.
    pub fn note(found: impl Into<String>) -> Self {
        Self { state: State::Note, ..Self::ok(found) }
    }

    /// Something is not there or not well; that is a problem only if it is needed.
    pub fn lacking(needed: bool, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        let state = if needed { State::Problem } else { State::Note };
        Self { state, remedy: Some(remedy.into()), ..Self::ok(found) }
    }

    /// The same, in the words of the error that a command would end with.
    pub fn of(needed: bool, error: &dyn Diagnostic) -> Self {
        let remedy = error.help().map(|help| help.to_string());
        Self { remedy, ..Self::lacking(needed, with_causes(error, "; "), "") }
    }

    /// With a remedy that PELATO can do.
    pub fn mended_by(self, fix: Fix) -> Self {
        Self { fix: Some(fix), ..self }
    }
}
