//! How an application is: what the manifest wants, beside what the hosts say that they run.

use std::collections::BTreeSet;

use super::Lattice;
use super::error::{DeployError, Reason};
use super::lattice::hosts::{Host, Running};
use super::lattice::wadm::{self, State};
use super::manifest::Manifest;
use super::manifest::model::{Part, PartKind};

/// How an application is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The application.
    pub name: String,
    /// The version of its manifest that is deployed.
    pub version: String,
    /// wadm's word for all of it.
    pub state: State,
    /// wadm's further words.
    pub message: String,
    /// Its components and providers.
    pub parts: Vec<PartStatus>,
    /// Links and configuration that are not there yet, in wadm's words.
    pub missing: Vec<String>,
    /// How many links there are, and how many there are to be.
    pub links: (usize, usize),
}

/// How a component or a provider is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartStatus {
    /// Its name.
    pub name: String,
    /// Which of the two it is.
    pub kind: PartKind,
    /// The version that is wanted: the image's tag.
    pub wanted: String,
    /// The versions that run.
    pub running: BTreeSet<String>,
    /// The hosts that run it.
    pub hosts: Vec<String>,
    /// Instances that run.
    pub instances: u32,
    /// Instances that are wanted, on the hosts that are there.
    pub replicas: u32,
    /// How it is.
    pub state: State,
    /// Why it is not running.
    pub reason: Option<String>,
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
        let schemes = ["file://", "wasmcloud+builtin://"];
        schemes.iter().find_map(|scheme| image.strip_prefix(scheme)).unwrap_or(image).to_owned()
    };
    plain(one) == plain(other)
}

/// Asks the lattice how an application is.
///
/// # Errors
/// When the application is not deployed, or the lattice does not answer.
pub async fn read(lattice: &Lattice, name: &str) -> Result<Status, DeployError> {
    let versions = lattice.versions(name).await?;
    let deployed = versions.into_iter().find(|version| version.deployed);
    let deployed = deployed.ok_or_else(|| lattice.not_deployed(name))?;
    let manifest = lattice.manifest(name, Some(&deployed.version)).await?;
    let manifest = manifest.ok_or_else(|| lattice.not_deployed(name))?;
    of(lattice, &manifest).await
}

/// Asks the lattice how the application of a manifest is.
///
/// # Errors
/// When the lattice does not answer.
pub async fn of(lattice: &Lattice, manifest: &Manifest) -> Result<Status, DeployError> {
    let (state, hosts) = tokio::try_join!(lattice.state(&manifest.metadata.name), lattice.hosts())?;
    Ok(status(manifest, &state.unwrap_or_default(), &hosts))
}

/// What is known, put together.
pub fn status(manifest: &Manifest, wadm: &wadm::Status, hosts: &[Host]) -> Status {
    let (application, parts) = (&manifest.metadata.name, &manifest.spec.components);
    let between = wadm.scalers.iter().filter(|scaler| is_between(&scaler.kind));
    let (there, missing): (Vec<_>, Vec<_>) = between.partition(|scaler| scaler.info.state == State::Deployed);
    let words = |scaler: &wadm::Scaler| format!("{} {}: {}", scaler.kind, scaler.name, scaler.info.message);
    Status {
        name: application.clone(),
        version: manifest.version().unwrap_or_default().to_owned(),
        state: wadm.info.state,
        message: wadm.info.message.clone(),
        parts: parts.iter().map(|part| part_status(application, part, hosts)).collect(),
        missing: missing.into_iter().map(words).collect(),
        links: (
            there.iter().filter(|scaler| scaler.kind.contains("Link")).count(),
            parts.iter().map(|part| part.links().count()).sum(),
        ),
    }
}

/// Whether a scaler is of something between the parts.
fn is_between(kind: &str) -> bool {
    kind.contains("Link") || kind.contains("Config")
}

fn part_status(application: &str, part: &Part, hosts: &[Host]) -> PartStatus {
    let id = part.id(application);
    let on: Vec<_> = hosts.iter().filter_map(|host| Some((host, host.running(&id)?))).collect();
    let image = |running: &Running| tag(running.image_ref.as_deref().unwrap_or_default()).to_owned();
    let (replicas, state, reason) = demand(part, &id, hosts);
    PartStatus {
        name: part.name.clone(),
        kind: part.kind,
        wanted: tag(&part.properties.image).to_owned(),
        running: on.iter().map(|(_, running)| image(running)).collect(),
        hosts: on.iter().map(|(host, _)| host.shown()).collect(),
        instances: on.iter().map(|(_, running)| running.max_instances).sum(),
        replicas,
        state,
        reason,
    }
}

