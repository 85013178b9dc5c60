//! Why a template cannot be made or does not pass.

use crate::files::FileError;
use crate::remedy::Argument;
use crate::report::Problem;

/// Why a template cannot be made or does not pass. Nothing has been changed.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum TemplateError {
    #[error("there is no template in {place}")]
    #[diagnostic(code(pelato::template::no_template), help("a template is a folder with a template.toml"))]
    NoTemplate { place: String },
    /// A value of a new template makes its manifest wrong.
    #[error("the {what} is not valid: {words}")]
    #[diagnostic(code(pelato::template::value), help("set it with {argument}"))]
    Value { what: &'static str, words: String, argument: Argument },
    /// A template has no sources to begin with.
    #[error("the template `{template}` has no sources of its trigger")]
    #[diagnostic(
        code(pelato::template::no_source),
        help("leave {} out; or begin with one that has them: {known}", Argument::Source)
    )]
    NoSource { template: String, known: String },
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
    Unreadable { path: String, source: std::io::Error },
    /// Some checks failed; the table says which.
    #[error("the template `{template}` failed these checks: {}", .failed.join(", "))]
    #[diagnostic(code(pelato::template::checks_failed))]
    ChecksFailed { template: String, failed: Vec<&'static str> },
    /// A place to try a template out cannot be made.
    #[error("cannot create a temporary folder for the check of the template")]
    #[diagnostic(
        code(pelato::template::fixture),
        help("check that the disk is not full; TMPDIR sets the folder for temporary files")
    )]
    Fixture(#[source] std::io::Error),
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
