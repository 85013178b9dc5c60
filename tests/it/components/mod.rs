//! Function components, built for real and run in wasmtime: the Go language pack, wrapping, settings, composing.
//!
//! Go is the stock toolchain: on PATH, else where `.ci/run` installs it (target/tools/go). Builds share
//! target/tools/gocache, compiled components target/tools/wasmtime: a second run takes seconds.

mod composing;
mod functions;
mod go;
mod modules;
mod platform;
mod settings;
mod signatures;
mod sources;
mod starter;
mod triggered;
