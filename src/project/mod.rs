//! What the user wrote: `workflow.yaml`, its edits, the settings; and `pelato.lock`, which is kept beside it.

pub mod bump;
pub mod edit;
mod env_file;
pub mod lock_file;
pub mod place;
pub mod read;
pub mod schema;
pub mod settings;
mod shape;
mod spans;
pub mod subject;
pub mod workflow;

pub use lock_file::LockFile;
pub use place::Place;
pub use read::{ReadError, parse, read};
pub use settings::Settings;
pub use workflow::{Field, Task, Workflow};
