//! Which replicas an application was seen to have, and on which hosts. The cluster forgets those of a host that it has given
//! up; if the host was only out of reach, it still runs them, and they take messages. It forgets, too, what is replaced at
//! the very moment at which a host starts it: so does the operator 2.7.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use k8s_openapi::api::core::v1::ConfigMap;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::bus::Bus;
use super::cluster::Cluster;
use super::cluster::objects::Machine;
use super::names;
use crate::platform::DeployError;

const KEY: &str = "replicas.json";
/// So many are remembered: a ConfigMap has 1 MiB.
const MOST: usize = 1000;

/// A replica that was seen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Seen {
    /// What the host calls it.
    pub id: String,
    /// The host's id.
    pub host: String,
    pub component: String,
    pub version: String,
}

pub fn name(application: &str) -> String {
    names::object(application, &["replicas"])
}

/// Those that were seen; none if somebody has made something else of it.
///
/// # Errors
/// When the cluster does not answer.
pub async fn seen(cluster: &Cluster, application: &str) -> Result<Vec<Seen>, DeployError> {
    let map = cluster.of_kind::<ConfigMap>().get(&name(application)).await?;
    let text = map.and_then(|map| map.data?.remove(KEY)).unwrap_or_default();
    Ok(serde_json::from_str(&text).unwrap_or_default())
}

/// Remembers those that there are now, and those of before that a host may still have. What a host runs that the cluster
/// has forgotten is ended.
///
/// # Errors
/// When the cluster does not take it.
pub async fn remember(
    cluster: &Cluster,
    application: &str,
    bus: Option<&Bus>,
    now: Vec<Seen>,
    machines: &[Machine],
) -> Result<(), DeployError> {
    let before = seen(cluster, application).await?;
    let gone = before.iter().filter(|one| !now.contains(one)).cloned().collect();
    let mut all = now;
    for (one, runs) in asked(bus, gone, machines).await {
        match (runs, bus) {
            (Some(true), Some(bus)) => bus.stop(&one.host, &one.id).await,
            (None, _) if all.len() < MOST => all.push(one),
            _ => {}
        }
    }
    all.sort();
    if all == before {
        return Ok(());
    }
    let name = name(application);
    let text = serde_json::to_string(&all).map_err(|error| DeployError::Form(error.to_string()))?;
    let map = json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": { "name": name, "labels": names::labels(application) },
        "data": { KEY: text },
    });
    cluster.of_kind::<ConfigMap>().apply(&name, &map, false).await
}

/// Ends those that a host runs although the cluster has removed them.
pub async fn end(bus: &Bus, replicas: Vec<Seen>, machines: &[Machine]) {
    for (one, runs) in asked(Some(bus), replicas, machines).await {
        if runs == Some(true) {
            bus.stop(&one.host, &one.id).await;
        }
    }
}

/// Those that a host runs and the cluster does not know: `ids` are what hosts call those that it does.
///
/// # Errors
/// When the cluster does not answer.
pub async fn stray(
    cluster: &Cluster,
    application: &str,
    bus: &Bus,
    ids: &BTreeSet<&str>,
    machines: &[Machine],
) -> Result<Vec<Seen>, DeployError> {
    let mut unknown = seen(cluster, application).await?;
    unknown.retain(|one| !ids.contains(one.id.as_str()));
    let answers = asked(Some(bus), unknown, machines).await;
    Ok(answers.into_iter().filter(|(_, runs)| *runs == Some(true)).map(|(one, _)| one).collect())
}

/// Whether their hosts run them; none where nobody answers.
async fn asked(bus: Option<&Bus>, replicas: Vec<Seen>, machines: &[Machine]) -> Vec<(Seen, Option<bool>)> {
    let each = replicas.into_iter().map(|one| async move {
        let is_there = machines.iter().any(|machine| machine.id == one.host);
        let runs = match bus.filter(|_| is_there) {
            Some(bus) => bus.runs(&one.host, &one.id).await,
            None => None,
        };
        (one, runs)
    });
    join_all(each).await
}
