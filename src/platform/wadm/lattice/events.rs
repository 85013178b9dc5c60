//! What hosts report: `wasmbus.evt.<lattice>.<event>`, CloudEvents in JSON. Only failures are of interest: wadm tries
//! again and again, and never says why it has to.

use async_nats::Subscriber;
use futures_util::{FutureExt, StreamExt};
use serde::Deserialize;

use super::Lattice;
use crate::platform::DeployError;

/// Failures as hosts report them.
pub struct Failures {
    events: Subscriber,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What failed, as the lattice calls it.
    pub id: String,
    /// The key of the host where it did.
    pub host: String,
    /// The host's words.
    pub words: String,
    /// Whether it is a link that could not be put.
    pub of_link: bool,
}

#[derive(Deserialize)]
struct Event {
    #[serde(rename = "type")]
    kind: String,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    #[serde(default, alias = "provider_id", alias = "source_id")]
    component_id: String,
    #[serde(default)]
    host_id: String,
    #[serde(default)]
    error: String,
}

impl Lattice {
    /// Listens for failures from now on.
    ///
    /// # Errors
    /// When the connection is lost.
    pub async fn failures(&self) -> Result<Failures, DeployError> {
        let subject = format!("wasmbus.evt.{}.>", self.name);
        let events = self.client.subscribe(subject).await.map_err(|error| self.lost(error.to_string()))?;
        Ok(Failures { events })
    }
}

impl Failures {
    /// Those that have come in since the last time.
    pub fn so_far(&mut self) -> Vec<Failure> {
        let mut found = Vec::new();
        while let Some(Some(message)) = self.events.next().now_or_never() {
            found.extend(failure(&message.payload));
        }
        found
    }
}

fn failure(payload: &[u8]) -> Option<Failure> {
    let event: Event = serde_json::from_slice(payload).ok()?;
    let failed = event.kind.ends_with("_failed") && !event.data.error.is_empty();
    let of_link = event.kind.contains(".linkdef_");
    let Data { component_id: id, host_id: host, error: words } = event.data;
    failed.then_some(Failure { id, host, words, of_link })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_told_from_other_events() {
        let event =
            |kind: &str, data: &str| format!(r#"{{"type":"com.wasmcloud.lattice.{kind}","data":{data}}}"#);
        let data = r#"{"component_id":"a-b","host_id":"N1","error":"no such image"}"#;
        let failed = event("component_scale_failed", data);
        assert_eq!(
            failure(failed.as_bytes()),
            Some(Failure {
                id: "a-b".into(),
                host: "N1".into(),
                words: "no such image".into(),
                of_link: false
            })
        );
        let failed = event("provider_start_failed", r#"{"provider_id":"a-http","error":"port taken"}"#);
        assert_eq!(failure(failed.as_bytes()).unwrap().id, "a-http");
        let link = event("linkdef_set_failed", r#"{"source_id":"a-b","error":"link already exists"}"#);
        assert!(failure(link.as_bytes()).unwrap().of_link);
        assert_eq!(failure(event("component_scaled", r#"{"component_id":"a-b"}"#).as_bytes()), None);
        assert_eq!(failure(b"no json"), None);
    }
}
