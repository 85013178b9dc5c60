//! The versions of an application, which the cluster keeps itself: a ConfigMap for each, and one that says which of them is
//! deployed.

use k8s_openapi::api::core::v1::ConfigMap;
use serde_json::json;

use super::cluster::{Cluster, Store};
use super::manifest::model::{Deployment, PROJECT, REVISION};
use super::{names, replicas};
use crate::platform::{DeployError, Revision};

/// The keys of what is kept: the version that is deployed, and the resources of a version.
const DEPLOYED: &str = "deployed";
const MANIFEST: &str = "manifest.json";

fn maps(cluster: &Cluster) -> Store<'_, ConfigMap> {
    cluster.of_kind()
}

fn head(application: &str) -> String {
    names::object(application, &["application"])
}

fn name_of(application: &str, version: &str) -> String {
    names::object(application, &["revision", version])
}

/// The names of what is kept for an application when it is deployed in a version.
pub fn names(application: &str, version: &str) -> [String; 3] {
    [head(application), name_of(application, version), replicas::name(application)]
}

/// The version that is deployed.
///
/// # Errors
/// When the cluster does not answer.
pub async fn deployed(cluster: &Cluster, application: &str) -> Result<Option<String>, DeployError> {
    let map = maps(cluster).get(&head(application)).await?;
    Ok(map.and_then(|map| map.data?.remove(DEPLOYED)))
}

/// The versions, the oldest first.
///
/// # Errors
/// When the cluster does not answer.
pub async fn revisions(cluster: &Cluster, application: &str) -> Result<Vec<Revision>, DeployError> {
    let (selector, maps) = (names::selector(application), maps(cluster));
    let (deployed, all) = tokio::try_join!(deployed(cluster, application), maps.labels(&selector))?;
    let versions = all.into_iter().filter_map(|(_, mut labels)| labels.remove(REVISION));
    let revision = |version: String| Revision { deployed: deployed.as_ref() == Some(&version), version };
    let mut revisions: Vec<_> = versions.map(revision).collect();
    let number = |one: &Revision| one.version.split('-').next().and_then(|text| text.parse::<u32>().ok());
    revisions.sort_by_key(|one| (number(one), one.version.clone()));
    Ok(revisions)
}

/// The resources of a version.
///
/// # Errors
/// When the cluster does not answer, or what it keeps is not what PELATO wrote.
pub async fn manifest(
    cluster: &Cluster,
    application: &str,
    version: &str,
) -> Result<Option<Vec<Deployment>>, DeployError> {
    let name = name_of(application, version);
    let Some(map) = maps(cluster).get(&name).await? else { return Ok(None) };
    let text = map.data.and_then(|mut data| data.remove(MANIFEST)).unwrap_or_default();
    let read = serde_json::from_str(&text);
    read.map(Some).map_err(|error| DeployError::Reply {
        who: "the ConfigMap of a version",
        message: format!("{name}: {error}"),
        help: "somebody else has changed it: delete it",
    })
}

/// Keeps a version; `dry` only asks whether that would be done.
///
/// # Errors
/// When the cluster does not take it.
pub async fn put(
    cluster: &Cluster,
    application: &str,
    version: &str,
    manifest: &[Deployment],
    dry: bool,
) -> Result<(), DeployError> {
    let name = name_of(application, version);
    let mut labels = names::labels(application);
    labels.insert(REVISION.to_owned(), version.to_owned());
    let text = serde_json::to_string(manifest).map_err(|error| DeployError::Form(error.to_string()))?;
    let map = json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": { "name": name, "labels": labels },
        "data": { MANIFEST: text },
    });
    maps(cluster).apply(&name, &map, dry).await
}

/// Notes which version is deployed.
///
/// # Errors
/// When the cluster does not take it.
pub async fn mark(
    cluster: &Cluster,
    application: &str,
    version: &str,
    project: &str,
) -> Result<(), DeployError> {
    let name = head(application);
    let map = json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {
            "name": name, "labels": names::labels(application), "annotations": { PROJECT: project },
        },
        "data": { DEPLOYED: version },
    });
    maps(cluster).apply(&name, &map, false).await
}

/// Forgets a version.
///
/// # Errors
/// When the cluster does not do it.
pub async fn forget(cluster: &Cluster, application: &str, version: &str) -> Result<(), DeployError> {
    maps(cluster).delete(&name_of(application, version)).await
}

/// Forgets everything about an application. Whether there was anything.
///
/// # Errors
/// When the cluster does not do it.
pub async fn forget_all(cluster: &Cluster, application: &str) -> Result<bool, DeployError> {
    let maps = maps(cluster);
    let all = maps.labels(&names::selector(application)).await?;
    for (name, _) in &all {
        maps.delete(name).await?;
    }
    Ok(!all.is_empty())
}
