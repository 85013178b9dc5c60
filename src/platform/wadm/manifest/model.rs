//! The manifest as wadm takes it: an application of the Open Application Model, `core.oam.dev/v1beta1`.
//!
//! These are the fields of the crate `wadm-types` 0.8 that PELATO writes, in the form wadm stores them in, so that what
//! it gives back can be compared. Why the crate itself is not used:
//! `docs/decisions/wadm-types.md`. The tests let it judge every manifest.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub use crate::platform::PartKind;

/// The version of the model.
pub const API_VERSION: &str = "core.oam.dev/v1beta1";
/// The annotation that carries a manifest's version.
pub const VERSION: &str = "version";
/// The annotation that carries its description.
pub const DESCRIPTION: &str = "description";
/// The annotation that says which PELATO wrote it.
pub const WRITTEN_BY: &str = "pelato-version";
/// The annotation that says how many calls each replica handles at the same time; one where it is missing. What wadm
/// calls instances is the product.
pub const CALLS: &str = "pelato-calls-per-replica";
/// The key of a component's list of topics, in the configuration of its link.
const SUBSCRIPTIONS: &str = "subscriptions";
/// How the image of a provider inside the hosts begins.
pub const BUILT_IN_IMAGE: &str = "wasmcloud+builtin://";
/// The label of hosts that targets are compared with.
pub const HOST_TYPE: &str = "host-type";

pub type Texts = BTreeMap<String, String>;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// [`API_VERSION`]
    pub api_version: String,
    /// `Application`
    pub kind: String,
    pub metadata: Metadata,
    pub spec: Spec,
}

/// A manifest's name and annotations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// The application's name: unique in a lattice.
    pub name: String,
    /// The version, a description, and who wrote it.
    #[serde(default)]
    pub annotations: Texts,
}

/// What an application consists of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spec {
    pub components: Vec<Part>,
}

/// A component or a provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Its name: unique in the application.
    pub name: String,
    #[serde(rename = "type")]
    pub kind: PartKind,
    pub properties: Properties,
    /// Where it runs and what it is linked to.
    #[serde(default)]
    pub traits: Vec<Trait>,
}

/// What a part is made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Properties {
    #[serde(default)]
    pub image: String,
    /// Configuration that it gets when it starts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub config: Vec<Config>,
}

/// Named configuration. The names of those with values are unique in an application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Config {
    pub name: String,
    /// Its values. Without any it is one that somebody put into the lattice, by this name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub properties: Option<Texts>,
}

/// Where a part runs, or what it is linked to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "properties", rename_all = "lowercase")]
pub enum Trait {
    /// So many instances, spread over hosts.
    SpreadScaler(Scaler),
    /// So many instances on each host.
    DaemonScaler(Scaler),
    /// A link to another part.
    Link(Link),
}

/// How many instances run where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scaler {
    /// How many, on all hosts together or on each.
    pub instances: u32,
    /// On which hosts: each entry gets an equal share.
    #[serde(default)]
    pub spread: Vec<Spread>,
}

/// Hosts of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spread {
    pub name: String,
    /// Labels that a host must have.
    #[serde(default)]
    pub requirements: Texts,
}

/// A link: the part calls the interfaces of its target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The interfaces' namespace, such as `wasmcloud`.
    pub namespace: String,
    /// Their package, such as `messaging`.
    pub package: String,
    /// Their names.
    pub interfaces: Vec<String>,
    /// Configuration for the part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// The same in the form before wadm 0.13, which others still write and wadm keeps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub source_config: Vec<Config>,
    /// The other part.
    pub target: Target,
    /// Its name, `default` if it has none: a part has one link of a name for the interfaces of a package.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Configuration of a link's beginning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    pub config: Vec<Config>,
}

/// A link's end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    pub name: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub config: Vec<Config>,
}

