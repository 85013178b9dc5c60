//! Deploying, going back, removing: what is done to a lattice, in order.

use std::time::{Duration, Instant};

use super::error::DeployError;
use super::follow;
use super::history::{self, Step};
use super::lattice::{Lattice, wadm};
use super::manifest::Manifest;
use super::status::Status;
use super::{preflight, relink};
use crate::progress::{Event, Progress};

#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// How long to wait until everything runs; not at all if none.
    pub wait: Option<Duration>,
    /// Also over an application that is not this project's.
    pub force: bool,
}

/// What deploying would do.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The manifest, without a version.
    pub manifest: Manifest,
    pub deployed: Option<Manifest>,
    /// What wadm keeps, the oldest first.
    versions: Vec<wadm::Version>,
    step: Step,
    /// What is worth a warning.
    pub warnings: Vec<String>,
}

#[derive(Debug, Clone)]
pub struct Deployed {
    pub manifest: Manifest,
    /// Whether the very same was deployed already.
    pub unchanged: bool,
    /// Until wadm had taken note.
    pub acknowledged: Duration,
    /// How it is, if it was waited for.
    pub status: Option<Status>,
    /// How long that took, all in all.
    pub elapsed: Duration,
}

/// What was taken away.
#[derive(Debug, Clone)]
pub struct Removed {
    pub was_there: bool,
    /// The subjects that its components subscribed to.
    pub subscriptions: Vec<String>,
}

impl Plan {
    pub fn version(&self) -> &str {
        self.step.version()
    }

    pub fn versioned(&self) -> Manifest {
        self.manifest.clone().versioned(self.version())
    }

    /// Whether the same manifest is already deployed already.
    pub fn unchanged(&self) -> bool {
        self.versions.iter().any(|version| version.deployed && version.version == self.version())
    }
}

/// Looks at the lattice and plans; nothing is changed.
///
/// # Errors
/// When something would fail, or the lattice does not answer.
pub async fn plan(lattice: &Lattice, manifest: Manifest, force: bool) -> Result<Plan, DeployError> {
    let name = manifest.metadata.name.clone();
    // The one for wadm first: that nobody manages the lattice explains all else.
    let versions = lattice.versions(&name).await?;
    let targets = preflight::targets(&manifest);
    let (hosts, ports) = tokio::join!(lattice.hosts_of(&targets), preflight::ports(lattice, &manifest));
    ports?;
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
    let step = history::next(&versions, same, &manifest);
    let warnings = lattice.warning().into_iter().chain(preflight::hosts(&manifest, &hosts?)).collect();
    Ok(Plan { manifest, deployed, versions, step, warnings })
}

/// A manifest that wadm keeps. One that we cannot read is not ours; with `force` it counts as none.
async fn stored(
    lattice: &Lattice,
    name: &str,
    version: &str,
    force: bool,
) -> Result<Option<Manifest>, DeployError> {
    match lattice.manifest(name, Some(version)).await {
        Err(DeployError::Reply { .. }) if force => Ok(None),
        Err(DeployError::Reply { .. }) => Err(DeployError::Foreign {
            name: name.to_owned(),
            lattice: lattice.name.clone(),
            how: "was not deployed by PELATO".to_owned(),
        }),
        other => other,
    }
}

/// Carries a plan out.
///
/// # Errors
/// When wadm refuses, the connection is lost, or not everything comes up in time.
pub async fn deploy(
    lattice: &Lattice,
    plan: &Plan,
    wait: Option<Duration>,
    progress: &dyn Progress,
) -> Result<Deployed, DeployError> {
    let (start, name) = (Instant::now(), &plan.manifest.metadata.name);
    let failures = lattice.failures().await?;
    if let Step::Put(_) = &plan.step {
        lattice.put(&plan.versioned()).await?;
    }
    lattice.deploy(name, plan.version()).await?;
    let acknowledged = start.elapsed();
    history::tidy(lattice, name).await;
    let unchanged = plan.unchanged();
    let mut done =
        Deployed { manifest: plan.versioned(), unchanged, acknowledged, status: None, elapsed: acknowledged };
    if let Some(timeout) = wait {
        let status = follow::until_running(lattice, &done.manifest, failures, timeout, progress).await?;
        relink::tell(lattice, &done.manifest, &status).await?;
        done.status = Some(status);
        done.elapsed = start.elapsed();
    }
    Ok(done)
}

/// Goes back to an earlier manifest: `wanted`, else the one before that which is deployed.
///
/// # Errors
/// When there is none, wadm refuses, or not everything comes up in time.
pub async fn rollback(
    lattice: &Lattice,
    name: &str,
    wanted: Option<&str>,
    wait: Option<Duration>,
    progress: &dyn Progress,
) -> Result<Deployed, DeployError> {
    let versions = lattice.versions(name).await?;
    if versions.is_empty() {
        return Err(lattice.not_deployed(name));
    }
    let version = history::back(name, &versions, wanted)?.version.clone();
    let manifest = lattice.manifest(name, Some(&version)).await?.ok_or_else(|| lattice.not_deployed(name))?;
    progress.report(Event::RollingBack { version: version.clone() });
    let step = Step::Reuse(version);
    let plan = Plan { manifest, deployed: None, versions, step, warnings: Vec::new() };
    deploy(lattice, &plan, wait, progress).await
}

/// Takes an application away, and all of its manifests. What it was, if there was one.
///
/// # Errors
/// When it is not this project's, wadm refuses, or it still runs after `wait`.
pub async fn remove(lattice: &Lattice, name: &str, options: Options) -> Result<Removed, DeployError> {
    let versions = lattice.versions(name).await?;
    let Some(version) = versions.iter().find(|version| version.deployed).or(versions.last()) else {
        // What wadm has forgotten may still run.
        let ran = match options.wait {
            Some(timeout) => follow::until_gone(lattice, name, Duration::ZERO, timeout).await?,
            None => false,
        };
        return Ok(Removed { was_there: ran, subscriptions: Vec::new() });
    };
    let manifest = stored(lattice, name, &version.version, options.force).await?;
    if manifest.as_ref().is_some_and(|manifest| !manifest.is_ours()) && !options.force {
        return Err(DeployError::Foreign {
            name: name.to_owned(),
            lattice: lattice.name.clone(),
            how: "was not deployed by PELATO".to_owned(),
        });
    }
    lattice.undeploy(name).await?;
    lattice.forget(name, None).await?;
    if let Some(timeout) = options.wait {
        follow::until_gone(lattice, name, follow::WADMS_TIME, timeout).await?;
    }
    Ok(Removed { was_there: true, subscriptions: manifest.map(|it| it.subscriptions()).unwrap_or_default() })
}
