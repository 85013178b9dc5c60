//! The language packs beside Go's, used as a person uses them: tasks in a project, built by `pelato build` with real
//! compilers, and run in wasmtime.
//!
//! Compilers are on PATH, else installed by the packs' own `install` below target/tools/packs, where compiled
//! libraries stay, too: a second run takes seconds. Rust is that of `.ci/run` (target/tools/rust), or one on PATH that
//! has the target wasm32-wasip1.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod c;
#[allow(dead_code, reason = "the test of deploying uses the rest")]
mod compilers;
mod cpp;
mod example;
#[path = "../components/instance.rs"]
#[allow(dead_code, reason = "the tests of components use the rest")]
mod instance;
mod javascript;
mod python;
mod rust;
mod workshop;

use std::path::{Path, PathBuf};

/// A folder that outlives the tests.
fn kept(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools").join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}
