//! `check`, the graph and the schema on whole projects.

#[path = "check/files.rs"]
mod files;
#[path = "check/flow.rs"]
mod flow;
#[path = "check/project.rs"]
mod project;
#[path = "check/reports.rs"]
mod reports;
#[path = "check/schema.rs"]
mod schema;
#[path = "check/size.rs"]
mod size;
