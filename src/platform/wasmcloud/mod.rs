//! wasmCloud 2.x: hosts with their capabilities inside, which an operator schedules from resources of Kubernetes.
//!
//! [`manifest`] makes the resources of an application: pure data. [`cluster`] speaks with the Kubernetes API, [`bus`] with
//! the hosts. [`plan`] compares with what is deployed and [`preflight`] looks for what would go wrong, [`look`],
//! [`status`] and [`watch`] look how it goes on, [`apart`] moves replicas apart, [`replicas`] remembers them, [`history`] keeps versions in the cluster, [`doctor`] examines it.

mod apart;
mod bus;
mod cluster;
mod doctor;
mod error;
mod function_secrets;
mod history;
mod look;
pub mod manifest;
mod names;
mod plan;
mod preflight;
mod remove;
mod replicas;
mod secret;
mod service;
mod status;
mod watch;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::{FutureExt, StreamExt};
use tokio::sync::OnceCell;

pub use error::WasmCloudError;

use super::{
    About, Application, Clock, DeployError, Finding, Host, Manifest, Options, PartKind, Plan, Platform,
    Removed, Revision, Running, Status, Statuses,
};
use crate::entry;
use crate::project::Settings;
use crate::project::settings::wasmcloud::{KUBE_CONTEXT, KUBE_NAMESPACE, KUBECONFIG, OPERATOR_NAMESPACE};
use crate::project::settings::{CALLS_PER_REPLICA, Key, Origin};
use bus::Bus;
use cluster::Cluster;
use manifest::Rules;
use manifest::model::{COMPONENT_NAME, HOST_GROUP, PROJECT, Texts};

/// The settings that say which cluster is meant: who sets one of them wants it.
const OF_CLUSTER: [Key; 4] = [KUBECONFIG, KUBE_CONTEXT, KUBE_NAMESPACE, OPERATOR_NAMESPACE];
/// So many calls of a component a host handles at once, unless it was started with another limit.
const HOSTS_CALLS: u64 = 33;

/// Makes the platform that the settings name.
pub fn open(settings: &Settings) -> Arc<dyn Platform> {
    Arc::new(WasmCloud { settings: settings.clone(), cluster: OnceCell::new(), bus: OnceCell::new() })
}

/// A cluster with wasmCloud's operator.
pub struct WasmCloud {
    settings: Settings,
    cluster: OnceCell<Arc<Cluster>>,
    bus: OnceCell<Bus>,
}

impl WasmCloud {
    /// The connection; made when it is wanted first.
    async fn cluster(&self) -> Result<&Arc<Cluster>, DeployError> {
        let connect = || async { Cluster::connect(&self.settings).await.map(Arc::new) };
        self.cluster.get_or_try_init(connect).await
    }

    /// The hosts; connected to when they are wanted first.
    async fn bus(&self) -> Result<&Bus, DeployError> {
        self.bus.get_or_try_init(|| Bus::connect(&self.settings).boxed()).await
    }

    /// A word where the hosts' own limit is lower than what the user wants.
    fn limit(&self) -> Option<String> {
        let calls = self.settings.number(CALLS_PER_REPLICA)?;
        let is_default = self.settings.text(CALLS_PER_REPLICA) == CALLS_PER_REPLICA.default;
        (calls > HOSTS_CALLS && !is_default).then(|| {
            format!(
                "CALLS_PER_REPLICA is {calls}, and a host handles {HOSTS_CALLS} calls of a component at once unless it was \
                 started with a higher limit"
            )
        })
    }
}