impl Link {
    /// The subjects that its beginning subscribes to for its end.
    fn subscriptions(&self) -> Vec<String> {
        let configs = self.source.iter().flat_map(|source| &source.config).chain(&self.source_config);
        let lists = configs.filter_map(|one| one.properties.as_ref()?.get(SUBSCRIPTIONS));
        let each = lists.flat_map(|list| list.split(','));
        each.filter_map(|text| Some(text.split('|').next()?.trim().to_owned())).collect()
    }
}

impl Manifest {
    /// Its version, if it has one.
    pub fn version(&self) -> Option<&str> {
        self.metadata.annotations.get(VERSION).map(String::as_str)
    }

    /// The values of the label `host-type` that hosts need to be of use to any part.
    pub fn targets(&self) -> BTreeSet<&str> {
        self.spec.components.iter().flat_map(Part::targets).collect()
    }

    pub fn versioned(mut self, version: &str) -> Self {
        self.metadata.annotations.insert(VERSION.to_owned(), version.to_owned());
        self
    }

    /// Whether both would have the lattice do the same, and mean the same by it: versions do not count, nor which PELATO
    /// wrote them.
    pub fn same_as(&self, other: &Self) -> bool {
        let same_means = self.calls_per_replica() == other.calls_per_replica();
        self.metadata.name == other.metadata.name && self.spec == other.spec && same_means
    }

    /// Whether PELATO wrote it.
    pub fn is_ours(&self) -> bool {
        self.metadata.annotations.contains_key(WRITTEN_BY)
    }

    /// How many of a component's instances are one replica.
    pub fn calls_per_replica(&self) -> u32 {
        let calls = self.metadata.annotations.get(CALLS).and_then(|calls| calls.parse().ok());
        calls.filter(|calls| *calls > 0).unwrap_or(1)
    }

    /// The subjects that its components subscribe to.
    pub fn subscriptions(&self) -> Vec<String> {
        self.spec.components.iter().flat_map(Part::subscriptions).collect()
    }

    /// The subjects that are read for one of its components.
    pub fn read_for(&self, component: &str) -> Vec<String> {
        let links = self.spec.components.iter().flat_map(Part::links);
        links.filter(|link| link.target.name == component).flat_map(Link::subscriptions).collect()
    }

    pub fn components(&self) -> impl Iterator<Item = &Part> {
        self.spec.components.iter().filter(|part| part.kind == PartKind::Component)
    }
}

/// A name as it becomes part of one in the lattice: `-` and `_` are the same there.
pub fn plain(name: &str) -> String {
    name.to_lowercase().replace(|character: char| !character.is_ascii_alphanumeric(), "_")
}

impl Part {
    /// The name that it has in the lattice: as wadm makes it (`compute_component_id` of wadm 0.21).
    pub fn id(&self, application: &str) -> String {
        format!("{}-{}", plain(application), plain(&self.name))
    }

    /// The subjects that it subscribes to for the components that it is linked to.
    pub fn subscriptions(&self) -> Vec<String> {
        self.links().flat_map(Link::subscriptions).collect()
    }

    /// The link, if the trait is one.
    pub fn links(&self) -> impl Iterator<Item = &Link> {
        self.traits.iter().filter_map(|each| match each {
            Trait::Link(link) => Some(link),
            _ => None,
        })
    }

    /// Where it runs: on so many hosts in all, or on each.
    pub fn scaler(&self) -> Option<(&Scaler, bool)> {
        self.traits.iter().find_map(|each| match each {
            Trait::SpreadScaler(scaler) => Some((scaler, false)),
            Trait::DaemonScaler(scaler) => Some((scaler, true)),
            Trait::Link(_) => None,
        })
    }

    /// Values of the label `host-type` of the hosts it may run on.
    pub fn targets(&self) -> impl Iterator<Item = &str> {
        let spread = self.scaler().map_or(&[][..], |(scaler, _)| &scaler.spread);
        spread.iter().filter_map(|hosts| hosts.requirements.get(HOST_TYPE)).map(String::as_str)
    }
}
