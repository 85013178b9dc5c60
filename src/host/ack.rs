//! Messages that JetStream stores until the trigger acknowledges them.

use super::observe::{Call, Trigger};

/// The headers of a dead letter: its component, its subject, and the error. Messages of components have no headers,
/// so the host adds them.
pub(super) fn dead_letter(call: &Call, error: &str) -> Vec<(&'static str, String)> {
    let subject = match &call.trigger {
        Trigger::Message { subject } => subject.to_string(),
        Trigger::Http { .. } | Trigger::Direct => String::new(),
    };
    // A header is one line.
    let error: String = error.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    vec![
        ("Pelato-Component", call.component.to_string()),
        ("Pelato-Subject", subject),
        ("Pelato-Error", error.trim().to_owned()),
    ]
}
