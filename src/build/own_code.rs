//! Code of a project that its build runs on this machine: of a task, and what the compiler reads in the folders above.
//!
//! Which files make a compiler run something, the pack says; without a word it may be all.

use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::catalog::Pack;
use crate::catalog::pack::is_named;
use crate::check::Component;
use crate::files::{self, Files};

/// What the build of a component may run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnCode {
    pub component: String,
    /// The folder of the task's code.
    pub folder: PathBuf,
    /// The files of the task that make its build run code of its own, as they are shown.
    pub files: Vec<String>,
    /// Files in the folders above the sources, which the compiler reads as well.
    pub above: Vec<PathBuf>,
    /// The digest of all files of the task, and of those above: `sha256:…`.
    pub content: String,
}

/// What the build of a component runs of its project; nothing, if it only reads. `files` and `source` are its sources
/// and their folder. `home` is the user's: what is in it itself, and above it, is not of the project.
///
/// # Errors
/// When a file cannot be read.
pub fn own_code(
    component: &Component,
    files: &Files,
    source: &Path,
    home: Option<&Path>,
) -> io::Result<Option<OwnCode>> {
    let (pack, code) = (&component.pack, &component.code);
    let run: Vec<_> = code.files.iter().filter(|file| is_run(pack, file)).collect();
    let above = above(&pack.manifest.build.runs_above, source, home);
    if run.is_empty() && above.is_empty() {
        return Ok(None);
    }
    let mut hasher = Sha256::new();
    let mut add = |name: &str, bytes: &[u8]| {
        // With the lengths in front, no two lists of files look the same.
        hasher.update(format!("{} {} ", name.len(), bytes.len()));
        hasher.update(name);
        hasher.update(bytes);
    };
    for (file, placed) in code.files.iter().zip(component.placed_names()) {
        add(file, files.get(placed.as_str()).map(Vec::as_slice).unwrap_or_default());
    }
    for file in &above {
        add(&file.to_string_lossy(), &read(file)?);
    }
    let content: String = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Some(OwnCode {
        component: component.name.clone(),
        folder: code.folder.clone(),
        files: run.into_iter().map(|file| format!("{}/{file}", code.shown)).collect(),
        above,
        content: format!("sha256:{content}"),
    }))
}

/// Whether a file of a task makes its build run code of the task.
fn is_run(pack: &Pack, file: &str) -> bool {
    pack.manifest.build.runs.as_ref().is_none_or(|patterns| is_named(patterns, file))
}

/// The files of these names in a folder and in those above it.
fn above(names: &[String], source: &Path, home: Option<&Path>) -> Vec<PathBuf> {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let (source, home) = (real(source), home.map(real));
    let is_of_project = |folder: &&Path| home.as_ref().is_none_or(|home| !home.starts_with(folder));
    let folders = source.ancestors().take_while(is_of_project);
    let files = folders.flat_map(|folder| names.iter().map(move |name| folder.join(name)));
    files.filter(|file| file.symlink_metadata().is_ok()).collect()
}

/// It may be in a folder above the project.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    files::read(files::anywhere(), path, files::TEXT)
        .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_is_above_the_sources_counts_but_not_what_is_the_users_own() {
        let home = tempfile::tempdir().unwrap();
        let home = home.path().canonicalize().unwrap();
        let source = home.join("clone/project/gen/c/source");
        fs::create_dir_all(&source).unwrap();
        let names = [".cargo/config.toml".to_owned(), "rust-toolchain".to_owned()];
        let write = |name: &str| {
            let path = home.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, "").unwrap();
            path
        };
        write(".cargo/config.toml");
        assert_eq!(above(&names, &source, Some(&home)), [] as [PathBuf; 0]);
        let expected = [
            write("clone/project/gen/c/.cargo/config.toml"),
            write("clone/project/rust-toolchain"),
            write("clone/.cargo/config.toml"),
        ];
        assert_eq!(above(&names, &source, Some(&home)), expected);
        assert!(above(&names, &source, None).contains(&home.join(".cargo/config.toml")));
    }
}
