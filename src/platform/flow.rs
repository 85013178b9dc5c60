//! Deploying and going back: what is done to any platform, in order.

use std::time::{Duration, Instant};

use super::{DeployError, Deployed, Plan, Platform, Statuses, follow, history};
use crate::progress::{Event, Progress};

/// Carries a plan out, and waits until it runs.
///
/// # Errors
/// When the platform refuses, the connection is lost, or not everything comes up in time.
pub async fn deploy(
    platform: &dyn Platform,
    plan: &Plan,
    wait: Option<Duration>,
    progress: &dyn Progress,
) -> Result<Deployed, DeployError> {
    let accepted = accept(platform, plan).await?;
    settle(platform, plan, accepted, wait, progress).await
}

/// A plan that the platform has accepted.
pub struct Accepted {
    start: Instant,
    acknowledged: Duration,
    statuses: Statuses,
}

/// Carries a plan out until the platform has accepted it: the first half of [`deploy`].
///
/// # Errors
/// When the platform refuses, or cannot be reached.
pub async fn accept(platform: &dyn Platform, plan: &Plan) -> Result<Accepted, DeployError> {
    let start = Instant::now();
    // What goes wrong at once is noticed, too.
    let statuses = platform.status(&plan.name).await?;
    platform.apply(plan).await?;
    Ok(Accepted { start, acknowledged: start.elapsed(), statuses })
}

/// Waits until it runs, and stops what is not wanted any more: the second half of [`deploy`].
///
/// # Errors
/// When the connection is lost, or not everything comes up in time.
pub async fn settle(
    platform: &dyn Platform,
    plan: &Plan,
    accepted: Accepted,
    wait: Option<Duration>,
    progress: &dyn Progress,
) -> Result<Deployed, DeployError> {
    let Accepted { start, acknowledged, statuses } = accepted;
    tidy(platform, &plan.name).await;
    let mut done = Deployed {
        name: plan.name.clone(),
        version: plan.version.clone(),
        unchanged: plan.unchanged,
        acknowledged,
        status: None,
        elapsed: acknowledged,
    };
    if let Some(timeout) = wait {
        let status = follow::until_running(statuses, plan, timeout, progress).await?;
        let after = platform.finish(plan, Some(&status)).await?;
        done.status = Some(after.unwrap_or(status));
    } else {
        platform.finish(plan, None).await?;
    }
    done.elapsed = start.elapsed();
    Ok(done)
}

/// Goes back to an earlier version: `wanted`, else the one before that which is deployed.
///
/// # Errors
/// When there is none, the platform refuses, or not everything comes up in time.
pub async fn rollback(
    platform: &dyn Platform,
    name: &str,
    wanted: Option<&str>,
    wait: Option<Duration>,
    progress: &dyn Progress,
) -> Result<Deployed, DeployError> {
    let revisions = platform.history(name).await?;
    if revisions.is_empty() {
        let place = platform.about().place;
        return Err(DeployError::NotDeployed { name: name.to_owned(), place });
    }
    let version = history::back(name, &revisions, wanted)?.version.clone();
    let plan = platform.recall(name, &version).await?;
    progress.report(Event::RollingBack { version: version.clone() });
    deploy(platform, &plan, wait, progress).await
}

/// Forgets what is too old. It is only for tidiness: that it fails is no reason to fail.
async fn tidy(platform: &dyn Platform, name: &str) {
    let Ok(revisions) = platform.history(name).await else { return };
    for revision in history::outdated(&revisions) {
        let _ = platform.forget(name, &revision.version).await;
    }
}
