//! What the user wrote: `workflow.yaml`, its edits, the settings; and `pelato.lock`, which is kept beside it.

mod builder;
pub mod bump;
pub mod document;
pub mod edit;
pub mod lock_file;
pub mod place;
pub mod read;
pub mod relocation;
pub mod settings;
mod shape;
mod sources;
pub mod workflow;

pub use builder::Builder;
pub use lock_file::LockFile;
pub use place::Place;
pub use read::{ReadError, parse, read};
pub use relocation::Relocation;
pub use settings::Settings;
pub use sources::Sources;
pub use workflow::{Field, Task, Variable, Workflow};
