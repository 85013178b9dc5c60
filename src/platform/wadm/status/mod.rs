//! How an application is: what the manifest wants, beside what the hosts say that they run.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::lattice::Lattice;
use super::lattice::hosts::{Host, Running};
use super::lattice::wadm;
use super::manifest::Manifest;
use super::manifest::model::{BUILT_IN_IMAGE, Part, PartKind};
use crate::platform::{self, DeployError, Outlook, Problem, State, Status};

/// How an application is, at one look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// The application.
    pub name: String,
    /// The version of its manifest.
    pub version: String,
    /// wadm's word for all of it.
    pub state: State,
    /// wadm's further words.
    pub message: String,
    /// Its components and providers.
    pub parts: Vec<platform::Part>,
    /// The hosts that answer: target and name by their keys.
    pub hosts: BTreeMap<String, (String, String)>,
    /// Links and configuration that are not there yet, in wadm's words.
    pub missing: Vec<String>,
    /// How many links there are, and how many there are to be between parts that can run.
    pub links: (usize, usize),
}

/// An image's tag; its name if it has none, as a file or a provider inside the hosts.
pub fn tag(image: &str) -> &str {
    let name = image.rsplit_once('/').map_or(image, |(_, name)| name);
    let tag = name.split('@').next().and_then(|name| name.rsplit_once(':'));
    tag.map_or(name, |(_, tag)| tag)
}

/// Whether both are the same image: hosts name files and their own providers without a scheme.
fn same_image(one: &str, other: &str) -> bool {
    let plain = |image: &str| {
        let schemes = ["file://", BUILT_IN_IMAGE];
        schemes.iter().find_map(|scheme| image.strip_prefix(scheme)).unwrap_or(image).to_owned()
    };
    plain(one) == plain(other)
}

/// Asks the lattice how the application of a manifest is.
///
/// # Errors
/// When the lattice does not answer.
pub async fn of(lattice: &Lattice, manifest: &Manifest) -> Result<Look, DeployError> {
    let (name, targets) = (&manifest.metadata.name, manifest.targets());
    let (state, hosts) = tokio::try_join!(lattice.state(name), lattice.hosts(&targets))?;
    Ok(look(manifest, &state.unwrap_or_default(), &hosts))
}

/// What is known, put together.
pub fn look(manifest: &Manifest, wadm: &wadm::Status, hosts: &[Host]) -> Look {
    let (application, parts) = (&manifest.metadata.name, &manifest.spec.components);
    let calls = manifest.calls_per_replica();
    let statuses: Vec<_> = parts.iter().map(|part| part_status(application, part, calls, hosts)).collect();
    // wadm puts no link to what does not run anywhere yet.
    let waiting: Vec<_> = parts.iter().zip(&statuses).filter(|(_, status)| status.waits()).collect();
    let idle = |name: &str| waiting.iter().any(|(part, _)| names_part(name, &part.id(application)));
    let between = wadm.scalers.iter().filter(|scaler| is_between(&scaler.kind) && !idle(&scaler.name));
    let (there, missing): (Vec<_>, Vec<_>) =
        between.partition(|scaler| scaler.info.state == wadm::State::Deployed);
    let wanted = |part: &Part| {
        let waits = |name: &str| waiting.iter().any(|(waiting, _)| waiting.name == name);
        part.links().filter(|link| !waits(&part.name) && !waits(&link.target.name)).count()
    };
    let words = |scaler: &wadm::Scaler| format!("{} {}: {}", scaler.kind, scaler.name, scaler.info.message);
    Look {
        name: application.clone(),
        version: manifest.version().unwrap_or_default().to_owned(),
        state: wadm.info.state.into(),
        message: wadm.info.message.clone(),
        missing: missing.into_iter().map(words).collect(),
        links: (
            there.iter().filter(|scaler| scaler.kind.contains("Link")).count(),
            parts.iter().map(wanted).sum(),
        ),
        parts: statuses,
        hosts: hosts.iter().filter_map(|host| Some((host.id.clone(), host.named()?))).collect(),
    }
}

/// Whether wadm's name of a link, `<id> -(<package>)-> <id>`, has a part's id at one of its ends.
fn names_part(link: &str, id: &str) -> bool {
    link.split_once(" -(").is_some_and(|(source, _)| source == id)
        || link.rsplit_once(")-> ").is_some_and(|(_, target)| target == id)
}

