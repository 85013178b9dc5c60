//! Which host a workload gets: any that is allowed, ready and not busy, by chance.
//!
//! That busy hosts are passed over is what wasmCloud says of its operator. Version 2.7 has the flags and does not look at
//! them: the rig sets them so that no host is ever busy, and a test that wants busy hosts wants the stand-in.

use kube::runtime::events::{Event, EventType, Recorder};
use serde_json::Value;

use super::status::Status;
use super::{Failed, Operator};

impl Operator {
    /// A host's id and environment; the reason why there is none.
    pub async fn host_for(&self, workload: &Value) -> Result<Result<(String, String), String>, Failed> {
        let wanted = workload["spec"]["environment"].as_str().filter(|wanted| !wanted.is_empty());
        let is_foreign = wanted.is_some_and(|wanted| wanted != self.namespace);
        if is_foreign && !self.flags.allow_shared_hosts {
            let wanted = wanted.unwrap_or_default();
            self.deny(workload, wanted).await?;
            let text =
                format!("workload targets Environment {wanted:?} but operator has allowSharedHosts=false");
            return Ok(Err(text));
        }
        let environment = match self.flags.allow_shared_hosts {
            true => wanted,
            false => Some(&*self.namespace),
        };
        let mut fit: Vec<_> = self.list("Host").await?;
        fit.retain(|host| {
            let selector = workload["spec"]["hostSelector"].as_object();
            let labels = &host["metadata"]["labels"];
            let is_selected = selector.is_none_or(|all| all.iter().all(|(key, value)| labels[key] == *value));
            let is_there = environment.is_none_or(|environment| host["environment"] == *environment);
            is_selected && is_there && Status::of(host).is_true("Ready") && !self.is_busy(host)
        });
        if fit.is_empty() {
            return Ok(Err("no suitable host found".to_owned()));
        }
        let host = fit.swap_remove(getrandom::u32().unwrap() as usize % fit.len());
        let text = |field: &str| host[field].as_str().unwrap_or_default().to_owned();
        Ok(Ok((text("hostId"), text("environment"))))
    }

    fn is_busy(&self, host: &Value) -> bool {
        let status = &host["status"];
        let usage: f64 =
            status["systemCPUUsage"].as_str().and_then(|usage| usage.parse().ok()).unwrap_or(0.0);
        let number = |field: &str| status[field].as_f64().unwrap_or(0.0);
        let (total, free) = (number("systemMemoryTotal"), number("systemMemoryFree"));
        let memory = if total > 0.0 { 100.0 * (total - free) / total } else { 0.0 };
        usage > self.flags.cpu_threshold || memory > self.flags.memory_threshold
    }

    async fn deny(&self, workload: &Value, environment: &str) -> Result<(), Failed> {
        let regarding = serde_json::from_value(serde_json::json!({
            "apiVersion": workload["apiVersion"], "kind": workload["kind"],
            "name": workload["metadata"]["name"], "namespace": workload["metadata"]["namespace"],
            "uid": workload["metadata"]["uid"],
        }));
        let namespace = &self.namespace;
        let note = format!(
            "Environment {environment:?} is outside {namespace:?} and operator has allowSharedHosts=false"
        );
        let event = Event {
            type_: EventType::Warning,
            reason: "CrossEnvironmentSchedulingDenied".to_owned(),
            note: Some(note),
            action: "Reject".to_owned(),
            secondary: None,
        };
        let recorder = Recorder::new(self.client.clone(), "workload-controller".to_owned().into());
        recorder.publish(&event, &regarding.unwrap()).await?;
        Ok(())
    }
}
