//! A page → its file.

use std::io::{ErrorKind, Read};
use std::path::Path;

use super::page::MARK;
use crate::files::{self, FileError};
use crate::remedy::{Argument, Operation};

/// The marker of a page is within this many first bytes.
const HEAD: u64 = 1024;

/// Why a page was not written. The existing file is unchanged.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum WriteError {
    /// A file that PELATO did not write exists.
    #[error("{path} already exists and was not written by {}", Operation::Report)]
    #[diagnostic(
        code(pelato::report::not_a_report),
        help("choose another name with {}, or replace it with {}", Argument::Output, Argument::Force)
    )]
    NotAReport { path: String },
    #[error(transparent)]
    #[diagnostic(transparent)]
    File(#[from] FileError),
}

/// Writes a page. An existing page is replaced; another file only with `force`.
///
/// # Errors
/// When another file exists, or it cannot be written.
pub fn write(path: &Path, page: &str, force: bool) -> Result<(), WriteError> {
    if !force && !may_replace(path)? {
        return Err(WriteError::NotAReport { path: path.display().to_string() });
    }
    // The user names it.
    Ok(files::replace(files::anywhere(), path, page.as_bytes())?)
}

fn may_replace(path: &Path) -> Result<bool, FileError> {
    // Anything but a regular file cannot be replaced; writing reports that.
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => {}
        _ => return Ok(true),
    }
    let mut head = Vec::new();
    let read = files::open(files::anywhere(), path).and_then(|file| file.take(HEAD).read_to_end(&mut head));
    match read {
        Ok(_) => Ok(head.windows(MARK.len()).any(|window| window == MARK.as_bytes())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(true),
        Err(error) => Err(FileError::io("read", path, error)),
    }
}
