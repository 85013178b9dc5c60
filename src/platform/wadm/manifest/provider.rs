//! The providers that components need, and how components share them.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{
    BUILT_IN_IMAGE, Config, HOST_TYPE, Link, Part, PartKind, Properties, Scaler, Spread, Target, Texts,
    Trait, plain,
};
use crate::check::{Need, Placement};
use crate::platform::interface::{is_called, is_of_hosts, split};
use crate::platform::wadm::WadmError;
use crate::platform::{DeployError, Wanted};
use crate::project::Settings;
use crate::project::settings::wadm::{
    HOSTS_NATS_URL, HTTP_ADDRESS, HTTP_PROVIDER, KEYVALUE_PROVIDER, MESSAGING_PROVIDER, POSTGRES_CONFIG,
    POSTGRES_PROVIDER,
};
use crate::project::settings::{BUILT_IN, KEYVALUE_DOMAIN, Key};

/// The port where a task names none: the original's.
pub const DEFAULT_PORT: u16 = 8000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Messaging,
    KeyValue,
    /// PostgreSQL databases.
    Postgres,
    /// HTTP requests, at a port.
    Http {
        port: u16,
    },
}

/// Images and addresses, as the settings say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Providers {
    messaging: Image,
    http: Image,
    keyvalue: Image,
    postgres: Image,
    nats: String,
    address: String,
    domain: Option<String>,
    database: String,
}

/// Where a provider comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Image {
    BuiltIn,
    Of(String),
}

/// A provider that components share: those of one kind and the same targets, or the same port.
#[derive(Debug)]
pub(super) struct Shared<'a> {
    pub kind: Kind,
    pub name: String,
    targets: BTreeSet<&'a str>,
    placement: Placement,
}

impl Kind {
    /// The provider that answers a need; none if hosts do so themselves.
    ///
    /// # Errors
    /// When no provider is known for it.
    pub fn of(component: &Wanted, need: &Need) -> Result<Option<Self>, DeployError> {
        match split(&need.wit).0 {
            "wasmcloud:messaging" => Ok(Some(Self::Messaging)),
            "wasi:keyvalue" => Ok(Some(Self::KeyValue)),
            "wasmcloud:postgres" => Ok(Some(Self::Postgres)),
            "wasi:http" => {
                let port = component.http.as_ref().and_then(|http| http.port);
                Ok(Some(Self::Http { port: port.unwrap_or(DEFAULT_PORT) }))
            }
            _ if is_of_hosts(&need.wit) => Ok(None),
            _ => Err(WadmError::NoProvider {
                component: component.name.clone(),
                template: component.template.clone(),
                interface: need.wit.clone(),
            }
            .into()),
        }
    }
}

impl Kind {
    fn setting(self) -> Key {
        match self {
            Self::Messaging => MESSAGING_PROVIDER,
            Self::KeyValue => KEYVALUE_PROVIDER,
            Self::Postgres => POSTGRES_PROVIDER,
            Self::Http { .. } => HTTP_PROVIDER,
        }
    }

    /// What hosts call the one that is part of them; none if they have none.
    fn built_in(self) -> Option<&'static str> {
        match self {
            Self::Messaging => Some("messaging-nats"),
            Self::KeyValue | Self::Postgres => None,
            Self::Http { .. } => Some("http-server"),
        }
    }
}

impl Providers {
    pub fn from(settings: &Settings) -> Self {
        let text = |key| settings.text(key).unwrap_or_default().to_owned();
        let image = |key| match settings.text(key) {
            Some(value) if value.eq_ignore_ascii_case(BUILT_IN) => Image::BuiltIn,
            _ => Image::Of(text(key)),
        };
        Self {
            messaging: image(MESSAGING_PROVIDER),
            http: image(HTTP_PROVIDER),
            keyvalue: image(KEYVALUE_PROVIDER),
            postgres: image(POSTGRES_PROVIDER),
            nats: text(HOSTS_NATS_URL),
            address: text(HTTP_ADDRESS),
            database: text(POSTGRES_CONFIG),
            domain: settings.text(KEYVALUE_DOMAIN).map(str::to_owned),
        }
    }

