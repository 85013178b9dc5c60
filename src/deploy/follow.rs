//! Waiting until an application runs, or is gone.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::error::{DeployError, Reason};
use super::lattice::Lattice;
use super::lattice::events::Failures;
use super::lattice::wadm::State;
use super::manifest::Manifest;
use super::status::{self, Status};
use crate::progress::{Event, Progress};

/// How long between two looks.
const PAUSE: Duration = Duration::from_millis(100);
/// How long something that failed may go on trying: wadm does so after 5 and 10 seconds.
const SECOND_CHANCE: Duration = Duration::from_secs(20);
/// What to do when something failed.
const HELP: &str = "mend that and call `pelato deploy` again, or go back with `pelato rollback`; `pelato status` shows \
                    how it goes on. An image that a host cannot fetch: does it know the registry, and is it allowed to?";

/// Waits until everything runs that can. `failures` has listened since before the deployment.
///
/// # Errors
/// When something failed, or `timeout` is over, or the lattice does not answer.
pub async fn until_running(
    lattice: &Lattice,
    manifest: &Manifest,
    mut failures: Failures,
    timeout: Duration,
    progress: &dyn Progress,
) -> Result<Status, DeployError> {
    let start = Instant::now();
    let mut watch = Watch { manifest, progress, start, failed: BTreeMap::new(), told: BTreeMap::new() };
    loop {
        let status = status::of(lattice, manifest).await?;
        watch.note(&status, &mut failures);
        if status.settled() {
            return Ok(status);
        }
        let name = manifest.metadata.name.clone();
        if let Some(reasons) = watch.hopeless(&status) {
            return Err(DeployError::Failed { name, reasons, help: HELP.to_owned() });
        }
        if start.elapsed() >= timeout {
            let reasons = watch.explained(status.lacking());
            return Err(DeployError::TooSlow { name, waited: timeout, reasons, help: HELP.to_owned() });
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Waits until nothing of an application runs any more.
///
/// # Errors
/// When `timeout` is over, or the lattice does not answer.
pub async fn until_gone(
    lattice: &Lattice,
    manifest: &Manifest,
    timeout: Duration,
) -> Result<(), DeployError> {
    let (start, name) = (Instant::now(), &manifest.metadata.name);
    let ids: Vec<_> = manifest.spec.components.iter().map(|part| (part.id(name), &part.name)).collect();
    loop {
        let hosts = lattice.hosts().await?;
        let left = |(id, name): &(String, &String)| {
            let on = hosts.iter().find(|host| host.running(id).is_some())?;
            Some(format!("{name} on {}", on.shown()))
        };
        let left: Vec<_> = ids.iter().filter_map(left).collect();
        if left.is_empty() {
            return Ok(());
        }
        if start.elapsed() >= timeout {
            return Err(DeployError::StillThere {
                name: name.clone(),
                waited: timeout,
                left: left.join(", "),
            });
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// What has been seen while waiting.
struct Watch<'a> {
    manifest: &'a Manifest,
    progress: &'a dyn Progress,
    start: Instant,
    /// Part → its first failure and the last words about it.
    failed: BTreeMap<String, (Instant, String)>,
    told: BTreeMap<String, State>,
}

impl Watch<'_> {
    fn note(&mut self, status: &Status, failures: &mut Failures) {
        for failure in failures.so_far() {
            let application = &self.manifest.metadata.name;
            let parts = &self.manifest.spec.components;
            let Some(part) = parts.iter().find(|part| part.id(application) == failure.id) else { continue };
            let entry =
                self.failed.entry(part.name.clone()).or_insert_with(|| (Instant::now(), String::new()));
            if entry.1 != failure.words {
                self.progress.report(Event::Note(format!("{}: {}", part.name, failure.words)));
                entry.1 = failure.words;
            }
        }
        for part in &status.parts {
            let before = self.told.insert(part.name.clone(), part.state);
            if part.state == State::Deployed && before != Some(State::Deployed) {
                self.failed.remove(&part.name);
                let what = match part.hosts.as_slice() {
                    [] => part.wanted.clone(),
                    hosts => format!("{} on {}", part.wanted, hosts.join(", ")),
                };
                let (component, elapsed) = (part.name.clone(), self.start.elapsed());
                self.progress.report(Event::Finished { component, what, elapsed });
            }
        }
    }

    /// What has failed for so long that it will not come right by itself.
    fn hopeless(&self, status: &Status) -> Option<Vec<Reason>> {
        let worn = self.failed.values().any(|(since, _)| since.elapsed() > SECOND_CHANCE);
        worn.then(|| self.explained(status.lacking()))
    }

    /// The reasons with what hosts said about them.
    fn explained(&self, reasons: Vec<Reason>) -> Vec<Reason> {
        let explain = |reason: Reason| match self.failed.get(&reason.part) {
            Some((_, words)) => Reason { words: words.clone(), ..reason },
            None => reason,
        };
        reasons.into_iter().map(explain).collect()
    }
}
