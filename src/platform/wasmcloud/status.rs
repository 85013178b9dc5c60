//! How an application is: what its resources want, beside what the operator has made of them. It is pure.
//!
//! The operator's own conditions are true for a moment longer than they should be: after a change, `Ready` is still that of
//! the replicas before. So what counts are the replicas of this very template.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::bus::Heartbeat;
use super::cluster::objects::{Condition, Live, Machine, Set, Workload, is_within};
use super::manifest::model::{COMPONENT_NAME, COMPONENT_VERSION, Deployment, HOST_GROUP};
use super::replicas::Seen;
use crate::entry;
use crate::platform::{Part, PartKind, Problem, State};

/// From so many per cent of its processors or its memory a host is given nothing, unless the operator was started with
/// other limits.
const BUSY: u32 = 80;

/// What the operator says about workloads for an environment other than their namespace, where it forbids these.
const OWN_ONLY: &str = "allowSharedHosts=false";
const OWN_ONLY_WORDS: &str = "the operator was started with -allow-shared-hosts=false: it gives a host nothing by its \
                              environment, so `placement: every-host` is not possible";

/// What was seen at one time.
#[derive(Debug, Default)]
pub struct Look {
    /// The resources of the version that is deployed.
    pub wanted: Vec<Deployment>,
    pub version: String,
    pub live: Vec<Live>,
    pub sets: Vec<Set>,
    pub workloads: Vec<Workload>,
    pub machines: Vec<Machine>,
    /// What hosts say of themselves, by their ids; none if they cannot be asked.
    pub heard: Option<BTreeMap<String, Heartbeat>>,
    /// What hosts run and the cluster does not know.
    pub stray: Vec<Seen>,
}

/// A replica on a host that has another one, while a host has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Double {
    pub workload: String,
    component: String,
    count: usize,
    host: String,
    free: Vec<String>,
}

/// How the replicas of one resource are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replicas {
    /// The resource's name, and its component's.
    pub name: String,
    component: String,
    version: String,
    wanted: u32,
    running: u32,
    hosts: Vec<String>,
    versions: BTreeSet<String>,
    pub state: State,
    pub reason: Option<String>,
    /// Whether the operator has said that they cannot be started.
    pub is_rejected: bool,
    /// Whether the operator never will.
    pub is_forbidden: bool,
    /// Whether the operator has done nothing about what was applied.
    pub is_ignored: bool,
    /// A host that is to run them, by its id and name.
    pub host: Option<(String, String)>,
}

impl Look {
    pub fn replicas(&self) -> Vec<Replicas> {
        self.wanted.iter().map(|wanted| self.replicas_of(wanted)).collect()
    }

    fn replicas_of(&self, wanted: &Deployment) -> Replicas {
        let (group, environment) = (wanted.target(), wanted.workload().environment.as_deref());
        let on: Vec<_> =
            self.machines.iter().filter(|one| one.is_ready && one.is_of(group, environment)).collect();
        let live = self.live.iter().find(|one| one.name == wanted.name() && !one.is_going);
        let set = live.and_then(|live| self.current(wanted, live));
        let owned = |set: &Set| self.workloads.iter().filter(|one| one.owner == set.name).collect::<Vec<_>>();
        let current: Vec<_> = set.map(owned).unwrap_or_default();
        let running: Vec<_> = current.iter().filter(|one| one.is_running()).copied().collect();
        let others = self.sets.iter().filter(|one| one.owner == wanted.name());
        let others = others.filter(|one| set.is_none_or(|set| set.name != one.name));
        let old: Vec<_> = others.flat_map(owned).filter(|one| one.is_running()).collect();
        let all = running.iter().chain(&old);
        let version = |workload: &Workload| match workload.image == wanted.image() {
            true => wanted.annotation(COMPONENT_VERSION).to_owned(),
            false => short(&workload.image),
        };
        let is_done = running.len() >= wanted.spec.replicas as usize && old.is_empty();
        let is_applied = live.is_some_and(|live| live.revision() == self.version);
        let state = match (on.is_empty(), is_done && is_applied) {
            (true, _) => State::Waiting,
            (false, true) => State::Running,
            (false, false) => State::Starting,
        };
        let conditions: Vec<_> = current.iter().flat_map(|one| &one.conditions).collect();
        let is_refused = |one: &&&Workload| one.conditions.iter().any(is_rejected);
        let given = current.iter().find(is_refused).and_then(|one| one.host.as_ref());
        let given = given.and_then(|id| on.iter().find(|machine| machine.id == *id));
        let host = given.or(on.first()).map(|one| (one.id.clone(), one.name.clone()));
        Replicas {
            name: wanted.name().to_owned(),
            component: wanted.component().to_owned(),
            version: wanted.annotation(COMPONENT_VERSION).to_owned(),
            wanted: if on.is_empty() { 0 } else { wanted.spec.replicas },
            running: running.len().try_into().unwrap_or(u32::MAX),
            hosts: all.clone().filter_map(|one| self.host_of(one)).collect(),
            versions: all.map(|one| version(one)).collect(),
            reason: match state {
                State::Waiting => Some(no_host(group, environment)),
                State::Starting if !is_applied => Some("it was not applied yet".to_owned()),
                State::Starting => self.reason(&on, &conditions),
                _ => None,
            },
            is_rejected: state == State::Starting && conditions.iter().any(|one| is_rejected(one)),
            is_forbidden: state == State::Starting
                && conditions.iter().any(|one| one.message.contains(OWN_ONLY)),
            is_ignored: state == State::Starting && is_applied && set.is_none(),
            state,
            host,
        }
    }

