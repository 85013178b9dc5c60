//! What the tests share: projects in folders of their own, the binary with a clean environment, compilers, servers.

pub mod address;
pub mod built;
pub mod cluster;
pub mod disk;
pub mod echoes;
pub mod embed;
pub mod fake;
pub mod files_platform;
pub mod functions;
pub mod group;
pub mod host;
pub mod http;
pub mod instance;
pub mod lattice;
pub mod module_proxy;
pub mod nats;
pub mod page;
pub mod place;
pub mod platform;
pub mod postgres;
pub mod process;
pub mod ran;
pub mod registry;
pub mod role;
pub mod shared;
pub mod shell;
pub mod slow;
pub mod soak;
pub mod stand_in_registry;
pub mod terminal;
pub mod tools;
pub mod toy;
pub mod tree;
pub mod trigger;
pub mod workshop;
pub mod written;

use std::path::{Path, PathBuf};

pub use place::Place;
pub use process::Running;
pub use ran::Ran;

/// This repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A folder below target/tools that outlives the tests.
pub fn kept(name: &str) -> PathBuf {
    let folder = root().join("target/tools").join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Copies a folder, without what PELATO has generated in it: what git ignores is not part of it.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        match entry.file_type().unwrap().is_dir() {
            true if entry.file_name() == "gen" => {}
            true => copy(&entry.path(), &to.join(entry.file_name())),
            false => drop(std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap()),
        }
    }
}
