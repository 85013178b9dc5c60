//! A whole folder of files: all of it, or nothing.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::place::{inside, parent};
use super::temporary::Staging;
use super::write::{create, delete, sync_folder};
use super::{FileError, RelPath};

pub type Files = BTreeMap<RelPath, Vec<u8>>;

/// Makes a folder in `root` with files in it. The folder may exist if it is empty. On an error nothing is there that was
/// not there before; after a cut in power or a kill, at most a hidden folder beside it, which is removed by whoever
/// writes there next.
///
/// # Errors
/// When the folder has something in it, leads out of `root`, or cannot be made.
pub fn create_tree(root: &Path, folder: &Path, files: &Files) -> Result<(), FileError> {
    if let Err(error) = inside(root, folder).map(drop)
        && super::Refusal::of(&error).is_some()
    {
        return Err(FileError::io("write", folder, error));
    }
    match fs::symlink_metadata(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => create_new(folder, files),
        Err(error) => Err(FileError::io("access", folder, error)),
        Ok(_) if folder.is_dir() => fill_empty(folder, files),
        Ok(metadata) if metadata.is_file() => Err(FileError::IsFile { path: shown(folder) }),
        Ok(_) => Err(FileError::Exists { path: shown(folder) }),
    }
}

fn create_new(folder: &Path, files: &Files) -> Result<(), FileError> {
    let above = parent(folder);
    let (hidden, inner) = staging(above).map_err(|error| FileError::io("write", folder, error))?;
    fill(&inner, files).map_err(|error| renamed(error, hidden.path(), folder))?;
    // A folder of the same name that appeared meanwhile is replaced only if it is empty.
    fs::rename(&inner, folder).map_err(|error| FileError::io("write", folder, error))?;
    sync_folder(above);
    Ok(())
}

fn staging(folder: &Path) -> io::Result<(Staging, PathBuf)> {
    let hidden = Staging::new(super::anywhere(), folder)?;
    let inner = hidden.inner()?;
    Ok((hidden, inner))
}

/// The folder itself stays (somebody may be working in it, and it has its own mode): its new entries are moved in.
fn fill_empty(folder: &Path, files: &Files) -> Result<(), FileError> {
    if has_entries(folder)? {
        return Err(FileError::Exists { path: shown(folder) });
    }
    let (hidden, inner) = staging(folder).map_err(|error| FileError::io("write", folder, error))?;
    fill(&inner, files).map_err(|error| renamed(error, hidden.path(), folder))?;
    let mut done: Vec<PathBuf> = Vec::new();
    let mut move_all = || {
        for name in entries(&inner)? {
            let target = folder.join(&name);
            fs::rename(inner.join(&name), &target)?;
            done.push(target);
        }
        Ok(())
    };
    let moved: io::Result<()> = move_all();
    moved.map_err(|error| {
        // If it cannot be taken back either, there is nothing more to be done.
        done.iter().for_each(|path| drop(delete(path)));
        FileError::io("write", folder, error)
    })?;
    sync_folder(folder);
    Ok(())
}

fn fill(folder: &Path, files: &Files) -> Result<(), FileError> {
    for (path, bytes) in files {
        let target = path.below(folder);
        let above = parent(&target);
        fs::create_dir_all(above).map_err(|error| FileError::io("write", above, error))?;
        create(&target, bytes)?;
    }
    Ok(())
}

/// People know the folder they asked for, not the hidden one.
fn renamed(error: FileError, hidden: &Path, folder: &Path) -> FileError {
    let better = |path: String| match Path::new(&path).strip_prefix(hidden.join("new")) {
        Ok(rest) => folder.join(rest).display().to_string(),
        Err(_) => path,
    };
    match error {
        FileError::DiskFull { path, source } => FileError::DiskFull { path: better(path), source },
        FileError::PermissionDenied { doing, path, source } => {
            FileError::PermissionDenied { doing, path: better(path), source }
        }
        FileError::Other { doing, path, source } => FileError::Other { doing, path: better(path), source },
        FileError::Exists { path } => FileError::Exists { path: better(path) },
        FileError::IsFile { path } => FileError::IsFile { path: better(path) },
        other => other,
    }
}

/// A folder with a file of this name in it is taken for a whole project: so that file comes last.
pub const MARKER: &str = "workflow.yaml";

/// Whether there is anything in a folder.
fn has_entries(folder: &Path) -> Result<bool, FileError> {
    let mut entries = fs::read_dir(folder).map_err(|error| FileError::io("list", folder, error))?;
    Ok(entries.next().is_some())
}

/// What is in a folder, in an order that ends with [`MARKER`].
fn entries(folder: &Path) -> io::Result<Vec<OsString>> {
    let names: io::Result<Vec<_>> = fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name())).collect();
    let mut names = names?;
    names.sort_by_key(|name| (name == MARKER, name.clone()));
    Ok(names)
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(names: &[&str]) -> Files {
        names.iter().map(|name| (RelPath::new(*name).unwrap(), name.as_bytes().to_vec())).collect()
    }

    fn is_untouched(folder: &Path, left: &[&str]) {
        let mut names: Vec<_> = entries(folder).unwrap();
        names.sort();
        assert_eq!(names, left);
    }

    #[test]
    fn a_new_folder_is_made_whole() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("p");
        create_tree(root.path(), &folder, &files(&["a", "b/c", "b/d/e"])).unwrap();
        assert_eq!(fs::read(folder.join("b/d/e")).unwrap(), b"b/d/e");
        is_untouched(root.path(), &["p"]);
    }

    #[test]
    fn an_empty_folder_is_filled_in_place() {
        let root = tempfile::tempdir().unwrap();
        create_tree(root.path(), root.path(), &files(&[".gitignore", "tasks/a", "workflow.yaml"])).unwrap();
        is_untouched(root.path(), &[".gitignore", "tasks", "workflow.yaml"]);
        let again = create_tree(root.path(), root.path(), &files(&["z"])).unwrap_err();
        assert!(matches!(again, FileError::Exists { .. }), "{again:?}");
        is_untouched(root.path(), &[".gitignore", "tasks", "workflow.yaml"]);
    }

    #[test]
    fn nothing_is_left_when_it_fails() {
        let root = tempfile::tempdir().unwrap();
        let long = "n".repeat(300);
        for folder in [root.path().join("p"), root.path().to_owned()] {
            let error = create_tree(root.path(), &folder, &files(&["a", "b/c", &long])).unwrap_err();
            assert!(
                matches!(&error, FileError::Other { path, .. } if !path.contains(".pelato-")),
                "{error:?}"
            );
            is_untouched(root.path(), &[]);
        }
        fs::write(root.path().join("f"), "").unwrap();
        let error = create_tree(root.path(), &root.path().join("f"), &files(&["a"])).unwrap_err();
        assert!(matches!(error, FileError::IsFile { .. }), "{error:?}");
        let error = create_tree(root.path(), &root.path().join("no/p"), &files(&["a"])).unwrap_err();
        assert!(matches!(error, FileError::NoFolder { .. }), "{error:?}");
        is_untouched(root.path(), &["f"]);
    }
}
