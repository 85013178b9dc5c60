//! `check`, the graph and the schema on whole projects.

// Helpers outside of `#[test]` functions are tests too.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

#[path = "check/files.rs"]
mod files;
#[path = "check/flow.rs"]
mod flow;
#[path = "check/hostile.rs"]
mod hostile;
#[path = "check/project.rs"]
mod project;
#[path = "check/reports.rs"]
mod reports;
#[path = "check/schema.rs"]
mod schema;
#[path = "check/size.rs"]
mod size;
