//! A cluster, reached by the Kubernetes API: what is asked of it, and what it says.

mod access;
mod changes;
mod fault;
pub mod objects;

use std::fmt::Debug;
use std::future::Future;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, TryStreamExt, stream};
use k8s_openapi::NamespaceResourceScope;
use kube::api::{
    ApiResource, DeleteParams, DynamicObject, GroupVersionKind, ListParams, Patch, PatchParams,
    PropagationPolicy,
};
use kube::{Api, Client, Error, Resource};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::manifest::model::{Deployment, GROUP, KIND, Texts, VERSION};
use super::names::MANAGER;
use crate::platform::DeployError;
use crate::project::Settings;
use crate::project::settings::wasmcloud::{KUBE_NAMESPACE, OPERATOR_NAMESPACE};
use access::Access;
pub use changes::Changes;
use objects::{Live, Machine, Set, Workload};

/// How long the API may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// So many requests are made at once.
const AT_ONCE: usize = 8;

/// A cluster, and where in it applications and hosts are.
pub struct Cluster {
    pub client: Client,
    access: Access,
    address: String,
    pub namespace: String,
    pub operator_namespace: String,
    /// The version of Kubernetes.
    pub version: String,
}

impl Cluster {
    /// Connects to the cluster of the settings.
    ///
    /// # Errors
    /// When there is none, or it cannot be used.
    pub async fn connect(settings: &Settings) -> Result<Self, DeployError> {
        let access = Access::of(settings).await?;
        let address = access.address();
        let config = access.config.clone();
        let namespace = settings.text(KUBE_NAMESPACE).map_or(config.default_namespace.clone(), str::to_owned);
        let client = Client::try_from(config).map_err(|error| fault::at_first(&address, &error))?;
        let version = match tokio::time::timeout(PATIENCE, client.apiserver_version()).await {
            Ok(Ok(version)) => version.git_version,
            Ok(Err(Error::Api(status))) if status.code == 403 => "of an unknown version".to_owned(),
            Ok(Err(error)) => return Err(fault::at_first(&address, &error)),
            Err(_) => {
                let message = format!("no answer within {} s", PATIENCE.as_secs());
                return Err(fault::unreachable_at(&address, message));
            }
        };
        let operator_namespace = settings.text(OPERATOR_NAMESPACE).unwrap_or_default().to_owned();
        Ok(Self { client, access, address, namespace, operator_namespace, version })
    }

    pub fn address(&self) -> &str {
        &self.address
    }

    /// What it is called in messages.
    pub fn place(&self) -> String {
        place(&self.namespace)
    }

    /// Sees that the registry's credentials may be stored here.
    ///
    /// # Errors
    /// When only the project names the cluster, and the user does not allow it.
    pub fn may_store_credentials(&self, settings: &Settings) -> Result<(), DeployError> {
        self.access.may_store_credentials(settings)
    }

