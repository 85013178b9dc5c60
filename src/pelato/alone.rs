//! Whether another process runs the same project without a NATS server: the two do not hear each other.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use crate::build::record::digest;
use crate::files;

/// The folder in PELATO's cache with a file for each project that runs.
const FOLDER: &str = "running";

/// For as long as it lives, others see that the project runs.
pub(super) struct Presence {
    _file: File,
}

/// Makes it known that the project in `root` runs, and tells whether it already does.
pub(super) fn announce(root: &Path, cache: &Path) -> io::Result<(Presence, bool)> {
    let (file, runs_already) = look(root, cache)?;
    file.lock_shared()?;
    Ok((Presence { _file: file }, runs_already))
}

/// Whether a process has made known that the project in `root` runs.
pub(super) fn is_announced(root: &Path, cache: &Path) -> io::Result<bool> {
    look(root, cache).map(|(_, runs)| runs)
}

fn look(root: &Path, cache: &Path) -> io::Result<(File, bool)> {
    let folder = cache.join(FOLDER);
    files::create_folder(files::anywhere(), &folder)?;
    let root = fs::canonicalize(root)?;
    let name = digest(root.as_os_str().as_encoded_bytes());
    let file = files::open_lock(files::anywhere(), &folder.join(name))?;
    // Those that run share the lock: whoever can have it alone is the first.
    let runs = match file.try_lock() {
        Ok(()) => false,
        Err(fs::TryLockError::WouldBlock) => true,
        Err(fs::TryLockError::Error(error)) => return Err(error),
    };
    file.unlock()?;
    Ok((file, runs))
}

#[cfg(test)]
mod tests {
    use super::{announce, is_announced};

    #[test]
    fn the_second_is_told_and_the_next_after_both_is_not() {
        let (project, cache) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let other = tempfile::tempdir().unwrap();
        let announce = |root: &tempfile::TempDir| announce(root.path(), cache.path()).unwrap();
        let (first, runs) = announce(&project);
        assert!(!runs);
        assert!(!announce(&other).1, "another project");
        let (second, runs) = announce(&project);
        assert!(runs);
        drop(first);
        assert!(announce(&project).1, "the second still runs");
        assert!(is_announced(project.path(), cache.path()).unwrap());
        drop(second);
        assert!(!announce(&project).1);
    }
}
