//! The hosts of a lattice and what runs on them: `wasmbus.ctl.v1.<lattice>.host.…`

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use async_nats::client::RequestErrorKind;
use futures_util::StreamExt;
use futures_util::future::join_all;
use hyper::body::Bytes;
use serde::Deserialize;
use serde_json::json;

use super::{Lattice, parse};
use crate::platform::DeployError;
use crate::platform::wadm::manifest::model::HOST_TYPE;

/// How long to wait for a host that is missing, and for each further one. Hosts answer within milliseconds; those at the
/// end of a long line in tenths of a second, and those of a busy machine later.
const MISSING: Duration = Duration::from_millis(1500);
const FURTHER: Duration = Duration::from_millis(300);

/// A host and what runs on it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Host {
    /// Its key: unique.
    #[serde(default, alias = "host_id")]
    pub id: String,
    /// A name that people can remember.
    #[serde(default)]
    pub friendly_name: String,
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// Its version of wasmCloud.
    #[serde(default)]
    pub version: String,
    #[serde(default)]
    pub components: Vec<Running>,
    #[serde(default)]
    pub providers: Vec<Running>,
}

/// The annotation by which wadm marks what it has started: the application's name.
const APPLICATION: &str = "wasmcloud.dev/appspec";

/// Something that runs on a host.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Running {
    /// What it is called in the lattice.
    pub id: String,
    #[serde(default)]
    pub image_ref: Option<String>,
    /// So many at once; providers run once.
    #[serde(default = "once")]
    pub max_instances: u32,
    /// Who started it, and for what.
    #[serde(default)]
    pub annotations: Option<BTreeMap<String, String>>,
}

impl Running {
    /// The application for which wadm started it.
    pub fn application(&self) -> Option<&str> {
        self.annotations.as_ref()?.get(APPLICATION).map(String::as_str)
    }

    fn is_of(&self, application: &str) -> bool {
        self.application() == Some(application)
    }
}

/// Whether there is a host of each of these targets.
fn are_of(hosts: &[Host], targets: &BTreeSet<&str>) -> bool {
    targets.iter().all(|target| hosts.iter().any(|host| host.target() == Some(target)))
}

fn once() -> u32 {
    1
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    response: Option<Host>,
}

impl Host {
    /// The value of its label `host-type`.
    pub fn target(&self) -> Option<&str> {
        self.labels.get(HOST_TYPE).map(String::as_str)
    }

    /// Its target and what to call it, if it has a target.
    pub fn named(&self) -> Option<(String, String)> {
        Some((self.target()?.to_owned(), self.shown()))
    }

    pub fn shown(&self) -> String {
        let key: String = self.id.chars().take(5).collect();
        match self.friendly_name.as_str() {
            "" => key,
            name => name.to_owned(),
        }
    }

    /// The component or provider of this name that runs here.
    pub fn running(&self, id: &str) -> Option<&Running> {
        self.components.iter().chain(&self.providers).find(|running| running.id == id)
    }
}

impl Host {
    /// The components and providers of an application that run here.
    pub fn running_for(&self, application: &str) -> impl Iterator<Item = &Running> {
        self.components.iter().chain(&self.providers).filter(move |running| running.is_of(application))
    }
}

impl Lattice {
    /// Asks a host to stop all that it runs for an application. Whether it does is seen in its inventory.
    pub async fn stop(&self, host: &Host, application: &str) {
        let ask = |operation: &str, order: serde_json::Value| {
            let subject = format!("wasmbus.ctl.v1.{}.{operation}.{}", self.name, host.id);
            tokio::time::timeout(MISSING, self.client.request(subject, order.to_string().into()))
        };
        for component in host.components.iter().filter(|running| running.is_of(application)) {
            let order = json!({
                "component_id": component.id, "component_ref": component.image_ref, "count": 0,
                "annotations": component.annotations, "host_id": host.id,
            });
            let _ = ask("component.scale", order).await;
        }
        for provider in host.providers.iter().filter(|running| running.is_of(application)) {
            let _ = ask("provider.stop", json!({ "provider_id": provider.id, "host_id": host.id })).await;
        }
    }

