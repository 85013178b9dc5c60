//! PELATO: write one function, run it as a WebAssembly component on every host of a wasmCloud cluster.
//!
//! Data flows one way: [`project`] (what the user wrote) and [`catalog`] (what it is built from) are joined by
//! [`check`] into components; [`generate`] writes their sources, [`build`] makes the artifacts, [`push`] sends them to
//! a registry, [`platform`] deploys them, [`host`] runs them on this machine. [`Pelato`] is the door to all of it; [`cli`] and [`ui`] are one way to use it.
#![cfg_attr(test, allow(clippy::disallowed_methods, reason = "tests make their own files"))]

pub mod build;
pub mod cancel;
pub mod catalog;
pub mod check;
pub mod cli;
pub mod clock;
pub mod conformance;
pub mod doctor;
pub mod drill;
pub mod entry;
pub mod evaluation;
pub mod explain;
pub mod files;
pub mod generate;
pub mod graph;
pub mod host;
pub mod infra;
pub mod measurement;
pub mod metrics;
pub mod nats;
pub mod pack;
mod pelato;
pub mod platform;
pub mod postgres;
mod process;
pub mod progress;
pub mod project;
pub mod protocol;
pub mod push;
pub mod remedy;
pub mod report;
pub mod scaffold;
pub mod stream;
pub mod template;
pub mod text;
pub mod trust;
pub mod ui;
pub mod web;

pub use pelato::{
    BrushOptions, Brushed, BuildFlags, Changed, Checked, Comparison, Conformance, Created, DrillOptions,
    Drilled, Error, Exit, InfraOptions, Left, Library, Made, MissingValue, Moved, NewProject, Options,
    Outcome, Owner, Pelato, Phase, PlannedBuild, PlannedMove, PlannedPush, Ready, ReportOptions, RunOptions,
    Why,
};
