//! Single files: written beside their place, then put into it in one step.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::FileError;
use super::error::parent;

/// What files begin with while they are being written.
pub(crate) const PREFIX: &str = ".pelato-";

/// Whether a file has to survive a power cut. What can be made again need not, and is written faster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    Safe,
    Fast,
}

/// Writes a file whole: in place of the one there, or a new one. A link stays a link: its target is replaced. The mode
/// stays.
///
/// # Errors
/// When it cannot be written; what was there is then as it was.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let failed = |error| FileError::io("write", path, error);
    if fs::symlink_metadata(path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
        return write_new(path, bytes);
    }
    let target = fs::canonicalize(path).map_err(failed)?;
    let old = file_metadata(&target, path)?;
    // Renaming would pass over the protection that somebody gave this file.
    if old.permissions().readonly() {
        return Err(failed(io::ErrorKind::PermissionDenied.into()));
    }
    let temporary = fill(&target, bytes, Keep::Safe).map_err(failed)?;
    keep_owner_and_mode(temporary.as_file(), &old).map_err(failed)?;
    put(temporary, &target).map_err(failed)?;
    sync_folder(parent(&target));
    Ok(())
}

/// Writes a file that does not exist yet, and never overwrites one that does.
///
/// # Errors
/// When something is there already, or it cannot be written; nothing is there then.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    if fs::symlink_metadata(path).is_ok() {
        return Err(FileError::Exists { path: path.display().to_string() });
    }
    let temporary = fill(path, bytes, Keep::Safe).map_err(|error| FileError::io("write", path, error))?;
    temporary.persist_noclobber(path).map_err(|error| FileError::io("write", path, error.error))?;
    sync_folder(parent(path));
    Ok(())
}

/// Puts a file into a folder that is PELATO's own, over whatever file is there. It need not survive a power cut: it can
/// be made again, and is written faster so.
///
/// # Errors
/// When it cannot be written; what was there is then as it was.
pub fn overwrite(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    fill(path, bytes, Keep::Fast)
        .and_then(|temporary| put(temporary, path))
        .map_err(|error| FileError::io("write", path, error))
}

/// Writes a new file of a folder that nobody else sees yet.
pub(super) fn create(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let fill = || {
        let mut file = File::create_new(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    fill().map_err(|error| FileError::io("write", path, error))
}

fn file_metadata(target: &Path, shown: &Path) -> Result<fs::Metadata, FileError> {
    let metadata = fs::metadata(target).map_err(|error| FileError::io("read", shown, error))?;
    let path = shown.display().to_string();
    if metadata.is_dir() {
        return Err(FileError::IsFolder { path });
    }
    if !metadata.is_file() {
        return Err(FileError::NotAFile { path });
    }
    Ok(metadata)
}

/// A temporary file beside `target` with the content; it removes itself unless it is put into place.
fn fill(target: &Path, bytes: &[u8], keep: Keep) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As any program's new file; the system takes away what the user's umask says.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut temporary = builder.tempfile_in(parent(target))?;
    temporary.write_all(bytes)?;
    if keep == Keep::Safe {
        temporary.as_file().sync_all()?;
    }
    Ok(temporary)
}

fn put(temporary: NamedTempFile, target: &Path) -> io::Result<()> {
    temporary.persist(target).map(drop).map_err(|error| error.error)
}

fn keep_owner_and_mode(file: &File, old: &fs::Metadata) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, fchown};
        let new = file.metadata()?;
        // Root edits a user's file: it stays the user's. Others may not give files away, and need not.
        if (new.uid(), new.gid()) != (old.uid(), old.gid()) {
            let _ = fchown(file, Some(old.uid()), Some(old.gid()));
        }
    }
    file.set_permissions(old.permissions())
}

/// Makes a rename survive a power cut, where the system can.
pub(super) fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

/// A folder for temporary things, beside or in a folder of the user.
pub(super) fn staging(folder: &Path) -> io::Result<(tempfile::TempDir, PathBuf)> {
    let hidden = tempfile::Builder::new().prefix(PREFIX).tempdir_in(folder)?;
    // The hidden folder is closed to others; the one that is moved into place gets the usual mode.
    let inner = hidden.path().join("new");
    fs::create_dir(&inner)?;
    Ok((hidden, inner))
}

#[cfg(test)]
mod tests;
