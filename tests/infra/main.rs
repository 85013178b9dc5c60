//! What `pelato infra` writes, used: parsed, checked by the servers that read it, and run with real servers.
//!
//! Debian's `nats-server` and `docker-registry` are needed: without them these tests fail, they do not skip.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test may fail loudly"
)]
#![cfg(target_os = "linux")]

mod compose;
mod kubernetes;
mod leaves;
mod mirror;
mod server;
#[path = "../cli/support/mod.rs"]
#[allow(dead_code, reason = "the tests of the command line use the rest")]
mod support;
mod tls;
mod written;
