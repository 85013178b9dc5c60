//! What deploying would do: what is in the lattice already, and what wadm would be given.

use super::lattice::Lattice;
use super::manifest::Manifest;
use super::preflight;
use crate::platform::history::{self, Step};
use crate::platform::{self, Application, DeployError, Plan, Revision};

/// Looks at the lattice and plans; nothing is changed.
///
/// # Errors
/// When something would fail, or the lattice does not answer.
pub async fn plan(
    lattice: &Lattice,
    application: &Application,
    manifest: Manifest,
    force: bool,
) -> Result<Plan, DeployError> {
    let name = manifest.metadata.name.clone();
    // The one for wadm first: that nobody manages the lattice explains all else.
    let versions = lattice.versions(&name).await?;
    let targets = manifest.targets();
    let (hosts, others) = tokio::join!(lattice.hosts_of(&targets), preflight::others(lattice, &name));
    let others = others?;
    preflight::ports(&manifest, &others)?;
    let deployed = match versions.iter().find(|version| version.deployed) {
        Some(version) => stored(lattice, &name, &version.version, force).await?,
        None => None,
    };
    if let Some(deployed) = deployed.as_ref().filter(|_| !force) {
        preflight::ours(lattice, &manifest, deployed)?;
    }
    let newest = match versions.last() {
        Some(version) if !version.deployed => stored(lattice, &name, &version.version, true).await?,
        _ => None,
    };
    let known = [deployed.as_ref(), newest.as_ref()];
    let same = |version: &str| {
        known.iter().flatten().any(|stored| stored.version() == Some(version) && stored.same_as(&manifest))
    };
    let said = serde_json::to_vec(&manifest.spec).unwrap_or_default();
    let step = history::next(&versions, same, &said);
    let warnings = lattice.warning().into_iter();
    let warnings =
        warnings.chain(preflight::hosts(&manifest, &hosts?)).chain(preflight::twice(application, &others));
    let warnings = warnings.collect();
    let deployed = deployed.as_ref().map(platform::Manifest::of).transpose()?;
    to_plan(manifest, &step, &versions, deployed, warnings)
}

/// Plans to deploy a version again that wadm keeps.
///
/// # Errors
/// When there is none, or wadm does not answer.
pub async fn recall(lattice: &Lattice, name: &str, version: &str) -> Result<Plan, DeployError> {
    let versions = lattice.versions(name).await?;
    let manifest = lattice.manifest(name, Some(version)).await?;
    let manifest = manifest.ok_or_else(|| lattice.not_deployed(name))?;
    to_plan(manifest, &Step::Reuse(version.to_owned()), &versions, None, Vec::new())
}

fn to_plan(
    manifest: Manifest,
    step: &Step,
    versions: &[Revision],
    deployed: Option<platform::Manifest>,
    warnings: Vec<String>,
) -> Result<Plan, DeployError> {
    let version = step.version().to_owned();
    Ok(Plan {
        name: manifest.metadata.name.clone(),
        unchanged: versions.iter().any(|one| one.deployed && one.version == version),
        stored: step.is_stored(),
        manifest: platform::Manifest::of(&manifest.versioned(&version))?,
        version,
        deployed,
        warnings,
    })
}

/// A manifest that wadm keeps. One that we cannot read is not ours; with `force` it counts as none.
///
/// # Errors
/// When it is not ours, or wadm does not answer.
pub async fn stored(
    lattice: &Lattice,
    name: &str,
    version: &str,
    force: bool,
) -> Result<Option<Manifest>, DeployError> {
    match lattice.manifest(name, Some(version)).await {
        Err(DeployError::Reply { .. }) if force => Ok(None),
        Err(DeployError::Reply { .. }) => Err(preflight::foreign(lattice, name)),
        other => other,
    }
}
