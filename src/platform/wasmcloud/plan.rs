//! What deploying would do: what is in the cluster already, and what it would be given.

use std::collections::BTreeSet;

use super::cluster::Cluster;
use super::manifest::addresses::Addresses;
use super::manifest::model::{Deployment, PROJECT};
use super::manifest::{self, Rules, entry, to_manifest};
use super::{history, names, preflight, secret, service};
use crate::platform::history::{Step, next};
use crate::platform::{Application, DeployError, Plan, Revision};

/// Looks at the cluster and plans; nothing is changed.
///
/// # Errors
/// When something would fail, or the cluster does not answer.
pub async fn plan(
    cluster: &Cluster,
    application: &Application,
    rules: &Rules,
    force: bool,
) -> Result<Plan, DeployError> {
    let name = names::application(&application.project)?;
    // All are waited for: which error is told must not depend on which answer comes first.
    let (machines, live, revisions) =
        tokio::join!(cluster.machines(), cluster.deployments(None), history::revisions(cluster, &name));
    let (machines, live, revisions) = (machines?, live?, revisions?);
    let hosts = Some(preflight::hosts(&machines));
    let addresses = Addresses::of(&machines, &live, &name, &cluster.namespace);
    let mut rules = rules.clone();
    rules.addresses = addresses;
    let known = Application { hosts, ..application.clone() };
    let wanted = manifest::plan(&known, &rules)?;
    let deployed = match revisions.iter().find(|one| one.deployed) {
        Some(version) => history::manifest(cluster, &name, &version.version).await?,
        None => None,
    };
    if !force {
        preflight::ours(cluster, &name, &application.project, &wanted, &live)?;
        another_project(cluster, &name, &wanted, deployed.as_deref())?;
    }
    let newest = match revisions.last() {
        Some(version) if !version.deployed => history::manifest(cluster, &name, &version.version).await?,
        _ => None,
    };
    let stored: Vec<_> = [deployed.clone(), newest].into_iter().flatten().collect();
    let same = |version: &str| {
        stored.iter().any(|known| revision(known) == Some(version) && unversioned(known) == wanted)
    };
    let said = serde_json::to_vec(&wanted).unwrap_or_default();
    let step = next(&revisions, same, &said);
    let wanted: Vec<_> = wanted.into_iter().map(|one| one.with_revision(step.version())).collect();
    if !force {
        preflight::own_objects(cluster, &name, step.version(), rules.private).await?;
    }
    rehearse(cluster, &name, step.version(), &wanted, &rules).await?;
    Box::pin(service::check(cluster, &name, &wanted, force)).await?;
    let mut warnings =
        preflight::warnings(&known, &name, &wanted, (&machines, &cluster.operator_namespace), &live);
    warnings.extend(rules.addresses.conflicts(&entry::targets(&known), &known.http_hosts));
    to_plan(name, &wanted, &step, &revisions, deployed.as_deref(), warnings)
}

/// What the API would reject, it rejects before anything is changed.
async fn rehearse(
    cluster: &Cluster,
    name: &str,
    version: &str,
    wanted: &[Deployment],
    rules: &Rules,
) -> Result<(), DeployError> {
    let secret = async {
        match rules.private {
            true => secret::rehearse(cluster, name).await,
            false => Ok(()),
        }
    };
    let history = history::put(cluster, name, version, wanted, true);
    let replicas = async { cluster.replicas(&names::labels(name), &[]).await.map(drop) };
    let all = tokio::join!(cluster.apply_all(wanted, true), history, secret, replicas);
    all.0.and(all.1).and(all.2).and(all.3)
}

/// Plans to deploy a version again that the cluster keeps.
///
/// # Errors
/// When there is none, or the cluster does not answer.
pub async fn recall(cluster: &Cluster, name: &str, version: &str) -> Result<Plan, DeployError> {
    let revisions = history::revisions(cluster, name).await?;
    let stored = history::manifest(cluster, name, version).await?;
    let stored = stored.ok_or_else(|| not_deployed(cluster, name))?;
    to_plan(name.to_owned(), &stored, &Step::Reuse(version.to_owned()), &revisions, None, Vec::new())
}

pub fn not_deployed(cluster: &Cluster, name: &str) -> DeployError {
    DeployError::NotDeployed { name: name.to_owned(), place: cluster.place() }
}

fn to_plan(
    name: String,
    wanted: &[Deployment],
    step: &Step,
    revisions: &[Revision],
    deployed: Option<&[Deployment]>,
    warnings: Vec<String>,
) -> Result<Plan, DeployError> {
    let version = step.version().to_owned();
    Ok(Plan {
        name,
        unchanged: revisions.iter().any(|one| one.deployed && one.version == version),
        stored: step.is_stored(),
        manifest: to_manifest(wanted)?,
        version,
        deployed: deployed.map(to_manifest).transpose()?,
        warnings,
    })
}

fn revision(manifest: &[Deployment]) -> Option<&str> {
    manifest.first().map(|one| one.annotation(super::manifest::model::REVISION))
}

fn unversioned(manifest: &[Deployment]) -> Vec<Deployment> {
    manifest.iter().cloned().map(Deployment::without_revision).collect()
}

/// Whether what is deployed is another project of the same name.
fn another_project(
    cluster: &Cluster,
    name: &str,
    wanted: &[Deployment],
    deployed: Option<&[Deployment]>,
) -> Result<(), DeployError> {
    let names =
        // Every project's entry is the same.
        |all: &[Deployment]| {
            let components = all.iter().filter(|one| !one.is_entry());
            components.map(|one| one.component().to_owned()).collect::<BTreeSet<_>>()
        };
    let Some(deployed) = deployed.filter(|deployed| names(deployed).is_disjoint(&names(wanted))) else {
        return Ok(());
    };
    let project = deployed.first().map_or("", |one| one.annotation(PROJECT));
    let how = format!("belongs to another project, `{project}`: it shares no component with this one");
    Err(DeployError::Foreign { name: name.to_owned(), place: cluster.place(), how })
}
