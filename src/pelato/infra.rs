//! Files for the machines of a cluster: what is not given comes from the settings.

use std::path::Path;

use super::operation::Operation;
use super::{Error, Pelato};
use crate::files::Plan;
use crate::infra::{self, Environment, Images, Infra, InfraError, Platform};
use crate::project::settings::{self, Key, Origin};
use crate::remedy::Argument;

/// Port at which NATS servers usually take leaves.
const LEAF_PORT: u16 = 7422;
const NATS_PORT: u16 = 4222;
/// Ports of HTTP and of the registry on this machine, if nobody says others.
const HTTP_PORT: u16 = 8000;
const REGISTRY_PORT: u16 = 5000;
/// The usual ports of MQTT and of Kubernetes.
const MQTT_PORT: u16 = 1883;
const KUBERNETES_PORT: u16 = 6443;
/// Namespace of applications, if the settings name none.
const NAMESPACE: &str = "pelato";

/// What the files are to say, as far as somebody says it.
#[derive(Debug, Clone, Default)]
pub struct InfraOptions {
    /// The places that files are made for; all, if there is none.
    pub environments: Vec<Environment>,
    /// Host name or address at which edge hosts reach the cloud's NATS server.
    pub cloud_nats: Option<String>,
    /// Registry that components are pushed to, as all hosts reach it.
    pub registry: Option<String>,
    /// Whether it is spoken to over plain http, also if the settings do not say so.
    pub registry_insecure: bool,
    /// Name of the lattice of wasmCloud 1.9.
    pub lattice: Option<String>,
    /// What tasks name as the target of the edge's host; `edge` if not given.
    pub edge_label: Option<String>,
    /// What tasks name as the target of the cloud's hosts; `cloud` if not given.
    pub cloud_label: Option<String>,
    /// JetStream domain of the cluster's own data, in the cloud.
    pub jetstream_domain: Option<String>,
    /// JetStream domain of the edge; made from its label, if not given.
    pub edge_domain: Option<String>,
    /// Port at which the cloud's NATS server takes leaves.
    pub leaf_port: Option<u16>,
    /// Port of the cluster's NATS server for clients.
    pub nats_port: Option<u16>,
    /// Port on 127.0.0.1 at which each host has NATS.
    pub host_nats_port: Option<u16>,
    pub http_port: Option<u16>,
    /// Port of MQTT at the edge, with wasmCloud 2.
    pub mqtt_port: Option<u16>,
    /// Port of Kubernetes on this machine, with wasmCloud 2.
    pub kubernetes_port: Option<u16>,
    /// Port of the registry on this machine.
    pub local_registry_port: Option<u16>,
    /// Other images, as `name=image`.
    pub images: Vec<String>,
}

impl InfraOptions {
    /// The places that files are made for, in the order of [`Environment::ALL`].
    pub fn environments(&self) -> Vec<Environment> {
        let chosen = |one: &Environment| self.environments.is_empty() || self.environments.contains(one);
        Environment::ALL.into_iter().filter(chosen).collect()
    }

    /// Whether some of them are on other machines: then it has to be known where NATS and the registry are.
    pub fn is_remote(&self) -> bool {
        self.environments().into_iter().any(Environment::is_remote)
    }
}

impl Pelato {
    /// Where the settings say that the cloud's NATS server is. A name for this machine is no use to another.
    ///
    /// # Errors
    /// When a setting is wrong.
    pub fn cloud_nats(&self) -> Result<Option<String>, Error> {
        Ok(self.look()?.cloud_nats())
    }

    /// The registry of the settings, without a scheme, if other machines can reach it.
    ///
    /// # Errors
    /// When a setting is wrong.
    pub fn shared_registry(&self) -> Result<Option<String>, Error> {
        Ok(self.look()?.shared_registry())
    }

    /// Plans the files below `folder`. Files that are there already, as they would be written, are left out.
    ///
    /// # Errors
    /// When a value is missing or cannot be used, or a file is there with other content.
    pub fn plan_infra(&self, folder: &Path, options: InfraOptions) -> Result<Plan, Error> {
        Ok(infra::plan(folder, &self.look()?.infra(options)?)?)
    }
}

impl Operation {
    fn cloud_nats(&self) -> Option<String> {
        self.set(settings::NATS_HOST).filter(|host| !infra::is_loopback(host))
    }

