//! Deploying to a real lattice: nats-server, docker-registry, wadm and wasmCloud hosts, started by each test.
//!
//! The lattice is made of the programs in tests/lattice: see docs/contributing/lattice.md. Without them these tests are
//! skipped, but not in CI.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test may fail loudly"
)]
#![cfg(target_os = "linux")]

#[path = "../languages/compilers.rs"]
#[allow(dead_code, reason = "the tests of languages use the rest")]
mod compilers;
mod delivery;
mod doctor;
mod drill;
mod faults;
mod functions;
mod languages;
mod lattice;
mod links;
mod placement;
#[path = "../host/postgres_server.rs"]
#[allow(dead_code, reason = "the tests of the host use the rest")]
mod postgres_server;
mod project;
mod stored;
#[path = "../cli/support/mod.rs"]
#[allow(dead_code, reason = "the tests of the command line use the rest")]
mod support;
mod temperature;
mod templates;
