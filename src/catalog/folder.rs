//! The files of a language pack or template, wherever they are: in the binary or on disk.

use std::borrow::Cow;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use include_dir::Dir;

const REPOSITORY: &str = ".git";

/// A folder in the binary or on disk. Paths below it are relative, with forward slashes.
#[derive(Debug, Clone)]
pub enum Folder {
    /// Built into PELATO.
    BuiltIn(&'static Dir<'static>),
    Disk(PathBuf),
}

impl Folder {
    /// A file's bytes.
    ///
    /// # Errors
    /// When there is no such file, or it cannot be read.
    pub fn read(&self, path: &str) -> io::Result<Cow<'static, [u8]>> {
        match self {
            Self::BuiltIn(dir) => match dir.get_file(dir.path().join(path)) {
                Some(file) => Ok(Cow::Borrowed(file.contents())),
                None => Err(io::ErrorKind::NotFound.into()),
            },
            Self::Disk(root) => fs::read(root.join(path)).map(Cow::Owned),
        }
    }

    /// All files below a folder of this one, as paths relative to that folder, sorted.
    ///
    /// # Errors
    /// When a folder cannot be listed. A missing folder has no files.
    pub fn files(&self, below: &str) -> io::Result<Vec<String>> {
        let mut found = Vec::new();
        match self {
            // A folder does not find itself.
            Self::BuiltIn(dir) if below.is_empty() => list_built_in(dir, dir.path(), &mut found),
            Self::BuiltIn(dir) => {
                let base = dir.path().join(below);
                if let Some(below) = dir.get_dir(&base) {
                    list_built_in(below, &base, &mut found);
                }
            }
            Self::Disk(root) => list_disk(&root.join(below), "", &mut found)?,
        }
        found.sort();
        Ok(found)
    }

    /// How a file of the folder is named in messages.
    pub fn shown(&self, path: &str) -> String {
        match self {
            Self::BuiltIn(dir) => format!("<built in>/{}", dir.path().join(path).display()),
            Self::Disk(root) => root.join(path).display().to_string(),
        }
    }
}

fn list_built_in(dir: &Dir<'_>, base: &Path, found: &mut Vec<String>) {
    for file in dir.files() {
        if let Ok(path) = file.path().strip_prefix(base) {
            found.push(slashed(path));
        }
    }
    for sub in dir.dirs() {
        list_built_in(sub, base, found);
    }
}

fn list_disk(folder: &Path, prefix: &str, found: &mut Vec<String>) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let kind = entry.file_type()?;
        if kind.is_dir() && entry.file_name() == REPOSITORY {
            // The repository that it is kept in is no part of it.
        } else if kind.is_dir() {
            list_disk(&entry.path(), &format!("{name}/"), found)?;
        } else if kind.is_file() {
            found.push(name);
        } else {
            // A folder has to be whole in itself: what it leads to would be used, and no digest would tell.
            let words = format!("{name} is a link, or no file");
            return Err(io::Error::new(io::ErrorKind::InvalidData, words));
        }
    }
    Ok(())
}

/// A relative path with forward slashes.
pub fn slashed(path: &Path) -> String {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}
