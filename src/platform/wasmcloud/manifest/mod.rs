//! Workflow → resources: one for each component and target, or for each component and host.

pub mod addresses;
pub mod entry;
pub mod interfaces;
pub mod model;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::WasmCloudError;
use super::names;
use crate::check::Placement;
use crate::platform::{self, Application, DeployError, Wanted};
use crate::project::Settings;
use crate::project::settings::wasmcloud::{KUBE_NAMESPACE, POSTGRES_DATABASE};
use crate::project::settings::{REGISTRY_PASSWORD, REGISTRY_USER};
use addresses::Addresses;
use interfaces::Provided;
use model::{
    API_VERSION, COMPONENT_NAME, COMPONENT_VERSION, Component, Deployment, Environment, HOST_GROUP, KIND,
    Metadata, PROJECT, Reference, Resources, SECRETS, Spec, TARGET, Template, Texts, Workload,
};

/// What is known about manifests beside the application: what the settings say, and what was seen in the cluster.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    /// The namespace, if it is not that of the context.
    namespace: Option<String>,
    database: String,
    /// Whether hosts need credentials for the registry.
    pub private: bool,
    /// The largest message that NATS takes, in bytes.
    pub max_payload: usize,
    pub addresses: Addresses,
}

/// The largest message that a NATS server takes unless it is told otherwise, in bytes.
const MAX_PAYLOAD: usize = 1 << 20;

impl Rules {
    pub fn of(settings: &Settings) -> Self {
        let text = |key| settings.text(key).map(str::to_owned);
        Self {
            namespace: text(KUBE_NAMESPACE),
            database: text(POSTGRES_DATABASE).unwrap_or_default(),
            max_payload: MAX_PAYLOAD,
            addresses: Addresses::default(),
            private: text(REGISTRY_USER).and(text(REGISTRY_PASSWORD)).is_some(),
        }
    }
}

/// The name of the object with the registry's credentials.
pub fn pull_secret(application: &str) -> String {
    names::object(application, &["registry"])
}

/// The name of the object with the secrets of functions.
pub fn function_secrets(application: &str) -> String {
    names::object(application, &["secrets"])
}

/// The resources of an application, without a version.
///
/// # Errors
/// When there is nothing to deploy, hosts do not have an interface, or which hosts there are has to be known and is not.
pub fn plan(application: &Application, rules: &Rules) -> Result<Vec<Deployment>, DeployError> {
    if application.components.is_empty() {
        return Err(DeployError::Empty);
    }
    let maker = Maker { application, rules, name: names::application(&application.project)? };
    let mut made = Vec::new();
    for wanted in &application.components {
        let provided = interfaces::of(wanted, &maker.name, &rules.database)?;
        for target in &wanted.targets {
            for place in maker.places(wanted, target)? {
                made.push(maker.deployment(wanted, &provided, &place));
            }
        }
    }
    if let Some(entry) = entry::wanted(application) {
        maker.entries(&entry, &mut made)?;
    }
    distinct(&made)?;
    Ok(made)
}

/// Where a resource's replicas run.
pub struct Place<'a> {
    pub target: &'a str,
    pub environment: Option<&'a str>,
}

struct Maker<'a> {
    application: &'a Application,
    rules: &'a Rules,
    /// The application's.
    name: String,
}