#[async_trait]
impl Platform for WasmCloud {
    fn about(&self) -> About {
        let cluster = self.cluster.get();
        let named = self.settings.text(KUBE_NAMESPACE);
        let place = cluster.map(|cluster| cluster.place()).or_else(|| named.map(cluster::place));
        let context = self.settings.text(KUBE_CONTEXT);
        let context =
            context.map_or_else(|| "the current context".to_owned(), |name| format!("the context `{name}`"));
        About {
            name: "wasmcloud",
            place: place.unwrap_or_else(|| "the namespace of the context".to_owned()),
            address: cluster.map_or(context, |cluster| cluster.address().to_owned()),
            address_settings: "KUBECONFIG and KUBE_CONTEXT",
            server: "Kubernetes API",
            manifest_file: "wasmcloud.yaml",
            label: HOST_GROUP,
            subjects: &doctor::SUBJECTS,
            has_entry: true,
            has_secrets: true,
        }
    }

    fn is_wanted(&self) -> bool {
        let says = |key: Key| {
            self.settings.text(key) != key.default && self.settings.origin(key) != Some(&Origin::Default)
        };
        OF_CLUSTER.into_iter().any(says)
    }

    fn application_name(&self, project: &str) -> Result<String, DeployError> {
        names::application(project)
    }

    fn manifest(&self, application: &Application) -> Result<Manifest, DeployError> {
        manifest::to_manifest(&manifest::plan(application, &Rules::of(&self.settings))?)
    }

    fn parts(&self, application: &Application) -> Result<Vec<(String, PartKind)>, DeployError> {
        // Which hosts there are makes no difference.
        let hosts = application.hosts.clone().or_else(|| Some(BTreeMap::new()));
        let application = Application { hosts, ..application.clone() };
        manifest::plan(&application, &Rules::of(&self.settings))?;
        let entry = application.serves_http().then(|| (entry::NAME.to_owned(), PartKind::Entry));
        let components = application.components.into_iter();
        Ok(components.map(|component| (component.name, PartKind::Component)).chain(entry).collect())
    }

    async fn connect(&self) -> Result<(), DeployError> {
        self.cluster().await.map(drop)
    }

    async fn plan(&self, application: &Application, force: bool) -> Result<Plan, DeployError> {
        let mut rules = Rules::of(&self.settings);
        if application.serves_http() {
            // Without a connection NATS is taken to have its usual limit.
            let bus = self.bus().await;
            rules.max_payload = bus.map_or(rules.max_payload, Bus::max_payload);
        }
        // Boxed, as requests are: all of it would be one value on the stack.
        let cluster = self.cluster().await?;
        let mut plan = plan::plan(cluster, application, &rules, force).boxed().await?;
        let wanted = manifest::from_manifest(&plan.manifest)?;
        function_secrets::check(cluster, &self.settings, &plan.name, &wanted).await?;
        plan.warnings.extend(self.limit());
        Ok(plan)
    }

    async fn apply(&self, plan: &Plan) -> Result<(), DeployError> {
        let cluster = self.cluster().await?;
        let mut wanted = manifest::from_manifest(&plan.manifest)?;
        if !plan.stored {
            history::put(cluster, &plan.name, &plan.version, &wanted, false).await?;
        }
        let project = wanted.first().map_or("", |one| one.annotation(PROJECT)).to_owned();
        secret::put(cluster, &self.settings, &plan.name).await?;
        function_secrets::put(cluster, &self.settings, &plan.name, &mut wanted).await?;
        service::put(cluster, &plan.name, &wanted).await?;
        history::mark(cluster, &plan.name, &plan.version, &project).await?;
        // One that was stored has the number of the deployment that stored it, as it should.
        cluster.apply_all(&wanted, false).await
    }

    async fn status(&self, name: &str) -> Result<Statuses, DeployError> {
        Ok(watch::statuses(self.cluster().await?, &self.settings, name))
    }

