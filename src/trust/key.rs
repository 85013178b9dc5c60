//! A key of this user's: what is sealed with it was written by a PELATO of this user, not by a project.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::TrustError;
use super::error::closed;
use crate::files;

const FILE: &str = "key";
const BYTES: usize = 32;
const OTHERS: u32 = 0o077;

/// The key. It is never shown.
#[derive(Clone)]
pub struct Key([u8; BYTES]);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key")
    }
}

impl Key {
    /// The key in a folder. The first who asks makes it.
    ///
    /// # Errors
    /// When it cannot be read or made, is no key, or others may read it.
    pub(super) fn in_folder(folder: &Path) -> Result<Self, TrustError> {
        let path = folder.join(FILE);
        match read(&path) {
            Err(TrustError::Folder { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                make(&path)?;
                read(&path)
            }
            other => other,
        }
    }

    /// A seal on bytes, in hexadecimal. What is sealed for one purpose is not for another.
    pub fn seal(&self, purpose: &str, bytes: &[u8]) -> String {
        let tag = self.mac(purpose, bytes).finalize().into_bytes();
        tag.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether a seal is one of this key on these bytes.
    pub fn has_sealed(&self, purpose: &str, bytes: &[u8], seal: &str) -> bool {
        let byte = |at: usize| u8::from_str_radix(seal.get(at..at + 2)?, 16).ok();
        let tag: Option<Vec<u8>> = (0..seal.len()).step_by(2).map(byte).collect();
        tag.is_some_and(|tag| self.mac(purpose, bytes).verify_slice(&tag).is_ok())
    }

    fn mac(&self, purpose: &str, bytes: &[u8]) -> Hmac<Sha256> {
        // A key that is shorter than a block of the hash is filled up with zeros.
        let mut block = [0; 64];
        block[..BYTES].copy_from_slice(&self.0);
        let mut mac = Hmac::<Sha256>::new(&block.into());
        mac.update(format!("{} {purpose} ", purpose.len()).as_bytes());
        mac.update(bytes);
        mac
    }
}

fn read(path: &Path) -> Result<Key, TrustError> {
    let mut file = files::open(files::anywhere(), path).map_err(TrustError::io("read", path))?;
    let metadata = file.metadata().map_err(TrustError::io("read", path))?;
    let wrong = |bytes| TrustError::Key { path: path.display().to_string(), bytes };
    if !metadata.is_file() || metadata.len() != BYTES as u64 {
        return Err(wrong(metadata.len()));
    }
    closed(path, &metadata, OTHERS)?;
    let mut key = [0; BYTES];
    file.read_exact(&mut key).map_err(TrustError::io("read", path))?;
    Ok(Key(key))
}

/// Writes a whole key beside its place and puts it there, unless another process was quicker: then that one's counts.
fn make(path: &Path) -> Result<(), TrustError> {
    let mut key = [0; BYTES];
    getrandom::fill(&mut key).map_err(io::Error::other).map_err(TrustError::io("write", path))?;
    match files::write_new_private(files::anywhere(), path, &key) {
        Err(_) if fs::symlink_metadata(path).is_ok() => Ok(()),
        made => Ok(made?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_who_ask_at_the_same_time_get_one_key() {
        let folder = tempfile::tempdir().unwrap();
        let seal = || Key::in_folder(folder.path()).unwrap().seal("p", b"x");
        let seals: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(seal)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(seals.iter().all(|one| *one == seals[0]), "{seals:?}");
        assert_eq!(seal(), seals[0]);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left");
    }

    #[test]
    fn a_seal_is_good_for_its_bytes_its_purpose_and_its_key() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let key = Key::in_folder(one.path()).unwrap();
        let seal = key.seal("p", b"x");
        assert!(key.has_sealed("p", b"x", &seal));
        assert!(!key.has_sealed("p", b"y", &seal) && !key.has_sealed("q", b"x", &seal));
        assert!(!Key::in_folder(other.path()).unwrap().has_sealed("p", b"x", &seal));
        for seal in ["", "0", "zz", "é", &seal[..62], &format!("{seal}00")] {
            assert!(!key.has_sealed("p", b"x", seal), "{seal}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_key_that_others_may_read_and_one_that_is_none_are_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        Key::in_folder(folder.path()).unwrap();
        let path = folder.path().join(FILE);
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(Key::in_folder(folder.path()), Err(TrustError::Exposed { mode: 0o640, .. })));
        fs::remove_file(&path).unwrap();
        fs::write(&path, "short").unwrap();
        assert!(matches!(Key::in_folder(folder.path()), Err(TrustError::Key { bytes: 5, .. })));
    }
}
