//! A folder that is PELATO's own: made to hold exactly what is wanted, touching only what differs.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::write::{create_folder, overwrite};
use super::{FileError, RelPath};

/// What differs between a folder and what is wanted in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Files that are new or have other content.
    pub written: Vec<RelPath>,
    /// Files and links that are not wanted, relative to the folder.
    pub removed: Vec<PathBuf>,
    /// Folders that have nothing in them (any more), the inner ones first.
    pub emptied: Vec<PathBuf>,
    /// How many files are as wanted.
    pub unchanged: usize,
}

impl Changes {
    /// Whether the folder is as wanted.
    pub fn is_empty(&self) -> bool {
        self.written.is_empty() && self.removed.is_empty() && self.emptied.is_empty()
    }

    /// Finds what differs, and changes nothing. Links are not followed; `keep` says what else may stay (by its path
    /// relative to the folder, with forward slashes).
    ///
    /// # Errors
    /// When the folder is a link or cannot be read.
    pub fn find<B: AsRef<[u8]>>(
        folder: &Path,
        wanted: &BTreeMap<RelPath, B>,
        keep: impl Fn(&str) -> bool,
    ) -> Result<Self, FileError> {
        let mut finder = Finder {
            folder,
            is_wanted: &|path| wanted.contains_key(path),
            folders: wanted.keys().flat_map(RelPath::folders).collect(),
            keep: &keep,
            changes: Self::default(),
        };
        match fs::symlink_metadata(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(FileError::io("access", folder, error)),
            Ok(metadata) if metadata.is_symlink() => {
                return Err(FileError::SymbolicLink { path: shown(folder) });
            }
            Ok(metadata) if !metadata.is_dir() => return Err(FileError::IsFile { path: shown(folder) }),
            Ok(_) => drop(finder.below("")?),
        }
        let mut changes = finder.changes;
        for (path, bytes) in wanted {
            // Behind a link, or where something else stands, nothing is as wanted, whatever is there.
            let in_the_way = |above: &str| changes.removed.iter().any(|gone| gone == Path::new(above));
            let is_behind = in_the_way(path.as_str()) || path.folders().any(in_the_way);
            if !is_behind && holds(&path.below(folder), bytes.as_ref())? {
                changes.unchanged += 1;
            } else {
                changes.written.push(path.clone());
            }
        }
        Ok(changes)
    }
}

/// Makes a folder hold exactly `wanted` (and what `keep` says may stay): writes what differs, removes what is stale
/// and what has become empty, and does not touch the rest. Links in it are removed, never followed.
///
/// # Errors
/// When the folder is a link, or something in it cannot be written or removed; each file is then old or new.
pub fn sync<B: AsRef<[u8]>>(
    folder: &Path,
    wanted: &BTreeMap<RelPath, B>,
    keep: impl Fn(&str) -> bool,
) -> Result<Changes, FileError> {
    let changes = Changes::find(folder, wanted, keep)?;
    for path in changes.removed.iter().map(|path| folder.join(path)) {
        fs::remove_file(&path).map_err(|error| FileError::io("remove", &path, error))?;
    }
    for path in changes.emptied.iter().map(|path| folder.join(path)) {
        fs::remove_dir(&path).map_err(|error| FileError::io("remove", &path, error))?;
    }
    for path in &changes.written {
        let target = path.below(folder);
        let above = super::place::parent(&target);
        // The folder itself is no link, which was seen when looking for changes.
        fs::create_dir_all(folder).map_err(|error| FileError::io("create the folder", folder, error))?;
        create_folder(folder, above).map_err(|error| FileError::io("create the folder", above, error))?;
        if let Some(bytes) = wanted.get(path) {
            overwrite(folder, &target, bytes.as_ref())?;
        }
    }
    Ok(changes)
}

/// Walks the folder for what does not belong there.
struct Finder<'a> {
    folder: &'a Path,
    is_wanted: &'a dyn Fn(&str) -> bool,
    folders: BTreeSet<&'a str>,
    keep: &'a dyn Fn(&str) -> bool,
    changes: Changes,
}

impl Finder<'_> {
    /// Whether anything stays below a folder; `prefix` is its path with a slash behind it.
    fn below(&mut self, prefix: &str) -> Result<bool, FileError> {
        let folder = self.folder.join(prefix);
        let failed = |error| FileError::io("list", &folder, error);
        let entries = super::list(self.folder, &folder).map_err(failed)?;
        let mut stays = false;
        for entry in entries {
            let kind = entry.file_type().map_err(failed)?;
            let path = Path::new(prefix).join(entry.file_name());
            let Some(name) = path.to_str().map(str::to_owned) else {
                // Nothing of PELATO's has a name that is no text.
                self.foreign(path, kind)?;
                continue;
            };
            stays |= if kind.is_dir() {
                let inside = self.below(&format!("{name}/"))?;
                let is_folder = inside || self.folders.contains(name.as_str());
                if !is_folder {
                    self.changes.emptied.push(path);
                }
                is_folder
            } else if kind.is_file() && (self.is_wanted)(&name) || (self.keep)(&name) {
                true
            } else {
                self.changes.removed.push(path);
                false
            };
        }
        Ok(stays)
    }

    fn foreign(&mut self, path: PathBuf, kind: fs::FileType) -> Result<(), FileError> {
        if kind.is_dir() {
            // Its inside cannot be named in text either: that takes a person.
            return Err(FileError::OutsideFolder { path: shown(&self.folder.join(path)) });
        }
        self.changes.removed.push(path);
        Ok(())
    }
}

