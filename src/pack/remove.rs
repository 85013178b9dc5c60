//! Taking a pack away that was added.

use std::fs;
use std::path::PathBuf;

use super::{Home, PackError, content};
use crate::catalog::{Folder, PACKS_FOLDER};
use crate::files::{self, FileError};

/// Takes a pack away, with its pin. Gives the folder that is gone. One's own packs stay.
///
/// # Errors
/// When there is none of that name, it is somebody's own, or was changed since it was added and not `force`.
pub fn remove(home: &Home, name: &str, force: bool, elsewhere: &str) -> Result<PathBuf, PackError> {
    let folder = home.folder(name);
    let lock_file = home.lock_file()?;
    let is_there = fs::symlink_metadata(&folder).is_ok();
    let Some(pin) = lock_file.pack(name) else {
        let shown = folder.display().to_string();
        return Err(match is_there {
            true => PackError::NotManaged { folder: shown },
            false => PackError::NotAdded {
                name: name.to_owned(),
                place: home.root.join(PACKS_FOLDER).display().to_string(),
                help: elsewhere.to_owned(),
            },
        });
    };
    if is_there {
        let changes = content::changes(&content::read(&Folder::Disk(folder.clone()))?, pin);
        if let Some(changes) = changes.filter(|_| !force) {
            return Err(PackError::ModifiedLocally { name: name.to_owned(), changes });
        }
        let failed = |error| FileError::io("remove", &folder, error);
        // Out of its place in one step: half a pack would be a broken one.
        let away = files::Staging::new(&home.root, &home.root).map_err(failed)?;
        files::rename(&home.root, &folder, &away.path().join("old")).map_err(failed)?;
    }
    lock_file.pin(name, None)?;
    Ok(folder)
}
