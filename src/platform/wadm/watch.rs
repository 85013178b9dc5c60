//! How an application is, look after look: what wadm and the hosts say, and what they do not say any more.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use futures_util::{StreamExt, stream};

use super::lattice::Lattice;
use super::lattice::events::Failures;
use super::manifest::Manifest;
use super::status::{self, Look};
use crate::platform::{DeployError, Outlook, Problem, State, Status, Statuses};

/// How long between two looks.
const PAUSE: Duration = Duration::from_millis(100);
/// How long a host may be silent until it counts as lost.
const GONE: Duration = Duration::from_secs(10);
/// How long something that fails again and again may go on trying: wadm starts components again after 5 and 10 seconds.
const SECOND_CHANCE: Duration = Duration::from_secs(20);
/// How long something that failed once on a host may take to be tried again: providers are when a host reports next, every 30 s. That
/// helps: hosts that fetch one image for two providers at the same time let one of the two fail.
const NEXT_TRY: Duration = Duration::from_secs(60);

/// Looks at an application whenever the stream is asked; hosts are listened to from now on.
///
/// # Errors
/// When the connection is lost.
pub async fn statuses(lattice: &Lattice, name: &str) -> Result<Statuses, DeployError> {
    let watch = Watch {
        failures: lattice.failures().await?,
        lattice: lattice.clone(),
        name: name.to_owned(),
        manifest: None,
        looked: false,
        failed: BTreeMap::new(),
        states: BTreeMap::new(),
        hosts: BTreeMap::new(),
    };
    let look = |mut watch: Watch| async move { Some((watch.look().await, watch)) };
    Ok(stream::unfold(watch, look).boxed())
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
    /// Whether that was only that a link could not be put.
    of_link: bool,
    /// The last words about it.
    words: String,
}

impl Failed {
    /// Whether it will not come right by itself. A link does: when a component gets another provider, wadm puts the new
    /// link again and again before it takes the old one away and, with it, what it needs for the new one.
    fn is_hopeless(&self) -> bool {
        if self.of_link {
            return false;
        }
        let elapsed = self.since.elapsed();
        let again = self.times.values().any(|times| *times > 1);
        elapsed > NEXT_TRY || (again && elapsed > SECOND_CHANCE)
    }
}

/// What has been seen so far.
struct Watch {
    lattice: Lattice,
    name: String,
    /// The one that is deployed, as far as is known.
    manifest: Option<Manifest>,
    failures: Failures,
    looked: bool,
    /// What has failed, by part.
    failed: BTreeMap<String, Failed>,
    states: BTreeMap<String, State>,
    /// Key → target, name, and when it answered last.
    hosts: BTreeMap<String, (String, String, Instant)>,
}

impl Watch {
    async fn look(&mut self) -> Result<Status, DeployError> {
        if self.looked {
            tokio::time::sleep(PAUSE).await;
        }
        self.looked = true;
        let manifest = self.deployed().await?;
        let look = status::of(&self.lattice, &manifest).await?;
        let news = self.note(&manifest, &look);
        let silent = Silent::ask(&self.lattice, self.silent(&manifest, &look)).await;
        let outlook = match (look.settled() && silent.needed.is_empty(), silent.busy.is_empty()) {
            (true, true) => Outlook::Settled,
            (true, false) => Outlook::SettledButBusy,
            (false, _) if self.is_hopeless(&silent) => Outlook::Hopeless,
            (false, _) => Outlook::Underway,
        };
        let problems = self.explained(&look, &silent);
        Ok(look.into_status(outlook, problems, news))
    }

    /// The manifest that is deployed.
    async fn deployed(&mut self) -> Result<Manifest, DeployError> {
        let versions = self.lattice.versions(&self.name).await?;
        let not_deployed = || self.lattice.not_deployed(&self.name);
        let version = versions.into_iter().find(|version| version.deployed).ok_or_else(not_deployed)?.version;
        if let Some(known) = self.manifest.as_ref().filter(|known| known.version() == Some(&version)) {
            return Ok(known.clone());
        }
        let manifest = self.lattice.manifest(&self.name, Some(&version)).await?.ok_or_else(not_deployed)?;
        self.manifest = Some(manifest.clone());
        Ok(manifest)
    }

