//! Single files: written beside their place, then put into it in one step, and never outside of the folder that they
//! belong to.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use super::FileError;
use super::place::{Refusal, inside, parent};
use super::temporary::{Keep, Temporary};

/// Writes a file in `root` whole: in place of the one there, or a new one. A link stays a link: its target is replaced,
/// if it is in `root`, too. The mode stays.
///
/// # Errors
/// When it cannot be written, or leads out of `root`; what was there is then as it was.
pub fn replace(root: &Path, path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let failed = |error| FileError::io("write", path, error);
    if fs::symlink_metadata(path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
        return write_new(root, path, bytes);
    }
    let target = inside(root, path).map_err(failed)?;
    let old = file_metadata(&target, path)?;
    // Renaming would pass over the protection that somebody gave this file.
    if old.permissions().readonly() {
        return Err(failed(io::ErrorKind::PermissionDenied.into()));
    }
    let temporary = Temporary::with(parent(&target), bytes, Keep::Safe).map_err(failed)?;
    keep_owner_and_mode(temporary.as_file(), &old).map_err(failed)?;
    temporary.put(&target).map_err(failed)?;
    sync_folder(parent(&target));
    Ok(())
}

/// As [`replace`], but nobody else may read a new one.
///
/// # Errors
/// As [`replace`].
pub fn replace_private(root: &Path, path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    if fs::symlink_metadata(path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
        return write_new_private(root, path, bytes);
    }
    replace(root, path, bytes)
}

/// Writes a file in `root` that does not exist yet, and never overwrites one that does.
///
/// # Errors
/// When something is there already, it leads out of `root`, or cannot be written; nothing is there then.
pub fn write_new(root: &Path, path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    write_new_as(root, path, |folder| Temporary::with(folder, bytes, Keep::Safe))
}

/// As [`write_new`], but nobody else may read it: it will contain passwords.
///
/// # Errors
/// As [`write_new`].
pub fn write_new_private(root: &Path, path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    write_new_as(root, path, |folder| Temporary::private(folder, bytes))
}

fn write_new_as(
    root: &Path,
    path: &Path,
    fill: impl FnOnce(&Path) -> io::Result<Temporary>,
) -> Result<(), FileError> {
    let failed = |error| FileError::io("write", path, error);
    if fs::symlink_metadata(path).is_ok() {
        return Err(FileError::Exists { path: path.display().to_string() });
    }
    let target = inside(root, path).map_err(failed)?;
    fill(parent(&target)).and_then(|temporary| temporary.put_new(&target)).map_err(failed)?;
    sync_folder(parent(&target));
    Ok(())
}

/// Puts a file into a folder in `root` that is PELATO's own, over whatever file or link is there. It need not survive a
/// power cut: it can be made again, and is written faster so.
///
/// # Errors
/// When it cannot be written; what was there is then as it was.
pub fn overwrite(root: &Path, path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let write = || {
        let target = itself(root, path)?;
        Temporary::with(parent(&target), bytes, Keep::Fast)?.put(&target)
    };
    write().map_err(|error| FileError::io("write", path, error))
}

/// Makes a folder in `root` and those above it that are missing.
///
/// # Errors
/// When it leads out of `root` or cannot be made.
pub fn create_folder(root: &Path, path: &Path) -> io::Result<()> {
    fs::create_dir_all(inside(root, path)?)
}

/// Moves a file or folder of `root` to another place in `root`. A link is moved itself.
///
/// # Errors
/// When a place leads out of `root`, or it cannot be moved.
pub fn rename(root: &Path, from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(itself(root, from)?, itself(root, to)?)
}

/// Removes a file, a link, or a folder with everything in it. Links are removed, never followed.
///
/// # Errors
/// When it is not there, leads out of `root`, or cannot be removed.
pub fn remove(root: &Path, path: &Path) -> io::Result<()> {
    delete(&itself(root, path)?)
}

/// The same without a look at where it is.
pub(super) fn delete(path: &Path) -> io::Result<()> {
    if fs::symlink_metadata(path)?.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }
}

/// The place of a path in `root` without following a link that stands there.
fn itself(root: &Path, path: &Path) -> io::Result<std::path::PathBuf> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    Ok(inside(root, parent(path))?.join(name))
}

/// Opens a file in `root` to be locked, and makes it, empty, if it is not there. It is no link, and nobody waits for it.
///
/// # Errors
/// When it is something else, leads out of `root`, or cannot be made.
pub fn open_lock(root: &Path, path: &Path) -> io::Result<File> {
    let real = itself(root, path)?;
    match fs::symlink_metadata(&real) {
        Ok(metadata) if metadata.is_symlink() => return Err(Refusal::Link.into()),
        Ok(metadata) if !metadata.is_file() => return Err(Refusal::NotAFile.into()),
        _ => {}
    }
    let mut options = File::options();
    options.create(true).truncate(false).write(true);
    super::read::without_waiting(&mut options);
    let file = options.open(real)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(Refusal::NotAFile.into()) }
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

#[cfg(test)]
mod tests;
