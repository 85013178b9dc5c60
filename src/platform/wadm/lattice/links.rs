//! The links of a lattice as its hosts keep them, `wasmbus.ctl.v1.<lattice>.link.…`, and whether providers listen,
//! `wasmbus.rpc.<lattice>.<provider>.health`. Some accounts may use neither: then there is no answer.

use std::time::Duration;

use futures_util::StreamExt;
use hyper::body::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::Lattice;

/// How long hosts and providers have to answer. They do so within milliseconds.
const PATIENCE: Duration = Duration::from_secs(2);

/// The name of a link that was given none.
pub const DEFAULT: &str = "default";

/// A link as hosts keep it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Who calls: a name in the lattice.
    pub source_id: String,
    pub target: String,
    /// The interfaces' namespace.
    pub wit_namespace: String,
    /// Their package.
    pub wit_package: String,
    /// Their names.
    pub interfaces: Vec<String>,
    /// All else that hosts know of it: its name and its configuration.
    #[serde(flatten)]
    pub rest: serde_json::Map<String, serde_json::Value>,
}

impl Link {
    pub fn name(&self) -> &str {
        self.rest.get("name").and_then(serde_json::Value::as_str).unwrap_or(DEFAULT)
    }
}

#[derive(Deserialize)]
struct Answer<T> {
    #[serde(default)]
    success: bool,
    response: Option<T>,
}

impl Lattice {
    /// The links that a host knows; none if no host answers.
    pub async fn links(&self) -> Option<Vec<Link>> {
        self.ask_host("link.get", Bytes::new()).await?.response
    }

    /// Puts a link. Whether a host has taken it.
    pub async fn put_link(&self, link: &Link) -> bool {
        let Ok(order) = serde_json::to_vec(link) else { return false };
        self.tell_host("link.put", order.into()).await
    }

    /// Deletes a link. Whether a host has taken that.
    pub async fn delete_link(&self, link: &Link) -> bool {
        let order = serde_json::json!({
            "source_id": link.source_id, "name": link.name(),
            "wit_namespace": link.wit_namespace, "wit_package": link.wit_package,
        });
        self.tell_host("link.del", order.to_string().into()).await
    }

    /// How many processes of a provider listen; once `enough` have answered, no more are counted.
    pub async fn listening(&self, provider: &str, enough: usize) -> usize {
        let inbox = self.client.new_inbox();
        let Ok(mut answers) = self.client.subscribe(inbox.clone()).await else { return 0 };
        let subject = format!("wasmbus.rpc.{}.{provider}.health", self.name);
        if self.client.publish_with_reply(subject, inbox, Bytes::from_static(b"{}")).await.is_err() {
            return 0;
        }
        let mut count = 0;
        while count < enough {
            // An answer with a status is the server's: nobody listens.
            match tokio::time::timeout(PATIENCE, answers.next()).await {
                Ok(Some(answer)) if answer.status.is_none() => count += 1,
                _ => break,
            }
        }
        count
    }

    /// Whether a host has done it.
    async fn tell_host(&self, operation: &str, order: Bytes) -> bool {
        let answer: Option<Answer<serde::de::IgnoredAny>> = self.ask_host(operation, order).await;
        answer.is_some_and(|answer| answer.success)
    }

    async fn ask_host<T: DeserializeOwned>(&self, operation: &str, order: Bytes) -> Option<Answer<T>> {
        let subject = format!("wasmbus.ctl.v1.{}.{operation}", self.name);
        let answer = tokio::time::timeout(PATIENCE, self.client.request(subject, order)).await.ok()?.ok()?;
        serde_json::from_slice(&answer.payload).ok()
    }
}
