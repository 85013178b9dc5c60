//! The language packs beside Go's, used as a person uses them: tasks in a project, built by `pelato build` with real
//! compilers, and run in wasmtime.
//!
//! Compilers are on PATH, else installed by the packs' own `install` below target/tools/packs, where compiled
//! libraries stay, too: a second run takes seconds. Rust is that of `.ci/run` (target/tools/rust), or one on PATH that
//! has the target wasm32-wasip1.

mod absent;
mod c;
mod cpp;
mod example;
mod javascript;
mod poisoned;
mod python;
mod rust;
