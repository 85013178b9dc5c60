//! Why a pack cannot be made, added, taken away or used.

use crate::files::FileError;
use crate::project::lock_file::LockFileError;
use crate::remedy::{Argument, Operation, Remedy};
use crate::report::Problem;
use crate::trust::TrustError;

/// Why a pack cannot be made, added, taken away or used. Nothing has been changed.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum PackError {
    /// Something that is neither a folder nor a repository.
    #[error("`{text}` {why}")]
    #[diagnostic(code(pelato::pack::source))]
    Source {
        text: String,
        why: &'static str,
        #[help]
        help: String,
    },
    #[error("there is no program `git`, which fetches {url}")]
    #[diagnostic(
        code(pelato::pack::no_git),
        help("install git, or fetch the repository in another way and name its folder")
    )]
    NoGit { url: String },
    /// The repository or its revision cannot be had.
    #[error("cannot fetch {what}: {words}")]
    #[diagnostic(
        code(pelato::pack::fetch),
        help(
            "check the address, and that the revision is a tag, a branch or a full commit: `git ls-remote {url}` lists them"
        )
    )]
    Fetch { what: String, url: String, words: String },
    #[error("there is no language pack in {place}")]
    #[diagnostic(
        code(pelato::pack::no_pack),
        help("a pack is a folder with a pack.toml: at the top, or below language-packs/")
    )]
    NoPack { place: String },
    /// Several packs, and none was chosen.
    #[error("there are several language packs in {place}: {}", .names.join(", "))]
    #[diagnostic(code(pelato::pack::multiple), help("choose one: {}", Argument::Pack.with(.names.first().map_or("NAME", String::as_str))))]
    Multiple { place: String, names: Vec<String> },
    /// The pack that was chosen is not there.
    #[error("there is no language pack `{name}` in {place}")]
    #[diagnostic(code(pelato::pack::not_found))]
    NotFound {
        name: String,
        place: String,
        /// The nearest name, or all of them.
        #[help]
        help: String,
    },
    #[error(transparent)]
    #[diagnostic(transparent)]
    Manifest(Box<Problem>),
    #[error("{folder} already exists and was not added by PELATO")]
    #[diagnostic(
        code(pelato::pack::not_managed),
        help("it is your own pack: move or delete it yourself; PELATO does not overwrite what you wrote")
    )]
    NotManaged { folder: String },
    /// There is no such pack to be taken away.
    #[error("there is no language pack `{name}` in {place}")]
    #[diagnostic(code(pelato::pack::not_added))]
    NotAdded {
        name: String,
        place: String,
        #[help]
        help: String,
    },
    /// A pack was changed since it was added, and would be taken away.
    #[error("the language pack `{name}` has changed since it was added: {changes}")]
    #[diagnostic(
        code(pelato::pack::modified_locally),
        help("{} removes it anyway; the changes are lost", Argument::Force)
    )]
    ModifiedLocally { name: String, changes: String },
    /// A pack is not any more what was added.
    #[error("the language pack `{name}` has changed since it was added: {changes}")]
    #[diagnostic(
        code(pelato::pack::digest_mismatch),
        help(
            "{again} adds it again, without the changes; to keep them as your own, remove [packs.{name}] from pelato.lock"
        )
    )]
    DigestMismatch { name: String, changes: String, again: Remedy },
    /// A pack that was added is gone.
    #[error(
        "the language pack `{name}` is pinned in pelato.lock but missing from the project, and another one of this name would be used"
    )]
    #[diagnostic(code(pelato::pack::missing), help("{again} restores it; {} removes it from pelato.lock", Operation::PackRemove.on(name)))]
    Missing { name: String, again: Remedy },
    /// A file of a pack cannot be read.
    #[error("cannot read {path}")]
    #[diagnostic(
        code(pelato::pack::unreadable),
        help("check that it exists and that you have read permission")
    )]
    Unreadable { path: String, source: std::io::Error },
    #[error("{path} is too large for a language pack: it has more than 2000 files or 64 MiB")]
    #[diagnostic(
        code(pelato::pack::too_large),
        help("a pack contains text files; its `toolchain.install` installs the compiler")
    )]
    TooLarge { path: String },
    /// A value of a new pack makes its manifest wrong.
    #[error("the {what} is not valid: {words}")]
    #[diagnostic(code(pelato::pack::value), help("set it with {argument}"))]
    Value { what: &'static str, words: String, argument: Argument },
    /// Some checks failed; the table says which.
    #[error("the language pack `{pack}` failed these checks: {}", .failed.join(", "))]
    #[diagnostic(code(pelato::pack::checks_failed))]
    ChecksFailed { pack: String, failed: Vec<&'static str> },
    /// A place to try a pack out cannot be made.
    #[error("cannot create a temporary folder for the check of the pack")]
    #[diagnostic(
        code(pelato::pack::fixture),
        help("check that the disk is not full; TMPDIR sets the folder for temporary files")
    )]
    Fixture(#[source] std::io::Error),
    /// `pelato.lock` cannot be used.
    #[error(transparent)]
    #[diagnostic(transparent)]
    LockFile(#[from] LockFileError),
    /// What is allowed cannot be remembered.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Trust(#[from] TrustError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Write(#[from] FileError),
}

impl PackError {
    /// Whether a value on the command line is at fault.
    pub fn is_usage(&self) -> bool {
        matches!(
            self,
            Self::Source { .. }
                | Self::Multiple { .. }
                | Self::NotFound { .. }
                | Self::Value { .. }
                | Self::NotManaged { .. }
        )
    }

    /// Whether a server is at fault.
    pub fn is_network(&self) -> bool {
        matches!(self, Self::Fetch { .. })
    }

    /// Whether a file of the project or of a pack is at fault.
    pub fn is_project(&self) -> bool {
        match self {
            Self::LockFile(error) => !matches!(error, LockFileError::Write(_)),
            Self::Write(_) | Self::Trust(_) | Self::Fixture(_) | Self::NoGit { .. } => false,
            other => !other.is_usage() && !other.is_network(),
        }
    }
}

impl From<Problem> for PackError {
    fn from(problem: Problem) -> Self {
        Self::Manifest(Box::new(problem))
    }
}
