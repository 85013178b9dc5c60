//! What would fail, or go another way than it was meant, looked for before anything is changed.

use std::collections::{BTreeMap, BTreeSet};

use super::cluster::Cluster;
use super::cluster::objects::{Live, Machine};
use super::manifest::model::{Deployment, HOST_GROUP, PROJECT, Workload};
use super::names::{MANAGED_BY, MANAGER, PART_OF};
use crate::check::Placement;
use crate::nats::subject;
use crate::platform::{Application, DeployError, HostList, Wanted};

/// The hosts of each target, by the names that they keep.
pub fn hosts(machines: &[Machine]) -> HostList {
    let mut hosts = HostList::new();
    for machine in machines.iter().filter(|one| one.is_ready) {
        if let Some(group) = &machine.group {
            hosts.entry(group.clone()).or_default().insert(machine.environment.clone());
        }
    }
    hosts
}

/// Whether all names are free, or this project's.
///
/// # Errors
/// When somebody else has one.
pub fn ours(
    cluster: &Cluster,
    name: &str,
    project: &str,
    wanted: &[Deployment],
    live: &[Live],
) -> Result<(), DeployError> {
    let foreign =
        |name: &str, how: String| DeployError::Foreign { name: name.to_owned(), place: cluster.place(), how };
    let label = |one: &Live, key: &str| one.labels.get(key).cloned().unwrap_or_default();
    for one in live {
        let is_pelatos = label(one, MANAGED_BY) == MANAGER;
        if is_pelatos && label(one, PART_OF) == name {
            match one.annotations.get(PROJECT) {
                Some(other) if other != project => {
                    return Err(foreign(name, format!("belongs to the project `{other}`")));
                }
                _ => continue,
            }
        }
        if wanted.iter().any(|wanted| wanted.name() == one.name) {
            let how = match is_pelatos {
                true => format!("belongs to the application `{}`", label(one, PART_OF)),
                false => "was not deployed by PELATO".to_owned(),
            };
            return Err(foreign(&one.name, how));
        }
    }
    Ok(())
}

/// What is worth a warning.
pub fn warnings(
    application: &Application,
    name: &str,
    wanted: &[Deployment],
    machines: &[Machine],
    live: &[Live],
) -> Vec<String> {
    let targets: BTreeSet<_> = wanted.iter().map(Deployment::target).collect();
    let there = |target: &str| machines.iter().any(|one| one.is_ready && one.is_of(target, None));
    let absent = targets.iter().filter(|target| !there(target)).map(|target| {
        format!("no host has the label {HOST_GROUP}={target}: components for it start when such a host joins")
    });
    let others = live.iter().filter(|one| one.labels.get(PART_OF).is_some_and(|other| other != name));
    let others: Vec<_> =
        others.filter(|one| one.labels.get(MANAGED_BY).is_some_and(|by| by == MANAGER)).collect();
    let twice = application.components.iter().filter_map(|wanted| twice(wanted, &others));
    absent.chain(alike(application, machines)).chain(twice).collect()
}

/// Hosts that cannot be told apart, where each of them has to have a component.
fn alike(application: &Application, machines: &[Machine]) -> Vec<String> {
    let every_host = application.components.iter().filter(|one| one.placement == Placement::EveryHost);
    let targets: BTreeSet<_> = every_host.flat_map(|one| &one.targets).collect();
    let mut counts = BTreeMap::<(&str, &str), usize>::new();
    for machine in machines.iter().filter(|one| one.is_ready) {
        if let Some(group) = machine.group.as_ref().filter(|group| targets.contains(group)) {
            *counts.entry((group, &machine.environment)).or_default() += 1;
        }
    }
    let several = counts.into_iter().filter(|(_, count)| *count > 1);
    let words = several.map(|((group, environment), count)| {
        format!(
            "{count} hosts of {group} have the environment `{environment}`: one of them may get no component; start \
             each host with an environment of its own"
        )
    });
    words.collect()
}

/// A warning about another application that runs a component of this one for the same topics, such as that of a project
/// that was renamed: both would process each message.
fn twice(wanted: &Wanted, others: &[&Live]) -> Option<String> {
    for other in others {
        let Ok(workload) = serde_json::from_value::<Workload>(other.template.clone()) else { continue };
        let is_same = |image: &str| artifact(image) == artifact(&wanted.image);
        if !workload.components.iter().any(|one| is_same(&one.image)) {
            continue;
        }
        let theirs = workload.subscriptions();
        let both = |topic: &String| wanted.topics.iter().any(|own| subject::overlaps(own, topic));
        if let Some(topic) = theirs.into_iter().find(both) {
            let application = other.labels.get(PART_OF).map_or("", String::as_str);
            return Some(format!(
                "the application `{application}` runs `{}`, too, and reads `{topic}`: each message there is processed \
                 twice until that application is removed",
                wanted.name
            ));
        }
    }
    None
}

/// An image's name without its registry, its version and its digest.
fn artifact(image: &str) -> &str {
    let name = image.rsplit('/').next().unwrap_or(image);
    name.split([':', '@']).next().unwrap_or(name)
}
