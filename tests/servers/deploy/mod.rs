//! Deploying to a real lattice: nats-server, docker-registry, wadm and wasmCloud hosts, started by each test.
//!
//! The lattice is made of the programs in tests/lattice: see docs/contributing/lattice.md. Without them these tests are
//! skipped, but not in CI.

mod delivery;
mod doctor;
mod drill;
mod environment;
mod faults;
mod http;
mod languages;
mod links;
pub mod load;
mod logs;
mod moving;
mod placement;
mod platform;
pub mod project;
mod prototype;
mod stored;
mod streams;
mod temperature;
mod templates;
