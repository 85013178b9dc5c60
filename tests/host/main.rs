//! The embedded host, with real triggers around small functions, each of which does one thing, good or bad.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod call;
mod flow;
mod functions;
mod http;
mod keyvalue;
mod limits;
mod nats;
mod postgres;
mod postgres_server;
mod replace;
mod stage;
