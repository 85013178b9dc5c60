//! The HTTP entry of an application: on each host of the targets whose components answer HTTP, because hosts look at the
//! name in a request and not at its path. It hands requests on over NATS, to whichever host runs the component.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::api::core::v1::Service;
use serde::Serialize;
use serde_json::{Value, json};

use super::addresses::Addresses;
use super::model::{Deployment, Interface, Kubernetes, Metadata, PROJECT, Reference, Texts};
use super::{Place, Rules};
use crate::check::{HttpRoute, Placement};
use crate::entry;
use crate::platform::wasmcloud::{WasmCloudError, names};
use crate::platform::{Application, DeployError, Wanted};
use crate::protocol::http_requests;

/// The environment variable with the routes.
const ROUTES: &str = "PELATO_ROUTES";
/// How long a task may take, in milliseconds: three times as long as a call in `pelato run`.
const TIMEOUT_MS: u32 = 30_000;
/// The port of the Service.
const PORT: u16 = 80;

/// The configuration of an entry, as `templates/triggers/flow/src/entry.rs` reads it.
#[derive(Debug, Serialize)]
struct Routes<'a> {
    max_bytes: usize,
    timeout_ms: u32,
    routes: BTreeMap<&'a str, Route<'a>>,
}

#[derive(Debug, Serialize)]
struct Route<'a> {
    component: &'a str,
    subject: String,
}

/// The entry as a component that is to run; none if no component of the application answers HTTP.
pub fn wanted(application: &Application) -> Option<Wanted> {
    let mut targets = Vec::new();
    for target in application.serving().flat_map(|(one, _)| &one.targets) {
        if !targets.contains(target) {
            targets.push(target.clone());
        }
    }
    (!targets.is_empty()).then(|| Wanted {
        secrets: BTreeSet::new(),
        name: entry::NAME.to_owned(),
        version: entry::version(),
        image: application.entry.image.clone(),
        digest: application.entry.digest.clone(),
        template: String::new(),
        targets,
        replicas: 1,
        placement: Placement::EveryHost,
        topics: Vec::new(),
        needs: Vec::new(),
        http: None,
    })
}

/// Where the entry of an application hands requests on to, as JSON.
///
/// # Errors
/// When two components have one path.
pub fn routes(application: &Application, name: &str, rules: &Rules) -> Result<Texts, DeployError> {
    let mut routes = BTreeMap::<&str, Route<'_>>::new();
    for (wanted, HttpRoute { path, .. }) in application.serving() {
        let route = Route { component: &wanted.name, subject: http_requests(name, &wanted.name) };
        if let Some(other) = routes.insert(path, route) {
            let (one, other, path) = (other.component.to_owned(), wanted.name.clone(), path.clone());
            return Err(WasmCloudError::SamePath { one, other, path }.into());
        }
    }
    let routes = Routes { max_bytes: rules.max_payload, timeout_ms: TIMEOUT_MS, routes };
    let text = serde_json::to_string(&routes).map_err(|error| DeployError::Form(error.to_string()))?;
    Ok(Texts::from([(ROUTES.to_owned(), text)]))
}

/// What it needs of the hosts of a place.
pub fn interfaces(
    application: &Application,
    addresses: &Addresses,
    place: &Place<'_>,
    service: &str,
) -> Vec<Interface> {
    let interface = |namespace: &str, package: &str, name: &str, config| Interface {
        namespace: namespace.to_owned(),
        package: package.to_owned(),
        version: "0.2.0".to_owned(),
        interfaces: vec![name.to_owned()],
        config,
    };
    let aliases = addresses.names(place.target, place.environment, service, &application.http_hosts);
    let config = Texts::from([
        ("host".to_owned(), service.to_owned()),
        ("host-aliases".to_owned(), aliases.into_iter().collect::<Vec<_>>().join(",")),
    ]);
    // Hosts take `handler` for `incoming-handler`, too. Under that name wasmCloud's operator (2.7) would replace the
    // aliases of whatever has a Service by the Service's names.
    vec![
        interface("wasi", "http", "handler", config),
        interface("wasmcloud", "messaging", "consumer", Texts::new()),
    ]
}

/// The name of an application's Service.
pub fn service_name(application: &str) -> String {
    names::object(application, &["http"])
}

/// The operator makes the Service lead to the pods whose hosts run the entry.
pub fn kubernetes(service: &str) -> Kubernetes {
    Kubernetes { service: Some(Reference { name: service.to_owned() }) }
}

/// The Service by which an application is reached in the cluster; none if it answers no HTTP.
pub fn service(made: &[Deployment]) -> Option<Value> {
    let one = made.iter().find(|one| one.is_entry())?;
    let name = one.workload().kubernetes.as_ref()?.service.as_ref()?.name.as_str();
    let application = one.metadata.labels.get(names::PART_OF)?;
    let metadata = Metadata {
        name: name.to_owned(),
        namespace: one.metadata.namespace.clone(),
        labels: names::labels(application),
        annotations: Texts::from([(PROJECT.to_owned(), one.annotation(PROJECT).to_owned())]),
    };
    // Without a selector: the operator maintains its endpoints.
    let port = json!({ "name": "http", "port": PORT, "protocol": "TCP", "targetPort": PORT });
    Some(json!({
        "apiVersion": <Service as k8s_openapi::Resource>::API_VERSION,
        "kind": <Service as k8s_openapi::Resource>::KIND,
        "metadata": metadata,
        "spec": { "ports": [port] },
    }))
}

/// The targets that have an entry.
pub fn targets(application: &Application) -> BTreeSet<&str> {
    application.serving().flat_map(|(one, _)| &one.targets).map(String::as_str).collect()
}