    /// Sees that these secrets of functions may be stored here.
    ///
    /// # Errors
    /// As for [`Cluster::may_store_credentials`].
    pub fn may_store_secrets<'a>(
        &self,
        settings: &Settings,
        names: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), DeployError> {
        self.access.may_store_secrets(settings, names)
    }

    /// Waits for an answer. Requests are large values: boxed, so that those of all callers do not add up on one stack.
    ///
    /// # Errors
    /// When there is none, or it is none that was hoped for.
    fn ask<'a, T: Send + 'a>(
        &'a self,
        what: &str,
        request: impl Future<Output = Result<T, Error>> + Send + 'a,
    ) -> BoxFuture<'a, Result<T, DeployError>> {
        let (what, request) = (what.to_owned(), request.boxed());
        let asked = async move {
            match tokio::time::timeout(PATIENCE, request).await {
                Ok(answer) => answer.map_err(|error| fault::of(self, &what, &error)),
                Err(_) => {
                    let message = format!("no answer within {} s", PATIENCE.as_secs());
                    Err(DeployError::Lost { place: self.place(), message })
                }
            }
        };
        asked.boxed()
    }

    fn dynamic(&self, kind: &str, namespace: &str) -> Api<DynamicObject> {
        let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(GROUP, VERSION, kind));
        Api::namespaced_with(self.client.clone(), namespace, &resource)
    }

    async fn list_of(
        &self,
        kind: &str,
        namespace: &str,
        selector: Option<&str>,
    ) -> Result<Vec<DynamicObject>, DeployError> {
        let params = selector.map_or_else(ListParams::default, |labels| ListParams::default().labels(labels));
        let api = self.dynamic(kind, namespace);
        Ok(self.ask(&format!("list each {kind} in {namespace}"), api.list(&params)).await?.items)
    }

    /// The deployments in the namespace that labels select; all of them, whoever made them, without labels.
    ///
    /// # Errors
    /// When the API does not answer, or does not permit it.
    pub async fn deployments(&self, selector: Option<&str>) -> Result<Vec<Live>, DeployError> {
        let all = self.list_of(KIND, &self.namespace, selector).await?;
        Ok(all.into_iter().map(Live::of).collect())
    }

    /// The replica sets and the workloads that have labels, or are of these deployments: what was made of one before PELATO
    /// took it over has no label.
    ///
    /// # Errors
    /// As for [`Cluster::deployments`].
    pub async fn replicas(
        &self,
        labels: &Texts,
        deployments: &[String],
    ) -> Result<(Vec<Set>, Vec<Workload>), DeployError> {
        let (sets, workloads) = tokio::try_join!(
            self.list_of("WorkloadReplicaSet", &self.namespace, None),
            self.list_of("Workload", &self.namespace, None)
        )?;
        let has_labels = |found: &Texts| labels.iter().all(|(key, value)| found.get(key) == Some(value));
        let mut sets: Vec<_> = sets.into_iter().map(Set::of).collect();
        sets.retain(|one| has_labels(&one.labels) || deployments.contains(&one.owner));
        let mut workloads: Vec<_> = workloads.into_iter().map(Workload::of).collect();
        workloads.retain(|one| has_labels(&one.labels) || sets.iter().any(|set| set.name == one.owner));
        Ok((sets, workloads))
    }

    /// Deletes a workload; the operator makes another in its place. That it is not there is no error.
    ///
    /// # Errors
    /// When the API rejects it.
    pub async fn replace(&self, workload: &str) -> Result<(), DeployError> {
        let api = self.dynamic("Workload", &self.namespace);
        let params = DeleteParams::default();
        self.ask(&format!("delete the Workload {workload}"), absent_is_fine(api.delete(workload, &params)))
            .await
    }

    /// The hosts that the operator knows.
    ///
    /// # Errors
    /// As for [`Cluster::deployments`].
    pub async fn machines(&self) -> Result<Vec<Machine>, DeployError> {
        let all = self.list_of("Host", &self.operator_namespace, None).await?;
        let mut machines: Vec<_> = all.into_iter().map(Machine::of).collect();
        machines.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
        Ok(machines)
    }

    /// Applies deployments; `dry` only asks whether that would be done.
    ///
    /// # Errors
    /// When the API rejects one.
    pub async fn apply_all(&self, wanted: &[Deployment], dry: bool) -> Result<(), DeployError> {
        let api = self.dynamic(KIND, &self.namespace);
        let params = PatchParams { dry_run: dry, ..PatchParams::apply(MANAGER).force() };
        let mut requests = Vec::new();
        for one in wanted {
            let (api, params) = (&api, &params);
            let request = async move {
                let what = format!("apply the {KIND} {}", one.name());
                self.ask(&what, api.patch(one.name(), params, &Patch::Apply(one))).await.map(drop)
            };
            requests.push(request.boxed());
        }
        stream::iter(requests).buffer_unordered(AT_ONCE).try_collect().await
    }

    /// Deletes deployments. Those that are not there are no error.
    ///
    /// # Errors
    /// When the API rejects it.
    pub async fn delete_all(&self, names: &[String]) -> Result<(), DeployError> {
        let api = self.dynamic(KIND, &self.namespace);
        let params = DeleteParams {
            propagation_policy: Some(PropagationPolicy::Background),
            ..DeleteParams::default()
        };
        let mut requests = Vec::new();
        for name in names {
            let (api, params) = (&api, &params);
            let request = async move {
                let what = format!("delete the {KIND} {name}");
                self.ask(&what, absent_is_fine(api.delete(name, params))).await
            };
            requests.push(request.boxed());
        }
        stream::iter(requests).buffer_unordered(AT_ONCE).try_collect().await
    }

    /// Tells when something changes of what labels select, or of the hosts.
    pub fn changes(&self, selector: &str) -> Changes {
        let kinds = [KIND, "WorkloadReplicaSet", "Workload"];
        let mut watched: Vec<_> =
            kinds.map(|kind| (self.dynamic(kind, &self.namespace), selector.to_owned())).into();
        watched.push((self.dynamic("Host", &self.operator_namespace), String::new()));
        Changes::of(watched)
    }

    /// Objects of Kubernetes itself in the namespace.
    pub fn of_kind<K: Object>(&self) -> Store<'_, K> {
        Store { cluster: self, api: Api::namespaced(self.client.clone(), &self.namespace) }
    }
}

