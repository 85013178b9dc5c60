//! Adding a pack of others: what is offered is shown first, and written when somebody has agreed.

use std::fs;
use std::path::Path;

use super::{Home, PackError, Source, content, fetch, find};
use crate::catalog::pack::{MANIFEST, runs};
use crate::catalog::{Catalog, Folder, Origin, Pack, Unit};
use crate::files::{self, FileError, Files, Staging};
use crate::project::lock_file::Pin;
use crate::trust::{Grant, Store};

#[derive(Debug)]
pub struct Offer {
    pub name: String,
    pub summary: String,
    pub pin: Pin,
    /// What is in its place now.
    pub before: Before,
    /// Everything in its manifest that decides what is run, and with what environment: key and value.
    pub runs: Vec<[String; 2]>,
    /// Whether it takes the place of a built-in pack.
    pub hides: bool,
    /// Where it goes.
    pub home: Home,
    files: Files,
}

/// What is in the place of a pack that could be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Before {
    Nothing,
    /// The same, with the same pin.
    Same,
    /// Another state of it.
    Other,
    /// What was added before, and changed since.
    Edited {
        changes: String,
    },
}

/// Reads or fetches a pack, and says what adding it would mean. Nothing of it is run, and nothing is written.
///
/// # Errors
/// When it cannot be had, is not a pack, or somebody's own pack has its name.
pub fn offer(source: &Source, wanted: Option<&str>, home: Home) -> Result<Offer, PackError> {
    match source {
        Source::Folder { path, named } => offered(path, wanted, named, None, source, home),
        Source::Git { url, revision } => {
            let checkout = fetch::fetch(url, revision.as_deref())?;
            offered(checkout.folder.path(), wanted, url, Some(checkout.commit), source, home)
        }
    }
}

fn offered(
    root: &Path,
    wanted: Option<&str>,
    place: &str,
    commit: Option<String>,
    source: &Source,
    home: Home,
) -> Result<Offer, PackError> {
    let folder = Folder::Disk(find::find(root, wanted, place)?);
    let pack = Pack::load(folder, home.origin.clone())?;
    let files = content::read(&pack.folder)?;
    let pin = Pin {
        source: source.named().to_owned(),
        revision: source.revision().map(str::to_owned),
        commit,
        content: content::digest(&files),
        files: content::digests(&files),
    };
    let name = pack.name().to_owned();
    let before = before(&home, &name, &pin)?;
    let manifest = files.get(MANIFEST).map(Vec::as_slice).unwrap_or_default();
    Ok(Offer {
        summary: pack.summary().to_owned(),
        runs: runs(&String::from_utf8_lossy(manifest)),
        hides: Catalog::built_in().packs.get(&name).is_ok(),
        name,
        pin,
        before,
        home,
        files,
    })
}

fn before(home: &Home, name: &str, pin: &Pin) -> Result<Before, PackError> {
    let folder = home.folder(name);
    if fs::symlink_metadata(&folder).is_err() {
        return Ok(Before::Nothing);
    }
    let lock_file = home.lock_file()?;
    let Some(old) = lock_file.pack(name) else {
        return Err(PackError::NotManaged { folder: folder.display().to_string() });
    };
    Ok(match content::changes(&content::read(&Folder::Disk(folder))?, old) {
        Some(changes) => Before::Edited { changes },
        None if old == pin => Before::Same,
        None => Before::Other,
    })
}

impl Offer {
    /// Puts the pack into its place, pins it, and allows its commands.
    ///
    /// # Errors
    /// When something cannot be written.
    pub fn accept(&self, store: &Store) -> Result<(), PackError> {
        store.allow(&[self.grant()])?;
        let folder = self.home.folder(&self.name);
        let root = self.home.root.as_path();
        let packs = folder.parent().unwrap_or(root);
        let failed = |error| FileError::io("write", packs, error);
        files::create_folder(root, packs).map_err(failed)?;
        let staging = Staging::new(root, root).map_err(failed)?;
        let (new, old) = (staging.path().join("new"), staging.path().join("old"));
        files::create_tree(staging.path(), &new, &self.files)?;
        // If this is interrupted, what is there differs from its pin, and is not used.
        if fs::symlink_metadata(&folder).is_ok() {
            files::rename(root, &folder, &old).map_err(failed)?;
        }
        files::rename(root, &new, &folder).map_err(|error| {
            let _ = files::rename(root, &old, &folder);
            failed(error)
        })?;
        Ok(self.home.lock_file()?.pin(&self.name, Some(&self.pin))?)
    }

    /// What is allowed when it is accepted.
    pub fn grant(&self) -> Grant {
        Grant::Pack { name: self.name.clone(), content: self.pin.content.as_str().to_owned() }
    }

    /// Where it is kept, for a person.
    pub fn place(&self) -> &'static str {
        if self.home.origin == Origin::User { "your own folder" } else { "this project" }
    }
}
