//! The Service by which an application that answers HTTP is reached in its cluster.

use k8s_openapi::api::core::v1::Service;

use super::cluster::Cluster;
use super::manifest::entry;
use super::manifest::model::Deployment;
use super::names::{self, MANAGED_BY, MANAGER, PART_OF};
use crate::platform::DeployError;

/// Sees that the Service of an application can be applied, and replaces nobody else's (unless `force`).
///
/// # Errors
/// When it is somebody else's, or the cluster would not take it.
pub async fn check(
    cluster: &Cluster,
    application: &str,
    wanted: &[Deployment],
    force: bool,
) -> Result<(), DeployError> {
    let Some(service) = entry::service(wanted) else { return Ok(()) };
    let (name, services) = (entry::service_name(application), cluster.of_kind::<Service>());
    if let Some(labels) = services.labels_of(&name).await?.filter(|_| !force) {
        let is = |key: &str, value: &str| labels.get(key).is_some_and(|found| found == value);
        if !is(MANAGED_BY, MANAGER) || !is(PART_OF, application) {
            let how = "is a Service that was not deployed by PELATO for this application".to_owned();
            return Err(DeployError::Foreign { name, place: cluster.place(), how });
        }
    }
    services.apply(&name, &service, true).await
}

/// Applies the Service, if there is one.
///
/// # Errors
/// When the cluster does not take it.
pub async fn put(cluster: &Cluster, application: &str, wanted: &[Deployment]) -> Result<(), DeployError> {
    let Some(service) = entry::service(wanted) else { return Ok(()) };
    cluster.of_kind::<Service>().apply(&entry::service_name(application), &service, false).await
}

/// Takes the Service of an application away, if there is one.
///
/// # Errors
/// When the cluster does not do it.
pub async fn remove(cluster: &Cluster, application: &str) -> Result<(), DeployError> {
    let services = cluster.of_kind::<Service>();
    for (name, _) in services.labels(&names::selector(application)).await? {
        services.delete(&name).await?;
    }
    Ok(())
}
