//! wadm, which manages the lattice.

use super::finding::Finding;
use super::machine::Machine;
use crate::deploy::DeployError;
use crate::text::count;

pub async fn look(machine: &Machine) -> Vec<Finding> {
    let needed = machine.wants_lattice();
    match machine.lattice().await {
        Some(Ok(lattice)) => match lattice.applications().await {
            Ok(applications) => {
                let count = count(applications.len(), "application");
                vec![Finding::ok(format!("it answers for the lattice `{}`, which has {count}", lattice.name))]
            }
            // What the server is too old for is said where the server is looked at.
            Err(DeployError::NoWadm { lattice, server, .. }) => {
                let error = DeployError::NoWadm { lattice, server, old: String::new() };
                vec![Finding::of(needed, &error)]
            }
            Err(error) => vec![Finding::of(needed, &error)],
        },
        Some(Err(_)) if needed => vec![Finding::note("not known: the NATS server cannot be used")],
        _ => Vec::new(),
    }
}
