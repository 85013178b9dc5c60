//! What triggers and hosts have agreed on. It is the triggers' own file, so that neither side can differ from it; by the
//! link in `templates/template/`, cargo packs it with this crate.

#[path = "../templates/template/flow/protocol.rs"]
mod shared;

pub use shared::*;

/// The headers of a dead letter: its component, its subject, and the error. Messages of components have no headers, so
/// the host adds them.
pub fn dead_letter_headers(component: &str, subject: &str, error: &str) -> [(&'static str, String); 3] {
    // A header is one line.
    let error: String = error.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    [
        ("Pelato-Component", component.to_owned()),
        ("Pelato-Subject", subject.to_owned()),
        ("Pelato-Error", error.trim().to_owned()),
    ]
}
