//! The lattice's NATS server: whether it answers, lets us in and is one that wadm can work with.

use super::finding::Finding;
use super::machine::Machine;
use crate::deploy::DeployError;
use crate::nats::shown;
use crate::remedy::Argument;

pub async fn look(machine: &Machine) -> Vec<Finding> {
    let needed = machine.wants_lattice();
    match machine.lattice().await {
        None => vec![Finding::note(format!("not checked: {}", Argument::Offline))],
        Some(Err(DeployError::Unreachable(_))) if !needed => {
            let url = shown(&machine.settings.nats_url());
            vec![Finding::note(format!("no NATS server answers at {url}; no setting requires one"))]
        }
        Some(Err(error)) => vec![Finding::of(needed, error)],
        Some(Ok(lattice)) => {
            let server = lattice.server();
            let remedy = "see docs/infrastructure.md for the configuration that it needs";
            let old = lattice.warning().map(|warning| Finding::lacking(needed, warning, remedy));
            let what = "JetStream is not enabled on the NATS server; wadm stores its state in it";
            let without = || {
                Finding::lacking(needed, what, "start it with `jetstream {}` in its configuration, or `-js`")
            };
            let bare = (!server.jetstream).then(without);
            let fine = Finding::ok(format!("nats-server {} at {}", server.version, lattice.server));
            let mut found: Vec<_> = old.into_iter().chain(bare).collect();
            if found.is_empty() {
                found.push(fine);
            }
            found
        }
    }
}
