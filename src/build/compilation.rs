//! One call of a compiler, wherever it runs.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::toolchain::Toolchain;
use crate::cancel::Cancel;

/// One call of a compiler.
#[derive(Debug, Clone, Copy)]
pub struct Compilation<'a> {
    /// The compiler, and its pack.
    pub toolchain: &'a Toolchain,
    /// The folder of the sources, absolute.
    pub source: &'a Path,
    /// The file to write, absolute, in a folder that is there for this call alone.
    pub output: &'a Path,
    /// The user's own files, relative to `source`.
    pub own: &'a [String],
    /// The folder of what the pack keeps between builds.
    pub cache: &'a Path,
    /// The folder of what it keeps between the builds of this component.
    pub own_cache: &'a Path,
    /// The network is not to be used.
    pub offline: bool,
    /// Whether third-party code is fetched, instead of compiling.
    pub resolves: bool,
    /// What a compiler of this machine is started by.
    pub within: &'a [String],
    /// Ends the compiler.
    pub cancel: &'a Cancel,
}

#[derive(Debug)]
pub enum Failure {
    /// The compiler found something wrong: its words.
    Rejected(String),
    /// The compiler could not be run, or left nothing behind.
    Broken(String),
    /// It was cancelled.
    Cancelled,
}

/// The folders that are kept between builds, by the variable that names each.
pub(super) fn cache_folders(compilation: &Compilation<'_>) -> Vec<(OsString, PathBuf)> {
    let pack = &compilation.toolchain.pack.manifest;
    let shared = compilation.cache.join("packs").join(&pack.name);
    let shared = pack.build.cache.iter().map(|name| (name.into(), shared.join(name)));
    let own = pack.build.own_cache.iter().map(|name| (name.into(), compilation.own_cache.join(name)));
    shared.chain(own).collect()
}

/// Whether a compiler may have something to fetch: the task has files that name dependencies.
pub(super) fn needs_network(compilation: &Compilation<'_>) -> bool {
    let pack = &compilation.toolchain.pack;
    let mut names = pack.manifest.build.dependencies.iter().map(|name| pack.place(name));
    compilation.resolves || !compilation.offline && names.any(|name| compilation.own.contains(&name))
}
