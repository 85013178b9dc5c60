//! What is going to be written, as data: to be shown first, or carried out as a whole.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use similar::TextDiff;

use super::tree::{Files, create_tree};
use super::write::{delete, replace, write_new};
use super::{FileError, RelPath, SOURCE, anywhere, read};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    Create {
        /// Relative to the plan's folder.
        path: RelPath,
        bytes: Vec<u8>,
    },
    /// A new folder, whole or not at all. It may exist if it is empty.
    CreateFolder {
        /// Relative to the plan's folder; none for that folder itself.
        path: Option<RelPath>,
        files: Files,
    },
    /// A file gets other content.
    Replace {
        /// Relative to the plan's folder.
        path: RelPath,
        /// What is in it when the plan is made; if that has changed, the plan is not carried out.
        before: Vec<u8>,
        after: Vec<u8>,
    },
}

/// Changes below one folder that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub folder: PathBuf,
    /// The changes, in the order in which they are made.
    pub changes: Vec<Change>,
}

/// A file: its path, its content before, its content after.
type Written<'a> = (String, Option<&'a [u8]>, &'a [u8]);

impl Plan {
    pub fn replacing(folder: &Path, path: RelPath, before: &str, after: &str) -> Self {
        let change = Change::Replace { path, before: before.into(), after: after.into() };
        Self { folder: folder.to_owned(), changes: vec![change] }
    }

    /// The files that it writes, relative to its folder, in order.
    pub fn paths(&self) -> Vec<String> {
        self.each().into_iter().map(|(path, ..)| path).collect()
    }

    /// What a file of the plan will hold; none if the plan does not write it, or it is no text.
    pub fn text(&self, path: &str) -> Option<&str> {
        let (_, _, after) = self.each().into_iter().find(|(name, ..)| name == path)?;
        std::str::from_utf8(after).ok()
    }

    /// What it changes, as a unified diff (that `git apply` and `patch -p1` take).
    pub fn diff(&self) -> String {
        let mut diff = String::new();
        for (path, before, after) in self.each() {
            diff_of(&mut diff, &path, before, after);
        }
        diff
    }

    /// Every file, in order.
    fn each(&self) -> Vec<Written<'_>> {
        let mut all: Vec<Written<'_>> = Vec::new();
        for change in &self.changes {
            match change {
                Change::Create { path, bytes } => all.push((path.to_string(), None, bytes)),
                Change::Replace { path, before, after } => all.push((path.to_string(), Some(before), after)),
                Change::CreateFolder { path, files } => {
                    let prefix = path.as_ref().map_or(String::new(), |path| format!("{path}/"));
                    all.extend(files.iter().map(|(name, bytes)| {
                        let bytes: &[u8] = bytes;
                        (format!("{prefix}{name}"), None, bytes)
                    }));
                }
            }
        }
        all
    }

    /// Carries it out: all of it, or, on an error, nothing.
    ///
    /// # Errors
    /// When something cannot be written, is there already, or was changed since the plan was made.
    pub fn apply(&self) -> Result<(), FileError> {
        let mut done = Vec::new();
        for change in &self.changes {
            match self.make(change) {
                Ok(made) => done.push(made),
                Err(error) => {
                    done.into_iter().rev().for_each(Made::undo);
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    fn make<'a>(&self, change: &'a Change) -> Result<Made<'a>, FileError> {
        match change {
            Change::Create { path, bytes } => {
                let path = path.below(&self.folder);
                write_new(&self.folder, &path, bytes)?;
                Ok(Made::New(path))
            }
            Change::Replace { path, before, after } => {
                let path = path.below(&self.folder);
                let now =
                    read(&self.folder, &path, SOURCE).map_err(|error| FileError::io("read", &path, error))?;
                if now != *before {
                    return Err(FileError::Changed { path: path.display().to_string() });
                }
                replace(&self.folder, &path, after)?;
                Ok(Made::Replaced(self.folder.clone(), path, before))
            }
            Change::CreateFolder { path: None, files } => {
                create_tree(anywhere(), &self.folder, files)?;
                Ok(Made::New(self.folder.clone()))
            }
            Change::CreateFolder { path: Some(path), files } => {
                let (first, files) = self.with_missing(path, files)?;
                let first = first.below(&self.folder);
                create_tree(&self.folder, &first, &files)?;
                Ok(Made::New(first))
            }
        }
    }

    /// The uppermost folder that is missing on the way to `path`, and the files relative to that: what is made by
    /// one rename is whole or not there.
    fn with_missing(&self, path: &RelPath, files: &Files) -> Result<(RelPath, Files), FileError> {
        let is_missing = |above: &&str| fs::symlink_metadata(self.folder.join(above)).is_err();
        let Some(first) = path.folders().take_while(is_missing).last() else {
            return Ok((path.clone(), files.clone()));
        };
        let rest = &path.as_str()[first.len() + 1..];
        let longer =
            files.iter().map(|(name, bytes)| Ok((RelPath::new(format!("{rest}/{name}"))?, bytes.clone())));
        Ok((RelPath::new(first)?, longer.collect::<Result<_, FileError>>()?))
    }
}

/// What has been done, so that it can be taken back.
enum Made<'a> {
    New(PathBuf),
    Replaced(PathBuf, PathBuf, &'a [u8]),
}

impl Made<'_> {
    fn undo(self) {
        match self {
            Self::New(path) => drop(delete(&path)),
            // What was just written can as a rule be written back; if not, the new content is whole at least.
            Self::Replaced(root, path, before) => drop(replace(&root, &path, before)),
        }
    }
}

