//! The files of a pack, and their digest.

use std::collections::BTreeMap;
use std::fs;

use sha2::{Digest as _, Sha256};

use super::PackError;
use crate::catalog::Folder;
use crate::files::{Files, RelPath};
use crate::project::lock_file::{Digest, Pin};
use crate::text::{count, quoted};

/// A pack is texts; more than this is something else.
const MOST_FILES: usize = 2_000;
const MOST_BYTES: u64 = 64 << 20;

/// Reads all files of a pack. There are no links in one.
///
/// # Errors
/// When one cannot be read, is a link, has a name that cannot be written everywhere, or there is too much.
pub fn read(folder: &Folder) -> Result<Files, PackError> {
    let unreadable = |name: &str, source| PackError::Unreadable { path: folder.shown(name), source };
    let too_much = || PackError::TooLarge { path: folder.shown("") };
    let names = folder.files("").map_err(|error| unreadable("", error))?;
    if names.len() > MOST_FILES || size(folder, &names) > MOST_BYTES {
        return Err(too_much());
    }
    let mut files = Files::new();
    for name in names {
        let bytes = folder.read(&name).map_err(|error| unreadable(&name, error))?;
        files.insert(RelPath::new(name)?, bytes.into_owned());
    }
    Ok(files)
}

/// Looked up before anything is read.
fn size(folder: &Folder, names: &[String]) -> u64 {
    let Folder::Disk(root) = folder else { return 0 };
    names.iter().filter_map(|name| Some(fs::metadata(root.join(name)).ok()?.len())).sum()
}

/// The digest of each file.
pub fn digests(files: &Files) -> BTreeMap<String, Digest> {
    let one = |(name, bytes): (&RelPath, &Vec<u8>)| {
        (name.as_str().to_owned(), Digest::of(Sha256::digest(bytes).into()))
    };
    files.iter().map(one).collect()
}

/// How many files that differ are named.
const NAMED: usize = 5;

/// What was done to the files of a pack since it was pinned, if anything: `` `shell/a` was changed``. Pins of older
/// versions of PELATO do not tell which files.
pub fn changes(files: &Files, pin: &Pin) -> Option<String> {
    if digest(files) == pin.content {
        return None;
    }
    let now = digests(files);
    let changed = now.iter().filter_map(|(name, digest)| match pin.files.get(name) {
        Some(pinned) if pinned == digest => None,
        Some(_) => Some((name, "changed")),
        None => Some((name, "added")),
    });
    let removed = pin.files.keys().filter(|name| !now.contains_key(*name)).map(|name| (name, "removed"));
    let mut all: Vec<_> = changed.chain(removed).collect();
    if pin.files.is_empty() || all.is_empty() {
        return Some("its files do not match their digest in pelato.lock".to_owned());
    }
    all.sort_unstable();
    let named = all.iter().take(NAMED).map(|(name, how)| format!("{} was {how}", quoted(name)));
    let more = all.len().saturating_sub(NAMED);
    let more = (more > 0).then(|| format!("and {}", count(more, "other file")));
    Some(named.chain(more).collect::<Vec<_>>().join(", "))
}

/// A digest that differs whenever a name or a byte does.
pub fn digest(files: &Files) -> Digest {
    let mut hasher = Sha256::new();
    for (name, bytes) in files {
        // With the lengths in front, no two lists of files look the same.
        hasher.update(format!("{} {} ", name.as_str().len(), bytes.len()));
        hasher.update(name.as_str());
        hasher.update(bytes);
    }
    Digest::of(hasher.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(all: &[(&str, &str)]) -> Files {
        all.iter().map(|(name, text)| (RelPath::new(*name).unwrap(), text.as_bytes().to_vec())).collect()
    }

    #[test]
    fn every_name_and_byte_counts() {
        let all = [
            files(&[("a", "bc")]),
            files(&[("ab", "c")]),
            files(&[("a", "b"), ("c", "")]),
            files(&[("a", "b")]),
            files(&[]),
        ];
        for (index, one) in all.iter().enumerate() {
            for other in &all[index + 1..] {
                assert_ne!(digest(one), digest(other));
            }
        }
        assert_eq!(digest(&all[0]), digest(&all[0].clone()));
    }

    #[test]
    fn what_differs_from_a_pin_is_named() {
        let pinned = files(&[("pack.toml", "a"), ("shell/a", "a"), ("shell/b", "b")]);
        let pin = Pin {
            source: "../packs".to_owned(),
            revision: None,
            commit: None,
            content: digest(&pinned),
            files: digests(&pinned),
        };
        assert_eq!(changes(&pinned, &pin), None);
        let now = files(&[("pack.toml", "a"), ("shell/b", "c"), ("shell/c", "a")]);
        let told = "`shell/a` was removed, `shell/b` was changed, `shell/c` was added";
        assert_eq!(changes(&now, &pin).as_deref(), Some(told));
        let many: Vec<_> = (0..9).map(|at| format!("many/{at}")).collect();
        let mut now: Vec<_> = many.iter().map(|name| (name.as_str(), "")).collect();
        now.extend([("pack.toml", "a"), ("shell/a", "a"), ("shell/b", "b")]);
        let told = changes(&files(&now), &pin).unwrap();
        assert!(told.ends_with("`many/4` was added, and 4 other files"), "{told}");
        let old = Pin { files: BTreeMap::new(), ..pin };
        let told = "its files do not match their digest in pelato.lock";
        assert_eq!(changes(&files(&now), &old).as_deref(), Some(told));
    }

    #[test]
    fn what_is_no_part_of_a_pack_is_passed_over_and_links_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join(".git/hooks")).unwrap();
        fs::write(folder.path().join(".git/hooks/post-checkout"), "echo").unwrap();
        fs::write(folder.path().join("pack.toml"), "x").unwrap();
        for name in [".DS_Store", "Thumbs.db", "desktop.ini", "._pack.toml"] {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        let found = read(&Folder::Disk(folder.path().to_owned())).unwrap();
        assert_eq!(found.keys().map(RelPath::as_str).collect::<Vec<_>>(), ["pack.toml"]);
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("/etc/passwd", folder.path().join("starter")).unwrap();
            let error = read(&Folder::Disk(folder.path().to_owned())).unwrap_err();
            let PackError::Unreadable { source, .. } = error else { panic!("{error:?}") };
            assert_eq!(source.to_string(), "starter is a link, or no file");
        }
    }

    #[test]
    fn too_much_is_refused_before_it_is_read() {
        let folder = tempfile::tempdir().unwrap();
        fs::File::create(folder.path().join("huge")).unwrap().set_len(MOST_BYTES + 1).unwrap();
        let error = read(&Folder::Disk(folder.path().to_owned())).unwrap_err();
        assert!(matches!(error, PackError::TooLarge { .. }), "{error:?}");
    }
}
