//! The files of a task's folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::error::CodeError;
use crate::catalog::Pack;
use crate::files;

/// More files than this are refused: nobody's function has them, somebody's home folder does.
pub const MAX_FILES: usize = 10_000;
/// With what is passed over, no more than this is looked at.
const MOST_SEEN: usize = 10 * MAX_FILES;
/// Larger code than this is refused, in bytes.
pub const MAX_BYTES: u64 = 64 << 20;

/// A folder that is being listed.
pub struct Walk<'a> {
    pub folder: PathBuf,
    /// The folder as shown to people.
    pub shown: String,
    /// `tasks/` without symlinks: nothing may lie outside.
    pub tasks: &'a Path,
    /// The pack whose patterns say what is passed over.
    pub pack: Option<&'a Pack>,
}

#[derive(Debug)]
pub struct Listing {
    /// Relative paths with forward slashes, sorted.
    pub files: Vec<String>,
    /// Why it ended before its end.
    pub stopped: Option<CodeError>,
}

impl Walk<'_> {
    /// Lists the folder and those below it.
    ///
    /// # Errors
    /// When something in it cannot be read or may not be in it.
    pub fn list(&self) -> Result<Listing, CodeError> {
        let (mut files, mut bytes, mut seen, mut stopped) = (Vec::new(), 0, 0, None);
        let mut folders = vec![String::new()];
        while let Some(prefix) = folders.pop() {
            let folder = self.folder.join(&prefix);
            let entries =
                files::list(self.tasks, &folder).map_err(|error| self.unreadable(&prefix, &error))?;
            seen += entries.len() + 1;
            if seen > MOST_SEEN {
                let what = format!("more than {MOST_SEEN} files and folders");
                stopped = Some(CodeError::TooMuch { shown: self.shown.clone(), what });
                break;
            }
            for entry in entries {
                let name = entry.file_name();
                let Some(name) = name.to_str() else {
                    return Err(self.odd(&format!("{prefix}{}", name.to_string_lossy()), NOT_UTF8));
                };
                if name.starts_with('.') || self.pack.is_some_and(|pack| pack.ignores(name)) {
                    continue;
                }
                let path = format!("{prefix}{name}");
                match self.kind(&entry, &path)? {
                    Kind::Folder => folders.push(format!("{path}/")),
                    Kind::File(size) => {
                        bytes += size;
                        files.push(path);
                    }
                }
                // The rest is listed nevertheless: it shows whose code it is, which decides what is passed over.
                if stopped.is_none() {
                    let shown = || self.shown.clone();
                    let too_much = too_much(files.len(), bytes);
                    stopped = too_much.map(|what| CodeError::TooMuch { shown: shown(), what });
                }
            }
        }
        files.sort();
        Ok(Listing { files, stopped })
    }

    fn kind(&self, entry: &fs::DirEntry, path: &str) -> Result<Kind, CodeError> {
        let kind = entry.file_type().map_err(|error| self.unreadable(path, &error))?;
        if kind.is_dir() {
            return Ok(Kind::Folder);
        }
        if kind.is_symlink() {
            let real = fs::canonicalize(entry.path()).map_err(|error| self.unreadable(path, &error))?;
            if !real.starts_with(self.tasks) {
                return Err(self.odd(path, LEAVES));
            }
            if real.is_dir() {
                return Err(self.odd(path, LINKED_FOLDER));
            }
        }
        let meta = fs::metadata(entry.path()).map_err(|error| self.unreadable(path, &error))?;
        if meta.is_file() { Ok(Kind::File(meta.len())) } else { Err(self.odd(path, SPECIAL)) }
    }

    fn unreadable(&self, path: &str, error: &io::Error) -> CodeError {
        unreadable(&join(&self.shown, path), error)
    }

    fn odd(&self, path: &str, (what, help): Odd) -> CodeError {
        CodeError::Odd { shown: join(&self.shown, path), what, help }
    }
}

enum Kind {
    Folder,
    File(u64),
}

/// What a file is that may not be there, and what to do.
pub type Odd = (&'static str, &'static str);
const NOT_UTF8: Odd = ("not named in UTF-8", "rename the file");
const LINKED_FOLDER: Odd = (
    "a link to a folder",
    "replace the link with the folder itself: its files are copied to where they are compiled",
);
/// For a link that points outside of `tasks/`.
pub const LEAVES: Odd = ("a link that points outside of `tasks/`", "replace the link with the file itself");
/// For a task whose only file is one that its language pack leaves out.
pub const PASSED_OVER: Odd =
    ("excluded by its language pack, as tests are", "name the file that has the function");
/// For devices, sockets and named pipes.
pub const SPECIAL: Odd = ("neither a file nor a folder", "remove it, or name another file");

/// Says what there is too much of.
pub fn too_much(files: usize, bytes: u64) -> Option<String> {
    if files > MAX_FILES {
        Some(format!("more than {MAX_FILES} files"))
    } else if bytes > MAX_BYTES {
        Some(format!("more than {} MiB", MAX_BYTES >> 20))
    } else {
        None
    }
}

/// What the system said about a file.
pub fn unreadable(shown: &str, error: &io::Error) -> CodeError {
    // The system's number in parentheses says nothing to people.
    let words = error.to_string();
    let words = words.split(" (os error").next().unwrap_or(&words).to_lowercase();
    CodeError::Unreadable { shown: shown.to_owned(), words }
}

/// A path below a folder, as shown.
pub fn join(folder: &str, path: &str) -> String {
    if path.is_empty() { folder.to_owned() } else { format!("{folder}/{}", path.trim_end_matches('/')) }
}
