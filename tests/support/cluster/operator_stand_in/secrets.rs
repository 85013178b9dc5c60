//! What workloads take from config maps and secrets, as hosts get it.

use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::api::Api;
use serde_json::{Map, Value, json};

use super::{Failed, Operator};

impl Operator {
    /// Config, then config maps, then secrets: the later ones win. What is missing is an error.
    pub async fn layer(&self, layer: &Value) -> Result<Map<String, Value>, Failed> {
        let names = |field: &str| -> Vec<String> {
            let references = layer[field].as_array().into_iter().flatten();
            references.filter_map(|one| one["name"].as_str().map(str::to_owned)).collect()
        };
        let mut all = layer["config"].as_object().cloned().unwrap_or_default();
        for name in names("configFrom") {
            let api = Api::<ConfigMap>::namespaced(self.client.clone(), &self.namespace);
            let map = api.get_opt(&name).await?.ok_or_else(|| missing("ConfigMap", &name))?;
            all.extend(map.data.into_iter().flatten().map(|(key, value)| (key, value.into())));
        }
        for name in names("secretFrom") {
            let data = self.secret(&name).await?.data;
            all.extend(data.into_iter().flatten().map(|(key, value)| (key, text(&value).into())));
        }
        Ok(all)
    }

    async fn secret(&self, name: &str) -> Result<Secret, Failed> {
        let api = Api::<Secret>::namespaced(self.client.clone(), &self.namespace);
        api.get_opt(name).await?.ok_or_else(|| missing("Secret", name))
    }

    /// User and password for the registry of an image.
    pub async fn login(&self, name: &str, image: &str) -> Result<Value, Failed> {
        let secret = self.secret(name).await?;
        if secret.type_.as_deref() != Some("kubernetes.io/dockerconfigjson") {
            let kind = "kubernetes.io/dockerconfigjson";
            return Err(Failed(format!("image pull secret {name:?} is not of type {kind:?}")));
        }
        let data = secret.data.unwrap_or_default();
        let config = data.get(".dockerconfigjson").map(text).unwrap_or_default();
        let config: Value = serde_json::from_str(&config).map_err(|error| Failed(error.to_string()))?;
        let registry = image.split('/').next().unwrap_or_default();
        let entry = &config["auths"][registry];
        let encoded = serde_json::from_value::<ByteString>(entry["auth"].clone()).ok();
        let decoded = encoded.as_ref().map(text).unwrap_or_default();
        Ok(match decoded.split_once(':') {
            Some((user, password)) => json!({ "username": user, "password": password }),
            None => json!({ "username": entry["username"], "password": entry["password"] }),
        })
    }
}

fn missing(kind: &str, name: &str) -> Failed {
    Failed(format!("{kind} {name:?} not found"))
}

fn text(bytes: &ByteString) -> String {
    String::from_utf8_lossy(&bytes.0).into_owned()
}
