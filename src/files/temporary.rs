//! Files and folders that are being filled, and what is left of them when their program was killed.
//!
//! Each is locked by whoever fills it, until it is in its place. The system gives the lock back when a program ends, however
//! that happens: what has such a name and is not locked is nobody's, and is removed by whoever comes next.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile, TempDir};

use super::place::inside;

/// Whether a file has to survive a power cut. What can be made again need not, and is written faster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    Safe,
    Fast,
}

/// What their names begin with.
pub(crate) const PREFIX: &str = ".pelato-tmp-";
/// How many random characters follow.
const RANDOM: usize = 12;
/// How often one is made again that was taken for a leftover between being made and being locked.
const ATTEMPTS: usize = 10;

/// An empty folder that is removed when it is dropped. `TMPDIR` may name a folder that does not exist: where there is a
/// `TMPDIR`, `/tmp` does.
///
/// # Errors
/// When neither can be written to.
pub fn scratch_folder() -> io::Result<TempDir> {
    tempfile::tempdir().or_else(|_| tempfile::tempdir_in("/tmp"))
}

fn builder() -> Builder<'static, 'static> {
    let mut builder = Builder::new();
    builder.prefix(PREFIX).rand_bytes(RANDOM);
    builder
}

/// A file that removes itself unless it is put into its place.
pub(super) struct Temporary(NamedTempFile);

impl Temporary {
    /// With the mode of any program's new file.
    pub fn with(folder: &Path, bytes: &[u8], keep: Keep) -> io::Result<Self> {
        let mut builder = builder();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // The system takes away what the user's umask says.
            builder.permissions(fs::Permissions::from_mode(0o666));
        }
        Self::filled(&builder, folder, bytes, keep)
    }

    /// For the user alone.
    pub fn private(folder: &Path, bytes: &[u8]) -> io::Result<Self> {
        Self::filled(&builder(), folder, bytes, Keep::Safe)
    }

    fn filled(builder: &Builder<'_, '_>, folder: &Path, bytes: &[u8], keep: Keep) -> io::Result<Self> {
        let mut file = locked(|| {
            let file = builder.tempfile_in(folder)?;
            let handle = file.as_file().try_clone()?;
            Ok((file, handle))
        })?
        .0;
        file.write_all(bytes)?;
        if keep == Keep::Safe {
            file.as_file().sync_all()?;
        }
        Ok(Self(file))
    }

    pub fn as_file(&self) -> &File {
        self.0.as_file()
    }

    /// Puts it over what is there.
    pub fn put(self, target: &Path) -> io::Result<()> {
        self.0.persist(target).map(drop).map_err(|error| error.error)
    }

    /// Puts it where nothing is.
    pub fn put_new(self, target: &Path) -> io::Result<()> {
        self.0.persist_noclobber(target).map(drop).map_err(|error| error.error)
    }
}

/// A folder to fill that removes itself, also after its program was killed: see [`sweep`].
#[derive(Debug)]
pub struct Staging {
    folder: TempDir,
    _lock: File,
}

impl Staging {
    /// Makes one in a folder that is in `root`, and removes there what killed programs have left.
    ///
    /// # Errors
    /// When that leads out of `root`, or the folder cannot be made.
    pub fn new(root: &Path, folder: &Path) -> io::Result<Self> {
        let real = inside(root, folder)?;
        sweep(&real);
        let (folder, lock) = locked(|| {
            let made = builder().tempdir_in(&real)?;
            let handle = File::open(made.path())?;
            Ok((made, handle))
        })?;
        Ok(Self { folder, _lock: lock })
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A folder in it with the usual mode, as it itself is closed to others.
    pub(super) fn inner(&self) -> io::Result<PathBuf> {
        let inner = self.path().join("new");
        fs::create_dir(&inner)?;
        Ok(inner)
    }
}

/// Makes something and locks it. Somebody who sweeps may come between the two: then it is gone, and made again.
fn locked<T>(make: impl Fn() -> io::Result<(T, File)>) -> io::Result<(T, File)> {
    for _ in 0..ATTEMPTS {
        let (made, handle) = make()?;
        // Not every file system can lock. There nothing is swept, either.
        let is_mine = match handle.try_lock() {
            Err(fs::TryLockError::WouldBlock) => false,
            Ok(()) | Err(fs::TryLockError::Error(_)) => is_there(&handle)?,
        };
        if is_mine {
            return Ok((made, handle));
        }
    }
    Err(io::Error::other("other programs remove it again and again"))
}

#[cfg(unix)]
fn is_there(handle: &File) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    Ok(handle.metadata()?.nlink() > 0)
}

#[cfg(not(unix))]
fn is_there(_: &File) -> io::Result<bool> {
    Ok(true)
}

/// Removes from a folder what killed programs have left there. What is being filled, or cannot be removed, stays.
pub fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let random = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
        let is_ours = random.is_some_and(|random| {
            random.len() == RANDOM && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
        let kind = entry.file_type().ok().filter(|kind| is_ours && (kind.is_file() || kind.is_dir()));
        let Some(kind) = kind else { continue };
        // Nothing else is opened: a pipe would be waited for.
        let Ok(handle) = File::open(entry.path()) else { continue };
        if handle.try_lock().is_ok() {
            let _ =
                if kind.is_dir() { fs::remove_dir_all(entry.path()) } else { fs::remove_file(entry.path()) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn only_what_nobody_fills_is_swept() {
        let root = tempfile::tempdir().unwrap();
        let write = |name: &str| fs::write(root.path().join(name), "").unwrap();
        write(".pelato-tmp-aBcDeF012345");
        write(".pelato-tmp-mine");
        write(".pelato-tmp-0123456789.a");
        write(".pelato-backup");
        fs::create_dir_all(root.path().join(".pelato-tmp-012345678901/new")).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink("/", root.path().join(".pelato-tmp-abcdefabcdef")).unwrap();
        #[cfg(unix)]
        for name in ["pipe", ".pelato-tmp-pipepipepipe"] {
            let pipe = root.path().join(name);
            assert!(std::process::Command::new("mkfifo").arg(pipe).status().unwrap().success());
        }
        let file = Temporary::with(root.path(), b"x", Keep::Fast).unwrap();
        let folder = Staging::new(root.path(), root.path()).unwrap();
        sweep(root.path());
        assert!(file.0.path().exists() && folder.path().exists());
        file.put(&root.path().join("x")).unwrap();
        drop(folder);
        let mut left = names(root.path());
        left.retain(|name| name != ".pelato-tmp-abcdefabcdef" && !name.contains("pipe"));
        assert_eq!(left, [".pelato-backup", ".pelato-tmp-0123456789.a", ".pelato-tmp-mine", "x"]);
    }

    #[test]
    fn one_that_is_swept_before_it_is_locked_is_made_again() {
        let root = tempfile::tempdir().unwrap();
        let times = std::cell::Cell::new(0);
        let (file, _) = locked(|| {
            let file = builder().tempfile_in(root.path())?;
            let handle = file.as_file().try_clone()?;
            times.set(times.get() + 1);
            if times.get() == 1 {
                sweep(root.path());
            }
            Ok((file, handle))
        })
        .unwrap();
        assert_eq!(times.get(), 2);
        assert!(file.path().exists());
    }
}