    fn image(&self, kind: Kind) -> &Image {
        match kind {
            Kind::Messaging => &self.messaging,
            Kind::KeyValue => &self.keyvalue,
            Kind::Postgres => &self.postgres,
            Kind::Http { .. } => &self.http,
        }
    }

    /// Sees that hosts have a provider of this kind, if it is to be theirs.
    ///
    /// # Errors
    /// When they have none.
    pub fn check(&self, kind: Kind) -> Result<(), DeployError> {
        match (self.image(kind), kind.built_in()) {
            (Image::BuiltIn, None) => Err(WadmError::NotBuiltIn {
                setting: kind.setting().name,
                default: kind.setting().default.unwrap_or_default(),
            }
            .into()),
            _ => Ok(()),
        }
    }

    /// How a component has to be placed. A provider inside a host reaches only the components of that host, and takes
    /// messages away from the other hosts: wherever it is, its components have to be.
    pub fn placement(&self, component: &Wanted, kinds: &[Kind]) -> Placement {
        let built_in = kinds.iter().any(|kind| *self.image(*kind) == Image::BuiltIn);
        if built_in { Placement::EveryHost } else { component.placement }
    }

    /// The providers that these components share. Each comes with what it needs.
    pub(super) fn shared<'a>(&self, components: &[(&'a Wanted, Vec<Kind>)]) -> Vec<Shared<'a>> {
        let mut shared = BTreeMap::<(Kind, BTreeSet<&str>), Shared<'a>>::new();
        for (component, kinds) in components {
            let targets: BTreeSet<_> = component.targets.iter().map(String::as_str).collect();
            for kind in kinds.iter().collect::<BTreeSet<_>>() {
                // A port is had once on a host: one provider for all that want it.
                let key = match kind {
                    Kind::Http { .. } => (*kind, BTreeSet::new()),
                    _ => (*kind, targets.clone()),
                };
                let entry = shared.entry(key).or_insert_with(|| Shared {
                    kind: *kind,
                    name: String::new(),
                    targets: BTreeSet::new(),
                    placement: Placement::PerTarget,
                });
                entry.targets.extend(&targets);
                entry.placement = entry.placement.max(self.placement(component, kinds));
            }
        }
        let taken: BTreeSet<_> = components.iter().map(|(component, _)| plain(&component.name)).collect();
        let mut shared: Vec<_> = shared.into_values().collect();
        shared.iter_mut().for_each(|provider| provider.name = provider.free_name(&taken));
        shared
    }

    /// The provider as a part of the application, with its links to the components behind it.
    pub(super) fn part(&self, provider: &Shared<'_>, links: Vec<Link>) -> Part {
        let image = match (self.image(provider.kind), provider.kind.built_in()) {
            (Image::Of(image), _) => image.clone(),
            (Image::BuiltIn, name) => format!("{BUILT_IN_IMAGE}{}", name.unwrap_or_default()),
        };
        let config = match provider.kind {
            Kind::Http { port } => vec![Config {
                name: format!("{}-listen", provider.name),
                properties: Some(Texts::from([
                    ("routing_mode".to_owned(), "path".to_owned()),
                    ("default_address".to_owned(), format!("{}:{port}", self.address)),
                ])),
            }],
            _ => Vec::new(),
        };
        let targets = provider.targets.iter().copied();
        let scaler = scaler(targets, 1, provider.placement);
        let traits = std::iter::once(scaler).chain(links.into_iter().map(Trait::Link)).collect();
        let properties = Properties { image, config };
        Part { name: provider.name.clone(), kind: PartKind::Capability, properties, traits }
    }

    /// What a provider is told about a component.
    fn link_config(&self, component: &Wanted, need: &Need, interface: &str, provider: &Shared<'_>) -> Config {
        let mut properties: Texts = need.config.clone();
        let mut set = |key: &str, value: &str| drop(properties.insert(key.to_owned(), value.to_owned()));
        match provider.kind {
            Kind::Messaging => set("cluster_uris", &self.nats),
            Kind::KeyValue => {
                set("cluster_uri", &self.nats);
                set("enable_bucket_auto_create", "true");
                self.domain.iter().for_each(|domain| set("js_domain", domain));
            }
            // It has a password in it: whoever runs the lattice put it there, and a manifest only has its name.
            Kind::Postgres => return Config { name: self.database.clone(), properties: None },
            Kind::Http { .. } => {}
        }
        // By the provider, too: when a component gets another one, wadm takes away what it has for the one before.
        let name = format!("{}-{interface}-{}", component.name, provider.name);
        Config { name, properties: Some(properties) }
    }

    /// The link of a component to a provider that it calls, or of a provider to a component that it calls.
    pub(super) fn link(&self, component: &Wanted, need: &Need, provider: &Shared<'_>) -> (bool, Link) {
        let (package, interface) = split(&need.wit);
        let called = is_called(&need.wit);
        let config = vec![self.link_config(component, need, interface, provider)];
        let (namespace, package) = package.split_once(':').unwrap_or_default();
        let link = |target: &str, source, config, name| Link {
            namespace: namespace.to_owned(),
            package: package.to_owned(),
            interfaces: vec![interface.to_owned()],
            source,
            source_config: Vec::new(),
            target: Target { name: target.to_owned(), config },
            name,
        };
        let link = if called {
            // The provider calls several: wadm and the hosts tell its links apart by their names.
            let source = Some(super::model::Source { config });
            link(&component.name, source, Vec::new(), Some(component.name.clone()))
        } else {
            link(&provider.name, None, config, None)
        };
        (called, link)
    }
}