    /// Takes note of a look and of what hosts have said since the last. What is new of that.
    fn note(&mut self, manifest: &Manifest, look: &Look) -> Vec<Problem> {
        let (now, mut news) = (Instant::now(), Vec::new());
        let hosts = look.hosts.iter();
        self.hosts
            .extend(hosts.map(|(id, (target, name))| (id.clone(), (target.clone(), name.clone(), now))));
        for failure in self.failures.so_far() {
            let application = &manifest.metadata.name;
            let parts = &manifest.spec.components;
            let Some(part) = parts.iter().find(|part| part.id(application) == failure.id) else { continue };
            let new = || Failed { since: now, times: BTreeMap::new(), of_link: true, words: String::new() };
            let failed = self.failed.entry(part.name.clone()).or_insert_with(new);
            if !failure.of_link {
                failed.of_link = false;
                *failed.times.entry(failure.host).or_default() += 1;
            }
            if failed.words != failure.words {
                news.push(Problem { part: part.name.clone(), words: failure.words.clone() });
                failed.words = failure.words;
            }
        }
        for part in &look.parts {
            let before = self.states.insert(part.name.clone(), part.state);
            if part.state == State::Running && before != Some(State::Running) {
                self.failed.remove(&part.name);
            }
        }
        news
    }

    /// Hosts that were there, are of use, and do not answer; and whether they are needed.
    fn silent(&self, manifest: &Manifest, look: &Look) -> BTreeMap<String, bool> {
        let there: BTreeSet<_> = look.hosts.values().map(|(target, _)| target.as_str()).collect();
        let wanted = manifest.targets();
        let silent = self.hosts.iter().filter(|(id, _)| !look.hosts.contains_key(*id));
        let silent = silent.filter(|(_, (target, ..))| wanted.contains(target.as_str()));
        silent.map(|(id, (target, ..))| (id.clone(), !there.contains(target.as_str()))).collect()
    }

    /// Whether something has failed, or been away, for so long that it will not come right by itself.
    fn is_hopeless(&self, silent: &Silent) -> bool {
        let worn = self.failed.values().any(Failed::is_hopeless);
        let lost = silent.needed.difference(&silent.busy).filter_map(|id| self.hosts.get(id));
        let gone = lost.into_iter().any(|(.., last)| last.elapsed() > GONE);
        worn || gone
    }

    /// What is lacking, with what hosts said about it.
    fn explained(&self, look: &Look, silent: &Silent) -> Vec<Problem> {
        let explain = |problem: Problem| match self.failed.get(&problem.part) {
            Some(failed) => Problem { words: failed.words.clone(), ..problem },
            None => problem,
        };
        let away = self.hosts.iter().filter(|(id, _)| !look.hosts.contains_key(*id));
        let away = away.map(|(id, (target, name, last))| {
            let seconds = last.elapsed().as_secs();
            let busy = if silent.busy.contains(id) { ", but is connected: it may be compiling" } else { "" };
            let words = format!("it has not answered for {seconds} s{busy}");
            Problem { part: format!("the host {name} ({target})"), words }
        });
        look.lacking().into_iter().map(explain).chain(away).collect()
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
            Failed { since, times, of_link: false, words: String::new() }.is_hopeless()
        };
        assert!(!failed(1, &["a", "a", "a"]), "wadm starts it again at once");
        assert!(failed(21, &["a", "a"]), "and again in vain");
        assert!(!failed(40, &["a"]), "a provider is tried again when its host reports");
        assert!(!failed(40, &["a", "b"]), "each of its hosts");
        assert!(failed(61, &["a"]));
    }
}
