//! The registry's credentials, where the hosts find them: in an object of their own, and nowhere else.

use k8s_openapi::api::core::v1::Secret;
use serde_json::{Value, json};

use super::cluster::Cluster;
use super::manifest::pull_secret;
use super::names;
use crate::platform::DeployError;
use crate::project::Settings;
use crate::project::settings::{REGISTRY_PASSWORD, REGISTRY_URL, REGISTRY_USER};

/// Stores the credentials of the settings for an application; none if there are none.
///
/// # Errors
/// When the cluster does not take them, or must not have them.
pub async fn put(cluster: &Cluster, settings: &Settings, application: &str) -> Result<(), DeployError> {
    let texts = (settings.text(REGISTRY_USER), settings.text(REGISTRY_PASSWORD));
    let (Some(user), Some(password)) = texts else { return Ok(()) };
    cluster.may_store_credentials(settings)?;
    let registry = settings.text(REGISTRY_URL).unwrap_or_default();
    let host = registry.split('/').next().unwrap_or_default();
    let host = if host == "docker.io" { "https://index.docker.io/v1/" } else { host };
    let config = json!({ "auths": { host: { "username": user, "password": password } } });
    let name = pull_secret(application);
    cluster.of_kind::<Secret>().apply(&name, &secret(application, &config), false).await
}

/// Asks whether credentials would be stored; none are sent.
///
/// # Errors
/// When the cluster does not take them.
pub async fn rehearse(cluster: &Cluster, application: &str) -> Result<(), DeployError> {
    let empty = secret(application, &json!({ "auths": {} }));
    cluster.of_kind::<Secret>().apply(&pull_secret(application), &empty, true).await
}

fn secret(application: &str, config: &Value) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/dockerconfigjson",
        "metadata": { "name": pull_secret(application), "labels": names::labels(application) },
        "stringData": { ".dockerconfigjson": config.to_string() },
    })
}

/// Takes the credentials of an application away.
///
/// # Errors
/// When the cluster does not do it.
pub async fn remove(cluster: &Cluster, application: &str) -> Result<(), DeployError> {
    let secrets = cluster.of_kind::<Secret>();
    for (name, _) in secrets.labels(&names::selector(application)).await? {
        secrets.delete(&name).await?;
    }
    Ok(())
}