/// The same link by the name of its bucket, if it has one: a component opens a bucket by its own name, hosts find the
/// provider by the link `default`, and the provider finds the bucket by the name of a link.
pub(super) fn by_bucket(link: &Link) -> Option<Link> {
    let properties = link.target.config.iter().find_map(|config| config.properties.as_ref())?;
    let bucket = properties.get("bucket").filter(|name| name.as_str() != "default")?;
    let mut named = Link { name: Some(bucket.clone()), ..link.clone() };
    // wadm takes no two configurations of one name, even if they are the same.
    named.target.config.iter_mut().for_each(|config| config.name.push_str("-by-name"));
    Some(named)
}

/// So many instances in each target, or on each host of every target.
pub(super) fn scaler<'a>(
    targets: impl Iterator<Item = &'a str>,
    instances: u32,
    placement: Placement,
) -> Trait {
    let spread: Vec<_> = targets
        .map(|target| Spread {
            name: target.to_owned(),
            requirements: Texts::from([(HOST_TYPE.to_owned(), target.to_owned())]),
        })
        .collect();
    let count = u32::try_from(spread.len()).unwrap_or(u32::MAX);
    match placement {
        Placement::EveryHost => Trait::DaemonScaler(Scaler { instances, spread }),
        Placement::PerTarget => {
            Trait::SpreadScaler(Scaler { instances: instances.saturating_mul(count), spread })
        }
    }
}

impl Shared<'_> {
    /// Whether it is the provider of this kind for a component.
    pub fn serves(&self, kind: Kind, component: &Wanted) -> bool {
        let targets = component.targets.iter().map(String::as_str).collect::<BTreeSet<_>>();
        self.kind == kind && (matches!(kind, Kind::Http { .. }) || self.targets == targets)
    }

    fn free_name(&self, taken: &BTreeSet<String>) -> String {
        let targets: Vec<_> = self.targets.iter().copied().collect();
        let mut name = match self.kind {
            Kind::Messaging => format!("messaging-{}", targets.join("-")),
            Kind::KeyValue => format!("keyvalue-{}", targets.join("-")),
            Kind::Postgres => format!("postgres-{}", targets.join("-")),
            Kind::Http { port } => format!("http-{port}"),
        };
        while taken.contains(&plain(&name)) {
            name.push_str("-provider");
        }
        name
    }
}
