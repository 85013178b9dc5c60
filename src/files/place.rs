//! Where a path leads, and whether that is still in the folder that it should be in.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The root of a path that the user has named: it may lead anywhere.
pub fn anywhere() -> &'static Path {
    Path::new("/")
}

/// Why a file is not touched, whatever rights there are. It is the inner error of an [`io::Error`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("it is neither a file nor a folder")]
    NotAFile,
    #[error("it is larger than {}", size(*.most))]
    TooLarge { most: u64 },
    #[error("it leads out of {root} through a symbolic link, to {target}")]
    Outside { root: String, target: String },
    #[error("it is a symbolic link")]
    Link,
    #[error("the folder contains more than {most} files")]
    TooMany { most: usize },
}

impl Refusal {
    /// The refusal that an error of the system is.
    pub fn of(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }
}

impl From<Refusal> for io::Error {
    fn from(refusal: Refusal) -> Self {
        Self::other(refusal)
    }
}

fn size(bytes: u64) -> String {
    if bytes >= 1 << 20 { format!("{} MiB", bytes >> 20) } else { format!("{} KiB", bytes >> 10) }
}

/// Where a path leads when all links are followed. What does not exist yet may be missing at its end.
///
/// # Errors
/// When that is not in `root`, or a link leads to nothing.
pub(super) fn inside(root: &Path, path: &Path) -> io::Result<PathBuf> {
    let real = resolve(path)?;
    let root = resolve(root)?;
    if real.starts_with(&root) {
        return Ok(real);
    }
    Err(Refusal::Outside { root: root.display().to_string(), target: real.display().to_string() }.into())
}

fn resolve(path: &Path) -> io::Result<PathBuf> {
    // An empty path is the current folder everywhere but here.
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    match fs::canonicalize(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let Some(name) = path.file_name().filter(|_| fs::symlink_metadata(path).is_err()) else {
                // A link to nothing: what is written there would appear where it leads.
                return Err(error);
            };
            Ok(resolve(parent(path))?.join(name))
        }
        other => other,
    }
}

/// Whether a path leads to a place in `root`. What is not there leads nowhere.
pub fn is_inside(root: &Path, path: &Path) -> bool {
    fs::symlink_metadata(path).is_err() || inside(root, path).is_ok()
}

/// The folder that a path is in; `.` for a bare name.
pub(crate) fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) => Path::new("."),
        None => path,
    }
}
