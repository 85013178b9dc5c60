//! The one way to read files: what a project contains may have been written by somebody else.
//!
//! Only regular files are read, only up to a limit, and no link leads out of the folder that the file belongs to.

use std::fs::{self, DirEntry, File, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

use super::place::{Refusal, inside};

/// The largest file that people write for PELATO: settings, manifests, locks; in bytes.
pub const TEXT: u64 = 1 << 20;
/// The largest file of somebody's code, or of a pack.
pub const SOURCE: u64 = 64 << 20;
/// The largest component.
pub const COMPONENT: u64 = 1 << 30;

/// More entries than this are not listed.
const MOST_ENTRIES: usize = 100_000;

/// Opens a regular file that is in `root`.
///
/// # Errors
/// When it is not there, no regular file, elsewhere, or cannot be read.
pub fn open(root: &Path, path: &Path) -> io::Result<File> {
    let real = inside(root, path)?;
    let is_file = |metadata: &fs::Metadata| match () {
        () if metadata.is_file() => Ok(()),
        () if metadata.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        () => Err(io::Error::from(Refusal::NotAFile)),
    };
    // Looked at before it is opened, because opening a device can do something, and afterwards, because it can have been
    // replaced meanwhile.
    is_file(&fs::symlink_metadata(&real)?)?;
    let mut options = OpenOptions::new();
    options.read(true);
    without_waiting(&mut options);
    let file = options.open(&real)?;
    is_file(&file.metadata()?)?;
    Ok(file)
}

/// Opening a pipe must not wait for its other end, and a link that has come meanwhile is not followed.
pub(super) fn without_waiting(options: &mut OpenOptions) {
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt;
        let flags = OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::NOCTTY;
        options.custom_flags(flags.bits().cast_signed());
    }
}

/// The content of a file in `root` that has at most so many bytes.
///
/// # Errors
/// As [`open`], and when it is larger.
pub fn read(root: &Path, path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let file = open(root, path)?;
    let length = file.metadata()?.len();
    if length > most {
        return Err(Refusal::TooLarge { most }.into());
    }
    let mut content = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
    // It may grow while it is read.
    file.take(most + 1).read_to_end(&mut content)?;
    if content.len() as u64 > most {
        return Err(Refusal::TooLarge { most }.into());
    }
    Ok(content)
}

/// The text of a file in `root` that has at most so many bytes.
///
/// # Errors
/// As [`read`], and when it is not UTF-8.
pub fn text(root: &Path, path: &Path, most: u64) -> io::Result<String> {
    String::from_utf8(read(root, path, most)?)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8 text"))
}

/// The text of a file in `root` that will be written if it is not there: empty then.
///
/// # Errors
/// As [`text`], and when there is a link that leads to nothing: such a file would never be written.
pub fn text_or_none(root: &Path, path: &Path, most: u64) -> io::Result<String> {
    match text(root, path, most) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Err(_) if path.symlink_metadata().is_ok() => {
            Err(io::Error::other("it is a link to what does not exist"))
        }
        found => Ok(found.unwrap_or_default()),
    }
}

/// What is in a folder that is in `root`, by name.
///
/// # Errors
/// When it is not there, elsewhere, cannot be read, or has too much in it.
pub fn list(root: &Path, folder: &Path) -> io::Result<Vec<DirEntry>> {
    let mut entries = Vec::new();
    inside(root, folder)?;
    for entry in fs::read_dir(if folder.as_os_str().is_empty() { Path::new(".") } else { folder })? {
        if entries.len() == MOST_ENTRIES {
            return Err(Refusal::TooMany { most: MOST_ENTRIES }.into());
        }
        entries.push(entry?);
    }
    entries.sort_by_key(DirEntry::file_name);
    Ok(entries)
}

/// A text that the system provides (`/proc`, `/etc`): no regular file, but of this machine.
///
/// # Errors
/// When it cannot be read.
pub fn of_system(path: &str) -> io::Result<String> {
    fs::read_to_string(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::anywhere;

    fn refused(root: &Path, name: &str) -> String {
        text(root, &root.join(name), TEXT).unwrap_err().to_string()
    }

    #[test]
    fn files_and_links_inside_are_read() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("a");
        fs::write(&file, "x").unwrap();
        assert_eq!(text(root.path(), &file, 1).unwrap(), "x");
        assert_eq!(refused(root.path(), "none"), "No such file or directory (os error 2)");
        let missing = text(root.path(), &root.path().join("no/ne"), 1).unwrap_err();
        assert_eq!(missing.kind(), io::ErrorKind::NotFound);
        fs::write(&file, "xy").unwrap();
        let large = read(root.path(), &file, 1).unwrap_err();
        assert_eq!(Refusal::of(&large), Some(&Refusal::TooLarge { most: 1 }));
        fs::create_dir(root.path().join("d")).unwrap();
        let folder = read(root.path(), &root.path().join("d"), 1).unwrap_err();
        assert_eq!(folder.kind(), io::ErrorKind::IsADirectory);
        let names = list(root.path(), root.path()).unwrap();
        assert_eq!(names.iter().map(DirEntry::file_name).collect::<Vec<_>>(), ["a", "d"]);
    }

    #[cfg(unix)]
    #[test]
    fn what_leads_out_or_has_no_end_is_refused() {
        use std::os::unix::fs::symlink;
        let (root, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let link = |to: &Path, name: &str| symlink(to, root.path().join(name)).unwrap();
        fs::write(other.path().join("secret"), "s").unwrap();
        fs::write(root.path().join("a"), "x").unwrap();
        link(Path::new("a"), "inner");
        link(&root.path().join("a"), "absolute");
        assert_eq!(text(root.path(), &root.path().join("inner"), 1).unwrap(), "x");
        assert_eq!(text(root.path(), &root.path().join("absolute"), 1).unwrap(), "x");
        link(&other.path().join("secret"), "file");
        link(other.path(), "folder");
        link(Path::new("/dev/zero"), "zero");
        link(Path::new("loop"), "loop");
        for name in ["file", "folder/secret", "zero"] {
            assert!(refused(root.path(), name).contains("through a symbolic link"), "{name}");
        }
        assert!(list(root.path(), &root.path().join("folder")).is_err());
        assert!(text(root.path(), &root.path().join("loop"), 1).is_err());
        assert_eq!(text(anywhere(), &root.path().join("file"), 1).unwrap(), "s", "the user's own path");
        let device = read(anywhere(), Path::new("/dev/zero"), 1).unwrap_err();
        assert_eq!(Refusal::of(&device), Some(&Refusal::NotAFile));
    }

    #[cfg(unix)]
    #[test]
    fn nobody_waits_for_a_pipe() {
        let root = tempfile::tempdir().unwrap();
        let pipe = root.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        let error = read(root.path(), &pipe, TEXT).unwrap_err();
        assert_eq!(Refusal::of(&error), Some(&Refusal::NotAFile));
        let mut options = OpenOptions::new();
        options.read(true);
        without_waiting(&mut options);
        assert!(options.open(&pipe).is_ok(), "also one that has come between looking and opening");
    }
}
