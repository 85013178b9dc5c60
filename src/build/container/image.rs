//! A toolchain image, and how one is asked for.

use std::path::{Path, PathBuf};

use super::engine::Engine;
use crate::project::lock_file::{Digest, LockedImage};
use crate::remedy::Restriction;

/// An image with a compiler that satisfies its pack.
#[derive(Debug, Clone)]
pub struct Image {
    pub engine: Engine,
    pub name: String,
    /// Its content's digest.
    pub id: String,
    /// What the registry had under the pack's name for it, if it was fetched by that name just now.
    pub fetched: Option<LockedImage>,
    /// The compiler, if it is not the image's own.
    pub installed: Option<Installed>,
}

/// How a pack's image is to be found.
#[derive(Debug, Clone, Copy)]
pub struct Order<'a> {
    /// What the project remembers of it.
    pub locked: Option<&'a Digest>,
    /// Whether what the registry has now is wanted, whatever is there or remembered.
    pub newest: bool,
    pub cache: &'a Path,
    /// What forbids fetching one.
    pub forbidden: Option<Restriction>,
}

/// A compiler that was installed for an image.
#[derive(Debug, Clone)]
pub struct Installed {
    pub(super) folder: PathBuf,
    pub(super) env: Vec<String>,
}
