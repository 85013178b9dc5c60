//! A disk that is full or cannot be written to. Such a disk is mounted, which takes root on Linux: elsewhere these
//! tests say that they are not made, and fail in CI.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::disk;
use pelato::files::{Change, FileError, Files, Plan, RelPath, create_tree, replace, sync, write_new};

/// A small disk, mounted on a folder of its own.
struct Disk {
    disk: disk::Disk,
    _folder: tempfile::TempDir,
}

impl Disk {
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        Some(Self { disk: disk::Disk::small(folder.path(), 1024)?, _folder: folder })
    }

    fn path(&self) -> &Path {
        self.disk.path()
    }

    fn names(&self) -> Vec<PathBuf> {
        let mut names: Vec<_> =
            fs::read_dir(self.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        names.sort();
        names
    }
}

fn path(text: &str) -> RelPath {
    RelPath::new(text).unwrap()
}

const LARGE: usize = 4_000_000;

#[test]
fn a_full_disk_leaves_files_as_they_were_as_root() {
    let Some(disk) = Disk::mount() else { return };
    let file = disk.path().join("workflow.yaml");
    fs::write(&file, "old").unwrap();
    let large = vec![b'x'; LARGE];
    let error = replace(disk.path(), &file, &large).unwrap_err();
    assert!(
        matches!(&error, FileError::DiskFull { path, .. } if path.ends_with("workflow.yaml")),
        "{error:?}"
    );
    assert!(matches!(
        write_new(disk.path(), &disk.path().join("new"), &large),
        Err(FileError::DiskFull { .. })
    ));
    assert_eq!(disk.names(), std::slice::from_ref(&file), "no temporary file is left");
    assert_eq!(fs::read_to_string(&file).unwrap(), "old");
}

#[test]
fn a_full_disk_leaves_no_half_of_a_project_as_root() {
    let Some(disk) = Disk::mount() else { return };
    let files = Files::from([(path("a"), b"small".to_vec()), (path("b/c"), vec![b'x'; LARGE])]);
    let error = create_tree(disk.path(), &disk.path().join("project"), &files).unwrap_err();
    let wanted = disk.path().join("project/b/c").display().to_string();
    assert!(matches!(&error, FileError::DiskFull { path, .. } if *path == wanted), "{error:?}");
    assert!(disk.names().is_empty());

    fs::write(disk.path().join("w"), "old").unwrap();
    let mut plan = Plan::replacing(disk.path(), path("w"), "old", &"x".repeat(LARGE));
    let task = Files::from([(path("f"), b"small".to_vec())]);
    plan.changes.insert(0, Change::CreateFolder { path: Some(path("tasks/t")), files: task });
    assert!(matches!(plan.apply(), Err(FileError::DiskFull { .. })));
    assert_eq!(disk.names(), [disk.path().join("w")]);
}

#[test]
fn a_full_disk_leaves_generated_files_old_or_new_as_root() {
    let Some(disk) = Disk::mount() else { return };
    let gen_folder = disk.path().join("gen");
    let old = [(path("a"), b"old".to_vec()), (path("b"), b"old".to_vec())].into();
    sync(&gen_folder, &old, |_| false).unwrap();
    let new = [(path("a"), b"new".to_vec()), (path("b"), vec![b'x'; LARGE])].into();
    assert!(matches!(sync(&gen_folder, &new, |_| false), Err(FileError::DiskFull { .. })));
    assert_eq!(fs::read_to_string(gen_folder.join("a")).unwrap(), "new");
    assert_eq!(fs::read_to_string(gen_folder.join("b")).unwrap(), "old");
    assert_eq!(fs::read_dir(&gen_folder).unwrap().count(), 2);
}

#[test]
fn a_disk_that_cannot_be_written_to_is_named_as_root() {
    let Some(disk) = Disk::mount() else { return };
    let file = disk.path().join("w");
    fs::write(&file, "old").unwrap();
    disk.disk.make_read_only();
    let files = Files::from([(path("a"), vec![])]);
    for error in [
        replace(disk.path(), &file, b"new").unwrap_err(),
        write_new(disk.path(), &disk.path().join("n"), b"").unwrap_err(),
        create_tree(disk.path(), &disk.path().join("p"), &files).unwrap_err(),
    ] {
        assert!(matches!(error, FileError::PermissionDenied { .. }), "{error:?}");
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), "old");
}
