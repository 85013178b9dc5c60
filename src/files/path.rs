//! Paths that cannot leave the folder they are relative to.

use std::borrow::Borrow;
use std::fmt;
use std::path::{Path, PathBuf};

use super::FileError;

/// A relative path with forward slashes that stays below its folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelPath(String);

impl RelPath {
    /// Takes a path such as `tasks/a/main.go`.
    ///
    /// # Errors
    /// When it is empty or absolute, or has `.`, `..`, a backslash or a control character in it.
    pub fn new(path: impl Into<String>) -> Result<Self, FileError> {
        let path = path.into();
        let bad_part = |part: &str| matches!(part, "" | "." | "..");
        let bad_char = |c: char| c == '\\' || c.is_control();
        if path.split('/').any(bad_part) || path.contains(bad_char) || Path::new(&path).has_root() {
            return Err(FileError::OutsideFolder { path });
        }
        Ok(Self(path))
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn below(&self, folder: &Path) -> PathBuf {
        folder.join(&self.0)
    }

    /// The folders above it, the nearest first.
    pub(super) fn folders(&self) -> impl Iterator<Item = &str> {
        self.0.rmatch_indices('/').map(|(at, _)| &self.0[..at])
    }
}

impl fmt::Display for RelPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Borrow<str> for RelPath {
    fn borrow(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_that_stay_inside_are_taken() {
        for good in ["a", "a/b.go", ".gitignore", "a b/ü", "...", "-x"] {
            assert_eq!(RelPath::new(good).unwrap().as_str(), good);
        }
        for bad in ["", "/a", "a/", "a//b", "..", "a/../b", "./a", "a\\b", "a\nb", "a\0"] {
            assert!(matches!(RelPath::new(bad), Err(FileError::OutsideFolder { .. })), "{bad:?}");
        }
    }

    #[test]
    fn folders_above_are_named_from_the_nearest() {
        let path = RelPath::new("a/b/c").unwrap();
        assert_eq!(path.folders().collect::<Vec<_>>(), ["a/b", "a"]);
    }
}
