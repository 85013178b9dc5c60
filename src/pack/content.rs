//! The files of a pack, and their digest.

use std::fs;

use sha2::{Digest as _, Sha256};

use super::PackError;
use crate::catalog::Folder;
use crate::files::{Files, RelPath};
use crate::project::lock_file::Digest;

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
    fn what_is_no_part_of_a_pack_is_passed_over_and_links_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join(".git/hooks")).unwrap();
        fs::write(folder.path().join(".git/hooks/post-checkout"), "echo").unwrap();
        fs::write(folder.path().join("pack.toml"), "x").unwrap();
        fs::write(folder.path().join(".DS_Store"), "x").unwrap();
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