    /// The hosts that answer, with what runs on them, by their names. Those of these targets are given more time.
    ///
    /// # Errors
    /// When the connection is lost.
    pub async fn hosts(&self, targets: &BTreeSet<&str>) -> Result<Vec<Host>, DeployError> {
        let one = |hosts: &[Host]| !hosts.is_empty() && are_of(hosts, targets);
        let hosts = self.ping(one, Some(FURTHER)).await?;
        let inventories = join_all(hosts.into_iter().map(|host| self.inventory(host))).await;
        let mut hosts: Vec<_> = inventories.into_iter().collect();
        hosts.sort_by_cached_key(|host| (host.shown(), host.id.clone()));
        Ok(hosts)
    }

    /// Hosts without what runs on them, until there is one of each of these targets: nobody has to wait for the rest.
    ///
    /// # Errors
    /// When the connection is lost.
    pub async fn hosts_of(&self, targets: &BTreeSet<&str>) -> Result<Vec<Host>, DeployError> {
        self.ping(|hosts| are_of(hosts, targets), None).await
    }

    /// The keys of the hosts that answer, until all of these have, or all have had their time.
    ///
    /// # Errors
    /// When the connection is lost.
    pub async fn answering(&self, known: &BTreeSet<String>) -> Result<BTreeSet<String>, DeployError> {
        let all = |hosts: &[Host]| known.iter().all(|id| hosts.iter().any(|host| host.id == *id));
        Ok(self.ping(all, None).await?.into_iter().map(|host| host.id).collect())
    }

    /// Whether a host that does not answer has its connection all the same. Then it is busy: it compiles a component, and
    /// answers nobody meanwhile. Or it has lost its power, and the server does not know yet.
    pub async fn holds_connection(&self, id: &str) -> bool {
        let subject = format!("wasmbus.ctl.v1.{}.host.get.{id}", self.name);
        let asked = tokio::time::timeout(MISSING, self.client.request(subject, Bytes::new())).await;
        !asked.is_ok_and(|answer| answer.is_err_and(|error| error.kind() == RequestErrorKind::NoResponders))
    }

    /// The hosts that answer: until they are enough, or those that are missing have had their time; then so long for each
    /// further one.
    async fn ping(
        &self,
        are_enough: impl Fn(&[Host]) -> bool,
        further: Option<Duration>,
    ) -> Result<Vec<Host>, DeployError> {
        let lost = |error: &dyn std::fmt::Display| self.lost(error.to_string());
        let inbox = self.client.new_inbox();
        let mut answers = self.client.subscribe(inbox.clone()).await.map_err(|error| lost(&error))?;
        let subject = format!("wasmbus.ctl.v1.{}.host.ping", self.name);
        let sent = self.client.publish_with_reply(subject, inbox, Bytes::new()).await;
        sent.map_err(|error| lost(&error))?;
        let mut hosts = Vec::new();
        while let Some(patience) = if are_enough(&hosts) { further } else { Some(MISSING) } {
            let Ok(Some(answer)) = tokio::time::timeout(patience, answers.next()).await else { break };
            // Nobody listens, the server says: there are no hosts.
            if answer.payload.is_empty() {
                break;
            }
            hosts.extend(parse::<Answer>(&answer)?.response);
        }
        Ok(hosts)
    }

    /// A host with what runs on it. One that has just gone has nothing.
    async fn inventory(&self, host: Host) -> Host {
        let subject = format!("wasmbus.ctl.v1.{}.host.get.{}", self.name, host.id);
        let Ok(Ok(answer)) = tokio::time::timeout(MISSING, self.client.request(subject, Bytes::new())).await
        else {
            return host;
        };
        parse::<Answer>(&answer).ok().and_then(|answer| answer.response).unwrap_or(host)
    }
}
