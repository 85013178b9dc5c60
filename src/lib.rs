//! PELATO: write one function, run it as a WebAssembly component on every host of a wasmCloud lattice.

pub mod build;
pub mod host;