    fn shared_registry(&self) -> Option<String> {
        let url = self.set(settings::REGISTRY_URL)?;
        let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
        let registry = rest.trim().trim_end_matches('/').to_owned();
        let name = registry.split([':', '/']).next().unwrap_or_default();
        (!infra::is_loopback(name)).then_some(registry)
    }

    fn infra(&self, options: InfraOptions) -> Result<Infra, Error> {
        let settings = &self.settings;
        let remote = options.is_remote();
        let given = |given: &Option<String>, known: Option<String>| {
            given.clone().or(known).filter(|_| remote).unwrap_or_default()
        };
        let cloud_nats = given(&options.cloud_nats, self.cloud_nats());
        let registry = given(&options.registry, self.shared_registry());
        let text = |given: Option<String>, key: Key, default: &str| {
            given.or_else(|| settings.text(key).map(str::to_owned)).unwrap_or_else(|| default.to_owned())
        };
        let label = |given: Option<String>, default: &str| given.unwrap_or_else(|| default.to_owned());
        let edge_label = label(options.edge_label.clone(), "edge");
        // A label may have dots, a domain may not.
        let edge_domain = options.edge_domain.clone().unwrap_or_else(|| edge_label.replace('.', "-"));
        let listed = settings.text(settings::REGISTRY_INSECURE).unwrap_or_default();
        let platform = self.infra_platform(&options)?;
        Ok(Infra {
            platform,
            environments: options.environments(),
            cloud_nats,
            leaf_port: options.leaf_port.unwrap_or(LEAF_PORT),
            nats_port: options.nats_port.or_else(|| settings.port(settings::NATS_PORT)).unwrap_or(NATS_PORT),
            host_nats_port: options
                .host_nats_port
                .or_else(|| self.host_nats_port(platform))
                .unwrap_or(NATS_PORT),
            http_port: options.http_port.unwrap_or(HTTP_PORT),
            registry_insecure: options.registry_insecure || infra::is_insecure(listed, &registry),
            registry,
            local_registry_port: options.local_registry_port.unwrap_or(REGISTRY_PORT),
            namespace: text(None, settings::wasmcloud::KUBE_NAMESPACE, NAMESPACE),
            operator_namespace: text(None, settings::wasmcloud::OPERATOR_NAMESPACE, ""),
            mqtt_port: options.mqtt_port.unwrap_or(MQTT_PORT),
            kubernetes_port: options.kubernetes_port.unwrap_or(KUBERNETES_PORT),
            lattice: text(options.lattice, settings::wadm::LATTICE, "default"),
            jetstream_domain: text(options.jetstream_domain, settings::JETSTREAM_DOMAIN, "cloud"),
            site_subjects: self.denied_at(&edge_label, &edge_domain)?,
            edge_domain,
            edge_label,
            cloud_label: label(options.cloud_label, "cloud"),
            images: Images::new(platform, &options.images)?,
        })
    }

    /// The platform of the settings, if nothing is said that only the other one has.
    fn infra_platform(&self, options: &InfraOptions) -> Result<Platform, Error> {
        let name = self.platform()?.about().name;
        let platform = if name == Platform::Wadm.name() { Platform::Wadm } else { Platform::Wasmcloud };
        let foreign = match platform {
            Platform::Wasmcloud => options.lattice.as_ref().map(|_| Argument::Lattice),
            Platform::Wadm => {
                let mqtt = options.mqtt_port.map(|_| Argument::MqttPort);
                mqtt.or(options.kubernetes_port.map(|_| Argument::KubernetesPort))
            }
        };
        match foreign {
            None => Ok(platform),
            Some(argument) => Err(InfraError::OtherPlatform { argument, platform }.into()),
        }
    }

    /// The port of `HOSTS_NATS_URL`, if it is on the hosts themselves.
    fn host_nats_port(&self, platform: Platform) -> Option<u16> {
        (platform == Platform::Wadm).then_some(())?;
        let url = self.settings.text(settings::wadm::HOSTS_NATS_URL)?;
        let address = url.strip_prefix("nats://").unwrap_or(url);
        let (host, port) = address.split_once(':')?;
        port.parse().ok().filter(|port| *port > 0 && infra::is_loopback(host))
    }

    /// A setting that somebody has set.
    fn set(&self, key: Key) -> Option<String> {
        let settings = &self.settings;
        let is_default = settings.origin(key) == Some(&Origin::Default);
        settings.text(key).filter(|_| !is_default).map(str::to_owned)
    }
}
