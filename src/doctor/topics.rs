//! Whether the user of the settings may read the workflow's topics.

use std::collections::BTreeSet;

use super::finding::Finding;
use super::machine::Machine;
use crate::nats;

pub async fn look(machine: &Machine) -> Vec<Finding> {
    let Some(server) = machine.nats() else { return Vec::new() };
    let subscriptions = machine.components().iter().filter_map(|component| component.subscriptions().ok());
    let topics: BTreeSet<_> = subscriptions.flatten().map(|subscription| subscription.subject).collect();
    let topics: Vec<_> = topics.into_iter().collect();
    if topics.is_empty() {
        return Vec::new();
    }
    // What is wrong with the connection is said where the server is looked at.
    match tokio::time::timeout(machine.patience, nats::denied_subscriptions(&server, &topics)).await {
        Ok(Ok(denied)) => denied.iter().map(|error| Finding::of(machine.wants_platform(), error)).collect(),
        _ => Vec::new(),
    }
}
