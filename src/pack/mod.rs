//! Language packs of one's own and of others: made, added, taken away, and tried out.
//!
//! A pack's commands run on the user's machine. So a pack of others is shown before it is added, and pinned by the
//! digest of its files: what is not any more what was added is not used.

mod add;
mod consent;
pub mod content;
mod error;
mod fetch;
mod find;
mod home;
mod new;
mod remove;
mod source;
mod tasks;
mod verify;

pub use add::{Before, Offer, offer};
pub use consent::request;
pub use error::PackError;
pub use home::Home;
pub use new::{NewPack, new};
pub use remove::remove;
pub use source::Source;
pub use tasks::{TASKS, Task};
pub use verify::verify;
