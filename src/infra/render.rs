//! The files of an environment, rendered from `templates/infra/`.

use include_dir::{Dir, include_dir};
use liquid::model::Value;

use super::values::{distinct, object, text};
use super::{Environment, Infra, InfraError, Platform, values, wadm, wasmcloud};
use crate::files::{Files, RelPath};
use crate::remedy::Argument;
use crate::text::render;

static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates/infra");

/// The extension of templates, which is removed.
const LIQUID: &str = ".liquid";

/// Port for connections between the cloud's NATS servers: the usual one.
const CLUSTER_PORT: u16 = 6222;

/// Validates all values, and returns them in the form that templates use.
pub(super) fn values(infra: &Infra) -> Result<liquid::Object, InfraError> {
    let mut values = liquid::Object::new();
    let mut set = |name: &'static str, value: Value| drop(values.insert(name.into(), value));
    if infra.environments.iter().any(|environment| environment.is_remote()) {
        set("cloud_nats", text(&infra.cloud_nats));
        set("cloud_nats_url", text(&values::host(&infra.cloud_nats)?));
        set("registry_host", text(values::registry(&infra.registry)?));
        set("registry", text(&infra.registry));
        set("registry_insecure", Value::scalar(infra.registry_insecure));
    }
    if infra.environments.contains(&Environment::Local) {
        set("local_hosts", local_hosts(infra)?);
    }
    set("edge_label", text(values::label(Argument::EdgeLabel, &infra.edge_label)?));
    set("cloud_label", text(values::label(Argument::CloudLabel, &infra.cloud_label)?));
    set("jetstream_domain", text(values::domain(Argument::JetstreamDomain, &infra.jetstream_domain)?));
    set("edge_domain", text(values::domain(Argument::EdgeDomain, &infra.edge_domain)?));
    set("site_subjects", Value::array(infra.site_subjects.iter().map(|subject| text(&quoted(subject)))));
    let ports = [
        ("leaf_port", infra.leaf_port),
        ("cluster_port", CLUSTER_PORT),
        ("nats_port", infra.nats_port),
        ("host_nats_port", infra.host_nats_port),
        ("http_port", infra.http_port),
        ("local_registry_port", infra.local_registry_port),
    ];
    ports.into_iter().for_each(|(name, port)| set(name, Value::scalar(i64::from(port))));
    set("images", object(infra.images.iter().map(|(name, image)| (name, text(image)))));
    if infra.environments.contains(&Environment::Cloud) {
        let own = (CLUSTER_PORT, "NATS's servers among themselves");
        distinct(&[own, (infra.nats_port, "NATS"), (infra.leaf_port, "leaves")])?;
    }
    let has_leaf = infra.environments.iter().any(|one| match infra.platform {
        Platform::Wasmcloud => *one != Environment::Cloud,
        Platform::Wadm => *one == Environment::Edge,
    });
    if has_leaf && infra.edge_domain == infra.jetstream_domain {
        return Err(InfraError::SameDomain { domain: infra.edge_domain.clone() });
    }
    match infra.platform {
        Platform::Wasmcloud => wasmcloud::set(infra, &mut values)?,
        Platform::Wadm => wadm::set(infra, &mut values)?,
    }
    Ok(values)
}

/// A subject as a string of NATS's configuration.
fn quoted(subject: &str) -> String {
    format!("\"{}\"", subject.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The hosts of this machine: the second has the next port for HTTP.
fn local_hosts(infra: &Infra) -> Result<Value, InfraError> {
    let second = infra.http_port.checked_add(1).ok_or_else(|| InfraError::Value {
        value: format!("`{}`", infra.http_port),
        what: "a port with another after it, for the cloud host",
        argument: Argument::HttpPort,
        help: format!("give a lower one: {}", Argument::HttpPort.with(8000)),
    })?;
    let mut ports = vec![
        (infra.nats_port, "NATS"),
        (infra.local_registry_port, "the registry"),
        (infra.http_port, "HTTP of the edge host"),
        (second, "HTTP of the cloud host"),
    ];
    if infra.platform == Platform::Wasmcloud {
        ports.extend([(infra.mqtt_port, "MQTT"), (infra.kubernetes_port, "Kubernetes")]);
    }
    distinct(&ports)?;
    let host = |name: &str, label: &str, port: u16, nats: &str| {
        let port = Value::scalar(i64::from(port));
        let words = [("name", name), ("label", label), ("nats", nats)].map(|(key, word)| (key, text(word)));
        object(words.into_iter().chain([("http_port", port)]))
    };
    let edge = host("edge", &infra.edge_label, infra.http_port, "nats-edge");
    Ok(Value::array([edge, host("cloud", &infra.cloud_label, second, "nats")]))
}

/// The files of an environment, relative to its folder, from folders of templates.
pub(super) fn files(folders: &[&str], values: &liquid::Object) -> Result<Files, InfraError> {
    let broken = |file: &str, reason: String| InfraError::BuiltIn { file: file.to_owned(), reason };
    let mut files = Files::new();
    for folder in folders {
        let templates = TEMPLATES.get_dir(folder).ok_or_else(|| broken(folder, "is missing".to_owned()))?;
        for file in templates.files() {
            let name = file.path().file_name().unwrap_or_default().to_string_lossy();
            let text = render(file.contents(), values).map_err(|reason| broken(&name, reason))?;
            files.insert(RelPath::new(name.trim_end_matches(LIQUID))?, text);
        }
    }
    Ok(files)
}