/// So many instances are wanted on the hosts that are there, and whether they run.
fn demand(part: &Part, id: &str, hosts: &[Host]) -> (u32, State, Option<String>) {
    let Some((scaler, on_every_host)) = part.scaler() else { return (0, State::Deployed, None) };
    let share = scaler.instances / u32::try_from(scaler.spread.len().max(1)).unwrap_or(u32::MAX);
    let (mut replicas, mut absent, mut short) = (0, Vec::new(), false);
    for target in part.targets() {
        let matching: Vec<_> = hosts.iter().filter(|host| host.target() == Some(target)).collect();
        let counts: Vec<_> = matching.iter().map(|host| count(host, id, &part.properties.image)).collect();
        match (counts.len(), on_every_host) {
            (0, _) => absent.push(target),
            (hosts, true) => {
                replicas += scaler.instances * u32::try_from(hosts).unwrap_or(u32::MAX);
                short |= counts.iter().any(|count| *count < scaler.instances);
            }
            (_, false) => {
                replicas += share;
                short |= counts.iter().sum::<u32>() < share;
            }
        }
    }
    match (short, absent.is_empty()) {
        (false, true) => (replicas, State::Deployed, None),
        (true, _) => (replicas, State::Reconciling, None),
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

impl Status {
    /// Whether everything runs that can: what waits for a host that is not there does not count. The hosts know better
    /// than wadm, which calls a provider "scaling" for 20 s after it has started.
    pub fn settled(&self) -> bool {
        let parts = self.parts.iter().all(|part| matches!(part.state, State::Deployed | State::Waiting));
        parts && self.links.0 >= self.links.1 && self.missing.is_empty()
    }

    /// What is not there yet, and why as far as it is known.
    pub fn lacking(&self) -> Vec<Reason> {
        let parts = self.parts.iter().filter(|part| part.state != State::Deployed);
        let reason = |part: &PartStatus| Reason {
            part: part.name.clone(),
            words: part.reason.clone().unwrap_or_else(|| {
                format!("{} of {} instances of {} run", part.right(), part.replicas, part.wanted)
            }),
        };
        let mut lacking: Vec<_> = parts.map(reason).collect();
        lacking.extend(
            self.missing
                .iter()
                .map(|words| Reason { part: "between the parts".to_owned(), words: words.clone() }),
        );
        if lacking.is_empty() && !self.settled() {
            let words = format!("{} {}", self.state, self.message).trim().to_owned();
            lacking.push(Reason { part: self.name.clone(), words });
        }
        lacking
    }

    /// Components and providers that run.
    pub fn running(&self) -> usize {
        self.parts.iter().filter(|part| part.state == State::Deployed).count()
    }
}

impl PartStatus {
    /// How many of the instances are those that are wanted, as far as it is known.
    fn right(&self) -> u32 {
        let only_right = self.running.len() == 1 && self.running.contains(&self.wanted);
        if only_right { self.instances } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deploy::lattice::wadm::{Info, Scaler as ScalerStatus};
    use crate::deploy::manifest::model::{
        Link, Metadata, Properties, Scaler, Spec, Spread, Target, Texts, Trait,
    };

    const IMAGE: &str = "localhost:5000/team/a:1.2.0";

    fn manifest(scaler: fn(Scaler) -> Trait, instances: u32) -> Manifest {
        let hosts = |target: &str| Spread {
            name: target.into(),
            requirements: Texts::from([("host-type".into(), target.into())]),
        };
        let scaler = scaler(Scaler { instances, spread: vec![hosts("edge"), hosts("cloud")] });
        let properties = Properties { image: IMAGE.into(), config: Vec::new() };
        let part = Part { name: "a-b".into(), kind: PartKind::Component, properties, traits: vec![scaler] };
        let metadata = Metadata { name: "My-App".into(), annotations: Texts::new() };
        Manifest {
            api_version: "v".into(),
            kind: "Application".into(),
            metadata,
            spec: Spec { components: vec![part] },
        }
    }

    fn host(name: &str, target: &str, image: Option<&str>, max_instances: u32) -> Host {
        let running =
            |image: &str| Running { id: "my_app-a_b".into(), image_ref: Some(image.into()), max_instances };
        Host {
            id: name.into(),
            friendly_name: name.into(),
            labels: Texts::from([("host-type".into(), target.into())]),
            components: image.map(running).into_iter().collect(),
            ..Host::default()
        }
    }

    fn read(manifest: &Manifest, hosts: &[Host]) -> PartStatus {
        status(manifest, &wadm::Status::default(), hosts).parts.remove(0)
    }

    #[test]
    fn each_target_wants_its_share() {
        let manifest = manifest(Trait::SpreadScaler, 4);
        let right = Some(IMAGE);
        let all = read(
            &manifest,
            &[host("e1", "edge", right, 1), host("e2", "edge", right, 1), host("c", "cloud", right, 2)],
        );
        assert_eq!((all.state, all.instances, all.replicas), (State::Deployed, 4, 4));
        assert_eq!(all.hosts, ["e1", "e2", "c"]);
        let all_in_one = read(&manifest, &[host("e", "edge", right, 4), host("c", "cloud", None, 0)]);
        assert_eq!(all_in_one.state, State::Reconciling, "four in one target are not two in each");
        let old = read(
            &manifest,
            &[host("e", "edge", Some("localhost:5000/team/a:1.1.0"), 2), host("c", "cloud", right, 2)],
        );
        assert_eq!(old.state, State::Reconciling);
        assert_eq!(old.running, BTreeSet::from(["1.1.0".to_owned(), "1.2.0".to_owned()]));
    }

    #[test]
    fn what_waits_for_a_host_is_told() {
        let waiting = read(&manifest(Trait::SpreadScaler, 2), &[host("e", "edge", Some(IMAGE), 1)]);
        assert_eq!(
            (waiting.state, waiting.reason.as_deref()),
            (State::Waiting, Some("no host with host-type=cloud"))
        );
        let alone = read(&manifest(Trait::DaemonScaler, 2), &[]);
        assert_eq!(alone.reason.as_deref(), Some("no host with host-type=edge, cloud"));
    }

    #[test]
    fn every_host_wants_all_of_them() {
        let manifest = manifest(Trait::DaemonScaler, 2);
        let hosts = [
            host("e1", "edge", Some(IMAGE), 2),
            host("e2", "edge", None, 0),
            host("c", "cloud", Some(IMAGE), 2),
        ];
        let some = read(&manifest, &hosts);
        assert_eq!((some.state, some.instances, some.replicas), (State::Reconciling, 4, 6));
        assert_eq!(read(&manifest, &[hosts[0].clone(), hosts[2].clone()]).state, State::Deployed);
    }

    #[test]
    fn links_count_and_are_named_while_they_are_missing() {
        let mut manifest = manifest(Trait::DaemonScaler, 1);
        let target = Target { name: "messaging".into(), config: Vec::new() };
        let (namespace, package) = ("wasmcloud".into(), "messaging".into());
        let link = Link {
            namespace,
            package,
            interfaces: vec!["consumer".into()],
            source: None,
            target,
            name: None,
        };
        manifest.spec.components[0].traits.push(Trait::Link(link));
        let hosts = [host("e", "edge", Some(IMAGE), 1), host("c", "cloud", Some(IMAGE), 1)];
        let info = |state, message: &str| Info { state, message: message.into() };
        let scaler = |state| ScalerStatus {
            kind: "LinkScaler".into(),
            name: "a -> b".into(),
            info: info(state, "soon"),
        };
        let wadm = |links: &[State]| {
            let scalers = links.iter().map(|state| scaler(*state)).collect();
            wadm::Status { info: info(State::Reconciling, "Scaling"), scalers }
        };
        let missing = status(&manifest, &wadm(&[State::Reconciling]), &hosts);
        assert!(!missing.settled());
        assert_eq!(missing.lacking()[0].to_string(), "between the parts: LinkScaler a -> b: soon");
        let unknown = status(&manifest, &wadm(&[]), &hosts);
        assert!(!unknown.settled(), "wadm has not begun");
        assert_eq!(unknown.lacking()[0].to_string(), "My-App: starting Scaling");
        assert!(status(&manifest, &wadm(&[State::Deployed]), &hosts).settled());
        assert!(
            status(&manifest, &wadm(&[State::Deployed]), &hosts[..1]).settled(),
            "the other host is not there"
        );
    }

    #[test]
    fn tags_are_the_last_word_of_an_image() {
        assert_eq!(tag(IMAGE), "1.2.0");
        assert_eq!(tag("host:5000/a:1.0.0-rc.1@sha256:abc"), "1.0.0-rc.1");
        assert_eq!(tag("wasmcloud+builtin://http-server"), "http-server");
        assert_eq!(tag("host:5000/a"), "a");
        assert!(same_image("file:///a.par.gz", "/a.par.gz"));
        assert!(same_image("wasmcloud+builtin://http-server", "http-server"));
    }
}