impl Maker<'_> {
    /// The HTTP entry, for each host of its targets.
    fn entries(&self, entry: &Wanted, made: &mut Vec<Deployment>) -> Result<(), DeployError> {
        let environment = Some(Environment {
            config: entry::routes(self.application, &self.name, self.rules)?,
            secret_from: Vec::new(),
        });
        let service = entry::service_name(&self.name);
        for target in &entry.targets {
            for place in self.places(entry, target)? {
                let interfaces = entry::interfaces(self.application, &self.rules.addresses, &place, &service);
                let mut one = self.deployment(entry, &Provided::of_interfaces(interfaces), &place);
                let workload = &mut one.spec.template.spec;
                workload.kubernetes = Some(entry::kubernetes(&service));
                for component in &mut workload.components {
                    component.local_resources =
                        Some(Resources { environment: environment.clone(), ..Resources::default() });
                }
                made.push(one);
            }
        }
        Ok(())
    }

    fn places<'b>(&'b self, wanted: &Wanted, target: &'b str) -> Result<Vec<Place<'b>>, DeployError> {
        let anywhere = || vec![Place { target, environment: None }];
        if wanted.placement == Placement::PerTarget {
            return Ok(anywhere());
        }
        let unknown = || DeployError::HostsUnknown { component: wanted.name.clone() };
        let hosts = self.application.hosts.as_ref().ok_or_else(unknown)?.get(target);
        let hosts = hosts.into_iter().flatten();
        let places: Vec<_> = hosts.map(|host| Place { target, environment: Some(host.as_str()) }).collect();
        // It starts on the first host that joins.
        Ok(if places.is_empty() { anywhere() } else { places })
    }

    fn deployment(&self, wanted: &Wanted, provided: &Provided, place: &Place<'_>) -> Deployment {
        let several = wanted.targets.len() > 1;
        let parts: Vec<_> = std::iter::once(wanted.name.as_str())
            .chain(several.then_some(place.target))
            .chain(place.environment)
            .collect();
        let text = |text: &str| text.to_owned();
        let mut labels = names::labels(&self.name);
        labels.insert(text(names::COMPONENT), names::label(&wanted.name));
        let mut annotations = Texts::from([
            (text(COMPONENT_NAME), wanted.name.clone()),
            (text(COMPONENT_VERSION), wanted.version.to_string()),
            (text(PROJECT), self.application.project.clone()),
            (text(TARGET), text(place.target)),
        ]);
        if !wanted.secrets.is_empty() {
            let names: Vec<_> = wanted.secrets.iter().map(String::as_str).collect();
            annotations.insert(text(SECRETS), names.join(","));
        }
        Deployment {
            api_version: text(API_VERSION),
            kind: text(KIND),
            metadata: Metadata {
                name: names::object(&self.name, &parts),
                namespace: self.rules.namespace.clone(),
                labels: labels.clone(),
                annotations,
            },
            spec: Spec {
                replicas: wanted.replicas,
                template: Template { labels, spec: self.workload(wanted, provided, place) },
            },
        }
    }

    fn workload(&self, wanted: &Wanted, provided: &Provided, place: &Place<'_>) -> Workload {
        let calls = match place.environment {
            // The hosts count all replicas of a component together.
            Some(_) => self.application.calls.saturating_mul(wanted.replicas),
            None => self.application.calls,
        };
        let component = Component {
            name: names::label(&wanted.name),
            image: image(wanted),
            image_pull_policy: Some("IfNotPresent".to_owned()),
            image_pull_secret: self.rules.private.then(|| Reference { name: pull_secret(&self.name) }),
            local_resources: Some(Resources {
                config: provided.config(calls),
                environment: self.secrets(wanted),
            }),
        };
        Workload {
            host_selector: Texts::from([(HOST_GROUP.to_owned(), place.target.to_owned())]),
            environment: place.environment.map(str::to_owned),
            host_interfaces: provided.interfaces.clone(),
            components: vec![component],
            kubernetes: None,
        }
    }

    /// Where a function's secrets come from. Its component keeps what it does not name from it.
    fn secrets(&self, wanted: &Wanted) -> Option<Environment> {
        let secret_from = vec![Reference { name: function_secrets(&self.name) }];
        (!wanted.secrets.is_empty()).then(|| Environment { config: Texts::new(), secret_from })
    }
}

/// By digest, once it is known: a tag that is pushed again changes nothing then.
fn image(wanted: &Wanted) -> String {
    let Some(digest) = &wanted.digest else { return wanted.image.clone() };
    let slash = wanted.image.rfind('/').map_or(0, |at| at + 1);
    let name =
        wanted.image[slash..].find(':').map_or(wanted.image.as_str(), |at| &wanted.image[..slash + at]);
    format!("{name}@{digest}")
}

/// Sees that no two have one name.
fn distinct(made: &[Deployment]) -> Result<(), DeployError> {
    let mut known = BTreeMap::new();
    for one in made {
        if let Some(other) = known.insert(one.name(), one) {
            let shown = |one: &Deployment| {
                let host = one.workload().environment.as_ref().map(|host| format!(" on {host}"));
                format!("{} in {}{}", one.component(), one.target(), host.unwrap_or_default())
            };
            let (one, other, name) = (shown(other), shown(one), one.name().to_owned());
            return Err(WasmCloudError::NameClash { one, other, name }.into());
        }
    }
    Ok(())
}

/// As every platform tells it.
///
/// # Errors
/// When one has no JSON form.
pub fn to_manifest(made: &[Deployment]) -> Result<platform::Manifest, DeployError> {
    let documents = entry::service(made).map(Ok).into_iter().chain(made.iter().map(serde_json::to_value));
    let documents = documents.collect::<Result<_, _>>();
    Ok(platform::Manifest { documents: documents.map_err(|error| DeployError::Form(error.to_string()))? })
}

/// The resources of a manifest.
///
/// # Errors
/// When it is not one of this platform.
pub fn from_manifest(manifest: &platform::Manifest) -> Result<Vec<Deployment>, DeployError> {
    // The rest follows from these.
    let deployments = manifest.documents.iter().filter(|document| document["kind"] == KIND);
    let documents = deployments.cloned().map(serde_json::from_value);
    documents.collect::<Result<_, _>>().map_err(|error| DeployError::Form(error.to_string()))
}
