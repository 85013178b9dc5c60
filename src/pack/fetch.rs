//! One commit of a git repository, in a folder of its own. Nothing of the repository is run: no hooks, no submodules.

use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::PackError;
use crate::project::settings::hide_secrets;

/// What git is told whatever it does.
const CAREFUL: [&str; 6] = [
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    // The same bytes on every machine: they are pinned.
    "core.autocrlf=false",
    "submodule.recurse=false",
    "http.lowSpeedLimit=1",
    "http.lowSpeedTime=60",
];
/// Set while git runs a hook, or by a person for another repository.
const FOREIGN: [&str; 6] =
    ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE"];

pub struct Checkout {
    pub folder: TempDir,
    pub commit: String,
}

/// Fetches one revision of a repository.
///
/// # Errors
/// When there is no git, or the repository or the revision cannot be had.
pub fn fetch(url: &str, revision: Option<&str>) -> Result<Checkout, PackError> {
    fetch_with("git", url, revision)
}

fn fetch_with(program: &str, url: &str, revision: Option<&str>) -> Result<Checkout, PackError> {
    let folder = tempfile::Builder::new().prefix("pelato-pack-").tempdir().map_err(PackError::Fixture)?;
    let run = |words: &[&str]| git(program, folder.path(), words, url, revision);
    run(&["init", "--quiet", "--template="])?;
    // By itself git fetches nothing that `--` precedes for an option.
    let wanted = revision.unwrap_or("HEAD");
    run(&["fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules", "--", url, wanted])?;
    run(&["checkout", "--quiet", "--detach", "FETCH_HEAD"])?;
    let commit = run(&["rev-parse", "--verify", "FETCH_HEAD^{commit}"])?;
    Ok(Checkout { folder, commit: commit.trim().to_owned() })
}

fn git(
    program: &str,
    folder: &Path,
    words: &[&str],
    url: &str,
    revision: Option<&str>,
) -> Result<String, PackError> {
    let mut git = Command::new(program);
    hide_secrets(&mut git);
    for name in FOREIGN {
        git.env_remove(name);
    }
    // Nobody is asked; a redirection leads to no other kind of address; large files stay where they are.
    git.env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_ALLOW_PROTOCOL", "https:ssh:file")
        .env("GIT_LFS_SKIP_SMUDGE", "1");
    for setting in CAREFUL {
        git.args(["-c", setting]);
    }
    let output = git.args(words).current_dir(folder).stdin(Stdio::null()).output().map_err(|error| {
        match error.kind() {
            ErrorKind::NotFound => PackError::NoGit { url: url.to_owned() },
            _ => failed(url, revision, error.to_string()),
        }
    })?;
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr);
        let last = words.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default();
        // The line that says what; those behind it are advice for people at a terminal.
        let fatal = words.lines().find(|line| line.starts_with("fatal:")).unwrap_or(last);
        return Err(failed(url, revision, fatal.trim_start_matches("fatal: ").to_owned()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn failed(url: &str, revision: Option<&str>, words: String) -> PackError {
    let what = revision.map_or_else(|| url.to_owned(), |revision| format!("{url}@{revision}"));
    PackError::Fetch { what, url: url.to_owned(), words }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_git_it_says_so() {
        let error = fetch_with("no-such-program-as-this", "file:///x", None).err().unwrap();
        assert!(matches!(error, PackError::NoGit { .. }), "{error:?}");
        let error = fetch("file:///no/such/repository", Some("v1")).err().unwrap();
        match error {
            PackError::Fetch { what, .. } => assert_eq!(what, "file:///no/such/repository@v1"),
            PackError::NoGit { .. } => {}
            other => panic!("{other:?}"),
        }
    }
}
