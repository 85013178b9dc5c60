//! Taking an application away, until nothing of it runs any more.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use futures_util::future::join_all;

use super::lattice::Lattice;
use super::lattice::hosts::Host;
use super::manifest::Manifest;
use super::plan::stored;
use super::preflight;
use crate::platform::{DeployError, Options, Removed};

/// How long between two looks.
const PAUSE: Duration = Duration::from_millis(100);
/// How long wadm has to stop what it knows of: it takes tenths of a second.
const WADMS_TIME: Duration = Duration::from_secs(2);

/// Takes an application away, and all of its manifests. What it was, if there was one.
///
/// # Errors
/// When it is not PELATO's, wadm refuses, or it still runs after the time to wait.
pub async fn remove(lattice: &Lattice, name: &str, options: Options) -> Result<Removed, DeployError> {
    let versions = lattice.versions(name).await?;
    let Some(version) = versions.iter().find(|version| version.deployed).or(versions.last()) else {
        // What wadm has forgotten may still run.
        let ran = match options.wait {
            Some(timeout) => until_gone(lattice, name, &BTreeSet::new(), Duration::ZERO, timeout).await?,
            None => false,
        };
        return Ok(Removed { was_there: ran, subscriptions: Vec::new() });
    };
    let manifest = stored(lattice, name, &version.version, options.force).await?;
    if manifest.as_ref().is_some_and(|manifest| !manifest.is_ours()) && !options.force {
        return Err(preflight::foreign(lattice, name));
    }
    lattice.undeploy(name).await?;
    lattice.forget(name, None).await?;
    if let Some(timeout) = options.wait {
        let targets = manifest.as_ref().map(Manifest::targets).unwrap_or_default();
        until_gone(lattice, name, &targets, WADMS_TIME, timeout).await?;
        if let Some(manifest) = &manifest {
            until_unlinked(lattice, manifest, timeout).await;
        }
    }
    Ok(Removed { was_there: true, subscriptions: manifest.map(|it| it.subscriptions()).unwrap_or_default() })
}

/// Waits until no link of an application's parts is left. wadm deletes them; one that it puts at that very moment stays,
/// and is deleted here. If it cannot be, it leads from nowhere to nowhere.
async fn until_unlinked(lattice: &Lattice, manifest: &Manifest, timeout: Duration) {
    let start = Instant::now();
    let parts = &manifest.spec.components;
    let ids: BTreeSet<_> = parts.iter().map(|part| part.id(&manifest.metadata.name)).collect();
    while start.elapsed() < timeout
        && let Some(links) = lattice.links().await
    {
        let ours: Vec<_> = links.iter().filter(|link| ids.contains(&link.source_id)).collect();
        if ours.is_empty() {
            return;
        }
        if start.elapsed() >= WADMS_TIME {
            join_all(ours.into_iter().map(|link| lattice.delete_link(link))).await;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Waits until nothing of an application runs any more. Whether anything did.
///
/// wadm stops what it knows of. What starts at that very moment it never hears of again: the hosts are asked
/// themselves to stop what they still run for the application after a while.
async fn until_gone(
    lattice: &Lattice,
    name: &str,
    targets: &BTreeSet<&str>,
    patience: Duration,
    timeout: Duration,
) -> Result<bool, DeployError> {
    let start = Instant::now();
    let mut found = false;
    loop {
        let hosts = lattice.hosts(targets).await?;
        let busy: Vec<_> = hosts.iter().filter(|host| host.running_for(name).next().is_some()).collect();
        if busy.is_empty() {
            return Ok(found);
        }
        found = true;
        if start.elapsed() >= timeout {
            let left = |host: &&Host| {
                let ids: Vec<_> = host.running_for(name).map(|running| running.id.as_str()).collect();
                format!("{} on {}", ids.join(", "), host.shown())
            };
            let left = busy.iter().map(left).collect::<Vec<_>>().join("; ");
            return Err(DeployError::StillThere { name: name.to_owned(), waited: timeout, left });
        }
        if start.elapsed() >= patience {
            join_all(busy.into_iter().map(|host| lattice.stop(host, name))).await;
        }
        tokio::time::sleep(PAUSE).await;
    }
}
