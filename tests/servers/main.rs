//! Everything that needs servers: NATS, PostgreSQL, registries, container engines, and a real lattice of all of them.
//! Each test starts its own, on ports that the servers choose.
//!
//! See docs/contributing/lattice.md and docs/contributing/containers.md.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test may fail loudly, and makes its own files"
)]
#![cfg(target_os = "linux")]

mod cli;
mod cluster;
mod container;
mod deploy;
mod docs;
mod host;
mod infra;
mod registry;
#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "the tests without servers use the rest")]
mod support;
