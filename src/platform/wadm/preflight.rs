//! What would fail, looked for before anything is changed.

use std::collections::{BTreeMap, BTreeSet};

use super::lattice::Lattice;
use super::lattice::hosts::Host;
use super::manifest::Manifest;
use super::manifest::model::{HOST_TYPE, PartKind};
use crate::platform::{Application, DeployError, warning};

/// The key of an HTTP provider's address in its configuration.
const ADDRESS: &str = "default_address";

/// Warnings about hosts: targets for which there is none. They do not hinder: it starts when one appears.
pub fn hosts(manifest: &Manifest, hosts: &[Host]) -> Vec<String> {
    let there: BTreeSet<_> = hosts.iter().filter_map(Host::target).collect();
    manifest.targets().difference(&there).map(|target| warning::no_host(HOST_TYPE, target)).collect()
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
/// thesis prototype do: both would process each message.
pub fn twice(application: &Application, others: &[(String, Manifest)]) -> Vec<String> {
    let mut warnings = Vec::new();
    for (name, other) in others {
        let mut theirs: BTreeMap<&str, Vec<_>> = BTreeMap::new();
        for part in other.components() {
            theirs.entry(&part.properties.image).or_default().extend(other.read_for(&part.name));
        }
        for wanted in &application.components {
            let found = theirs.iter().find_map(|(image, topics)| warning::twice(wanted, name, image, topics));
            warnings.extend(found);
        }
    }
    warnings
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
