//! What is meant by the path of a folder, or a name, or by neither: for commands that look at one pack or template.

use std::path::Path;

use super::{CatalogError, Collection, Folder, Unit};

#[derive(Debug)]
pub enum Selector {
    /// The unit in this folder, and what to call it. It may be broken.
    Found(String, Folder),
    /// Nothing was said, and this folder has none.
    Unnamed,
    /// A path was said, and there is none.
    Missing(String),
}

/// Finds what is meant, seen from the folder `here`. A folder that has a unit in it comes before a name.
///
/// # Errors
/// When a name was said that no unit has.
pub fn select<T: Unit>(
    named: Option<&str>,
    here: &Path,
    collection: &Collection<T>,
) -> Result<Selector, CatalogError> {
    let path = here.join(named.unwrap_or("."));
    if path.join(T::MANIFEST).is_file() {
        let real = std::fs::canonicalize(&path).unwrap_or(path);
        return Ok(Selector::Found(super::file_name(&real), Folder::Disk(real)));
    }
    match named {
        None => Ok(Selector::Unnamed),
        Some(named) if Path::new(named).components().count() > 1 || path.is_dir() => {
            Ok(Selector::Missing(named.to_owned()))
        }
        Some(name) => {
            let (name, folder) = collection.folder(name)?;
            Ok(Selector::Found(name, folder))
        }
    }
}
