//! The hosts themselves, over NATS: whether they answer, and why one of them does not start a component.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use async_nats::{Client, ConnectOptions, Request};
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::manifest::model::{Component, Deployment, MAX_IN_FLIGHT, Resources, Texts};
use crate::build::record::digest;
use crate::nats;
use crate::platform::DeployError;
use crate::platform::wasmcloud::manifest::model::{CONSUMER_GROUP, SUBSCRIPTIONS};
use crate::project::Settings;
use crate::project::settings::{NATS_CA, NATS_HOST, NATS_PORT, REGISTRY_PASSWORD, REGISTRY_USER};

/// How long a host may take for an answer that costs it nothing.
const ANSWER: Duration = Duration::from_secs(2);
/// How long a host may take to start a component: it has to fetch and to compile it.
const START: Duration = Duration::from_secs(60);
/// How the ids of trials begin.
const TRIAL: &str = "pelato-trial-";

/// What a host says of itself. The cluster has it for a few seconds in each minute only.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Heartbeat {
    pub version: String,
    /// Per cent of its processors and of its memory that are used.
    pub cpu: u32,
    pub memory: u32,
}

impl Heartbeat {
    fn of(answer: &Value) -> Self {
        let bytes = |key: &str| answer[key].as_str().and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
        let (free, total) = (bytes("systemMemoryFree"), bytes("systemMemoryTotal"));
        let used = total.saturating_sub(free).saturating_mul(100).checked_div(total).unwrap_or(0);
        Self {
            version: answer["version"].as_str().unwrap_or_default().to_owned(),
            cpu: answer["systemCpuUsage"].as_f64().unwrap_or(0.0).clamp(0.0, 1e6) as u32,
            memory: used.try_into().unwrap_or(100),
        }
    }
}

/// A connection to the hosts.
#[derive(Clone)]
pub struct Bus {
    client: Client,
    /// The server, without passwords.
    pub server: String,
    /// User and password for the registry.
    registry: Option<(String, String)>,
}

impl Bus {
    /// Connects to the NATS server of the settings, which the hosts and the operator use, too.
    ///
    /// # Errors
    /// When it cannot be used.
    pub async fn connect(settings: &Settings) -> Result<Self, DeployError> {
        let server = settings.nats()?;
        let client = Box::pin(nats::connect(&server, ConnectOptions::new())).await?;
        let text = |key| settings.text(key).map(str::to_owned);
        let shown = nats::shown(&server.url);
        // As the operator sends them, but only where the user would send them.
        let parts = settings.parts(&[REGISTRY_USER, REGISTRY_PASSWORD, NATS_HOST, NATS_PORT, NATS_CA]);
        let registry = text(REGISTRY_USER).zip(text(REGISTRY_PASSWORD));
        let registry = registry.filter(|_| settings.allow(&shown, &parts).is_ok());
        Ok(Self { client, server: shown, registry })
    }

    /// The largest message that the server takes, in bytes.
    pub fn max_payload(&self) -> usize {
        self.client.server_info().max_payload
    }

    async fn ask(&self, host: &str, what: &str, body: &Value, patience: Duration) -> Option<Value> {
        let subject = format!("runtime.host.{host}.{what}");
        let request = Request::new().payload(body.to_string().into()).timeout(Some(patience));
        let answer = self.client.send_request(subject, request).await.ok()?;
        serde_json::from_slice(&answer.payload).ok()
    }

    /// What hosts say of themselves, by their ids, those that answer.
    pub async fn heartbeats(&self, known: &BTreeSet<String>) -> BTreeMap<String, Heartbeat> {
        let asked = known.iter().map(|id| async move {
            let answer = self.ask(id, "heartbeat", &json!({}), ANSWER).await?;
            Some((id.clone(), Heartbeat::of(&answer)))
        });
        join_all(asked).await.into_iter().flatten().collect()
    }

    /// Whether a host runs a workload; none if it does not answer.
    pub async fn runs(&self, host: &str, workload: &str) -> Option<bool> {
        let answer = self.ask(host, "workload.status", &json!({ "workloadId": workload }), ANSWER).await?;
        Some(answer["workloadStatus"]["workloadState"] == "WORKLOAD_STATE_RUNNING")
    }

    /// Ends a workload on a host.
    pub async fn stop(&self, host: &str, workload: &str) {
        // Whether it did is seen when it is asked again.
        let _ = self.ask(host, "workload.stop", &json!({ "workloadId": workload }), ANSWER).await;
    }

    /// Starts a component on a host by way of trial, and stops it again: the cluster does not know why that fails. It gets
    /// another id, no subscriptions and no HTTP, so that no message comes to it.
    pub async fn try_start(&self, host: &str, deployment: &Deployment) -> Trial {
        let id = format!("{TRIAL}{}", &digest(format!("{host} {}", deployment.name()).as_bytes())[..12]);
        let workload = trial(deployment, self.registry.as_ref());
        let request = json!({ "workloadId": id, "workload": workload });
        let answer = self.ask(host, "workload.start", &request, START).await;
        // Also where no answer came: it may have started later.
        self.stop(host, &id).await;
        match answer {
            None => Trial::NoAnswer,
            Some(answer) => verdict(&answer),
        }
    }
}

/// What became of a trial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trial {
    /// It started.
    Fine,
    /// It did not, for the host's own reason.
    Failed(String),
    /// The host did not answer.
    NoAnswer,
}

fn verdict(answer: &Value) -> Trial {
    let status = &answer["workloadStatus"];
    let (state, message) = (status["workloadState"].as_str(), status["message"].as_str());
    match (state, message.map(str::trim)) {
        (Some("WORKLOAD_STATE_ERROR"), Some(message)) if !message.is_empty() => {
            Trial::Failed(message.to_owned())
        }
        (Some("WORKLOAD_STATE_ERROR"), _) => Trial::Failed("it does not say why".to_owned()),
        _ => Trial::Fine,
    }
}

fn resources(component: &Component) -> Resources {
    component.local_resources.clone().unwrap_or_default()
}

fn environment(component: &Component) -> Texts {
    resources(component).environment.map(|environment| environment.config).unwrap_or_default()
}

/// The workload of a deployment as hosts are told it, without what lets messages in.
fn trial(deployment: &Deployment, registry: Option<&(String, String)>) -> Value {
    let mut workload = deployment.workload().clone();
    workload.host_interfaces.retain(|one| one.package != "http");
    for component in &mut workload.components {
        if let Some(resources) = &mut component.local_resources {
            for key in [SUBSCRIPTIONS, CONSUMER_GROUP, MAX_IN_FLIGHT] {
                resources.config.remove(key);
            }
        }
    }
    let components = workload.components.iter().map(|component| {
        let mut value = json!({
            "name": component.name, "image": component.image,
            "localResources": { "config": resources(component).config, "environment": environment(component) },
        });
        if let Some((user, password)) = registry.filter(|_| component.image_pull_secret.is_some()) {
            value["imagePullSecret"] = json!({ "username": user, "password": password });
        }
        value
    });
    json!({
        "namespace": "pelato",
        "name": format!("{TRIAL}{}", deployment.name()),
        "witWorld": {
            "components": components.collect::<Vec<_>>(), "hostInterfaces": workload.host_interfaces,
        },
    })
}
