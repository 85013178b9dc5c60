//! Looking at an application in the cluster.

use super::cluster::Cluster;
use super::manifest::model::Deployment;
use super::plan::not_deployed;
use super::status::Look;
use super::{history, names};
use crate::platform::DeployError;

/// The version that was deployed at the last look, and its resources: they need not be read again.
pub type Stored = Option<(String, Vec<Deployment>)>;

/// What there is of an application.
///
/// # Errors
/// When it is not deployed, or the cluster does not answer.
pub async fn look(cluster: &Cluster, application: &str, stored: &mut Stored) -> Result<Look, DeployError> {
    let (labels, selector) = (names::labels(application), names::selector(application));
    let version = history::deployed(cluster, application).await?;
    let version = version.ok_or_else(|| not_deployed(cluster, application))?;
    let wanted = match stored.take().filter(|(known, _)| *known == version) {
        Some((_, wanted)) => wanted,
        None => history::manifest(cluster, application, &version).await?.unwrap_or_default(),
    };
    *stored = Some((version.clone(), wanted.clone()));
    let (live, machines) = tokio::try_join!(cluster.deployments(Some(&selector)), cluster.machines())?;
    let names: Vec<_> = live.iter().map(|one| one.name.clone()).collect();
    let (sets, workloads) = cluster.replicas(&labels, &names).await?;
    Ok(Look { wanted, version, live, sets, workloads, machines, ..Look::default() })
}
