//! Waiting until an application runs, or is gone.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use futures_util::future::join_all;

use super::error::{DeployError, Reason};
use super::lattice::Lattice;
use super::lattice::events::Failures;
use super::lattice::hosts::Host;
use super::lattice::wadm::State;
use super::manifest::Manifest;
use super::manifest::model::Part;
use super::status::{self, Status};
use crate::progress::{Change, Event, Phase, Progress};
use crate::remedy::Operation;

/// How long between two looks.
const PAUSE: Duration = Duration::from_millis(100);
/// How long wadm has to stop what it knows of: it takes tenths of a second.
pub const WADMS_TIME: Duration = Duration::from_secs(2);
/// How long a host may be silent until it counts as lost.
const GONE: Duration = Duration::from_secs(10);
/// How long something that fails again and again may go on trying: wadm starts components again after 5 and 10 seconds.
const SECOND_CHANCE: Duration = Duration::from_secs(20);
/// How long something that failed once on a host may take to be tried again: providers are when a host reports next, every 30 s. That
/// helps: hosts that fetch one image for two providers at the same time let one of the two fail.
const NEXT_TRY: Duration = Duration::from_secs(60);
/// What to do when something failed.
fn help() -> String {
    format!(
        "fix that and call {} again, or go back with {}; {} shows the progress. If a host cannot fetch an image, check that the host can reach the registry and is authorised",
        Operation::Deploy,
        Operation::Rollback,
        Operation::Status
    )
}

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
    let mut watch = Watch {
        manifest,
        progress,
        start,
        failed: BTreeMap::new(),
        told: BTreeMap::new(),
        hosts: BTreeMap::new(),
    };
    loop {
        let status = status::of(lattice, manifest).await?;
        watch.note(&status, &mut failures);
        let silent = Silent::ask(lattice, watch.silent(&status)).await;
        let late = start.elapsed() >= timeout;
        if status.settled() && silent.needed.is_empty() && (silent.busy.is_empty() || late) {
            return Ok(status);
        }
        let name = manifest.metadata.name.clone();
        if let Some(reasons) = watch.hopeless(&status, &silent) {
            return Err(DeployError::Failed { name, reasons, help: help() });
        }
        if late {
            let reasons = watch.explained(&status, &silent);
            return Err(DeployError::TooSlow { name, waited: timeout, reasons, help: help() });
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Waits until nothing of an application runs any more. Whether anything did.
///
/// wadm stops what it knows of. What starts at that very moment it never hears of again: the hosts are asked
/// themselves to stop what they still run for the application after a while.
///
/// # Errors
/// When `timeout` is over, or the lattice does not answer.
pub async fn until_gone(
    lattice: &Lattice,
    name: &str,
    patience: Duration,
    timeout: Duration,
) -> Result<bool, DeployError> {
    let start = Instant::now();
    let mut found = false;
    loop {
        let hosts = lattice.hosts().await?;
        let busy: Vec<_> = hosts.iter().filter(|host| host.running_for(name).next().is_some()).collect();
        if busy.is_empty() {
            return Ok(found);
        }
        found = true;
        if start.elapsed() >= timeout {
            let left = |host: &&Host| {
                let ids: Vec<_> = host.running_for(name).map(|running| running.id.as_str()).collect();
                format!("{} on {}", ids.join(", "), host.shown())
            };
            let left = busy.iter().map(left).collect::<Vec<_>>().join("; ");
            return Err(DeployError::StillThere { name: name.to_owned(), waited: timeout, left });
        }
        if start.elapsed() >= patience {
            join_all(busy.into_iter().map(|host| lattice.stop(host, name))).await;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Hosts that were there, are of use, and do not answer, by their keys.
struct Silent {
    /// Those that are needed: no other is like them.
    needed: BTreeSet<String>,
    /// Those that are only busy. A host that compiles a large component answers nobody until that is done.
    busy: BTreeSet<String>,
}

impl Silent {
    /// Of these, each with whether it is needed.
    async fn ask(lattice: &Lattice, silent: BTreeMap<String, bool>) -> Self {
        let asked = silent.keys().map(|id| async { lattice.holds_connection(id).await.then(|| id.clone()) });
        let busy = join_all(asked).await.into_iter().flatten().collect();
        let needed = silent.into_iter().filter_map(|(id, needed)| needed.then_some(id)).collect();
        Self { needed, busy }
    }
}

/// What is known of a part that failed.
struct Failed {
    /// When it did first.
    since: Instant,
    /// How often on each host, by its key.
    times: BTreeMap<String, usize>,
    /// The last words about it.
    words: String,
}

impl Failed {
    /// Whether it will not come right by itself.
    fn is_hopeless(&self) -> bool {
        let elapsed = self.since.elapsed();
        let again = self.times.values().any(|times| *times > 1);
        elapsed > NEXT_TRY || (again && elapsed > SECOND_CHANCE)
    }
}

/// What has been seen while waiting.
struct Watch<'a> {
    manifest: &'a Manifest,
    progress: &'a dyn Progress,
    start: Instant,
    /// What has failed, by part.
    failed: BTreeMap<String, Failed>,
    told: BTreeMap<String, State>,
    /// Key → target, name, and when it answered last.
    hosts: BTreeMap<String, (String, String, Instant)>,
}

impl Watch<'_> {
    fn note(&mut self, status: &Status, failures: &mut Failures) {
        let now = Instant::now();
        let hosts = status.hosts.iter();
        self.hosts
            .extend(hosts.map(|(id, (target, name))| (id.clone(), (target.clone(), name.clone(), now))));
        for failure in failures.so_far() {
            let application = &self.manifest.metadata.name;
            let parts = &self.manifest.spec.components;
            let Some(part) = parts.iter().find(|part| part.id(application) == failure.id) else { continue };
            let new = || Failed { since: now, times: BTreeMap::new(), words: String::new() };
            let failed = self.failed.entry(part.name.clone()).or_insert_with(new);
            *failed.times.entry(failure.host).or_default() += 1;
            if failed.words != failure.words {
                let (part, reason) = (part.name.clone(), failure.words.clone());
                self.progress.report(Event::PartFailed { part, reason });
                failed.words = failure.words;
            }
        }
        for part in &status.parts {
            let before = self.told.insert(part.name.clone(), part.state);
            if part.state == State::Deployed && before != Some(State::Deployed) {
                self.failed.remove(&part.name);
                self.progress.report(Event::ComponentFinished {
                    component: part.name.clone(),
                    phase: Phase::Deploy,
                    change: Change::Running { version: part.wanted.clone(), hosts: part.hosts.clone() },
                    duration: self.start.elapsed(),
                });
            }
        }
    }

    /// Hosts that were there, are of use, and do not answer; and whether they are needed.
    fn silent(&self, status: &Status) -> BTreeMap<String, bool> {
        let there: BTreeSet<_> = status.hosts.values().map(|(target, _)| target.as_str()).collect();
        let wanted: BTreeSet<_> = self.manifest.spec.components.iter().flat_map(Part::targets).collect();
        let silent = self.hosts.iter().filter(|(id, _)| !status.hosts.contains_key(*id));
        let silent = silent.filter(|(_, (target, ..))| wanted.contains(target.as_str()));
        silent.map(|(id, (target, ..))| (id.clone(), !there.contains(target.as_str()))).collect()
    }

    /// What has failed, or has been away, for so long that it will not come right by itself.
    fn hopeless(&self, status: &Status, silent: &Silent) -> Option<Vec<Reason>> {
        let worn = self.failed.values().any(Failed::is_hopeless);
        let lost = silent.needed.difference(&silent.busy).filter_map(|id| self.hosts.get(id));
        let gone = lost.into_iter().any(|(.., last)| last.elapsed() > GONE);
        (worn || gone).then(|| self.explained(status, silent))
    }

    /// What is lacking, with what hosts said about it.
    fn explained(&self, status: &Status, silent: &Silent) -> Vec<Reason> {
        let explain = |reason: Reason| match self.failed.get(&reason.part) {
            Some(failed) => Reason { words: failed.words.clone(), ..reason },
            None => reason,
        };
        let away = self.hosts.iter().filter(|(id, _)| !status.hosts.contains_key(*id));
        let away = away.map(|(id, (target, name, last))| {
            let seconds = last.elapsed().as_secs();
            let busy = if silent.busy.contains(id) { ", but is connected: it may be compiling" } else { "" };
            let words = format!("it has not answered for {seconds} s{busy}");
            Reason { part: format!("the host {name} ({target})"), words }
        });
        status.lacking().into_iter().map(explain).chain(away).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_has_another_chance() {
        let failed = |seconds, hosts: &[&str]| {
            let since = Instant::now().checked_sub(Duration::from_secs(seconds)).unwrap();
            let mut times = BTreeMap::new();
            hosts.iter().for_each(|host| *times.entry((*host).to_owned()).or_default() += 1);
            Failed { since, times, words: String::new() }.is_hopeless()
        };
        assert!(!failed(1, &["a", "a", "a"]), "wadm starts it again at once");
        assert!(failed(21, &["a", "a"]), "and again in vain");
        assert!(!failed(40, &["a"]), "a provider is tried again when its host reports");
        assert!(!failed(40, &["a", "b"]), "each of its hosts");
        assert!(failed(61, &["a"]));
    }
}
