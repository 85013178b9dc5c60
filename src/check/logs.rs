//! Whether a component publishes its log, and where.

use super::values::{Wrong, is_second};
use crate::project::{Task, Workflow};
use crate::protocol;

/// What `logs` can be.
pub const SWITCH: [&str; 2] = ["false", "true"];

/// Whether a value switches it on.
pub fn switch(text: &str) -> Result<bool, Wrong> {
    is_second(SWITCH, text, "does not say whether the log is published")
}

/// Whether a task publishes its log: what it says itself comes before what the workflow says for all.
pub fn is_published(workflow: &Workflow, task: &Task) -> bool {
    let field = task.logs.as_ref().or(workflow.logs.as_ref());
    field.is_some_and(|field| switch(&field.text) == Ok(true))
}

/// The topic of the log of a component of a workflow; that of all of them, if none is named.
pub fn topic(workflow: &Workflow, component: Option<&str>) -> String {
    let project = workflow.project_name.as_ref().map_or("", |field| field.text.trim());
    protocol::log_topic(&token(project), component)
}

/// A text as one part of a topic: what has a meaning there is written as its code.
fn token(text: &str) -> String {
    let mut token = String::new();
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'_' => token.push(byte.into()),
            other => token.push_str(&format!("%{other:02X}")),
        }
    }
    token
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nats::subject;
    use proptest::prelude::*;

    #[test]
    fn only_true_switches_it_on() {
        assert_eq!((switch("true"), switch("false")), (Ok(true), Ok(false)));
        for other in ["yes", "TRUE", "1", ""] {
            assert!(switch(other).is_err(), "{other}");
        }
    }

    proptest! {
        #[test]
        fn every_project_has_a_topic_of_its_own(a in "\\PC{1,20}", b in "\\PC{1,20}") {
            let topic = protocol::log_topic(&token(&a), Some("c"));
            prop_assert!(subject::validate(&topic).is_ok() && !subject::has_wildcards(&topic), "{topic}");
            prop_assert_eq!(topic.split('.').count(), 4);
            prop_assert_eq!(token(&a) == token(&b), a == b);
        }
    }
}
