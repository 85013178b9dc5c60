//! Disks that are small or may not be written to. They are mounted, which takes root on Linux.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::tools;

/// Something that is mounted on a folder; unmounted when dropped.
pub struct Disk {
    folder: PathBuf,
    is_bound: bool,
}

impl Disk {
    /// A disk of so many KiB on a folder. Nobody but root can: then there is none, and the test says so.
    pub fn small(folder: &Path, kib: u32) -> Option<Self> {
        Self::mount(folder, &["-t", "tmpfs", "-o", &format!("size={kib}k"), "pelato-test"])
    }

    /// The mounted folder.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// The folder as it is, on a disk of its own that can be made read-only.
    pub fn bound(folder: &Path) -> Option<Self> {
        Self::mount(folder, &["--bind", folder.to_str().unwrap()])
    }

    fn mount(folder: &Path, arguments: &[&str]) -> Option<Self> {
        let disk = Self { folder: folder.to_owned(), is_bound: arguments[0] == "--bind" };
        if run("mount", arguments, folder) {
            return Some(disk);
        }
        std::mem::forget(disk);
        assert!(!tools::in_ci(), "a disk can be mounted by root only");
        eprintln!("not tested: a disk can be mounted by root only");
        None
    }

    /// Makes it larger or smaller.
    pub fn resize(&self, kib: u32) {
        assert!(
            run("mount", &["-o", &format!("remount,size={kib}k")], &self.folder),
            "cannot resize the disk"
        );
    }

    /// From now on nothing can be written.
    pub fn make_read_only(&self) {
        let options = if self.is_bound { "remount,bind,ro" } else { "remount,ro" };
        assert!(run("mount", &["-o", options], &self.folder), "cannot make the disk read-only");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        run("umount", &["--lazy"], &self.folder);
    }
}

fn run(program: &str, arguments: &[&str], folder: &Path) -> bool {
    let output = Command::new(program).args(arguments).arg(folder).output();
    output.is_ok_and(|output| output.status.success())
}