/// Whether a scaler is of something between the parts.
fn is_between(kind: &str) -> bool {
    kind.contains("Link") || kind.contains("Config")
}

fn part_status(application: &str, part: &Part, calls: u32, hosts: &[Host]) -> platform::Part {
    // Providers are not told how many calls to handle.
    let replica = if part.kind == PartKind::Component { calls } else { 1 };
    let id = part.id(application);
    let on: Vec<_> = hosts.iter().filter_map(|host| Some((host, host.running(&id)?))).collect();
    let image = |running: &Running| tag(running.image_ref.as_deref().unwrap_or_default()).to_owned();
    let (replicas, state, reason) = demand(part, &id, hosts);
    platform::Part {
        name: part.name.clone(),
        kind: part.kind,
        wanted: tag(&part.properties.image).to_owned(),
        running: on.iter().map(|(_, running)| image(running)).collect(),
        hosts: on.iter().map(|(host, _)| host.shown()).collect(),
        instances: on.iter().fold(0_u32, |all, (_, running)| all.saturating_add(running.max_instances))
            / replica,
        replicas: replicas / replica,
        state,
        reason,
    }
}

/// So many instances are wanted on the hosts that are there, and whether they run.
fn demand(part: &Part, id: &str, hosts: &[Host]) -> (u32, State, Option<String>) {
    let Some((scaler, on_every_host)) = part.scaler() else { return (0, State::Running, None) };
    let share = scaler.instances / u32::try_from(scaler.spread.len().max(1)).unwrap_or(u32::MAX);
    let (mut replicas, mut absent, mut short) = (0, Vec::new(), false);
    for target in part.targets() {
        let matching: Vec<_> = hosts.iter().filter(|host| host.target() == Some(target)).collect();
        let counts: Vec<_> = matching.iter().map(|host| count(host, id, &part.properties.image)).collect();
        match (counts.len(), on_every_host) {
            (0, _) => absent.push(target),
            (hosts, true) => {
                let all = scaler.instances.saturating_mul(u32::try_from(hosts).unwrap_or(u32::MAX));
                replicas = u32::saturating_add(replicas, all);
                short |= counts.iter().any(|count| *count < scaler.instances);
            }
            (_, false) => {
                replicas = replicas.saturating_add(share);
                short |= counts.iter().sum::<u32>() < share;
            }
        }
    }
    match (short, absent.is_empty()) {
        (false, true) => (replicas, State::Running, None),
        (true, _) => (replicas, State::Starting, None),
        (false, false) => {
            (replicas, State::Waiting, Some(format!("no host with host-type={}", absent.join(", "))))
        }
    }
}

/// Instances of a part on a host, of this very image.
fn count(host: &Host, id: &str, image: &str) -> u32 {
    let right = host
        .running(id)
        .filter(|running| same_image(running.image_ref.as_deref().unwrap_or_default(), image));
    right.map_or(0, |running| running.max_instances)
}

impl Look {
    /// Whether everything runs that can: what waits for a host that is not there does not count. The hosts know better
    /// than wadm, which calls a provider "scaling" for 20 s after it has started.
    pub fn settled(&self) -> bool {
        let parts = self.parts.iter().all(|part| matches!(part.state, State::Running | State::Waiting));
        parts && self.links.0 >= self.links.1 && self.missing.is_empty()
    }

    /// What is not there yet, and why as far as it is known.
    pub fn lacking(&self) -> Vec<Problem> {
        let parts = self.parts.iter().filter(|part| part.state != State::Running);
        let mut lacking: Vec<_> = parts.map(platform::Part::problem).collect();
        lacking.extend(
            self.missing
                .iter()
                .map(|words| Problem { part: "between the parts".to_owned(), words: words.clone() }),
        );
        if lacking.is_empty() && !self.settled() {
            let words = format!("{} {}", self.state, self.message).trim().to_owned();
            lacking.push(Problem { part: self.name.clone(), words });
        }
        lacking
    }

    /// As every platform tells it.
    pub fn into_status(self, outlook: Outlook, problems: Vec<Problem>, news: Vec<Problem>) -> Status {
        let Self { name, version, state, message, parts, missing, .. } = self;
        Status { name, version, state, message, parts, missing, outlook, problems, news }
    }
}
