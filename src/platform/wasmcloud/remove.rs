//! Taking an application away, until nothing of it runs any more.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::bus::Bus;
use super::cluster::Cluster;
use super::cluster::objects::Workload as Replica;
use super::manifest::model::{Texts, Workload};
use super::replicas::{self, Seen};
use super::{history, names, secret, service};
use crate::platform::{DeployError, Options, Removed};

/// How long to wait for the next change.
const TICK: Duration = Duration::from_secs(1);
/// How long the garbage collector may take until its absence is suspected. It needs a second.
const COLLECTED: Duration = Duration::from_secs(10);

/// Takes an application away, and its history.
///
/// # Errors
/// When the cluster does not answer, or something still runs after the time to wait.
pub async fn remove(
    cluster: &Cluster,
    bus: Option<&Bus>,
    name: &str,
    options: Options,
) -> Result<Removed, DeployError> {
    let selector = names::selector(name);
    let mut changes = cluster.changes(&selector);
    let live = cluster.deployments(Some(&selector)).await?;
    let names: Vec<_> = live.iter().map(|one| one.name.clone()).collect();
    let of = (names::labels(name), names.clone());
    let (_, workloads) = cluster.replicas(&of.0, &of.1).await?;
    let mut seen: Vec<_> = replicas::seen(cluster, name).await?;
    seen.extend(workloads.iter().filter_map(seen_there));
    let subscriptions: BTreeSet<_> = live
        .iter()
        .filter_map(|one| serde_json::from_value::<Workload>(one.template.clone()).ok())
        .flat_map(|workload| workload.subscriptions())
        .collect();
    cluster.delete_all(&names).await?;
    secret::remove(cluster, name).await?;
    service::remove(cluster, name).await?;
    let known = history::forget_all(cluster, name).await?;
    let was_there = known || !live.is_empty() || !workloads.is_empty();
    if let Some(timeout) = options.wait.filter(|_| was_there) {
        let start = Instant::now();
        while let Some(left) = left(cluster, &selector, &of, start.elapsed() > COLLECTED).await? {
            if start.elapsed() >= timeout {
                return Err(DeployError::StillThere { name: name.to_owned(), waited: timeout, left });
            }
            changes.next(TICK.min(timeout.saturating_sub(start.elapsed()))).await;
        }
        if let Some(bus) = bus {
            replicas::end(bus, seen, &cluster.machines().await?).await;
        }
    }
    Ok(Removed { was_there, subscriptions: subscriptions.into_iter().collect() })
}

fn seen_there(workload: &Replica) -> Option<Seen> {
    let host = workload.host.clone()?;
    Some(Seen { id: workload.id.clone(), host, component: String::new(), version: String::new() })
}

/// What is still there, in words.
async fn left(
    cluster: &Cluster,
    selector: &str,
    (labels, names): &(Texts, Vec<String>),
    long: bool,
) -> Result<Option<String>, DeployError> {
    let (live, (sets, workloads)) =
        tokio::try_join!(cluster.deployments(Some(selector)), cluster.replicas(labels, names))?;
    if live.is_empty() && sets.is_empty() && workloads.is_empty() {
        return Ok(None);
    }
    let names = live.iter().map(|one| &one.name).chain(workloads.iter().map(|one| &one.name));
    let mut words = names.chain(sets.iter().map(|one| &one.name)).cloned().collect::<Vec<_>>().join(", ");
    let orphans = live.is_empty() && (workloads.iter().any(|one| !one.is_going));
    if orphans && long {
        words.push_str(" (the garbage collector of kube-controller-manager does not run)");
    }
    Ok(Some(words))
}