    /// Takes away what was deployed before and is not wanted any more: what replaces it runs. Then moves replicas apart.
    async fn finish(&self, plan: &Plan, status: Option<&Status>) -> Result<Option<Status>, DeployError> {
        let cluster = self.cluster().await?;
        let wanted = manifest::from_manifest(&plan.manifest)?;
        let live = cluster.deployments(Some(&names::selector(&plan.name))).await?;
        let is_wanted = |one: &cluster::objects::Live| wanted.iter().any(|wanted| wanted.name() == one.name);
        let surplus: Vec<_> = live.into_iter().filter(|one| !is_wanted(one)).collect();
        let had_entry = surplus
            .iter()
            .any(|one| one.annotations.get(COMPONENT_NAME).is_some_and(|name| name == entry::NAME));
        if had_entry && !wanted.iter().any(manifest::model::Deployment::is_entry) {
            service::remove(cluster, &plan.name).await?;
        }
        cluster.delete_all(&surplus.into_iter().map(|one| one.name).collect::<Vec<_>>()).await?;
        let (is_moved, look) = match status {
            Some(_) => apart::apart(cluster, &plan.name).await?,
            None => (false, look::look(cluster, &plan.name, &mut None).await?),
        };
        let bus = self.bus().await.ok();
        replicas::remember(cluster, &plan.name, bus, look.seen(), &look.machines).await?;
        match is_moved {
            true => self.status(&plan.name).await?.next().await.transpose(),
            false => Ok(None),
        }
    }

    async fn remove(&self, name: &str, options: Options) -> Result<Removed, DeployError> {
        remove::remove(self.cluster().await?, self.bus().await.ok(), name, options).await
    }

    async fn history(&self, name: &str) -> Result<Vec<Revision>, DeployError> {
        history::revisions(self.cluster().await?, name).await
    }

    async fn recall(&self, name: &str, version: &str) -> Result<Plan, DeployError> {
        plan::recall(self.cluster().await?, name, version).await
    }

    async fn forget(&self, name: &str, version: &str) -> Result<(), DeployError> {
        history::forget(self.cluster().await?, name, version).await
    }

    async fn hosts(&self) -> Result<Vec<Host>, DeployError> {
        let cluster = self.cluster().await?;
        let selector = format!("{}={}", names::MANAGED_BY, names::MANAGER);
        let (machines, live) = tokio::try_join!(cluster.machines(), cluster.deployments(Some(&selector)))?;
        let labels = Texts::from([(names::MANAGED_BY.to_owned(), names::MANAGER.to_owned())]);
        let names: Vec<_> = live.iter().map(|one| one.name.clone()).collect();
        let (sets, workloads) = cluster.replicas(&labels, &names).await?;
        let running = |id: &str| {
            let on = workloads.iter().filter(|one| one.host.as_deref() == Some(id) && one.is_running());
            let of = |workload: &cluster::objects::Workload| {
                let set = sets.iter().find(|set| set.name == workload.owner)?;
                let live = live.iter().find(|live| live.name == set.owner)?;
                let application = live.labels.get(names::PART_OF)?.clone();
                Some(Running { application, component: live.annotations.get(COMPONENT_NAME)?.clone() })
            };
            on.filter_map(of).collect()
        };
        let told = |machine: &cluster::objects::Machine| Host {
            id: machine.id.clone(),
            name: machine.name.clone(),
            target: machine.group.clone(),
            running: running(&machine.id),
        };
        Ok(machines.iter().filter(|machine| machine.is_ready).map(told).collect())
    }

    async fn answering(&self, known: &BTreeSet<String>) -> Result<BTreeSet<String>, DeployError> {
        let bus = self.bus().await?;
        let listed = self.cluster().await?.machines().await?.into_iter().map(|machine| machine.id);
        let asked: BTreeSet<_> = known.iter().cloned().chain(listed).collect();
        Ok(bus.heartbeats(&asked).await.into_keys().collect())
    }

    async fn preflight(&self, subject: &str) -> Vec<Finding> {
        match self.cluster().await {
            Ok(cluster) => doctor::look(cluster, subject, self.bus().await.ok()).await,
            Err(error) => vec![Finding::Failed(error)],
        }
    }

    async fn clock(&self) -> Option<Clock> {
        None
    }
}
