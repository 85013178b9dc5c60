//! The values that only files for wasmCloud 1.9 have.

use liquid::model::Value;

use super::values::{distinct, text};
use super::{Environment, Infra, InfraError, values};

/// How a host gets its credentials for a registry.
const REGISTRY_LOGIN: [&str; 3] =
    ["WASMCLOUD_OCI_REGISTRY", "WASMCLOUD_OCI_REGISTRY_USER", "WASMCLOUD_OCI_REGISTRY_PASSWORD"];

pub(super) fn set(infra: &Infra, all: &mut liquid::Object) -> Result<(), InfraError> {
    all.insert("lattice".into(), text(values::lattice(&infra.lattice)?));
    all.insert("registry_login".into(), Value::array(REGISTRY_LOGIN.iter().map(|name| text(name))));
    if infra.environments.contains(&Environment::Cloud) {
        distinct(&[(infra.host_nats_port, "NATS beside a host"), (infra.http_port, "HTTP")])?;
    }
    Ok(())
}