fn diff_of(diff: &mut String, path: &str, before: Option<&[u8]>, after: &[u8]) {
    let old_name = before.map_or("/dev/null".to_owned(), |_| format!("a/{path}"));
    let new_name = format!("b/{path}");
    // Writing to a string cannot fail.
    let _ = match (std::str::from_utf8(before.unwrap_or_default()), std::str::from_utf8(after)) {
        (Ok(old), Ok(new)) => {
            let changes = TextDiff::from_lines(old, new);
            write!(diff, "{}", changes.unified_diff().header(&old_name, &new_name))
        }
        _ => writeln!(diff, "Binary files {old_name} and {new_name} differ"),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> RelPath {
        RelPath::new(text).unwrap()
    }

    fn files(files: &[(&str, &str)]) -> Files {
        files.iter().map(|(name, text)| (path(name), text.as_bytes().to_vec())).collect()
    }

    #[test]
    fn a_plan_is_shown_as_a_diff_and_then_carried_out() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("w"), "a\nb\n").unwrap();
        let mut plan = Plan::replacing(root.path(), path("w"), "a\nb\n", "a\nc\n");
        plan.changes.insert(
            0,
            Change::CreateFolder { path: Some(path("tasks/t")), files: files(&[("f", "x\n"), ("e", "y")]) },
        );
        assert_eq!(
            plan.diff(),
            "--- /dev/null\n+++ b/tasks/t/e\n@@ -0,0 +1 @@\n+y\n\\ No newline at end of file\n\
             --- /dev/null\n+++ b/tasks/t/f\n@@ -0,0 +1 @@\n+x\n\
             --- a/w\n+++ b/w\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n"
        );
        assert_eq!(plan.paths(), ["tasks/t/e", "tasks/t/f", "w"]);
        plan.apply().unwrap();
        assert_eq!(fs::read_to_string(root.path().join("w")).unwrap(), "a\nc\n");
        assert_eq!(fs::read_to_string(root.path().join("tasks/t/f")).unwrap(), "x\n");
    }

    #[test]
    fn a_plan_that_fails_leaves_nothing() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("w"), "changed").unwrap();
        let mut plan = Plan::replacing(root.path(), path("w"), "a", "b");
        plan.changes.insert(0, Change::CreateFolder { path: Some(path("t/t")), files: files(&[("f", "x")]) });
        plan.changes.insert(1, Change::Create { path: path("n"), bytes: vec![] });
        let error = plan.apply().unwrap_err();
        assert!(matches!(error, FileError::Changed { .. }), "{error:?}");
        assert!(!root.path().join("t").exists() && !root.path().join("n").exists());
        assert_eq!(fs::read_to_string(root.path().join("w")).unwrap(), "changed");
    }

    #[cfg(unix)]
    #[test]
    fn nothing_new_is_written_through_a_link_out_of_the_folder() {
        let root = tempfile::tempdir().unwrap();
        let (project, outside) = (root.path().join("p"), root.path().join("outside"));
        fs::create_dir(&project).unwrap();
        fs::create_dir(&outside).unwrap();
        std::os::unix::fs::symlink(&outside, project.join("tasks")).unwrap();
        let change = Change::CreateFolder { path: Some(path("tasks/t")), files: files(&[("f", "x")]) };
        let plan = Plan { folder: project, changes: vec![change] };
        let error = plan.apply().unwrap_err();
        assert!(
            matches!(&error, FileError::OutsideRoot { path, .. } if path.ends_with("/tasks/t")),
            "{error:?}"
        );
        assert_eq!(fs::read_dir(&outside).unwrap().count(), 0);
    }
}
