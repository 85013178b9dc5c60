//! The lattice's hosts, and whether each target of the workflow has one.

use std::collections::BTreeSet;

use super::finding::Finding;
use super::machine::Machine;
use crate::deploy::lattice::hosts::Host;
use crate::text::list;

pub async fn look(machine: &Machine) -> Vec<Finding> {
    let needed = machine.wants_lattice();
    match machine.lattice().await {
        Some(Ok(lattice)) => match lattice.hosts().await {
            Ok(hosts) => against_targets(machine, needed, &hosts),
            Err(error) => vec![Finding::of(needed, &error)],
        },
        Some(Err(_)) if needed => vec![Finding::note("not known: the NATS server cannot be used")],
        _ => Vec::new(),
    }
}

fn against_targets(machine: &Machine, needed: bool, hosts: &[Host]) -> Vec<Finding> {
    if hosts.is_empty() {
        let remedy = "start a wasmCloud host with a label host-type (see docs/infrastructure.md)";
        return vec![Finding::lacking(needed, "no host of the lattice answers", remedy)];
    }
    let shown = hosts.iter().map(|host| match host.target() {
        Some(target) => format!("{} (host-type={target})", host.shown()),
        None => format!("{} (no label host-type)", host.shown()),
    });
    let mut found = vec![Finding::ok(shown.collect::<Vec<_>>().join(", "))];
    let there: BTreeSet<_> = hosts.iter().filter_map(Host::target).collect();
    let targets = machine.components().iter().flat_map(|component| &component.targets);
    let wanted: BTreeSet<_> = targets.map(String::as_str).collect();
    for target in wanted.difference(&there) {
        let parts = machine.components().iter();
        let parts = parts.filter(|part| part.targets.iter().any(|other| other == target));
        let what = format!(
            "no host has the label host-type={target}, which {} needs",
            list(parts.map(|part| &part.name))
        );
        let remedy = format!(
            "start a host with the label `host-type={target}`, or correct `targets` in workflow.yaml"
        );
        found.push(Finding::lacking(needed, what, remedy));
    }
    found
}