    /// The set that makes the replicas that are wanted; none as long as there are only those of before.
    fn current(&self, wanted: &Deployment, live: &Live) -> Option<&Set> {
        let set = self.sets.iter().find(|one| Some(&one.name) == live.set.as_ref())?;
        let document = serde_json::to_value(wanted.workload()).unwrap_or_default();
        let is_same = plain(&set.template) == plain(&live.template) && is_within(&document, &live.template);
        is_same.then_some(set)
    }

    fn host_of(&self, workload: &Workload) -> Option<String> {
        let id = workload.host.as_ref()?;
        let machine = self.machines.iter().find(|one| one.id == *id);
        Some(machine.map_or_else(|| id.clone(), |one| one.name.clone()))
    }

    /// Resources of the application that are not wanted any more, and run until what replaces them does.
    pub fn surplus(&self) -> impl Iterator<Item = &Live> {
        let is_wanted = |one: &&Live| self.wanted.iter().any(|wanted| wanted.name() == one.name);
        self.live.iter().filter(move |one| !is_wanted(one))
    }

    /// The hosts of its targets, with the names of these.
    fn hosts(&self) -> impl Iterator<Item = (&Machine, &str)> {
        let targets: BTreeSet<_> = self.wanted.iter().map(Deployment::target).collect();
        let hosts = self.machines.iter().filter_map(|one| Some((one, one.group.as_deref()?)));
        hosts.filter(move |(_, group)| targets.contains(group))
    }

    /// Whether a host was asked and did not answer.
    fn is_silent(&self, machine: &Machine) -> bool {
        self.heard.as_ref().is_some_and(|heard| !heard.contains_key(&machine.id))
    }

    /// Hosts that the operator has not heard of for a while, and those that do not answer.
    pub fn vanished(&self) -> Vec<Problem> {
        let gone = self.hosts().filter(|(one, _)| !one.is_ready || self.is_silent(one));
        let problem = |(one, group): (&Machine, &str)| {
            let words = match one.is_ready {
                true => "it does not answer; the operator may take two minutes to notice",
                false => "the operator hears nothing of it any more",
            };
            Problem { part: format!("the host {} ({group})", one.name), words: words.to_owned() }
        };
        gone.map(problem).collect()
    }

    /// Components of which the cluster says that they run on a host that does not answer.
    pub fn unanswered(&self) -> Vec<Problem> {
        let silent = self.hosts().filter(|(one, _)| one.is_ready && self.is_silent(one));
        let on = |(machine, _): (&Machine, &str)| {
            let running = self.workloads.iter().filter(|one| one.is_running());
            let running = running.filter(|one| one.host.as_ref() == Some(&machine.id));
            let components: BTreeSet<_> = running.filter_map(|one| self.component(one)).collect();
            let words = format!("{} does not answer", machine.name);
            components.into_iter().map(move |part| Problem { part, words: words.clone() }).collect::<Vec<_>>()
        };
        silent.flat_map(on).collect()
    }

