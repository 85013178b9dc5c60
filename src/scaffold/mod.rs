//! New projects and new tasks, as plans: nothing is written before a plan is executed, and nothing is overwritten.

mod error;
mod git;
mod name;
mod parameters;
mod project;
mod starter;
mod task;

pub use error::ScaffoldError;
pub use git::{Git, init};
pub use name::{MAX_NAME, check_component_name, component_name_from, is_component_name};
pub use parameters::{check_known, check_parameter};
pub use project::{NewProject, SCHEMA_FILE, check_folder, new};
pub(crate) use starter::files_of as pack_files;
pub use task::{AddTask, NewTask, add_task, check_new_component, check_targets, check_title};
