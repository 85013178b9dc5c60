//! PELATO: write one function, run it as a WebAssembly component on every host of a wasmCloud lattice.
//!
//! Data flows one way: [`project`] (what the user wrote) and [`catalog`] (what it is built from) are joined by
//! [`check`] into components.

pub mod catalog;
pub mod check;
pub mod graph;
pub mod progress;
pub mod project;
pub mod report;
pub mod suggest;
