//! A disk that is full or cannot be written to. Such a disk is mounted, which takes root on Linux: elsewhere these
//! tests pass without having tested anything, and say so.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use pelato::files::{Change, FileError, Files, Plan, RelPath, create_tree, replace, sync, write_new};

/// A small disk of its own.
struct Disk {
    folder: tempfile::TempDir,
}

impl Disk {
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let disk = Self { folder };
        if disk.run("mount", &["-t", "tmpfs", "-o", "size=1m", "pelato-test"]) {
            return Some(disk);
        }
        eprintln!("not tested: a disk can be mounted by root only");
        None
    }

    fn run(&self, program: &str, arguments: &[&str]) -> bool {
        let output = Command::new(program).args(arguments).arg(self.path()).output();
        output.is_ok_and(|output| output.status.success())
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn names(&self) -> Vec<PathBuf> {
        let mut names: Vec<_> =
            fs::read_dir(self.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        names.sort();
        names
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // At once or as soon as no process holds a file any more: those that other tests are just starting do.
        self.run("umount", &["--lazy"]);
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
    let error = replace(&file, &large).unwrap_err();
    assert!(
        matches!(&error, FileError::DiskFull { path, .. } if path.ends_with("workflow.yaml")),
        "{error:?}"
    );
    assert!(matches!(write_new(&disk.path().join("new"), &large), Err(FileError::DiskFull { .. })));
    assert_eq!(disk.names(), std::slice::from_ref(&file), "no temporary file is left");
    assert_eq!(fs::read_to_string(&file).unwrap(), "old");
}

#[test]
fn a_full_disk_leaves_no_half_of_a_project_as_root() {
    let Some(disk) = Disk::mount() else { return };
    let files = Files::from([(path("a"), b"small".to_vec()), (path("b/c"), vec![b'x'; LARGE])]);
    let error = create_tree(&disk.path().join("project"), &files).unwrap_err();
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
    if !disk.run("mount", &["-o", "remount,ro"]) {
        eprintln!("not tested: the disk could not be made read-only");
        return;
    }
    let files = Files::from([(path("a"), vec![])]);
    for error in [
        replace(&file, b"new").unwrap_err(),
        write_new(&disk.path().join("n"), b"").unwrap_err(),
        create_tree(&disk.path().join("p"), &files).unwrap_err(),
    ] {
        assert!(matches!(error, FileError::PermissionDenied { .. }), "{error:?}");
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), "old");
}
