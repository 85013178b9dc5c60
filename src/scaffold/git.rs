//! A repository for a new project.

use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::project::settings::hide_secrets;

/// The outcome for the repository. None is an error: a project does not require git.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Git {
    /// The project is a new repository.
    Started,
    /// The project is inside an existing repository.
    Inside,
    /// There is no program `git`.
    NoGit,
    /// `git init` failed, in its own words.
    Failed(String),
}

/// Makes the project's folder a repository, unless it is inside one.
pub fn init(folder: &Path) -> Git {
    init_with("git", folder)
}

fn init_with(program: &str, folder: &Path) -> Git {
    let real = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    if real.ancestors().any(|above| above.join(".git").exists()) {
        return Git::Inside;
    }
    let mut git = Command::new(program);
    hide_secrets(&mut git);
    git.args(["init", "--quiet"]).current_dir(&real).stdin(Stdio::null());
    // Set while git runs a hook: `init` would apply them to the new repository.
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR"] {
        git.env_remove(name);
    }
    match git.output() {
        Ok(output) if output.status.success() => Git::Started,
        Ok(output) => Git::Failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Git::NoGit,
        Err(error) => Git::Failed(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_is_started_unless_there_is_one() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(init_with("no-such-program-as-this", root.path()), Git::NoGit);
        if init(root.path()) == Git::NoGit {
            return;
        }
        assert!(root.path().join(".git/HEAD").exists());
        let inner = root.path().join("inner");
        fs::create_dir(&inner).unwrap();
        assert_eq!(init(&inner), Git::Inside);
        assert!(matches!(init_with("false", Path::new("/proc/self")), Git::Failed(_)));
    }
}