    fn component(&self, workload: &Workload) -> Option<String> {
        let set = self.sets.iter().find(|set| set.name == workload.owner)?;
        Some(self.wanted.iter().find(|wanted| wanted.name() == set.owner)?.component().to_owned())
    }

    /// What hosts run that the cluster does not know.
    pub fn strays(&self) -> Vec<Problem> {
        let problem = |one: &Seen| {
            let host = self.machines.iter().find(|machine| machine.id == one.host);
            let host = host.map_or(&one.host, |machine| &machine.name);
            let words = format!(
                "{host} still runs a replica of version {} that the cluster does not know any more and that takes \
                 messages: the next deployment ends it",
                one.version
            );
            Problem { part: one.component.clone(), words }
        };
        self.stray.iter().map(problem).collect()
    }

    /// That hosts are of several versions.
    pub fn versions(&self) -> Option<Problem> {
        several_versions(self.hosts().map(|(machine, _)| machine), self.heard.as_ref()?)
            .map(|words| Problem { part: "the hosts".to_owned(), words })
    }

    /// Replicas that are to be moved, at most one of each resource.
    pub fn doubles(&self) -> Vec<Double> {
        self.wanted
            .iter()
            .filter(|wanted| wanted.workload().environment.is_none())
            .filter_map(|wanted| {
                let live = self.live.iter().find(|one| one.name == wanted.name())?;
                let set = self.current(wanted, live)?;
                let mut on = BTreeMap::<&str, Vec<&Workload>>::new();
                let current = self.workloads.iter().filter(|one| one.owner == set.name && one.is_running());
                for (host, workload) in current.filter_map(|one| Some((one.host.as_deref()?, one))) {
                    on.entry(host).or_default().push(workload);
                }
                let free =
                    self.machines.iter().filter(|one| one.is_ready && one.is_of(wanted.target(), None));
                let free = free.filter(|one| !on.contains_key(one.id.as_str()) && !self.is_silent(one));
                let free: Vec<_> = free.map(|one| one.name.clone()).collect();
                let (host, most) = on.into_iter().max_by_key(|(_, workloads)| workloads.len())?;
                let is_double = most.len() > 1 && !free.is_empty();
                is_double.then(|| Double {
                    workload: most.first().map(|one| one.name.clone()).unwrap_or_default(),
                    component: wanted.component().to_owned(),
                    count: most.len(),
                    host: self
                        .machines
                        .iter()
                        .find(|one| one.id == host)
                        .map_or(host, |one| &one.name)
                        .to_owned(),
                    free,
                })
            })
            .collect()
    }

    /// All replicas that hosts have, of this and of earlier versions.
    pub fn seen(&self) -> Vec<Seen> {
        let seen = |one: &Workload| {
            let set = self.sets.iter().find(|set| set.name == one.owner)?;
            Some(Seen {
                id: Some(one.id.clone()).filter(|id| !id.is_empty())?,
                host: one.host.clone()?,
                component: set.annotations.get(COMPONENT_NAME)?.clone(),
                version: set.annotations.get(COMPONENT_VERSION)?.clone(),
            })
        };
        self.workloads.iter().filter_map(seen).collect()
    }

    /// Why replicas do not run, as far as the cluster knows.
    fn reason(&self, on: &[&Machine], conditions: &[&Condition]) -> Option<String> {
        let find = |kind| conditions.iter().find(|one| one.kind == kind && one.status == "False");
        if let Some(refused) = find("HostSelection") {
            return Some(match refused.message.as_str() {
                message if message.contains(OWN_ONLY) => OWN_ONLY_WORDS.to_owned(),
                _ => self.not_selected(on),
            });
        }
        let said = ["Config", "Placement", "Sync"].into_iter().find_map(find)?;
        (!said.message.is_empty()).then(|| said.message.clone())
    }

    /// Why the operator gives hosts nothing that are there.
    fn not_selected(&self, on: &[&Machine]) -> String {
        let heard = |one: &&Machine| self.heard.as_ref().and_then(|heard| heard.get(&one.id));
        let is_busy = |said: &Heartbeat| said.cpu > BUSY || said.memory > BUSY;
        let busy = on.iter().filter_map(|one| Some((one, heard(one).filter(|said| is_busy(said))?)));
        let words: Vec<_> = busy
            .map(|(one, said)| format!("{} (processors {} %, memory {} %)", one.name, said.cpu, said.memory))
            .collect();
        match words.len() < on.len() {
            true => "the operator finds no suitable host; `kubectl get events` may say why".to_owned(),
            false => format!("the operator gives no work to hosts that are busy: {}", words.join(", ")),
        }
    }
}

