//! Where packs of others are kept: a project, or the user's own folder.

use std::path::{Path, PathBuf};

use crate::catalog::{Origin, PACKS_FOLDER};
use crate::project::LockFile;
use crate::project::lock_file::LockFileError;
use crate::remedy::{Argument, Remedy};

/// A place for language packs, with the `pelato.lock` that pins them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// The folder that has `language-packs/` and `pelato.lock` in it.
    pub root: PathBuf,
    pub origin: Origin,
}

impl Home {
    pub fn project(root: &Path) -> Self {
        Self { root: root.to_owned(), origin: Origin::Project }
    }

    /// The user's own folder.
    pub fn user(root: &Path) -> Self {
        Self { root: root.to_owned(), origin: Origin::User }
    }

    pub fn folder(&self, name: &str) -> PathBuf {
        self.root.join(PACKS_FOLDER).join(name)
    }

    /// What is pinned here.
    ///
    /// # Errors
    /// When `pelato.lock` is wrong.
    pub fn lock_file(&self) -> Result<LockFile, LockFileError> {
        LockFile::read(&self.root)
    }

    /// An operation on packs, so that it means this place.
    pub fn remedy(&self, operation: Remedy) -> Remedy {
        if self.origin == Origin::User { operation.and(Argument::User, None) } else { operation }
    }
}