/// Whether a file has exactly this content.
fn holds(path: &Path, bytes: &[u8]) -> Result<bool, FileError> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_file() && metadata.len() == bytes.len() as u64 => {
            let content = super::read(super::anywhere(), path, metadata.len())
                .map_err(|error| FileError::io("read", path, error))?;
            Ok(content == bytes)
        }
        _ => Ok(false),
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, SystemTime};

    fn wanted(files: &[(&str, &'static str)]) -> BTreeMap<RelPath, &'static str> {
        files.iter().map(|(path, text)| (RelPath::new(*path).unwrap(), *text)).collect()
    }

    fn texts(paths: &[RelPath]) -> Vec<&str> {
        paths.iter().map(RelPath::as_str).collect()
    }

    #[test]
    fn only_what_differs_is_touched() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("gen");
        let first = sync(&folder, &wanted(&[("a/x", "1"), ("a/y", "2"), ("b/z", "3")]), |_| false).unwrap();
        assert_eq!(texts(&first.written), ["a/x", "a/y", "b/z"]);
        let long_ago = SystemTime::now() - Duration::from_secs(3600);
        let file = fs::File::options().write(true).open(folder.join("a/x")).unwrap();
        file.set_modified(long_ago).unwrap();
        let second = sync(&folder, &wanted(&[("a/x", "1"), ("a/y", "9"), ("c", "4")]), |_| false).unwrap();
        assert_eq!(texts(&second.written), ["a/y", "c"]);
        assert_eq!(second.removed, [Path::new("b/z")]);
        assert_eq!(second.emptied, [Path::new("b")]);
        assert_eq!(second.unchanged, 1);
        assert_eq!(fs::metadata(folder.join("a/x")).unwrap().modified().unwrap(), long_ago);
        assert_eq!(fs::read_to_string(folder.join("a/y")).unwrap(), "9");
        assert!(!folder.join("b").exists());
        let third = sync(&folder, &wanted(&[("a/x", "1"), ("a/y", "9"), ("c", "4")]), |_| false).unwrap();
        assert!(third.is_empty());
        assert_eq!(third.unchanged, 3);
    }

    #[test]
    fn what_may_stay_stays_with_its_folders() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("gen");
        fs::create_dir_all(folder.join("a/b")).unwrap();
        fs::write(folder.join("a/b/c.wasm"), "").unwrap();
        fs::write(folder.join("a/b/stale"), "").unwrap();
        let changes = sync(&folder, &wanted(&[]), |path| path.ends_with(".wasm")).unwrap();
        assert_eq!(changes.removed, [Path::new("a/b/stale")]);
        assert!(folder.join("a/b/c.wasm").exists());
    }

    #[test]
    fn files_and_folders_change_places() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("gen");
        sync(&folder, &wanted(&[("a/x", "1"), ("b", "2")]), |_| false).unwrap();
        sync(&folder, &wanted(&[("a", "1"), ("b/x", "2")]), |_| false).unwrap();
        assert_eq!(fs::read_to_string(folder.join("a")).unwrap(), "1");
        assert_eq!(fs::read_to_string(folder.join("b/x")).unwrap(), "2");
    }

    #[cfg(unix)]
    #[test]
    fn links_are_never_followed() {
        use std::os::unix::fs::symlink;
        let root = tempfile::tempdir().unwrap();
        let (folder, outside) = (root.path().join("gen"), root.path().join("outside"));
        fs::create_dir(&folder).unwrap();
        fs::create_dir(&outside).unwrap();
        fs::write(outside.join("x"), "1").unwrap();
        symlink(&outside, folder.join("a")).unwrap();
        symlink(outside.join("x"), folder.join("b")).unwrap();
        symlink(&outside, folder.join("stale")).unwrap();
        let changes = sync(&folder, &wanted(&[("a/x", "1"), ("a/y", "2"), ("b", "1")]), |_| false).unwrap();
        assert_eq!(texts(&changes.written), ["a/x", "a/y", "b"]);
        assert!(!fs::symlink_metadata(folder.join("a")).unwrap().is_symlink());
        assert!(!fs::symlink_metadata(folder.join("b")).unwrap().is_symlink());
        assert_eq!(fs::read_dir(&outside).unwrap().count(), 1, "nothing was written or removed outside");
        symlink(&outside, root.path().join("link")).unwrap();
        let error = sync(&root.path().join("link"), &wanted(&[]), |_| false).unwrap_err();
        assert!(matches!(error, FileError::SymbolicLink { .. }), "{error:?}");
        assert!(outside.join("x").exists());
    }
}
