//! Why what is allowed cannot be read, changed or relied on.

use std::io;
use std::path::Path;

use crate::files::FileError;
use crate::remedy::{Argument, Operation};
use crate::report::Problem;

/// Why something may not be done, or why that is not known.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum TrustError {
    /// The folder of what is allowed, or a file in it, cannot be used.
    #[error("cannot {doing} {path}")]
    #[diagnostic(
        code(pelato::trust::folder),
        help(
            "check the permissions there and that the disk is not full; `PELATO_STATE` sets another folder"
        )
    )]
    Folder { doing: &'static str, path: String, source: io::Error },
    #[error(transparent)]
    #[diagnostic(transparent)]
    Write(#[from] FileError),
    /// The file of what is allowed makes no sense.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Broken(Box<Problem>),
    /// Something that only this user may change or read.
    #[error("{path} is open to other users: its mode is {mode:o}")]
    #[diagnostic(code(pelato::trust::exposed), help("check its content, then close it: chmod go= {path}"))]
    Exposed { path: String, mode: u32 },
    /// Somebody else has made it.
    #[error("{path} belongs to another user")]
    #[diagnostic(code(pelato::trust::foreign), help("`PELATO_STATE` sets another folder"))]
    Foreign { path: String },
    #[error("{path} is not a key: it has {bytes} bytes")]
    #[diagnostic(
        code(pelato::trust::key),
        help("delete it: PELATO makes a new one, and builds all components again")
    )]
    Key { path: String, bytes: u64 },
    #[error("nothing that is allowed has the id `{id}`")]
    #[diagnostic(code(pelato::trust::unknown), help("{} shows the ids", Operation::TrustList))]
    Unknown { id: String },
    /// Nobody has allowed it, and nobody could be asked.
    #[error("{what} is not allowed on this machine")]
    #[diagnostic(
        code(pelato::trust::not_allowed),
        help(
            "{look}; then {} allows it from now on, and {} only this time; in CI, set `PELATO_TRUST=1` in the environment",
            Operation::TrustAllow,
            Argument::Trust
        )
    )]
    NotAllowed {
        what: String,
        /// What to look at before.
        look: String,
    },
    /// A person was asked, and said no.
    #[error("{what} was not allowed")]
    #[diagnostic(code(pelato::trust::refused), help("nothing of it was run"))]
    Refused { what: String },
    /// A person was asked, and ended the command.
    #[error("cancelled")]
    #[diagnostic(code(pelato::trust::cancelled))]
    Cancelled,
}

impl TrustError {
    pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.display().to_string();
        move |source| Self::Folder { doing, path, source }
    }
}

/// Refuses a file that others may use.
#[cfg(unix)]
pub(super) fn closed(path: &Path, metadata: &std::fs::Metadata, forbidden: u32) -> Result<(), TrustError> {
    use std::os::unix::fs::PermissionsExt;
    let mode = metadata.permissions().mode() & 0o7777;
    use std::os::unix::fs::MetadataExt;
    let me = rustix::process::geteuid();
    // Root may be at work in the home of somebody else.
    if !me.is_root() && metadata.uid() != me.as_raw() && metadata.uid() != 0 {
        return Err(TrustError::Foreign { path: path.display().to_string() });
    }
    match mode & forbidden {
        0 => Ok(()),
        _ => Err(TrustError::Exposed { path: path.display().to_string(), mode }),
    }
}

#[cfg(not(unix))]
pub(super) fn closed(_: &Path, _: &std::fs::Metadata, _: u32) -> Result<(), TrustError> {
    Ok(())
}
