//! The servers and programs that a platform needs. What they have to be like, it knows itself.

use super::finding::Finding;
use super::machine::Machine;
use crate::platform::{self, Class};
use crate::remedy::Argument;

pub async fn look(machine: &Machine, subject: &str) -> Vec<Finding> {
    let about = machine.platform().about();
    // The first is the one that all others are reached by: what is wrong with the connection is said there.
    let first = about.subjects.first().is_some_and(|first| *first == subject);
    match machine.connected().await {
        None if first => vec![Finding::note(format!("not checked: {}", Argument::Offline))],
        Some(Err(error)) if first && error.class() == Class::Unreachable && !machine.wants_platform() => {
            let found = format!("no {} answers at {}; no setting requires one", about.server, about.address);
            vec![Finding::note(found)]
        }
        Some(Err(error)) if first => vec![Finding::of(machine.wants_platform(), error)],
        Some(Err(_)) => not_known(machine),
        None => Vec::new(),
        Some(Ok(platform)) => {
            let found = platform.preflight(subject).await;
            found.into_iter().map(|finding| to_finding(machine, finding)).collect()
        }
    }
}

/// Where the platform cannot be reached.
pub fn not_known(machine: &Machine) -> Vec<Finding> {
    if !machine.wants_platform() {
        return Vec::new();
    }
    vec![Finding::note(format!("not checked: the {} cannot be used", machine.platform().about().server))]
}

fn to_finding(machine: &Machine, finding: platform::Finding) -> Finding {
    let needed = machine.wants_platform();
    match finding {
        platform::Finding::Fine(found) => Finding::ok(found),
        platform::Finding::Lacking { found, remedy } => Finding::lacking(needed, found, remedy),
        platform::Finding::Failed(error) => Finding::of(needed, &error),
    }
}
