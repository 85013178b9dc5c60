//! How an application is, look after look: whenever something has changed, and with the hosts' own reasons.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};

use super::bus::{Bus, Trial};
use super::cluster::{Changes, Cluster};
use super::manifest::model::Deployment;
use super::plan::not_deployed;
use super::status::{self, Look, Replicas};
use super::{history, names};
use crate::platform::{DeployError, Outlook, Part, Problem, State, Status, Statuses};
use crate::project::Settings;

/// How long to wait for the next change: some of what is said depends on the time.
const TICK: Duration = Duration::from_secs(1);
/// How long between two trials of the same component.
const AGAIN: Duration = Duration::from_secs(5);
/// So many trials have to fail until it is hopeless: an image may be pushed, a host may be started meanwhile.
const TRIALS: usize = 2;
/// How long the operator may do nothing about a resource until that is said, and until it is hopeless.
const SILENCE: Duration = Duration::from_secs(10);
const ABSENCE: Duration = Duration::from_secs(60);

/// Looks at an application whenever the stream is asked, and something has changed since.
pub fn statuses(cluster: &Arc<Cluster>, settings: &Settings, name: &str) -> Statuses {
    let watch = Watch {
        changes: cluster.changes(&names::selector(name)),
        cluster: Arc::clone(cluster),
        settings: settings.clone(),
        name: name.to_owned(),
        looked: false,
        stored: None,
        tried: BTreeMap::new(),
        silent: BTreeMap::new(),
        bus: None,
    };
    let look = |mut watch: Watch| async move { Some((watch.look().await, watch)) };
    stream::unfold(watch, look).boxed()
}

/// What trials of a resource's component have shown.
struct Tried {
    last: Instant,
    failed: usize,
    words: String,
}

struct Watch {
    cluster: Arc<Cluster>,
    settings: Settings,
    name: String,
    changes: Changes,
    looked: bool,
    /// The version that is deployed, and its resources.
    stored: Option<(String, Vec<Deployment>)>,
    tried: BTreeMap<String, Tried>,
    /// Since when the operator has done nothing about a resource.
    silent: BTreeMap<String, Instant>,
    /// The hosts; an error if they cannot be asked.
    bus: Option<Result<Bus, String>>,
}

impl Watch {
    async fn look(&mut self) -> Result<Status, DeployError> {
        if self.looked {
            self.changes.next(TICK).await;
        }
        self.looked = true;
        let look = self.seen().await?;
        let replicas = look.replicas();
        let news = self.note(&look, &replicas).await;
        let parts: Vec<_> =
            status::parts(&replicas).into_iter().map(|part| self.explained(part, &replicas)).collect();
        let is_settled = parts.iter().all(|part| matches!(part.state, State::Running | State::Waiting));
        let outlook = match () {
            () if is_settled => Outlook::Settled,
            () if self.is_hopeless(&replicas) => Outlook::Hopeless,
            () => Outlook::Underway,
        };
        let lacking = parts.iter().filter(|part| part.state != State::Running).map(Part::problem);
        let surplus = look.surplus().map(|one| Problem {
            part: one.name.clone(),
            words: "it is of an earlier version, and runs until the next deployment succeeds".to_owned(),
        });
        let problems = lacking.chain(look.vanished());
        let problems = if is_settled { problems.chain(surplus).collect() } else { problems.collect() };
        let states = [State::Starting, State::Waiting];
        let state = states.into_iter().find(|state| parts.iter().any(|part| part.state == *state));
        Ok(Status {
            name: self.name.clone(),
            version: look.version.clone(),
            state: state.unwrap_or(State::Running),
            message: String::new(),
            parts,
            missing: Vec::new(),
            outlook,
            problems,
            news,
        })
    }

