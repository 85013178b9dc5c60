//! The commands, run as people and programs run them: exact words, exit codes and files.
//!
//! Go is the stock toolchain: on PATH, else where `.ci/run` installs it (target/tools/go). Builds share one cache
//! below target/tmp: a second run is quick. `SNAPSHOTS=overwrite` writes what is printed into the expectations.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test may fail loudly"
)]
#![cfg(target_os = "linux")]

mod add_task;
mod build;
mod bump;
mod call;
mod catalog;
mod check;
mod compilers;
mod config;
mod delivery;
mod disks;
mod doctor;
mod drill;
mod drill_held;
mod drill_recorded;
#[path = "../deploy/functions.rs"]
#[allow(dead_code, reason = "the tests of the lattice use the rest")]
mod echoes;
mod generate;
mod hostile;
mod infra;
mod infra_refused;
mod interrupted;
mod new;
mod original;
mod pack_add;
mod pack_check;
mod pack_new;
#[path = "../host/postgres_server.rs"]
mod postgres_server;
mod prompts;
mod report;
mod run;
mod run_nats;
mod run_postgres;
mod support;
mod template_check;
mod template_new;
mod usage;
