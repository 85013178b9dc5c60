//! Pushing to a real registry: Debian's `docker-registry`, started by each test on a port of its own.
//!
//! The components are built once, by the stock Go toolchain, and copied into each test's project.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test may fail loudly"
)]
#![cfg(target_os = "linux")]

mod bump;
mod certificates;
mod credentials;
mod doctor;
mod fake;
mod faults;
mod lookup;
mod project;
mod promises;
mod push;
mod server;
#[path = "../cli/support/mod.rs"]
#[allow(dead_code, reason = "the tests of the command line use the rest")]
mod support;
