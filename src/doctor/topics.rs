//! Whether the user of the settings may read and write the workflow's topics.

use std::collections::BTreeSet;

use super::finding::Finding;
use super::machine::Machine;
use crate::check::Component;
use crate::nats;

pub async fn look(machine: &Machine) -> Vec<Finding> {
    let Some(server) = machine.nats() else { return Vec::new() };
    let rights: BTreeSet<_> = machine.components().iter().flat_map(Component::rights).collect();
    // What is wrong with the connection is said where the server is looked at.
    match tokio::time::timeout(machine.patience, nats::lacking(&server, &rights)).await {
        Ok(Ok(lacking)) => lacking.iter().map(|error| Finding::of(machine.wants_platform(), error)).collect(),
        _ => Vec::new(),
    }
}