/// A namespace in messages.
pub fn place(namespace: &str) -> String {
    format!("the namespace `{namespace}`")
}

/// A kind of Kubernetes itself whose objects are in namespaces.
pub trait Object:
    Resource<Scope = NamespaceResourceScope, DynamicType = ()>
    + Clone
    + Debug
    + DeserializeOwned
    + Serialize
    + Send
    + Sync
    + 'static
{
}

impl<K> Object for K where
    K: Resource<Scope = NamespaceResourceScope, DynamicType = ()>
        + Clone
        + Debug
        + DeserializeOwned
        + Serialize
        + Send
        + Sync
        + 'static
{
}

/// The objects of one kind of Kubernetes itself.
pub struct Store<'a, K> {
    cluster: &'a Cluster,
    api: Api<K>,
}

impl<K: Object> Store<'_, K> {
    fn what(verb: &str, name: &str) -> String {
        format!("{verb} the {} {name}", K::kind(&()))
    }

    /// # Errors
    /// When the API does not answer, or does not permit it.
    pub async fn get(&self, name: &str) -> Result<Option<K>, DeployError> {
        self.cluster.ask(&Self::what("read", name), self.api.get_opt(name)).await
    }

    /// The labels of those that labels select, with their names.
    ///
    /// # Errors
    /// As for [`Store::get`].
    pub async fn labels(&self, selector: &str) -> Result<Vec<(String, Texts)>, DeployError> {
        let params = ListParams::default().labels(selector);
        let what = format!("list each {} in {}", K::kind(&()), self.cluster.namespace);
        let all = self.cluster.ask(&what, self.api.list_metadata(&params)).await?;
        let pair = |one: kube::core::PartialObjectMeta<K>| {
            (one.metadata.name.unwrap_or_default(), one.metadata.labels.unwrap_or_default())
        };
        Ok(all.items.into_iter().map(pair).collect())
    }

    /// The labels of one, if it is there.
    ///
    /// # Errors
    /// As for [`Store::get`].
    pub async fn labels_of(&self, name: &str) -> Result<Option<Texts>, DeployError> {
        let request = self.api.get_metadata_opt(name);
        let found = self.cluster.ask(&Self::what("read", name), request).await?;
        Ok(found.map(|one| one.metadata.labels.unwrap_or_default()))
    }

    /// Applies one; `dry` only asks whether that would be done.
    ///
    /// # Errors
    /// As for [`Store::get`].
    pub async fn apply(&self, name: &str, object: &serde_json::Value, dry: bool) -> Result<(), DeployError> {
        let params = PatchParams { dry_run: dry, ..PatchParams::apply(MANAGER).force() };
        let patch = Patch::Apply(object);
        let request = self.api.patch(name, &params, &patch);
        self.cluster.ask(&Self::what("apply", name), request).await.map(drop)
    }

    /// # Errors
    /// As for [`Store::get`]. That it is not there is none.
    pub async fn delete(&self, name: &str) -> Result<(), DeployError> {
        let params = DeleteParams::default();
        self.cluster.ask(&Self::what("delete", name), absent_is_fine(self.api.delete(name, &params))).await
    }
}

async fn absent_is_fine<T>(request: impl Future<Output = Result<T, Error>>) -> Result<(), Error> {
    match request.await {
        Err(Error::Api(status)) if status.code == 404 => Ok(()),
        other => other.map(drop),
    }
}
