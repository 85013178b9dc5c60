//! Everything that needs no server, container engine or lattice: the program as people and programs run it, and the
//! library behind it, with real compilers.
//!
//! Go is the stock toolchain: on PATH, else where `.ci/run` installs it (target/tools/go). What compilers and the
//! engine have compiled is kept below target/: a second run is quick. `SNAPSHOTS=overwrite` writes what is printed into
//! the expectations.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test may fail loudly, and makes its own files"
)]
#![cfg(target_os = "linux")]

mod check;
mod cli;
mod components;
mod docs;
mod errors;
mod facade;
mod first_steps;
mod host;
mod imports;
mod infra;
mod languages;
mod packs;
mod platform;
mod readme;
mod scaffold;
#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "the tests with servers use the rest")]
mod support;
mod templates;
mod triggers;
