//! Stands in for wasmCloud's operator, which no package registry has: it does to the resources of wasmCloud 2 and to the
//! hosts what version 2.7 of the operator was seen to do, with all that makes it hard to follow:
//!
//! - one worker starts workloads, one after another, and waits for each host until it has compiled;
//! - it passes no reason on: a workload that did not start is `WORKLOAD_STATE_NOT_FOUND`;
//! - after a change a deployment says for a while that it is ready, and means what ran before;
//! - it notices late that a host is gone: each object is looked at when it changes, else once in half a minute or a minute;
//! - what it says of a host, its version for instance, is `unknown` most of the time: each heartbeat makes it so.
//!
//! It does without EndpointSlices and artifacts. `PELATO_TEST_OPERATOR` names a program that takes its place.

mod deployments;
mod hosts;
mod protocol;
mod replica_sets;
mod scheduler;
mod secrets;
mod status;
mod workloads;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use kube::api::{Api, ApiResource, DeleteParams, DynamicObject, Patch, PatchParams};
use kube::runtime::controller::{Action, Config, Controller};
use kube::runtime::watcher;
use kube::{Client, ResourceExt};
use serde_json::{Value, json};

use super::objects::{client, resource};

pub const ROLE: &str = "operator-stand-in";
/// The variable with the number that long times are divided by.
pub const HASTE: &str = "PELATO_TEST_HASTE";

/// What went wrong with one object; it is looked at again soon.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Failed(String);

impl From<kube::Error> for Failed {
    fn from(error: kube::Error) -> Self {
        Self(error.to_string())
    }
}

/// What all controllers share.
pub struct Operator {
    client: Client,
    nats: async_nats::Client,
    /// Where workloads are.
    namespace: String,
    /// Where hosts are.
    own_namespace: String,
    flags: Flags,
    haste: u32,
    /// When each host is looked at again.
    due: Mutex<BTreeMap<String, Instant>>,
}

/// What the command line says. Flags of the real operator that change nothing here are ignored.
#[derive(Debug)]
struct Flags {
    nats_url: String,
    /// Authority, certificate and key for it.
    nats_tls: Option<[PathBuf; 3]>,
    watch_namespaces: String,
    allow_shared_hosts: bool,
    cpu_threshold: f64,
    memory_threshold: f64,
}

impl Flags {
    /// As Go programs read them: `-name value` or `-name=value`.
    fn read(arguments: &[String]) -> Self {
        let value = |name: &str| {
            let position = arguments.iter().rposition(|argument| {
                argument == name || argument.strip_prefix(name).is_some_and(|rest| rest.starts_with('='))
            })?;
            match arguments[position].split_once('=') {
                Some((_, value)) => Some(value.to_owned()),
                None => arguments.get(position + 1).cloned(),
            }
        };
        let percent = |name| value(name).map_or(80.0, |value| value.parse().unwrap());
        Self {
            nats_url: value("-nats-url").unwrap(),
            nats_tls: value("-nats-ca").map(|authority| {
                let rest = ["-nats-client-cert", "-nats-client-key"].map(|name| value(name).unwrap());
                [&authority, &rest[0], &rest[1]].map(PathBuf::from)
            }),
            watch_namespaces: value("-watch-namespaces").unwrap(),
            allow_shared_hosts: value("-allow-shared-hosts").is_none_or(|value| value == "true"),
            cpu_threshold: percent("-cpu-backpressure-threshold"),
            memory_threshold: percent("-memory-backpressure-threshold"),
        }
    }
}

impl Operator {
    fn api(&self, name: &str) -> (Api<DynamicObject>, ApiResource) {
        let resource = resource(name);
        let namespace = if name == "Host" { &self.own_namespace } else { &self.namespace };
        (Api::namespaced_with(self.client.clone(), namespace, &resource), resource)
    }

    /// A time that tests need not wait for.
    fn long(&self, seconds: u64) -> Duration {
        Duration::from_secs(seconds) / self.haste
    }

    /// The object as it is, not as it was when it was last heard of.
    async fn get(&self, kind: &str, name: &str) -> Result<Option<Value>, Failed> {
        let found = self.api(kind).0.get_opt(name).await?;
        Ok(found.map(|object| serde_json::to_value(object).unwrap()))
    }

    async fn list(&self, kind: &str) -> Result<Vec<Value>, Failed> {
        let found = self.api(kind).0.list(&Default::default()).await?;
        Ok(found.items.into_iter().map(|object| serde_json::to_value(object).unwrap()).collect())
    }

    /// Those that this object owns.
    async fn owned(&self, kind: &str, owner: &Value) -> Result<Vec<Value>, Failed> {
        let uid = &owner["metadata"]["uid"];
        let is_owned = |object: &Value| {
            let owners = object["metadata"]["ownerReferences"].as_array();
            owners.is_some_and(|owners| owners.iter().any(|one| one["uid"] == *uid))
        };
        Ok(self.list(kind).await?.into_iter().filter(is_owned).collect())
    }

