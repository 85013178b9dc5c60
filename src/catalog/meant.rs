//! What is meant by the path of a folder, or a name, or by neither: for commands that look at one pack or template.

use std::path::Path;

use super::{CatalogError, Folder, Shelf, Unit};

/// What is meant.
#[derive(Debug)]
pub enum Meant {
    /// The unit in this folder, and what to call it. It may be broken.
    This(String, Folder),
    /// Nothing was said, and this folder has none.
    NotHere,
    /// A path was said, and there is none.
    NotThere(String),
}

/// Finds what is meant, seen from the folder `here`. A folder that has a unit in it comes before a name.
///
/// # Errors
/// When a name was said that no unit has.
pub fn meant<T: Unit>(named: Option<&str>, here: &Path, shelf: &Shelf<T>) -> Result<Meant, CatalogError> {
    let path = here.join(named.unwrap_or("."));
    if path.join(T::MANIFEST).is_file() {
        let real = std::fs::canonicalize(&path).unwrap_or(path);
        return Ok(Meant::This(super::file_name(&real), Folder::Disk(real)));
    }
    match named {
        None => Ok(Meant::NotHere),
        Some(named) if Path::new(named).components().count() > 1 || path.is_dir() => {
            Ok(Meant::NotThere(named.to_owned()))
        }
        Some(name) => {
            let (name, folder) = shelf.folder(name)?;
            Ok(Meant::This(name, folder))
        }
    }
}