impl Double {
    pub fn problem(&self) -> Problem {
        let Self { count, host, free, component, .. } = self;
        let words = format!(
            "{count} of its replicas run on {host} and none on {}: the next deployment moves them apart; `placement: \
             every-host` is certain",
            free.join(", ")
        );
        Problem { part: component.clone(), words }
    }
}

impl Replicas {
    pub fn is_of(&self, component: &str) -> bool {
        self.component == component
    }
}

/// A template without what the operator itself adds to it.
fn plain(template: &Value) -> Value {
    let mut template = template.clone();
    if let Some(fields) = template.as_object_mut() {
        fields.remove("kubernetes");
    }
    template
}

/// The components, of the replicas of all their targets, in order.
pub fn parts(replicas: &[Replicas]) -> Vec<Part> {
    let mut order = Vec::new();
    let mut all = BTreeMap::<&str, Vec<&Replicas>>::new();
    for one in replicas {
        let entry = all.entry(&one.component).or_default();
        if entry.is_empty() {
            order.push(one.component.as_str());
        }
        entry.push(one);
    }
    order.into_iter().filter_map(|name| Some(part(name, all.get(name)?))).collect()
}

fn part(name: &str, replicas: &[&Replicas]) -> Part {
    let states = || replicas.iter().map(|one| one.state);
    let state = [State::Starting, State::Waiting].into_iter().find(|state| states().any(|one| one == *state));
    let state = state.unwrap_or(State::Running);
    let reasons = replicas.iter().filter(|one| one.state == state).filter_map(|one| one.reason.clone());
    let reasons: BTreeSet<_> = reasons.collect();
    let hosts: BTreeSet<_> = replicas.iter().flat_map(|one| one.hosts.iter().cloned()).collect();
    Part {
        name: name.to_owned(),
        kind: if name == entry::NAME { PartKind::Entry } else { PartKind::Component },
        wanted: replicas.first().map(|one| one.version.clone()).unwrap_or_default(),
        running: replicas.iter().flat_map(|one| one.versions.iter().cloned()).collect(),
        hosts: hosts.into_iter().collect(),
        instances: replicas.iter().map(|one| one.running).sum(),
        replicas: replicas.iter().map(|one| one.wanted).sum(),
        state,
        reason: (!reasons.is_empty()).then(|| reasons.into_iter().collect::<Vec<_>>().join("; ")),
    }
}

/// Whether a host was asked and did not do it: then there is nothing else in the cluster about why.
fn is_rejected(condition: &Condition) -> bool {
    condition.status == "False" && condition.message.contains("WORKLOAD_STATE_")
}

/// That hosts are of several versions, if they are.
pub fn several_versions<'a>(
    machines: impl Iterator<Item = &'a Machine>,
    heard: &BTreeMap<String, Heartbeat>,
) -> Option<String> {
    let mut versions = BTreeMap::<&str, Vec<&str>>::new();
    for machine in machines {
        if let Some(said) = heard.get(&machine.id).filter(|said| !said.version.is_empty()) {
            versions.entry(&said.version).or_default().push(&machine.name);
        }
    }
    let on = |(version, hosts): (&&str, &Vec<&str>)| format!("{version} on {}", hosts.join(", "));
    let words = versions.iter().map(on).collect::<Vec<_>>().join("; ");
    (versions.len() > 1).then(|| format!("they have several versions of wasmCloud: {words}"))
}

fn no_host(group: &str, environment: Option<&str>) -> String {
    let environment = environment.map(|name| format!(" and the environment {name}")).unwrap_or_default();
    format!("no host with {HOST_GROUP}={group}{environment}")
}

/// An image in a table: its tag, or the beginning of its digest.
fn short(image: &str) -> String {
    let name = image.rsplit('/').next().unwrap_or(image);
    match name.split_once("@sha256:") {
        Some((_, digest)) => digest.chars().take(12).collect(),
        None => name.split_once(':').map_or(name, |(_, tag)| tag).to_owned(),
    }
}
