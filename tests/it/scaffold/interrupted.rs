//! Writing is killed at any moment, without a chance to tidy up.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use pelato::files::{Files, RelPath, create_tree, replace};

const ROOT: &str = "PELATO_TEST_INTERRUPTED";
const FILES: usize = 20;
const LARGE: usize = 100_000;

fn root() -> Option<PathBuf> {
    std::env::var_os(ROOT).map(PathBuf::from)
}

fn text(letter: u8) -> Vec<u8> {
    vec![letter; LARGE]
}

/// Runs one of the tests below as a process of its own, and kills it after a while.
fn killed_after(test: &str, root: &Path, time: Duration) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--quiet"])
        .env(ROOT, root)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(time);
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Moments from before the process does anything to after it is done.
fn moments() -> impl Iterator<Item = Duration> {
    (0..25).map(|step| Duration::from_millis(step * 5))
}

#[test]
fn making_a_folder() {
    let Some(root) = root() else { return };
    let files: Files =
        (0..FILES).map(|index| (RelPath::new(format!("d{index}/f")).unwrap(), text(b'x'))).collect();
    create_tree(&root.join("project"), &files).unwrap();
}

#[test]
fn a_folder_is_whole_or_not_there() {
    if root().is_some() {
        return;
    }
    let (mut absent, mut whole) = (0, 0);
    for time in moments() {
        let root = tempfile::tempdir().unwrap();
        killed_after("making_a_folder", root.path(), time);
        let project = root.path().join("project");
        match fs::read_dir(&project) {
            Err(_) => absent += 1,
            Ok(entries) => {
                assert_eq!(entries.count(), FILES);
                whole += 1;
            }
        }
        // What a killed process left behind is in nobody's way.
        if !project.exists() {
            create_tree(&project, &Files::from([(RelPath::new("a").unwrap(), vec![])])).unwrap();
        }
    }
    eprintln!("killed before: {absent}, after: {whole}");
}

#[test]
fn replacing_a_file() {
    let Some(root) = root() else { return };
    for letter in b"babababababababababababababababababababababababababab" {
        replace(&root.join("file"), &text(*letter)).unwrap();
    }
}

#[test]
fn a_file_is_old_or_new() {
    if root().is_some() {
        return;
    }
    for time in moments() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("file");
        fs::write(&file, text(b'a')).unwrap();
        killed_after("replacing_a_file", root.path(), time);
        let now = fs::read(&file).unwrap();
        assert!(now == text(b'a') || now == text(b'b'));
    }
}