    async fn seen(&mut self) -> Result<Look, DeployError> {
        let cluster = Arc::clone(&self.cluster);
        let selector = names::selector(&self.name);
        let version = history::deployed(&cluster, &self.name).await?;
        let version = version.ok_or_else(|| not_deployed(&cluster, &self.name))?;
        let wanted = match self.stored.take().filter(|(known, _)| *known == version) {
            Some((_, wanted)) => wanted,
            None => history::manifest(&cluster, &self.name, &version).await?.unwrap_or_default(),
        };
        self.stored = Some((version.clone(), wanted.clone()));
        let (live, (sets, workloads), machines) = tokio::try_join!(
            cluster.deployments(Some(&selector)),
            cluster.replicas(&selector),
            cluster.machines()
        )?;
        Ok(Look { wanted, version, live, sets, workloads, machines })
    }

    /// Asks hosts why they did not start what the operator gave them. What is new of that.
    async fn note(&mut self, look: &Look, replicas: &[Replicas]) -> Vec<Problem> {
        let mut news = Vec::new();
        for (one, wanted) in replicas.iter().zip(&look.wanted) {
            if one.is_ignored {
                self.silent.entry(one.name.clone()).or_insert_with(Instant::now);
            } else {
                self.silent.remove(&one.name);
            }
            if one.state == State::Running {
                self.tried.remove(&one.name);
            }
            let is_due = self.tried.get(&one.name).is_none_or(|tried| tried.last.elapsed() >= AGAIN);
            let Some(host) = one.host.as_ref().filter(|_| one.is_rejected && is_due) else { continue };
            let words = self.trial(&host.0, &host.1, wanted).await;
            let new = || Tried { last: Instant::now(), failed: 0, words: String::new() };
            let tried = self.tried.entry(one.name.clone()).or_insert_with(new);
            tried.last = Instant::now();
            let Some(words) = words else { continue };
            tried.failed += 1;
            if tried.words != words {
                news.push(Problem { part: wanted.component().to_owned(), words: words.clone() });
                tried.words = words;
            }
        }
        news
    }

    /// Why a host does not start a component, if it does not.
    async fn trial(&mut self, id: &str, name: &str, wanted: &Deployment) -> Option<String> {
        if self.bus.is_none() {
            let bus = Bus::connect(&self.settings).await;
            self.bus = Some(bus.map_err(|error| error.to_string()));
        }
        match self.bus.as_ref()? {
            Err(error) => {
                Some(format!("the host {name} does not start it, and cannot be asked why: {error}"))
            }
            Ok(bus) => match bus.try_start(id, wanted).await {
                Trial::Fine => None,
                Trial::Failed(words) => Some(format!("the host {name} does not start it: {words}")),
                Trial::NoAnswer => Some(format!(
                    "the host {name} does not start it, and does not answer at {} when asked why",
                    bus.server
                )),
            },
        }
    }

    fn explained(&self, part: Part, replicas: &[Replicas]) -> Part {
        if part.state != State::Starting {
            return part;
        }
        let own: Vec<_> = replicas.iter().filter(|one| one.is_of(&part.name)).collect();
        let said = own.iter().find_map(|one| self.tried.get(&one.name).filter(|tried| tried.failed > 0));
        let ignored = own.iter().any(|one| self.is_ignored(one, SILENCE));
        let reason = match (said, ignored) {
            (Some(tried), _) => Some(tried.words.clone()),
            (None, true) => {
                Some("no operator has taken notice of it: check that one runs for this namespace".to_owned())
            }
            (None, false) => part.reason.clone(),
        };
        Part { reason, ..part }
    }

    fn is_ignored(&self, one: &Replicas, time: Duration) -> bool {
        self.silent.get(&one.name).is_some_and(|since| since.elapsed() >= time)
    }

    fn is_hopeless(&self, replicas: &[Replicas]) -> bool {
        let is_lost = |one: &Replicas| {
            self.tried.get(&one.name).is_some_and(|tried| tried.failed >= TRIALS)
                || self.is_ignored(one, ABSENCE)
                || one.is_forbidden
        };
        replicas.iter().any(is_lost)
    }
}
