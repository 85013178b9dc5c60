//! Workflow → one application: a component for each task, and the providers that they share.

pub mod model;
pub mod provider;
#[cfg(test)]
mod tests;

pub use model::Manifest;
pub use provider::Providers;

use super::WadmError;
use crate::check::Need;
use crate::platform::{self, Application, DeployError, Wanted};
use model::{
    API_VERSION, CALLS, DESCRIPTION, Link, Metadata, Part, PartKind, Properties, Spec, Texts, Trait,
    WRITTEN_BY,
};
use provider::{Kind, Shared};

/// The longest name of an application, in bytes: it becomes part of NATS subjects and of keys.
const MAX_NAME: usize = 63;

/// The application's name: the project's, as far as the lattice takes it.
///
/// # Errors
/// When nothing is left of it.
pub fn application_name(project: &str) -> Result<String, DeployError> {
    let words = project.split(|character: char| !character.is_ascii_alphanumeric() && character != '_');
    let name = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-").to_ascii_lowercase();
    let name: String = name.chars().take(MAX_NAME).collect();
    match name.trim_matches('-') {
        "" => Err(DeployError::Nameless { project: project.to_owned() }),
        name => Ok(name.to_owned()),
    }
}

/// The manifest of an application, without a version.
///
/// # Errors
/// When there is nothing to deploy, or no provider is known for a need.
pub fn plan(application: &Application, providers: &Providers) -> Result<Manifest, DeployError> {
    if application.components.is_empty() {
        return Err(DeployError::Empty);
    }
    application.components.iter().try_for_each(without_secrets)?;
    let needs = application.components.iter().map(needs).collect::<Result<Vec<_>, _>>()?;
    needs.iter().flatten().try_for_each(|(_, kind)| providers.check(*kind))?;
    let kinds = |needs: &[(Need, Kind)]| needs.iter().map(|(_, kind)| *kind).collect::<Vec<_>>();
    let with_kinds: Vec<_> =
        application.components.iter().zip(needs.iter().map(|needs| kinds(needs))).collect();
    let shared = providers.shared(&with_kinds);
    let mut called = vec![Vec::new(); shared.len()];
    let mut parts = Vec::new();
    for ((component, kinds), needs) in with_kinds.iter().zip(&needs) {
        let links = links(component, needs, providers, &shared, &mut called);
        let placement = providers.placement(component, kinds);
        let targets = component.targets.iter().map(String::as_str);
        let instances = component.replicas.saturating_mul(application.calls);
        let scaler = provider::scaler(targets, instances, placement);
        parts.push(Part {
            name: component.name.clone(),
            kind: PartKind::Component,
            properties: Properties { image: component.image.clone(), config: Vec::new() },
            traits: std::iter::once(scaler).chain(links.into_iter().map(Trait::Link)).collect(),
        });
    }
    parts.extend(shared.iter().zip(called).map(|(provider, links)| providers.part(provider, links)));
    let name = application_name(&application.project)?;
    let annotations = Texts::from([
        (CALLS.to_owned(), application.calls.to_string()),
        (DESCRIPTION.to_owned(), application.project.clone()),
        (WRITTEN_BY.to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
    ]);
    Ok(Manifest {
        api_version: API_VERSION.to_owned(),
        kind: "Application".to_owned(),
        metadata: Metadata { name, annotations },
        spec: Spec { components: parts },
    })
}

impl TryFrom<&platform::Manifest> for Manifest {
    type Error = DeployError;

    fn try_from(manifest: &platform::Manifest) -> Result<Self, DeployError> {
        let document = manifest.documents.first().cloned().unwrap_or_default();
        serde_json::from_value(document).map_err(|error| DeployError::Form(error.to_string()))
    }
}

/// Sees that a component needs no secret: its hosts have no way to give it one that its manifest would not show.
fn without_secrets(component: &Wanted) -> Result<(), DeployError> {
    let Some(secret) = component.secrets.first() else { return Ok(()) };
    Err(WadmError::NoSecrets { component: component.name.clone(), secret: secret.clone() }.into())
}

/// What a component needs of providers.
fn needs(component: &Wanted) -> Result<Vec<(Need, Kind)>, DeployError> {
    let mut found = Vec::new();
    for need in &component.needs {
        if let Some(kind) = Kind::of(component, need)? {
            found.push((need.clone(), kind));
        }
    }
    Ok(found)
}

/// The links of a component; those of providers that call it are put with the providers.
fn links(
    component: &Wanted,
    needs: &[(Need, Kind)],
    providers: &Providers,
    shared: &[Shared<'_>],
    called: &mut [Vec<Link>],
) -> Vec<Link> {
    let mut own = Vec::new();
    for (need, kind) in needs {
        let provider =
            shared.iter().zip(called.iter_mut()).find(|(shared, _)| shared.serves(*kind, component));
        let Some((provider, called)) = provider else { continue };
        match providers.link(component, need, provider) {
            (true, link) => called.push(link),
            (false, link) => {
                own.extend(provider::by_bucket(&link));
                own.push(link);
            }
        }
    }
    own
}
