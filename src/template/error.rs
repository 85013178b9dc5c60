//! Why a template cannot be made or does not pass.

use crate::files::FileError;
use crate::remedy::Argument;
use crate::report::Problem;

/// Why a template cannot be made or does not pass. Nothing has been changed.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum TemplateError {
    /// No template where one should be.
    #[error("there is no template in {place}")]
    #[diagnostic(code(pelato::template::no_template), help("a template is a folder with a template.toml"))]
    NoTemplate {
        /// The folder.
        place: String,
    },
    /// A value of a new template makes its manifest wrong.
    #[error("the {what} is not valid: {words}")]
    #[diagnostic(code(pelato::template::value), help("set it with {argument}"))]
    Value {
        /// What was given.
        what: &'static str,
        /// What is wrong with it.
        words: String,
        /// The argument that gives it.
        argument: Argument,
    },
    /// A template has no sources to begin with.
    #[error("the template `{template}` has no sources of its trigger")]
    #[diagnostic(
        code(pelato::template::no_source),
        help("leave {} out; or begin with one that has them: {known}", Argument::Source)
    )]
    NoSource {
        /// The template.
        template: String,
        /// Those that have them.
        known: String,
    },
    /// A template is not what a new one can be made of.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Manifest(Box<Problem>),
    /// A file of a template cannot be read.
    #[error("cannot read {path}")]
    #[diagnostic(
        code(pelato::template::unreadable),
        help("check that it exists and that you have read permission")
    )]
    Unreadable {
        /// The file.
        path: String,
        /// The system's words.
        source: std::io::Error,
    },
    /// Some checks failed; the table says which.
    #[error("the template `{template}` failed these checks: {}", .failed.join(", "))]
    #[diagnostic(code(pelato::template::checks_failed))]
    ChecksFailed {
        /// The template.
        template: String,
        /// The checks.
        failed: Vec<&'static str>,
    },
    /// A place to try a template out cannot be made.
    #[error("cannot create a temporary folder for the check of the template")]
    #[diagnostic(
        code(pelato::template::fixture),
        help("check that the disk is not full; TMPDIR sets the folder for temporary files")
    )]
    Fixture(#[source] std::io::Error),
    /// A file cannot be written.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Write(#[from] FileError),
}

impl TemplateError {
    /// Whether a value on the command line is at fault.
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::Value { .. } | Self::NoSource { .. })
    }

    /// Whether a file of a template is at fault.
    pub fn is_project(&self) -> bool {
        matches!(
            self,
            Self::NoTemplate { .. } | Self::Manifest(_) | Self::Unreadable { .. } | Self::ChecksFailed { .. }
        )
    }
}

impl From<Problem> for TemplateError {
    fn from(problem: Problem) -> Self {
        Self::Manifest(Box::new(problem))
    }
}
