//! Resources of wasmCloud 2 as they are written, as far as PELATO writes them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::entry;

pub type Texts = BTreeMap<String, String>;

pub const GROUP: &str = "runtime.wasmcloud.dev";
pub const VERSION: &str = "v1alpha1";
pub const API_VERSION: &str = "runtime.wasmcloud.dev/v1alpha1";
pub const KIND: &str = "WorkloadDeployment";

/// The label of hosts by which they belong to a target.
pub const HOST_GROUP: &str = "hostgroup";

/// Annotations: the component's name and version, its target, the project's name, and the version of the manifest.
pub const COMPONENT_NAME: &str = "dev.pelato/component";
pub const COMPONENT_VERSION: &str = "dev.pelato/version";
pub const TARGET: &str = "dev.pelato/target";
pub const PROJECT: &str = "dev.pelato/project";
/// An annotation with the names of the secrets of its function.
pub const SECRETS: &str = "dev.pelato/secrets";
pub const REVISION: &str = "dev.pelato/revision";

/// The keys of a component's configuration that the hosts read.
pub const SUBSCRIPTIONS: &str = "subscriptions";
pub const CONSUMER_GROUP: &str = "consumer_group";
pub const MAX_IN_FLIGHT: &str = "max_in_flight";

/// A component for one target, or for one host of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Deployment {
    pub api_version: String,
    pub kind: String,
    pub metadata: Metadata,
    pub spec: Spec,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    #[serde(default)]
    pub labels: Texts,
    #[serde(default)]
    pub annotations: Texts,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spec {
    pub replicas: u32,
    pub template: Template,
}

/// What each replica is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    #[serde(default)]
    pub labels: Texts,
    pub spec: Workload,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Workload {
    pub host_selector: Texts,
    /// The host, by the environment that it was started with, if it has to be that one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    pub host_interfaces: Vec<Interface>,
    pub components: Vec<Component>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kubernetes: Option<Kubernetes>,
}

/// What Kubernetes has for a workload.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Kubernetes {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<Reference>,
}

/// Interfaces of one package that hosts provide.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Interface {
    pub namespace: String,
    pub package: String,
    pub version: String,
    pub interfaces: Vec<String>,
    #[serde(skip_serializing_if = "Texts::is_empty")]
    pub config: Texts,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Component {
    pub name: String,
    pub image: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_pull_policy: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_pull_secret: Option<Reference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local_resources: Option<Resources>,
}

/// Another object, by its name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    pub name: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Resources {
    #[serde(skip_serializing_if = "Texts::is_empty")]
    pub config: Texts,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<Environment>,
}

/// The environment variables of a component.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Environment {
    #[serde(skip_serializing_if = "Texts::is_empty")]
    pub config: Texts,
    /// Secrets of Kubernetes, each entry of which is a variable.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub secret_from: Vec<Reference>,
}

impl Deployment {
    pub fn name(&self) -> &str {
        &self.metadata.name
    }

    pub fn annotation(&self, key: &str) -> &str {
        self.metadata.annotations.get(key).map_or("", String::as_str)
    }

    pub fn target(&self) -> &str {
        self.annotation(TARGET)
    }

    /// The component that it runs: an application's part.
    pub fn component(&self) -> &str {
        self.annotation(COMPONENT_NAME)
    }

    /// Whether it is the HTTP entry, and no component of the workflow.
    pub fn is_entry(&self) -> bool {
        self.component() == entry::NAME
    }

    /// The names of the secrets of its function.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        self.annotation(SECRETS).split(',').filter(|name| !name.is_empty())
    }

    pub fn workload(&self) -> &Workload {
        &self.spec.template.spec
    }

    pub fn image(&self) -> &str {
        self.workload().components.first().map_or("", |component| component.image.as_str())
    }

    #[must_use]
    pub fn with_revision(mut self, version: &str) -> Self {
        self.metadata.annotations.insert(REVISION.to_owned(), version.to_owned());
        self
    }

    #[must_use]
    pub fn without_revision(mut self) -> Self {
        self.metadata.annotations.remove(REVISION);
        self
    }
}

impl Workload {
    /// The subjects that it subscribes to.
    pub fn subscriptions(&self) -> Vec<String> {
        let configs = self.components.iter().filter_map(|one| one.local_resources.as_ref());
        let lists = configs.filter_map(|resources| resources.config.get(SUBSCRIPTIONS));
        lists.flat_map(|list| list.split(',')).map(str::to_owned).collect()
    }
}
