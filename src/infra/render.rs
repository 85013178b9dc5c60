//! The files of an environment, rendered from `templates/infra/`.

use include_dir::{Dir, include_dir};
use liquid::model::Value;

use super::{Environment, Infra, InfraError, values};
use crate::files::{Files, RelPath};
use crate::remedy::Argument;
use crate::text::render;

static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates/infra");

/// The extension of templates, which is removed.
const LIQUID: &str = ".liquid";

/// Port for connections between the cloud's NATS servers: the usual one.
const CLUSTER_PORT: u16 = 6222;

/// How a host gets its credentials for a registry.
const REGISTRY_LOGIN: [&str; 3] =
    ["WASMCLOUD_OCI_REGISTRY", "WASMCLOUD_OCI_REGISTRY_USER", "WASMCLOUD_OCI_REGISTRY_PASSWORD"];

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
        set("registry_login", Value::array(REGISTRY_LOGIN.iter().map(|name| text(name))));
    }
    if infra.environments.contains(&Environment::Local) {
        set("local_hosts", local_hosts(infra)?);
    }
    set("lattice", text(values::lattice(&infra.lattice)?));
    set("edge_label", text(values::label(Argument::EdgeLabel, &infra.edge_label)?));
    set("cloud_label", text(values::label(Argument::CloudLabel, &infra.cloud_label)?));
    set("jetstream_domain", text(values::domain(Argument::JetstreamDomain, &infra.jetstream_domain)?));
    set("edge_domain", text(values::domain(Argument::EdgeDomain, &infra.edge_domain)?));
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
        distinct(&[(infra.host_nats_port, "NATS beside a host"), (infra.http_port, "HTTP")])?;
    }
    if infra.environments.contains(&Environment::Edge) && infra.edge_domain == infra.jetstream_domain {
        return Err(InfraError::SameDomain { domain: infra.edge_domain.clone() });
    }
    Ok(values)
}

/// The hosts of this machine: the second has the next port for HTTP.
fn local_hosts(infra: &Infra) -> Result<Value, InfraError> {
    let second = infra.http_port.checked_add(1).ok_or_else(|| InfraError::Value {
        value: format!("`{}`", infra.http_port),
        what: "a port with another after it, for the cloud host",
        argument: Argument::HttpPort,
        help: format!("give a lower one: {}", Argument::HttpPort.with(8000)),
    })?;
    distinct(&[
        (infra.nats_port, "NATS"),
        (infra.local_registry_port, "the registry"),
        (infra.http_port, "HTTP of the edge host"),
        (second, "HTTP of the cloud host"),
    ])?;
    let host = |name: &str, label: &str, port: u16| {
        let port = Value::scalar(i64::from(port));
        object([("name", text(name)), ("label", text(label)), ("http_port", port)].into_iter())
    };
    let edge = host("edge", &infra.edge_label, infra.http_port);
    Ok(Value::array([edge, host("cloud", &infra.cloud_label, second)]))
}

fn distinct(ports: &[(u16, &str)]) -> Result<(), InfraError> {
    for (index, (port, thing)) in ports.iter().enumerate() {
        if let Some((_, other)) = ports[..index].iter().find(|(earlier, _)| earlier == port) {
            return Err(InfraError::SamePort { port: *port, things: format!("by {other} and by {thing}") });
        }
    }
    Ok(())
}

/// The files of an environment, relative to its folder.
pub(super) fn files(environment: Environment, values: &liquid::Object) -> Result<Files, InfraError> {
    let folder = environment.folder();
    let broken = |file: &str, reason: String| InfraError::BuiltIn { file: file.to_owned(), reason };
    let templates = TEMPLATES.get_dir(folder).ok_or_else(|| broken(folder, "is missing".to_owned()))?;
    let mut files = Files::new();
    for file in templates.files() {
        let name = file.path().file_name().unwrap_or_default().to_string_lossy();
        let text = render(file.contents(), values).map_err(|reason| broken(&name, reason))?;
        files.insert(RelPath::new(name.trim_end_matches(LIQUID))?, text);
    }
    Ok(files)
}

fn text(text: &str) -> Value {
    Value::scalar(text.to_owned())
}

fn object<'a>(values: impl Iterator<Item = (&'a str, Value)>) -> Value {
    Value::Object(values.map(|(name, value)| (name.to_owned().into(), value)).collect())
}
