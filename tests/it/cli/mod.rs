//! The commands, run as people and programs run them: exact words, exit codes and files.
//!
//! Go is the stock toolchain: on PATH, else where `.ci/run` installs it (target/tools/go). Builds share one cache
//! below target/tmp: a second run is quick. `SNAPSHOTS=overwrite` writes what is printed into the expectations.

mod add_task;
mod build;
mod bump;
mod call;
mod catalog;
mod check;
mod compilers;
mod completion;
mod config;
mod disks;
mod doctor;
mod drill;
mod drill_recorded;
mod env;
mod events;
mod generate;
mod hostile;
mod hostile_files;
mod hostile_yaml;
mod infra;
mod infra_refused;
mod infra_wasmcloud;
mod interrupted;
mod logs;
mod manifest;
mod moving;
mod new;
mod original;
mod pack_add;
mod pack_check;
mod pack_new;
mod places;
mod prompts;
mod registries;
mod report;
mod run;
mod run_access;
mod run_once;
mod run_watch;
mod secrets;
mod send;
mod template_check;
mod template_new;
mod trust;
mod usage;
mod wasmcloud;
