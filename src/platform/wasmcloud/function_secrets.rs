//! The secrets of functions, where the hosts find them: in an object of their own, and nowhere else.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::Secret;
use serde_json::{Map, Value, json};

use super::WasmCloudError;
use super::cluster::Cluster;
use super::manifest::function_secrets;
use super::manifest::model::Deployment;
use super::names;
use crate::platform::DeployError;
use crate::project::Settings;

/// The variable by which a template is another one when secrets have changed: hosts read them when they start a component.
const VERSION: &str = "PELATO_SECRETS_VERSION";

/// What the cluster has of an application's secrets.
struct Stored {
    object: Option<Secret>,
    /// Whether PELATO made it. One of somebody else is used, and never written.
    is_foreign: bool,
}

impl Stored {
    async fn read(cluster: &Cluster, application: &str) -> Result<Self, DeployError> {
        let object = cluster.of_kind::<Secret>().get(&function_secrets(application)).await?;
        let labels = object.as_ref().map(|object| object.metadata.labels.clone().unwrap_or_default());
        let is_ours =
            |key: &String, value: &String| labels.as_ref().is_none_or(|all| all.get(key) == Some(value));
        let is_foreign = !names::labels(application).iter().all(|(key, value)| is_ours(key, value));
        Ok(Self { object, is_foreign })
    }

    fn has(&self, name: &str) -> bool {
        let data = self.object.as_ref().and_then(|object| object.data.as_ref());
        data.and_then(|data| data.get(name)).is_some_and(|value| !value.0.is_empty())
    }
}

fn named(wanted: &[Deployment]) -> BTreeSet<&str> {
    wanted.iter().flat_map(Deployment::secrets).collect()
}

/// Sees that every secret is known here or stored in the cluster. None is sent.
///
/// # Errors
/// When one is missing, or the cluster does not answer or would not take them.
pub async fn check(
    cluster: &Cluster,
    settings: &Settings,
    application: &str,
    wanted: &[Deployment],
) -> Result<(), DeployError> {
    let names = named(wanted);
    if names.is_empty() {
        return Ok(());
    }
    let stored = Stored::read(cluster, application).await?;
    let is_known = |name: &&&str| !stored.is_foreign && settings.secret(name).is_some();
    let missing: Vec<_> = names.iter().filter(|name| !stored.has(name) && !is_known(name)).copied().collect();
    if !missing.is_empty() {
        let object = function_secrets(application);
        let names = missing.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let (namespace, first) = (cluster.namespace.clone(), missing[0].to_owned());
        return Err(WasmCloudError::NoSecret { names, first, object, namespace }.into());
    }
    if stored.is_foreign || !names.iter().any(|name| settings.secret(name).is_some()) {
        return Ok(());
    }
    let empty = object(application, &Map::new(), &Map::new());
    cluster.of_kind::<Secret>().apply(&function_secrets(application), &empty, true).await
}

/// Stores the secrets that are known here; those that only the cluster knows stay. Components whose secrets have changed
/// are other ones then.
///
/// # Errors
/// When the cluster does not take them, or must not have them.
pub async fn put(
    cluster: &Cluster,
    settings: &Settings,
    application: &str,
    wanted: &mut [Deployment],
) -> Result<(), DeployError> {
    let names: BTreeSet<_> = named(wanted).into_iter().map(str::to_owned).collect();
    if names.is_empty() {
        return Ok(());
    }
    let mut stored = Stored::read(cluster, application).await?;
    let known: Map<_, _> =
        names.iter().filter_map(|name| Some((name.clone(), settings.secret(name)?.into()))).collect();
    if !stored.is_foreign && !known.is_empty() {
        cluster.may_store_secrets(settings, known.keys().map(String::as_str))?;
        let data = stored.object.take().and_then(|object| object.data).unwrap_or_default();
        let others = data.into_iter().filter(|(name, _)| !known.contains_key(name));
        let others = others.filter_map(|(name, value)| Some((name, serde_json::to_value(value).ok()?)));
        let object = object(application, &known, &others.collect());
        cluster.of_kind::<Secret>().apply(&function_secrets(application), &object, false).await?;
        stored = Stored::read(cluster, application).await?;
    }
    let version = stored.object.and_then(|object| object.metadata.resource_version);
    let environments = wanted
        .iter_mut()
        .filter(|one| one.secrets().next().is_some())
        .flat_map(|one| &mut one.spec.template.spec.components)
        .filter_map(|component| component.local_resources.as_mut()?.environment.as_mut());
    for environment in environments {
        environment.config.insert(VERSION.to_owned(), version.clone().unwrap_or_default());
    }
    Ok(())
}

/// The object with these values, and with others as they are stored.
fn object(application: &str, values: &Map<String, Value>, stored: &Map<String, Value>) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Secret", "type": "Opaque",
        "metadata": { "name": function_secrets(application), "labels": names::labels(application) },
        "stringData": values,
        "data": stored,
    })
}
