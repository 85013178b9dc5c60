//! What triggers and hosts have agreed on. It is the triggers' own file, so that neither side can differ from it; by the
//! link in `templates/template/`, cargo packs it with this crate.

#[path = "../templates/template/flow/protocol.rs"]
mod shared;

pub use shared::*;

/// The header of a dead letter with the component that could not process it.
pub const COMPONENT_HEADER: &str = "Pelato-Component";
/// The header with the topic that it had been sent to.
pub const SUBJECT_HEADER: &str = "Pelato-Subject";
/// The header with the reason.
pub const ERROR_HEADER: &str = "Pelato-Error";

/// The headers of a dead letter: its component, its subject, and the error. Messages of components have no headers, so
/// the host adds them.
pub fn dead_letter_headers(component: &str, subject: &str, error: &str) -> [(&'static str, String); 3] {
    // A header is one line.
    let error: String = error.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    [
        (COMPONENT_HEADER, component.to_owned()),
        (SUBJECT_HEADER, subject.to_owned()),
        (ERROR_HEADER, error.trim().to_owned()),
    ]
}
