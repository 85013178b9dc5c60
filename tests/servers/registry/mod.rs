//! Pushing to a real registry: Debian's `docker-registry`, started by each test on a port of its own.
//!
//! The components are built once, by the stock Go toolchain, and copied into each test's project.

mod bump;
mod certificates;
mod credentials;
mod doctor;
mod embed;
mod faults;
mod lookup;
mod project;
mod promises;
mod push;
