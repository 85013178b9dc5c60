//! Ready-made files for the machines of a cluster: the cloud (Kubernetes), an edge (docker compose), or both on this
//! machine. Nothing is written before the plan is executed, and nothing is overwritten.

mod error;
mod images;
mod render;
mod values;
mod wadm;
mod wasmcloud;

use std::fs;
use std::io;
use std::path::Path;

pub use error::InfraError;
pub use images::Images;
pub use values::{domain, folder, host, is_insecure, is_loopback, label, lattice, registry};

use crate::files::{self, Change, FileError, Files, Plan, RelPath};

/// What the machines run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    /// wasmCloud 2.
    Wasmcloud,
    /// wasmCloud 1.9.
    Wadm,
}

impl Platform {
    /// Its name in the setting PLATFORM.
    pub fn name(self) -> &'static str {
        match self {
            Self::Wasmcloud => "wasmcloud",
            Self::Wadm => "wadm",
        }
    }

    pub fn other(self) -> Self {
        match self {
            Self::Wasmcloud => Self::Wadm,
            Self::Wadm => Self::Wasmcloud,
        }
    }

    /// Its name in messages.
    pub fn title(self) -> &'static str {
        match self {
            Self::Wasmcloud => "wasmCloud 2",
            Self::Wadm => "wasmCloud 1.9",
        }
    }

    /// The folders of templates for an environment.
    fn templates(self, environment: Environment) -> &'static [&'static str] {
        match (self, environment) {
            (Self::Wasmcloud, Environment::Cloud) => &["wasmcloud/kubernetes", "wasmcloud/cloud"],
            (Self::Wasmcloud, Environment::Edge) => &["wasmcloud/edge"],
            (Self::Wasmcloud, Environment::Local) => &["wasmcloud/kubernetes", "wasmcloud/local"],
            (Self::Wadm, Environment::Cloud) => &["wadm/cloud"],
            (Self::Wadm, Environment::Edge) => &["wadm/edge"],
            (Self::Wadm, Environment::Local) => &["wadm/local"],
        }
    }
}

/// A place that files are made for; each has a folder of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Environment {
    /// Kubernetes: NATS, what schedules components, and hosts
    Cloud,
    /// One machine: a NATS leaf and a host
    Edge,
    /// This machine alone with docker compose: an edge and a cloud host, and all that they need
    Local,
}

impl Environment {
    pub const ALL: [Self; 3] = [Self::Cloud, Self::Edge, Self::Local];

    pub fn folder(self) -> &'static str {
        match self {
            Self::Cloud => "cloud",
            Self::Edge => "edge",
            Self::Local => "local",
        }
    }

    /// Whether it is on other machines: then the addresses of these and of the registry are required.
    pub fn is_remote(self) -> bool {
        self != Self::Local
    }
}

/// The values for the files. They are validated when the files are planned, so none can break a file.
#[derive(Debug, Clone)]
pub struct Infra {
    pub platform: Platform,
    /// The places that files are made for.
    pub environments: Vec<Environment>,
    /// Host name or address at which edge hosts reach the cloud's NATS server; not used for this machine alone.
    pub cloud_nats: String,
    /// Port on which that server accepts leaf nodes.
    pub leaf_port: u16,
    /// Port of the cluster's NATS server for clients.
    pub nats_port: u16,
    /// Port on 127.0.0.1 at which each host reaches NATS.
    pub host_nats_port: u16,
    pub http_port: u16,
    /// Registry that components are pushed to, with a path if there is one; not used for this machine alone.
    pub registry: String,
    /// Whether it is accessed over plain HTTP.
    pub registry_insecure: bool,
    /// Port of the registry on this machine.
    pub local_registry_port: u16,
    /// Name of the lattice; wasmCloud 1.9 only.
    pub lattice: String,
    /// Namespace of applications; wasmCloud 2 only, as what follows.
    pub namespace: String,
    /// Namespace of operator, NATS and hosts.
    pub operator_namespace: String,
    /// Port of the edge's NATS server for devices that speak MQTT.
    pub mqtt_port: u16,
    /// Port of Kubernetes on this machine.
    pub kubernetes_port: u16,
    /// JetStream domain of the cluster's own data, in the cloud.
    pub jetstream_domain: String,
    /// JetStream domain of the edge.
    pub edge_domain: String,
    /// What tasks name as the target of the edge's host: its host group, or its label `host-type`.
    pub edge_label: String,
    /// The same of the cloud's hosts.
    pub cloud_label: String,
    /// Subjects that the edge's NATS server keeps within the site.
    pub site_subjects: Vec<String>,
    pub images: Images,
}

/// Plans the files below `folder`. Files that exist with the same content are left out.
///
/// # Errors
/// When a value is not valid, or a file exists with other content.
pub fn plan(folder: &Path, infra: &Infra) -> Result<Plan, InfraError> {
    let values = render::values(infra)?;
    let mut changes = Vec::new();
    for environment in Environment::ALL.into_iter().filter(|one| infra.environments.contains(one)) {
        let name = environment.folder();
        let files = render::files(infra.platform.templates(environment), &values)?;
        if is_missing(&folder.join(name))? {
            changes.push(Change::CreateFolder { path: Some(RelPath::new(name)?), files });
            continue;
        }
        for (path, bytes) in files {
            let path = RelPath::new(format!("{name}/{path}"))?;
            if !is_there(folder, &path.below(folder), &bytes)? {
                changes.push(Change::Create { path, bytes });
            }
        }
    }
    Ok(Plan { folder: folder.to_owned(), changes: as_one(folder, changes)? })
}

/// A folder that does not exist yet is created with all its files in one step.
fn as_one(folder: &Path, changes: Vec<Change>) -> Result<Vec<Change>, InfraError> {
    if !is_missing(folder)? {
        return Ok(changes);
    }
    let mut all = Files::new();
    for change in changes {
        if let Change::CreateFolder { path: Some(above), files } = change {
            for (path, bytes) in files {
                all.insert(RelPath::new(format!("{above}/{path}"))?, bytes);
            }
        }
    }
    Ok(vec![Change::CreateFolder { path: None, files: all }])
}

fn is_missing(path: &Path) -> Result<bool, InfraError> {
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(false),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(FileError::io("access", path, error).into()),
    }
}

/// Whether a file exists with the content that would be written.
fn is_there(folder: &Path, path: &Path, bytes: &[u8]) -> Result<bool, InfraError> {
    match files::read(folder, path, files::TEXT) {
        Ok(present) if present == bytes => Ok(true),
        Ok(_) => Err(InfraError::FileDiffers { path: path.display().to_string() }),
        Err(error) if error.kind() == io::ErrorKind::NotFound && is_missing(path)? => Ok(false),
        Err(error) => Err(FileError::io("read", path, error).into()),
    }
}
