//! `check`, the graph and the schema on whole projects.

mod files;
mod flow;
mod hostile;
mod project;
mod reports;
mod schema;
mod size;
