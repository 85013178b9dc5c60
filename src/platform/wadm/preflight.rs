//! What would fail, looked for before anything is changed.

use std::collections::{BTreeMap, BTreeSet};

use super::lattice::Lattice;
use super::lattice::hosts::Host;
use super::manifest::Manifest;
use super::manifest::model::{Part, PartKind};
use crate::nats::subject;
use crate::platform::{Application, DeployError};

/// The key of an HTTP provider's address in its configuration.
const ADDRESS: &str = "default_address";

/// The values of the label that hosts need.
pub fn targets(manifest: &Manifest) -> BTreeSet<&str> {
    manifest.spec.components.iter().flat_map(Part::targets).collect()
}

/// Warnings about hosts: targets for which there is none. They do not hinder: it starts when one appears.
pub fn hosts(manifest: &Manifest, hosts: &[Host]) -> Vec<String> {
    let there: BTreeSet<_> = hosts.iter().filter_map(Host::target).collect();
    let wanted = targets(manifest);
    let absent = wanted.difference(&there);
    absent
        .map(|target| {
            format!(
                "no host has the label host-type={target}: components for it start when such a host joins"
            )
        })
        .collect()
}

/// Whether the name is free, or ours.
///
/// # Errors
/// When another application has it.
pub fn ours(lattice: &Lattice, manifest: &Manifest, deployed: &Manifest) -> Result<(), DeployError> {
    let names =
        |manifest: &Manifest| manifest.components().map(|part| part.name.clone()).collect::<BTreeSet<_>>();
    if !deployed.is_ours() {
        return Err(foreign(lattice, &manifest.metadata.name));
    }
    if names(manifest).is_disjoint(&names(deployed)) {
        let how = "belongs to another project: it shares no component with this one".to_owned();
        return Err(DeployError::Foreign {
            name: manifest.metadata.name.clone(),
            place: lattice.place(),
            how,
        });
    }
    Ok(())
}

/// That somebody else deployed an application.
pub fn foreign(lattice: &Lattice, name: &str) -> DeployError {
    let how = "was not deployed by PELATO".to_owned();
    DeployError::Foreign { name: name.to_owned(), place: lattice.place(), how }
}

/// The other applications that are deployed, with their manifests.
///
/// # Errors
/// When the lattice does not answer.
pub async fn others(lattice: &Lattice, name: &str) -> Result<Vec<(String, Manifest)>, DeployError> {
    let mut others = Vec::new();
    for application in lattice.applications().await? {
        let Some(version) = application.deployed_version.filter(|_| application.name != name) else {
            continue;
        };
        // One whose manifest has parts that we do not know is not ours to judge.
        if let Ok(Some(other)) = lattice.manifest(&application.name, Some(&version)).await {
            others.push((application.name, other));
        }
    }
    Ok(others)
}

/// Whether other applications leave us the HTTP ports.
///
/// # Errors
/// When one listens where we want to.
pub fn ports(manifest: &Manifest, others: &[(String, Manifest)]) -> Result<(), DeployError> {
    let wanted = listeners(manifest);
    others.iter().try_for_each(|(name, other)| clash(&wanted, name, &listeners(other)))
}

/// Warnings about other applications that run a component of this one for the same topics, as the applications of the
/// thesis prototype do, and that of a project that was renamed: both would process each message.
pub fn twice(application: &Application, others: &[(String, Manifest)]) -> Vec<String> {
    let mut warnings = Vec::new();
    for (name, other) in others {
        let mut theirs: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for part in other.components() {
            theirs.entry(artifact(&part.properties.image)).or_default().extend(other.read_for(&part.name));
        }
        for wanted in &application.components {
            let both = |topic: &&String| wanted.topics.iter().any(|own| subject::overlaps(own, topic));
            let topics = theirs.get(artifact(&wanted.image)).into_iter().flatten();
            if let Some(topic) = topics.into_iter().find(both) {
                warnings.push(format!(
                    "the application `{name}` runs `{}`, too, and reads `{topic}`: each message there is processed \
                     twice until that application is removed",
                    wanted.name
                ));
            }
        }
    }
    warnings
}

/// An image's name without its registry and its version.
fn artifact(image: &str) -> &str {
    let name = image.rsplit('/').next().unwrap_or(image);
    name.split([':', '@']).next().unwrap_or(name)
}

/// Port and target of each HTTP provider.
fn listeners(manifest: &Manifest) -> BTreeSet<(String, String)> {
    let providers = manifest.spec.components.iter().filter(|part| part.kind == PartKind::Capability);
    let listening = providers.filter_map(|part| {
        let mut values =
            part.properties.config.iter().filter_map(|config| config.properties.as_ref()?.get(ADDRESS));
        let port = values.next()?.rsplit_once(':')?.1.to_owned();
        Some(part.targets().map(move |target| (port.clone(), target.to_owned())).collect::<Vec<_>>())
    });
    listening.flatten().collect()
}

fn clash(
    wanted: &BTreeSet<(String, String)>,
    other: &str,
    theirs: &BTreeSet<(String, String)>,
) -> Result<(), DeployError> {
    match wanted.intersection(theirs).next() {
        None => Ok(()),
        Some((port, target)) => Err(DeployError::PortTaken {
            port: port.clone(),
            target: target.clone(),
            other: other.to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_artifact_has_neither_registry_nor_version() {
        for image in ["localhost:5000/a/celsius:1.0.0", "celsius:1.0.0", "r/celsius@sha256:ab", "celsius"] {
            assert_eq!(artifact(image), "celsius", "{image}");
        }
    }
}
