//! What would fail, or go another way than it was meant, looked for before anything is changed.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::try_join_all;
use k8s_openapi::api::core::v1::{ConfigMap, Secret};

use super::cluster::objects::{Live, Machine};
use super::cluster::{Cluster, Object};
use super::history;
use super::manifest::model::{Deployment, HOST_GROUP, PROJECT, Texts, Workload};
use super::manifest::pull_secret;
use super::names::{self, MANAGED_BY, MANAGER, PART_OF};
use crate::check::Placement;
use crate::platform::{Application, DeployError, HostList, Wanted, warning};

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

/// Whether the names of what PELATO keeps in the cluster itself are free, or this application's.
///
/// # Errors
/// When somebody else has one, or the cluster does not answer.
pub async fn own_objects(
    cluster: &Cluster,
    name: &str,
    version: &str,
    private: bool,
) -> Result<(), DeployError> {
    let maps =
        history::names(name, version).into_iter().map(|map| is_foreign::<ConfigMap>(cluster, name, map));
    let secret = private.then(|| pull_secret(name));
    let secrets = secret.into_iter().map(|secret| is_foreign::<Secret>(cluster, name, secret));
    let (maps, secrets) = tokio::try_join!(try_join_all(maps), try_join_all(secrets))?;
    match maps.into_iter().chain(secrets).flatten().next() {
        Some(taken) => {
            let how = "was not deployed by PELATO for this project".to_owned();
            Err(DeployError::Foreign { name: taken, place: cluster.place(), how })
        }
        None => Ok(()),
    }
}

/// The object's name with its kind, if it is there and somebody else's.
async fn is_foreign<K: Object>(
    cluster: &Cluster,
    application: &str,
    name: String,
) -> Result<Option<String>, DeployError> {
    let labels = cluster.of_kind::<K>().labels_of(&name).await?;
    let is_ours =
        |labels: &Texts| names::labels(application).iter().all(|(key, value)| labels.get(key) == Some(value));
    Ok(labels.filter(|labels| !is_ours(labels)).map(|_| format!("{} {name}", K::kind(&()))))
}

/// What is worth a warning.
pub fn warnings(
    application: &Application,
    name: &str,
    wanted: &[Deployment],
    (machines, operator_namespace): (&[Machine], &str),
    live: &[Live],
) -> Vec<String> {
    let targets: BTreeSet<_> = wanted.iter().map(Deployment::target).collect();
    let there = |target: &str| machines.iter().any(|one| one.is_ready && one.is_of(target, None));
    let absent = targets.iter().filter(|target| !there(target));
    let absent = absent.map(|target| warning::no_host(HOST_GROUP, target));
    let others = live.iter().filter(|one| one.labels.get(PART_OF).is_some_and(|other| other != name));
    let others: Vec<_> =
        others.filter(|one| one.labels.get(MANAGED_BY).is_some_and(|by| by == MANAGER)).collect();
    let twice = application.components.iter().filter_map(|wanted| twice(wanted, &others));
    let alone = machines.is_empty().then(|| {
        format!(
            "no host is listed in the namespace `{operator_namespace}`: check that the operator runs and that \
             OPERATOR_NAMESPACE is correct"
        )
    });
    alone.into_iter().chain(absent).chain(alike(application, machines)).chain(twice).collect()
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

/// A warning about another application that runs a component of this one for the same topics.
fn twice(wanted: &Wanted, others: &[&Live]) -> Option<String> {
    others.iter().find_map(|other| {
        let workload = serde_json::from_value::<Workload>(other.template.clone()).ok()?;
        let (topics, name) = (workload.subscriptions(), other.labels.get(PART_OF).map_or("", String::as_str));
        workload.components.iter().find_map(|one| warning::twice(wanted, name, &one.image, &topics))
    })
}
