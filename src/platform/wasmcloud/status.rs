//! How an application is: what its resources want, beside what the operator has made of them. It is pure.
//!
//! The operator's own conditions are true for a moment longer than they should be: after a change, `Ready` is still that of
//! the replicas before. So what counts are the replicas of this very template.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::cluster::objects::{Condition, Live, Machine, Set, Workload, condition, is_within};
use super::manifest::model::{COMPONENT_VERSION, Deployment, HOST_GROUP};
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
        let host = on.first().map(|one| (one.id.clone(), one.name.clone()));
        Replicas {
            name: wanted.name().to_owned(),
            component: wanted.component().to_owned(),
            version: wanted.annotation(COMPONENT_VERSION).to_owned(),
            wanted: if on.is_empty() { 0 } else { wanted.spec.replicas },
            running: running.len().try_into().unwrap_or(u32::MAX),
            hosts: all.clone().filter_map(|one| self.host_of(one)).collect(),
            versions: all.map(|one| version(one)).collect(),
            reason: reason(state, &on, &conditions, group, environment, is_applied),
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

    /// Hosts that the operator has not heard of for a while.
    pub fn vanished(&self) -> Vec<Problem> {
        let targets: BTreeSet<_> = self.wanted.iter().map(Deployment::target).collect();
        let gone = self.machines.iter().filter(|one| !one.is_ready);
        let gone = gone.filter(|one| one.group.as_deref().is_some_and(|group| targets.contains(group)));
        gone.map(|one| {
            let group = one.group.as_deref().unwrap_or_default();
            let words = "the operator hears nothing of it any more".to_owned();
            Problem { part: format!("the host {} ({group})", one.name), words }
        })
        .collect()
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
        kind: PartKind::Component,
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

fn reason(
    state: State,
    on: &[&Machine],
    conditions: &[&Condition],
    group: &str,
    environment: Option<&str>,
    is_applied: bool,
) -> Option<String> {
    match state {
        State::Waiting => {
            let environment = environment.map(|name| format!(" and the environment {name}"));
            Some(format!("no host with {HOST_GROUP}={group}{}", environment.unwrap_or_default()))
        }
        State::Starting if !is_applied => Some("it was not applied yet".to_owned()),
        State::Starting => {
            let find = |kind| {
                let owned: Vec<_> = conditions.iter().map(|one| (*one).clone()).collect();
                condition(&owned, kind).filter(|one| one.status == "False").cloned()
            };
            if let Some(refused) = find("HostSelection") {
                return Some(match refused.message.as_str() {
                    message if message.contains(OWN_ONLY) => OWN_ONLY_WORDS.to_owned(),
                    _ => not_selected(on),
                });
            }
            let said = ["Config", "Placement", "Sync"].into_iter().find_map(find);
            said.filter(|one| !one.message.is_empty()).map(|one| one.message)
        }
        _ => None,
    }
}

/// Why the operator gives hosts nothing that are there.
fn not_selected(on: &[&Machine]) -> String {
    let is_busy = |one: &&&Machine| one.cpu > BUSY || one.memory > BUSY;
    let busy: Vec<_> = on.iter().filter(is_busy).collect();
    if busy.len() < on.len() {
        return "the operator finds no suitable host; `kubectl get events` may say why".to_owned();
    }
    let words =
        busy.iter().map(|one| format!("{} (processors {} %, memory {} %)", one.name, one.cpu, one.memory));
    let words: Vec<_> = words.collect();
    format!("the operator gives no work to hosts that are busy: {}", words.join(", "))
}

/// An image in a table: its tag, or the beginning of its digest.
fn short(image: &str) -> String {
    let name = image.rsplit('/').next().unwrap_or(image);
    match name.split_once("@sha256:") {
        Some((_, digest)) => digest.chars().take(12).collect(),
        None => name.split_once(':').map_or(name, |(_, tag)| tag).to_owned(),
    }
}
