//! How an application is, look after look: whenever something has changed, and with the hosts' own reasons.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};

use super::bus::{Bus, Heartbeat, Trial};
use super::cluster::{Changes, Cluster};
use super::look::{Stored, look};
use super::manifest::model::Deployment;
use super::names;
use super::replicas::{self, Seen};
use super::status::{self, Look, Replicas};
use crate::platform::{DeployError, Outlook, Part, Problem, State, Status, Statuses};
use crate::project::Settings;

/// How long to wait for the next change: some of what is said depends on the time.
const TICK: Duration = Duration::from_secs(1);
/// How long between two trials of the same component.
const AGAIN: Duration = Duration::from_secs(5);
/// How long what hosts have said is taken for true.
const FRESH: Duration = Duration::from_secs(3);
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
        heard: None,
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

/// What hosts have said.
struct Heard {
    when: Instant,
    said: BTreeMap<String, Heartbeat>,
    stray: Vec<Seen>,
}

impl Heard {
    /// Whether these hosts have to be asked again: one that did not answer may only have been busy.
    fn is_due(&self, hosts: &BTreeSet<String>) -> bool {
        self.when.elapsed() >= FRESH || !hosts.iter().all(|id| self.said.contains_key(id))
    }
}

struct Watch {
    cluster: Arc<Cluster>,
    settings: Settings,
    name: String,
    changes: Changes,
    looked: bool,
    stored: Stored,
    heard: Option<Heard>,
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
        let (unanswered, strays) = (look.unanswered(), look.strays());
        let outlook = match () {
            () if is_settled && !unanswered.is_empty() => Outlook::SettledButBusy,
            () if is_settled => Outlook::Settled,
            () if self.is_hopeless(&replicas) => Outlook::Hopeless,
            () => Outlook::Underway,
        };
        let lacking = parts.iter().filter(|part| part.state != State::Running).map(Part::problem);
        let surplus = look.surplus().map(|one| Problem {
            part: one.name.clone(),
            words: "it is of an earlier version, and runs until the next deployment succeeds".to_owned(),
        });
        let hosts = look.vanished().into_iter().chain(look.versions());
        let doubles = look.doubles().into_iter().map(|one| one.problem());
        let problems = lacking.chain(hosts).chain(doubles);
        let problems = if is_settled { problems.chain(surplus).collect() } else { problems.collect() };
        let states = [State::Starting, State::Waiting];
        let state = states.into_iter().find(|state| parts.iter().any(|part| part.state == *state));
        let mut status = Status {
            name: self.name.clone(),
            version: look.version.clone(),
            state: state.unwrap_or(State::Running),
            message: String::new(),
            parts,
            missing: Vec::new(),
            outlook,
            problems,
            news,
        };
        unanswered.into_iter().chain(strays).for_each(|problem| status.add(problem, State::Unhealthy));
        Ok(status)
    }

    /// What there is, with what only the hosts know.
    async fn seen(&mut self) -> Result<Look, DeployError> {
        let cluster = Arc::clone(&self.cluster);
        let mut look = look(&cluster, &self.name, &mut self.stored).await?;
        let Ok(bus) = self.bus().await.clone() else { return Ok(look) };
        let hosts: BTreeSet<_> = look.machines.iter().map(|one| one.id.clone()).collect();
        let is_due = self.heard.as_ref().is_none_or(|heard| heard.is_due(&hosts));
        if is_due {
            let said = bus.heartbeats(&hosts).await;
            let ids = look.workloads.iter().map(|one| one.id.as_str()).collect();
            let stray = replicas::stray(&cluster, &self.name, &bus, &ids, &look.machines).await?;
            self.heard = Some(Heard { when: Instant::now(), said, stray });
        }
        if let Some(heard) = &self.heard {
            look.heard = Some(heard.said.clone());
            look.stray = heard.stray.clone();
        }
        Ok(look)
    }

    /// The hosts; connected to when they are wanted first.
    async fn bus(&mut self) -> &Result<Bus, String> {
        if self.bus.is_none() {
            let bus = Bus::connect(&self.settings).await;
            self.bus = Some(bus.map_err(|error| error.to_string()));
        }
        self.bus.get_or_insert_with(|| Err(String::new()))
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
        match self.bus().await {
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
