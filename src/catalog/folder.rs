//! The files of a language pack or template, wherever they are: in the binary or on disk.

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};

use include_dir::Dir;

use crate::files::{self, Refusal, SOURCE};

/// More files than this are not looked at.
const MOST_FILES: usize = 10_000;
/// No part of a pack or template: the repository that it is kept in, and what file managers leave behind.
const NO_PART: [&str; 4] = [".git", ".DS_Store", "Thumbs.db", "desktop.ini"];
/// What such a name begins with where macOS keeps a file's attributes in another file.
const ATTRIBUTES: &str = "._";

/// A folder in the binary or on disk. Paths below it are relative, with forward slashes.
#[derive(Debug, Clone)]
pub enum Folder {
    /// Built into PELATO.
    BuiltIn(&'static Dir<'static>),
    Disk(PathBuf),
}

impl Folder {
    /// A file's bytes; the lines of a text end with `\n` alone. Git writes them with `\r\n` where it is configured so, and
    /// that must change neither a digest nor what is done with the file.
    ///
    /// # Errors
    /// When there is no such file, or it cannot be read.
    pub fn read(&self, path: &str) -> io::Result<Cow<'static, [u8]>> {
        match self {
            Self::BuiltIn(dir) => match dir.get_file(dir.path().join(path)) {
                Some(file) => Ok(Cow::Borrowed(file.contents())),
                None => Err(io::ErrorKind::NotFound.into()),
            },
            Self::Disk(root) => {
                files::read(root, &root.join(path), SOURCE).map(|bytes| Cow::Owned(with_line_feeds(bytes)))
            }
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
            Self::Disk(root) => list_disk(root, &root.join(below), &mut found)?,
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

fn list_disk(root: &Path, folder: &Path, found: &mut Vec<String>) -> io::Result<()> {
    let mut folders = vec![(folder.to_owned(), String::new())];
    let mut seen = 0;
    while let Some((folder, prefix)) = folders.pop() {
        let entries = match files::list(root, &folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound && prefix.is_empty() => return Ok(()),
            Err(error) => return Err(error),
        };
        seen += entries.len();
        if seen > MOST_FILES {
            return Err(Refusal::TooMany { most: MOST_FILES }.into());
        }
        for entry in entries {
            let name = entry.file_name().to_string_lossy().into_owned();
            if NO_PART.contains(&name.as_str()) || name.starts_with(ATTRIBUTES) {
                continue;
            }
            let path = format!("{prefix}{name}");
            let kind = entry.file_type()?;
            if kind.is_dir() {
                folders.push((entry.path(), format!("{path}/")));
            } else if kind.is_file() {
                found.push(path);
            } else {
                // A folder has to be whole in itself: what it leads to would be used, and no digest would tell.
                return Err(io::Error::other(format!("{path} is a link, or no file")));
            }
        }
    }
    Ok(())
}

/// A text with `\n` in place of `\r\n`. What has a zero byte is no text, as for git.
fn with_line_feeds(bytes: Vec<u8>) -> Vec<u8> {
    if !bytes.windows(2).any(|pair| pair == b"\r\n") || bytes.contains(&0) {
        return bytes;
    }
    let mut rest = bytes.iter().copied().peekable();
    let mut text = Vec::with_capacity(bytes.len());
    while let Some(byte) = rest.next() {
        if byte != b'\r' || rest.peek() != Some(&b'\n') {
            text.push(byte);
        }
    }
    text
}

/// A relative path with forward slashes.
pub fn slashed(path: &Path) -> String {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_are_those_of_the_repository() {
        for (bytes, read) in [
            (&b"a\r\nb\r\n"[..], &b"a\nb\n"[..]),
            (b"a\nb\r", b"a\nb\r"),
            (b"a\r\r\n\xff", b"a\r\n\xff"),
            (b"\0asm\r\n", b"\0asm\r\n"),
            (b"", b""),
        ] {
            assert_eq!(with_line_feeds(bytes.to_vec()), read, "{bytes:?}");
        }
    }
}
