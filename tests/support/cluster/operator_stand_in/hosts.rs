//! Hosts: from a heartbeat to an object, and from silence to its end.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, SecondsFormat, Utc};
use futures_util::StreamExt;
use kube::api::{Patch, PatchParams};
use serde_json::{Value, json};

use super::status::{Outcome, Status};
use super::{Failed, Operator, is_deleted, name_of};

const FINALIZER: &str = "runtime.wasmcloud.dev/host-finalizer";
const HEARTBEAT: Duration = Duration::from_secs(5);

/// Makes an object of each host that is heard of.
pub async fn listen(operator: &Arc<Operator>) {
    let mut heartbeats = operator.nats.subscribe("runtime.operator.heartbeat.>").await.unwrap();
    while let Some(message) = heartbeats.next().await {
        let heard = serde_json::from_slice::<Value>(&message.payload).map_err(|error| error.to_string());
        let done = match heard {
            Ok(heartbeat) => note(operator, &heartbeat).await.map_err(|error| error.to_string()),
            Err(error) => Err(error),
        };
        if let Err(error) = done {
            eprintln!("heartbeat: {error}");
        }
    }
}

async fn note(operator: &Operator, heartbeat: &Value) -> Result<(), Failed> {
    let name = heartbeat["friendlyName"].as_str().unwrap_or_default();
    let host = json!({
        "apiVersion": "runtime.wasmcloud.dev/v1alpha1",
        "kind": "Host",
        "metadata": { "name": name, "labels": heartbeat["labels"] },
        "hostId": heartbeat["id"],
        "hostname": heartbeat["hostname"],
        "httpPort": heartbeat["httpPort"].as_u64().unwrap_or(0),
        "environment": heartbeat["environment"].as_str().unwrap_or_default(),
    });
    let params = PatchParams::apply("host-status-updater").force();
    let (api, _) = operator.api("Host");
    let existing = api.patch(name, &params, &Patch::Apply(&host)).await?;
    let mut status = Status::of(&serde_json::to_value(existing).unwrap());
    // Each heartbeat makes unknown what the last look at the host has brought: only for some seconds a minute is it there.
    for field in ["version", "osName", "osArch", "osKernel"] {
        status.set(field, "unknown");
    }
    status.set("systemCPUUsage", "0");
    for field in ["systemMemoryTotal", "systemMemoryFree"] {
        status.set(field, 0);
    }
    status.set("lastSeen", now());
    operator.write("Host", name, &status).await.map(drop)
}

pub async fn control(operator: &Arc<Operator>) {
    super::control(operator, "Host", None, look).await;
}

async fn look(operator: Arc<Operator>, host: Value) -> Result<Duration, Failed> {
    let name = name_of(&host);
    // What heartbeats change is no reason to look.
    if let Some(wait) = operator.not_yet(name).filter(|_| !is_deleted(&host)) {
        return Ok(wait);
    }
    if is_deleted(&host) {
        let_go(&operator, &host).await?;
        operator.finalize(&host, FINALIZER, false).await?;
        return Ok(operator.long(60));
    }
    operator.finalize(&host, FINALIZER, true).await?;
    let mut status = Status::of(&host);
    let is_changed = conditions(&operator, &host, &mut status).await.is_break();
    operator.write("Host", name, &status).await?;
    if status.condition("Ready")["status"] == "False" {
        operator.delete("Host", name).await?;
    }
    let wait = if is_changed { Duration::from_secs(1) } else { operator.long(60) };
    operator.due.lock().unwrap().insert(name.to_owned(), Instant::now() + wait);
    Ok(wait)
}

impl Operator {
    /// How long it is until a host is looked at again.
    fn not_yet(&self, host: &str) -> Option<Duration> {
        let due = *self.due.lock().unwrap().get(host)?;
        due.checked_duration_since(Instant::now()).filter(|wait| !wait.is_zero())
    }
}

async fn conditions(operator: &Operator, host: &Value, status: &mut Status) -> ControlFlow<()> {
    let id = host["hostId"].as_str().unwrap_or_default();
    let reporting = match operator.ask(id, "heartbeat", &json!({}), HEARTBEAT).await {
        Ok(heartbeat) => {
            remember(&heartbeat, status);
            Outcome::True
        }
        Err(error) => Outcome::False(error),
    };
    status.note("Reporting", reporting)?;
    let seen = status.get("lastSeen").as_str().and_then(|seen| seen.parse::<DateTime<Utc>>().ok());
    let ready = match seen {
        _ if status.is_true("Reporting") => Outcome::True,
        Some(seen) if seen + operator.long(60) > Utc::now() => {
            Outcome::Unknown("host is not reporting".to_owned())
        }
        _ => Outcome::False("host has not reported recently".to_owned()),
    };
    status.note("Ready", ready)
}

fn remember(heartbeat: &Value, status: &mut Status) {
    for field in ["version", "osName", "osArch", "osKernel"] {
        status.set(field, heartbeat[field].as_str().unwrap_or_default());
    }
    status.set("systemCPUUsage", heartbeat["systemCpuUsage"].as_f64().unwrap_or(0.0).to_string());
    for field in ["systemMemoryTotal", "systemMemoryFree", "componentCount", "workloadCount"] {
        let number = heartbeat[field].as_str().and_then(|text| text.parse::<u64>().ok());
        status.set(field, number.unwrap_or(0));
    }
    status.set("lastSeen", now());
}

/// What ran on a host that is gone is to run elsewhere.
async fn let_go(operator: &Operator, host: &Value) -> Result<(), Failed> {
    for workload in operator.list("Workload").await? {
        if workload["status"]["hostId"] == host["hostId"] && !is_deleted(&workload) {
            operator.delete("Workload", name_of(&workload)).await?;
        }
    }
    Ok(())
}

fn now() -> String {
    Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true)
}
