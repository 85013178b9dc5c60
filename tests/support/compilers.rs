//! The compilers of all languages: those on PATH, and those that packs install, which outlive the tests.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where `.ci/run` puts a Rust with the target wasm32-wasip1.
pub fn rust() -> PathBuf {
    let given = std::env::var_os("PELATO_TEST_RUST").map(PathBuf::from);
    given.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/rust/bin"))
}

/// PATH, with that Rust before others, and the Go of `.ci/run` behind.
pub fn path() -> OsString {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let go = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/go/go/bin");
    std::env::join_paths([rust()].into_iter().chain(std::env::split_paths(&path)).chain([go])).unwrap()
}

/// The cache of PELATO for these tests: compilers that packs have installed, and what they have compiled.
pub fn cache() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/packs");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Whether those are there that packs cannot install; a test that needs them is skipped otherwise. In CI they have to be.
pub fn found() -> bool {
    let path = path();
    let is_there = |program: &&str| std::env::split_paths(&path).any(|folder| folder.join(program).is_file());
    let mut missing: Vec<_> = ["node", "python3"].into_iter().filter(|program| !is_there(program)).collect();
    missing.extend((!compiles_rust()).then_some("rustc with the target wasm32-wasip1"));
    assert!(missing.is_empty() || std::env::var_os("CI").is_none(), "not on PATH: {missing:?}");
    if !missing.is_empty() {
        eprintln!("skipped: not on PATH: {missing:?}");
    }
    missing.is_empty()
}

fn compiles_rust() -> bool {
    let words = ["--print", "target-libdir", "--target", "wasm32-wasip1"];
    let library = Command::new("rustc").args(words).env("PATH", path()).output();
    library.is_ok_and(|output| Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir())
}