    async fn create(&self, kind: &str, object: Value) -> Result<(), Failed> {
        let object: DynamicObject = serde_json::from_value(object).unwrap();
        self.api(kind).0.create(&Default::default(), &object).await?;
        Ok(())
    }

    async fn delete(&self, kind: &str, name: &str) -> Result<(), Failed> {
        match self.api(kind).0.delete(name, &DeleteParams::default()).await {
            Err(kube::Error::Api(status)) if status.code == 404 => Ok(()),
            Err(error) => Err(error.into()),
            Ok(_) => Ok(()),
        }
    }

    async fn merge(&self, kind: &str, name: &str, patch: &Value) -> Result<(), Failed> {
        self.api(kind).0.patch(name, &PatchParams::default(), &Patch::Merge(patch)).await?;
        Ok(())
    }

    /// Writes what has changed in an object's status; whether anything has.
    async fn write(&self, kind: &str, name: &str, status: &status::Status) -> Result<bool, Failed> {
        let Some(changed) = status.changed() else { return Ok(false) };
        let patch = json!({ "status": changed });
        self.api(kind).0.patch_status(name, &PatchParams::default(), &Patch::Merge(&patch)).await?;
        Ok(true)
    }

    /// Sees that an object has a finalizer, or that it has it no longer, and leaves those of others alone.
    async fn finalize(&self, object: &Value, finalizer: &str, is_wanted: bool) -> Result<(), Failed> {
        if has_finalizer(object, finalizer) == is_wanted {
            return Ok(());
        }
        let mut all = object["metadata"]["finalizers"].as_array().cloned().unwrap_or_default();
        all.retain(|one| one != finalizer);
        all.extend(is_wanted.then(|| finalizer.into()));
        let kind = object["kind"].as_str().unwrap();
        self.merge(kind, name_of(object), &json!({ "metadata": { "finalizers": all } })).await
    }
}

/// The stand-in's process.
pub fn serve(arguments: &[String]) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(run(Flags::read(arguments)));
}

async fn run(flags: Flags) {
    let variable = |name: &str| std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set"));
    let client = client(&PathBuf::from(variable("KUBECONFIG"))).await.unwrap();
    let options = match flags.nats_tls.clone() {
        Some([authority, certificate, key]) => async_nats::ConnectOptions::new()
            .add_root_certificates(authority)
            .add_client_certificate(certificate, key),
        None => async_nats::ConnectOptions::new(),
    };
    let nats = options.connect(&flags.nats_url).await.unwrap();
    let operator = Arc::new(Operator {
        client,
        nats,
        namespace: flags.watch_namespaces.clone(),
        own_namespace: variable("OPERATOR_NAMESPACE"),
        flags,
        haste: variable(HASTE).parse().unwrap(),
        due: Mutex::default(),
    });
    tokio::join!(
        hosts::listen(&operator),
        hosts::control(&operator),
        workloads::control(&operator),
        replica_sets::control(&operator),
        deployments::control(&operator),
    );
}

/// A controller of one kind, with one worker, which is also called when something changes that such an object owns.
async fn control<F>(
    operator: &Arc<Operator>,
    kind: &'static str,
    owned: Option<&str>,
    look: impl Fn(Arc<Operator>, Value) -> F + Copy + Send + Sync + 'static,
) where
    F: Future<Output = Result<Duration, Failed>> + Send + 'static,
{
    let (api, resource) = operator.api(kind);
    let mut controller = Controller::new_with(api, watcher::Config::default(), resource);
    if let Some(owned) = owned {
        let (api, resource) = operator.api(owned);
        controller = controller.owns_with(api, resource, watcher::Config::default());
    }
    let again = move |object: Arc<DynamicObject>, operator: Arc<Operator>| async move {
        match operator.get(kind, &object.name_any()).await? {
            Some(object) => look(operator, object).await.map(Action::requeue),
            None => Ok(Action::await_change()),
        }
    };
    let failed = move |object: Arc<DynamicObject>, failed: &Failed, _: Arc<Operator>| {
        eprintln!("{kind} {}: {failed}", object.name_any());
        Action::requeue(Duration::from_millis(500))
    };
    let config = Config::default().concurrency(1);
    controller.with_config(config).run(again, failed, Arc::clone(operator)).for_each(|_| async {}).await;
}

/// The name of an object.
fn name_of(object: &Value) -> &str {
    object["metadata"]["name"].as_str().unwrap()
}

fn is_deleted(object: &Value) -> bool {
    object["metadata"]["deletionTimestamp"].is_string()
}

fn has_finalizer(object: &Value, finalizer: &str) -> bool {
    object["metadata"]["finalizers"].as_array().is_some_and(|all| all.iter().any(|one| one == finalizer))
}

/// What a new object says about who owns it.
fn owner(object: &Value) -> Value {
    json!([{
        "apiVersion": object["apiVersion"], "kind": object["kind"], "name": object["metadata"]["name"],
        "uid": object["metadata"]["uid"], "controller": true, "blockOwnerDeletion": true,
    }])
}

/// The name of a new object that this one owns.
fn child_name(object: &Value) -> String {
    format!("{}-{:08x}", name_of(object), getrandom::u32().unwrap())
}
