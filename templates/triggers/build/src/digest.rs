//! The sources of the triggers as one number, which every finished trigger carries.
//!
//! It tells whether a trigger was built from the sources that lie beside it. The test `tests/it/triggers.rs` of the main
//! crate includes this very file, so that both go by the same rule.

use std::path::Path;
use std::{fs, io};

use sha2::{Digest, Sha256};

/// The custom section of a finished trigger that holds the digest.
pub const SECTION: &str = "pelato-source";

/// The files that decide what a trigger is, by ending.
const ENDINGS: [&str; 4] = [".rs", ".toml", ".lock", ".wit"];

/// Folders without influence on it, at any depth: this program, its output, tests.
const LEFT_OUT: [&str; 3] = ["build", "target", "tests"];

/// The digest of the sources in `folder`, in hexadecimal: SHA-256 over the path and the content of every file, each
/// after its length, in the order of their paths.
///
/// # Errors
/// A file or folder that cannot be read.
pub fn of_sources(folder: &Path) -> io::Result<String> {
    let mut paths = Vec::new();
    collect(folder, "", &mut paths)?;
    paths.sort_unstable();

    let mut hash = Sha256::new();
    for path in &paths {
        let content = fs::read(folder.join(path))?;
        for part in [path.as_bytes(), &content] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Adds the paths of the sources in `folder`, with `/` between names on every system.
fn collect(folder: &Path, prefix: &str, paths: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type()?.is_dir() {
            if !LEFT_OUT.contains(&name.as_str()) {
                collect(&entry.path(), &format!("{prefix}{name}/"), paths)?;
            }
        } else if ENDINGS.iter().any(|ending| name.ends_with(ending)) {
            paths.push(format!("{prefix}{name}"));
        }
    }
    Ok(())
}
