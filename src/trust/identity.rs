//! Which folder is meant: by its path, and by what no other folder at that path has.

use std::fs::Metadata;
use std::io;
use std::path::Path;
use std::time::UNIX_EPOCH;

/// A folder on this machine. A clone at the same path is another folder: file systems number what they make, and note
/// when they made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub path: String,
    /// Its number in the file system, and when it was made.
    pub mark: String,
}

impl Identity {
    /// The identity of a folder that is there.
    ///
    /// # Errors
    /// When it is not.
    pub fn of(folder: &Path) -> io::Result<Self> {
        let folder = folder.canonicalize()?;
        let mark = mark(&folder.metadata()?);
        Ok(Self { path: folder.to_string_lossy().into_owned(), mark })
    }
}

fn mark(metadata: &Metadata) -> String {
    // Not every file system notes it: then the number has to do.
    let born = metadata.created().ok().and_then(|born| born.duration_since(UNIX_EPOCH).ok());
    format!("{:x}-{:x}", number(metadata), born.map_or(0, |born| born.as_nanos()))
}

#[cfg(unix)]
fn number(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn number(_: &Metadata) -> u64 {
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_folder_at_the_same_path_is_another() {
        let above = tempfile::tempdir().unwrap();
        let folder = above.path().join("project");
        std::fs::create_dir(&folder).unwrap();
        let first = Identity::of(&folder).unwrap();
        std::fs::write(folder.join("file"), "").unwrap();
        assert_eq!(Identity::of(&folder).unwrap(), first, "what is in it does not matter");
        let moved = above.path().join("moved");
        std::fs::rename(&folder, &moved).unwrap();
        assert_eq!(Identity::of(&moved).unwrap().mark, first.mark);
        assert_ne!(Identity::of(&moved).unwrap(), first);
        std::fs::create_dir(&folder).unwrap();
        assert_ne!(Identity::of(&folder).unwrap().mark, first.mark);
    }
}
