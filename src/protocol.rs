//! What triggers and hosts have agreed on. It is the triggers' own file, so that neither side can differ from it; by the
//! link in `templates/template/`, cargo packs it with this crate.

#[path = "../templates/template/flow/protocol.rs"]
mod shared;

pub use shared::*;
