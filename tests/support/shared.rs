//! What tests have in common while they run at the same time, each perhaps in a process of its own: locks, and folders
//! that the first one makes.

use std::fmt::Write;
use std::fs::{self, File, TryLockError};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::root;

/// A lock on a file, which the system gives back when its holder ends, however that is.
pub struct Turn {
    _file: File,
}

impl Turn {
    /// Waits until nobody else has this name.
    pub fn alone(name: &str) -> Self {
        let file = file(name);
        file.lock().unwrap();
        Self { _file: file }
    }

    /// Waits until fewer than so many others have this name.
    pub fn one_of(count: usize, name: &str) -> Self {
        // Whoever waits does so alone: the others wait for them.
        let _first = Self::alone(&format!("{name}-queue"));
        loop {
            for number in 0..count {
                let file = file(&format!("{name}-{number}"));
                match file.try_lock() {
                    Ok(()) => return Self { _file: file },
                    Err(TryLockError::WouldBlock) => {}
                    Err(TryLockError::Error(error)) => panic!("{name}: {error}"),
                }
            }
            sleep(Duration::from_millis(50));
        }
    }
}

fn file(name: &str) -> File {
    let folder = temporary("locks");
    fs::create_dir_all(&folder).unwrap();
    File::options().create(true).append(true).open(folder.join(name)).unwrap()
}

/// A folder below target/tmp, which may not be there yet.
pub fn temporary(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// The folder of this name for this content, made by the first who wants it. It is only there when it is complete: what
/// an interrupted one has begun lies beside it, and is removed by the next. Nobody may change what is in it.
pub fn once(name: &str, digest: &str, make: impl FnOnce(&Path)) -> PathBuf {
    let above = temporary("shared");
    let folder = above.join(format!("{name}-{digest}"));
    let _turn = Turn::alone(&format!("shared-{name}"));
    if folder.is_dir() {
        return folder;
    }
    // Those of older sources are in nobody's way any more.
    for entry in fs::read_dir(&above).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(&format!("{name}-")) {
            fs::remove_dir_all(entry.path()).unwrap();
        }
    }
    let begun = above.join(format!("{name}-begun"));
    fs::create_dir_all(&begun).unwrap();
    make(&begun);
    fs::rename(begun, &folder).unwrap();
    folder
}

/// The digest of all files below some folders of this repository, with their paths.
pub fn digest_of(folders: &[&str]) -> String {
    let mut digest = Sha256::new();
    let mut waiting: Vec<_> = folders.iter().map(|folder| root().join(folder)).collect();
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            let entries = fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path());
            let mut entries: Vec<_> = entries.filter(|path| !path.ends_with("gen")).collect();
            entries.sort();
            waiting.extend(entries);
        } else {
            let mut content = Vec::new();
            File::open(&path).unwrap().read_to_end(&mut content).unwrap();
            digest.update(path.strip_prefix(root()).unwrap().as_os_str().as_encoded_bytes());
            digest.update(content.len().to_le_bytes());
            digest.update(content);
        }
    }
    digest.finalize()[..8].iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

#[test]
fn a_folder_is_made_once() {
    let name = format!("made-once-{}", std::process::id());
    let made = std::sync::atomic::AtomicUsize::new(0);
    let folder = std::thread::scope(|scope| {
        let make = || {
            once(&name, "1", |folder| {
                made.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                fs::write(folder.join("file"), "content").unwrap();
            })
        };
        let all: Vec<_> = (0..4).map(|_| scope.spawn(make)).collect();
        all.into_iter().map(|one| one.join().unwrap()).last().unwrap()
    });
    assert_eq!(made.into_inner(), 1);
    assert_eq!(fs::read_to_string(folder.join("file")).unwrap(), "content");
    let newer = once(&name, "2", |_| ());
    assert!(!folder.exists() && newer.is_dir());
    fs::remove_dir(newer).unwrap();
}

#[test]
fn no_more_have_a_turn_than_there_are() {
    let name = format!("turns-{}", std::process::id());
    let (have, most) = (std::sync::atomic::AtomicUsize::new(0), std::sync::atomic::AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                let _turn = Turn::one_of(2, &name);
                let now = have.fetch_add(1, std::sync::atomic::Ordering::SeqCst) + 1;
                most.fetch_max(now, std::sync::atomic::Ordering::SeqCst);
                std::thread::yield_now();
                have.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
            });
        }
    });
    let most = most.into_inner();
    assert!((1..=2).contains(&most), "{most} at a time");
}
