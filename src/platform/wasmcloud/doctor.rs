//! What `pelato doctor` is told of the cluster and of the operator.

mod entries;

use std::collections::BTreeMap;

use super::bus::{Bus, Heartbeat};
use super::cluster::Cluster;
use super::cluster::objects::Machine;
use super::status::several_versions;
use crate::platform::{DeployError, Finding};
use crate::text::count;

const KUBERNETES: &str = "kubernetes";
const OPERATOR: &str = "operator";
/// What is looked at. The first is the one that everything is reached by.
pub const SUBJECTS: [&str; 2] = [KUBERNETES, OPERATOR];

/// `bus` reaches the hosts, if it can.
pub async fn look(cluster: &Cluster, subject: &str, bus: Option<&Bus>) -> Vec<Finding> {
    match subject {
        KUBERNETES => match cluster.deployments(None).await {
            Ok(_) => {
                let (version, address, place) = (&cluster.version, cluster.address(), cluster.place());
                vec![Finding::Fine(format!("Kubernetes {version} at {address}, {place}"))]
            }
            Err(error) => vec![Finding::Failed(error)],
        },
        _ => match cluster.machines().await {
            Ok(machines) => {
                let mut found = operator(&machines, &cluster.operator_namespace);
                let ids = machines.iter().map(|one| one.id.clone()).collect();
                if let Some(bus) = bus {
                    found.extend(versions(&machines, &bus.heartbeats(&ids).await));
                }
                found.extend(entries::look(cluster, &machines).await.unwrap_or_else(failed));
                found
            }
            Err(error) => vec![Finding::Failed(error)],
        },
    }
}

fn failed(error: DeployError) -> Vec<Finding> {
    vec![Finding::Failed(error)]
}

/// The operator is known by what it writes: the hosts.
fn operator(machines: &[Machine], namespace: &str) -> Vec<Finding> {
    let lacking = |found: String, remedy: &str| Finding::Lacking { found, remedy: remedy.to_owned() };
    if machines.is_empty() {
        return vec![lacking(
            format!("no host is listed in the namespace `{namespace}`"),
            "check that the operator runs, that hosts use its NATS server, and that OPERATOR_NAMESPACE is correct",
        )];
    }
    let silent: Vec<_> = machines.iter().filter(|one| !one.is_ready).map(|one| one.name.as_str()).collect();
    let ready = machines.len() - silent.len();
    let mut found = Vec::new();
    if ready > 0 {
        found.push(Finding::Fine(format!("it hears of {} in `{namespace}`", count(ready, "host"))));
    }
    if !silent.is_empty() {
        let words = format!("it hears nothing of {} any more", silent.join(", "));
        found.push(lacking(words, "check that the operator runs, and that these hosts do"));
    }
    found
}

fn versions(machines: &[Machine], heard: &BTreeMap<String, Heartbeat>) -> Option<Finding> {
    let found = format!("its hosts differ: {}", several_versions(machines.iter(), heard)?);
    let remedy = "install the same version of wasmCloud on all hosts".to_owned();
    Some(Finding::Lacking { found, remedy })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_operator_is_known_by_the_hosts() {
        let host = |name: &str, is_ready| Machine { name: name.into(), is_ready, ..Machine::default() };
        let look = |machines: &[Machine]| {
            let told = |finding| match finding {
                Finding::Fine(words) | Finding::Lacking { found: words, .. } => words,
                Finding::Failed(error) => panic!("{error}"),
            };
            operator(machines, "ops").into_iter().map(told).collect::<Vec<_>>()
        };
        assert_eq!(look(&[]), ["no host is listed in the namespace `ops`"]);
        assert_eq!(
            look(&[host("a", true), host("b", false)]),
            ["it hears of 1 host in `ops`", "it hears nothing of b any more"]
        );
    }
}
