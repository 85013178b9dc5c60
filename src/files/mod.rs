//! The one place that reads and writes files: what a project contains may have been written by somebody else, so
//! nothing is read without a limit, and no link leads out of the folder that a file belongs to. A file is either as it
//! was or as it should be, never half of each.
//!
//! Everywhere else, the functions of `std::fs` that read and write are forbidden by `clippy.toml`.
#![allow(clippy::disallowed_methods, reason = "this is where they are wrapped")]

mod error;
mod path;
mod place;
mod plan;
mod read;
mod sync;
mod temporary;
mod tree;
mod write;

pub use error::FileError;
pub use path::RelPath;
pub use place::{Refusal, anywhere, is_inside};
pub use plan::{Change, Plan};
pub use read::{COMPONENT, SOURCE, TEXT, list, of_system, open, read, text, text_or_none};
pub use sync::{Changes, sync};
pub(crate) use temporary::PREFIX as TEMPORARY;
pub use temporary::{Staging, scratch_folder, sweep};
pub use tree::{Files, MARKER, create_tree};
pub use write::{
    create_folder, open_lock, overwrite, remove, rename, replace, replace_private, write_new,
    write_new_private,
};
