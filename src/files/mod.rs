//! The one place that writes files: a file is either as it was or as it should be, never half of each.

mod error;
mod path;
mod plan;
mod sync;
mod tree;
mod write;

pub use error::FileError;
pub use path::RelPath;
pub use plan::{Change, Plan};
pub use sync::{Changes, sync};
pub use tree::{Files, MARKER, create_tree};
pub(crate) use write::PREFIX as TEMPORARY;
pub use write::{overwrite, replace, write_new};
