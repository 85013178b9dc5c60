//! The registry: whether it answers, lets us in and lets us push.

use super::finding::Finding;
use super::machine::Machine;
use crate::remedy::Argument;

pub async fn look(machine: &Machine) -> Vec<Finding> {
    if !machine.wants_registry() {
        return vec![Finding::note("REGISTRY_URL is not set: nothing can be pushed or deployed")];
    }
    match machine.registry().await {
        None => vec![Finding::note(format!("not checked: {}", Argument::Offline))],
        Some(Err(error)) => vec![Finding::of(true, error)],
        Some(Ok(probe)) => match &probe.push {
            Err(error) => vec![Finding::of(true, error)],
            Ok(()) => vec![Finding::ok(format!("{} allows {} to push", probe.host, probe.whom))],
        },
    }
}
