//! Components that persist while their code is replaced, and the plan of what each of them reads and answers.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Instant;

use super::HostError;
use super::bus::subject::Pattern;
use super::code::{Code, Current};
use super::core::Core;
use super::observe::Event;
use super::options::Hosted;
use super::state::Resources;
use crate::cancel::Cancel;
use crate::nats::Subscription;
use crate::web::Origin;

/// A component by its name.
pub(super) struct Service {
    pub name: Arc<str>,
    pub code: Arc<Current>,
}

impl Service {
    pub fn new(name: &str, code: Arc<Code>) -> Self {
        Self { name: name.into(), code: Arc::new(Current::new(code)) }
    }
}

/// The component that answers each path.
pub(super) type Routes = BTreeMap<String, Route>;

/// Who answers a path, and whom beside programs on this machine.
pub(super) struct Route {
    pub service: Arc<Service>,
    pub allow_origins: Vec<Origin>,
}

/// The code that runs, by the components' names.
pub(super) type Running = HashMap<String, Arc<Code>>;

/// Components, checked and compiled.
pub(super) struct Plan {
    pub parts: Vec<Part>,
}

pub(super) struct Part {
    pub name: String,
    pub code: Arc<Code>,
    /// What it was compiled from, if better code can be made of it.
    pub better: Option<Hosted>,
    pub subscriptions: Vec<Subscription>,
    pub http_path: Option<String>,
    pub allow_origins: Vec<Origin>,
}

impl Plan {
    /// Checks all components and compiles those that are not the `running` ones. If it is dropped, no more are begun.
    pub async fn make(
        core: &Arc<Core>,
        components: Vec<Hosted>,
        running: Running,
    ) -> Result<Self, HostError> {
        check(&components)?;
        let mut prepared = Vec::new();
        for hosted in components {
            let resources = core.resources(&hosted).await?;
            prepared.push((hosted, resources));
        }
        let (core, cancel) = (Arc::clone(core), Cancel::default());
        let guard = cancel.guard();
        // One after the other: the compiler uses all cores for each.
        let parts = tokio::task::spawn_blocking(move || {
            prepared
                .into_iter()
                .take_while(|_| !cancel.is_cancelled())
                .map(|(hosted, resources)| prepare(&core, hosted, resources, &running))
                .collect::<Result<Vec<_>, _>>()
        });
        let parts = parts.await.map_err(|cause| HostError::Engine { message: cause.to_string() })??;
        guard.disarm();
        Ok(Self { parts })
    }
}

fn prepare(core: &Core, hosted: Hosted, resources: Resources, running: &Running) -> Result<Part, HostError> {
    let code = match running.get(&hosted.name).filter(|code| code.is_of(&hosted)) {
        Some(code) => {
            code.check(&hosted)?;
            Arc::clone(code)
        }
        None => {
            let (start, component) = (Instant::now(), hosted.name.clone());
            core.observer.event(Event::Preparing { component: component.clone() });
            let code = core.tiers.first(&hosted, resources)?;
            core.observer.event(Event::Prepared { component, elapsed: start.elapsed() });
            Arc::new(code)
        }
    };
    let better = code.tier.is_quick.then(|| hosted.clone());
    let Hosted { name, subscriptions, http_path, allow_origins, .. } = hosted;
    Ok(Part { name, code, better, subscriptions, http_path, allow_origins })
}

fn check(components: &[Hosted]) -> Result<(), HostError> {
    let mut paths: HashMap<&str, &str> = HashMap::new();
    let mut names = std::collections::HashSet::new();
    for hosted in components {
        if !names.insert(&hosted.name) {
            return Err(HostError::NameTaken { component: hosted.name.clone() });
        }
        for subscription in &hosted.subscriptions {
            Pattern::parse(&subscription.subject)?;
        }
        let Some(path) = &hosted.http_path else { continue };
        if !path.starts_with('/')
            || path.contains(|c: char| c.is_whitespace() || c.is_control() || "?#".contains(c))
        {
            return Err(HostError::Path { path: path.clone() });
        }
        if let Some(first) = paths.insert(path, &hosted.name) {
            let (path, first, second) = (path.clone(), first.to_owned(), hosted.name.clone());
            return Err(HostError::PathTaken { path, first, second });
        }
    }
    Ok(())
}
