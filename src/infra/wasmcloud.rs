//! The values that only files for wasmCloud 2 have.

use std::net::IpAddr;

use liquid::model::Value;

use super::values::{distinct, text};
use super::{Environment, Infra, InfraError};

/// Port at which a host in Kubernetes says how it is.
const PROBE_PORT: u16 = 8081;

/// The operator whose resource definitions are used, and the host, where their images have no version.
const OPERATOR_VERSION: &str = "2.7.0";
const WASH_VERSION: &str = "2.10.3";

pub(super) fn set(infra: &Infra, all: &mut liquid::Object) -> Result<(), InfraError> {
    let mut set = |name: &'static str, value: Value| drop(all.insert(name.into(), value));
    set("namespace", text(&infra.namespace));
    set("operator_namespace", text(&infra.operator_namespace));
    set("nats_names", text(&names(infra)));
    set("mqtt_port", Value::scalar(i64::from(infra.mqtt_port)));
    set("kubernetes_port", Value::scalar(i64::from(infra.kubernetes_port)));
    set("probe_port", Value::scalar(i64::from(PROBE_PORT)));
    let version = |image: &str, usual: &str| infra.images.tag(image).unwrap_or_else(|| usual.to_owned());
    set("operator_version", text(version("operator", OPERATOR_VERSION).trim_start_matches('v')));
    set("wash_tag", text(&version("wash", WASH_VERSION)));
    if infra.environments.contains(&Environment::Cloud) {
        distinct(&[(PROBE_PORT, "probes of hosts"), (infra.http_port, "HTTP")])?;
    }
    if infra.environments.contains(&Environment::Edge) {
        distinct(&[
            (infra.host_nats_port, "NATS of the edge"),
            (infra.mqtt_port, "MQTT"),
            (infra.http_port, "HTTP"),
        ])?;
    }
    Ok(())
}

/// The names of the cloud's NATS servers in their certificate, as openssl takes them: inside of Kubernetes, for edges, and on
/// a machine that the port is forwarded to.
fn names(infra: &Infra) -> String {
    let namespace = &infra.operator_namespace;
    let inside = ["nats".to_owned(), format!("nats.{namespace}"), format!("nats.{namespace}.svc")];
    let whole = format!("nats.{namespace}.svc.cluster.local");
    let mut names: Vec<_> = inside.into_iter().chain([whole, "localhost".to_owned()]).collect();
    names.iter_mut().for_each(|name| name.insert_str(0, "DNS:"));
    names.push("IP:127.0.0.1".to_owned());
    let outside = match infra.cloud_nats.parse::<IpAddr>() {
        Ok(address) => format!("IP:{address}"),
        Err(_) => format!("DNS:{}", infra.cloud_nats),
    };
    if !names.contains(&outside) {
        names.push(outside);
    }
    names.join(",")
}
