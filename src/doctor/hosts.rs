//! The platform's hosts, and whether each target of the workflow has one.

use std::collections::BTreeSet;

use super::finding::Finding;
use super::machine::Machine;
use super::platform::not_known;
use crate::platform::Host;
use crate::text::list;

pub async fn look(machine: &Machine) -> Vec<Finding> {
    let needed = machine.wants_platform();
    match machine.connected().await {
        Some(Ok(platform)) => match platform.hosts().await {
            Ok(hosts) => against_targets(machine, needed, &hosts),
            Err(error) => vec![Finding::of(needed, &error)],
        },
        Some(Err(_)) => not_known(machine),
        None => Vec::new(),
    }
}

fn against_targets(machine: &Machine, needed: bool, hosts: &[Host]) -> Vec<Finding> {
    let about = machine.platform().about();
    let label = about.label;
    if hosts.is_empty() {
        let remedy =
            format!("start a wasmCloud host with a label {label} (`operation:explain infrastructure`)");
        return vec![Finding::lacking(needed, "no host of the cluster answers", remedy)];
    }
    let shown = hosts.iter().map(|host| match &host.target {
        Some(target) => format!("{} ({label}={target})", host.name),
        None => format!("{} (no label {label})", host.name),
    });
    let mut found = vec![Finding::ok(shown.collect::<Vec<_>>().join(", "))];
    let there: BTreeSet<_> = hosts.iter().filter_map(|host| host.target.as_deref()).collect();
    let targets = machine.components().iter().flat_map(|component| &component.targets);
    let wanted: BTreeSet<_> = targets.map(String::as_str).collect();
    for target in wanted.difference(&there) {
        let parts = machine.components().iter();
        let parts = parts.filter(|part| part.targets.iter().any(|other| other == target));
        let what = format!(
            "no host has the label {label}={target}, which {} needs",
            list(parts.map(|part| &part.name))
        );
        let remedy =
            format!("start a host with the label `{label}={target}`, or correct `targets` in workflow.yaml");
        found.push(Finding::lacking(needed, what, remedy));
    }
    found
}
