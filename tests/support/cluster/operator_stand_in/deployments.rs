//! Deployments: a new replica set for each change, and the old one goes when the new one runs.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::status::{Outcome, Status};
use super::{Failed, Operator, child_name, is_deleted, name_of, owner};

/// The label by which the replica sets of a deployment are found.
const LABEL: &str = "runtime.wasmcloud.dev/workload-deployment";
/// So long a changed deployment says that it is ready, at least.
const BELATED: Duration = Duration::from_millis(200);

pub async fn control(operator: &Arc<Operator>) {
    super::control(operator, "WorkloadDeployment", Some("WorkloadReplicaSet"), look).await;
}

async fn look(operator: Arc<Operator>, deployment: Value) -> Result<Duration, Failed> {
    if is_deleted(&deployment) {
        return Ok(operator.long(60));
    }
    let mut status = Status::of(&deployment);
    let is_changed = conditions(&operator, &deployment, &mut status).await?.is_break();
    operator.write("WorkloadDeployment", name_of(&deployment), &status).await?;
    Ok(if is_changed { Duration::from_secs(1) } else { operator.long(60) })
}

async fn conditions(
    operator: &Operator,
    deployment: &Value,
    status: &mut Status,
) -> Result<ControlFlow<()>, Failed> {
    let over = Ok(ControlFlow::Break(()));
    if status.note("Artifact", Outcome::True).is_break() {
        return over;
    }
    let set = current(operator, status).await?;
    let outcome = sync(deployment, status, set.as_ref());
    if status.is_true("Sync") && !matches!(outcome, Outcome::True) {
        tokio::time::sleep(BELATED).await;
    }
    if status.note("Sync", outcome).is_break() {
        return over;
    }
    let outcome = match status.is_true("Sync") {
        true => Outcome::True,
        false => deploy(operator, deployment, status).await?,
    };
    if status.note("Deploy", outcome).is_break() {
        return over;
    }
    let outcome = scale(operator, deployment, status, set).await?;
    if status.note("Scale", outcome).is_break() {
        return over;
    }
    let ready = match ["Artifact", "Sync", "Deploy", "Scale"].iter().all(|kind| status.is_true(kind)) {
        true => Outcome::True,
        false => Outcome::Unknown("deployment is not synced, deployed or scaled".to_owned()),
    };
    Ok(status.note("Ready", ready))
}

async fn current(operator: &Operator, status: &Status) -> Result<Option<Value>, Failed> {
    match status.get("currentReplicaSet")["name"].as_str() {
        Some(name) => operator.get("WorkloadReplicaSet", name).await,
        None => Ok(None),
    }
}

/// The template of the replica set that is wanted.
fn template(deployment: &Value) -> Value {
    let mut template = deployment["spec"]["template"].clone();
    if !deployment["spec"]["kubernetes"].is_null() {
        template["spec"]["kubernetes"] = deployment["spec"]["kubernetes"].clone();
    }
    template
}

fn sync(deployment: &Value, status: &Status, set: Option<&Value>) -> Outcome {
    if status.get("currentReplicaSet").is_null() {
        return Outcome::Unknown("no Active Replicas".to_owned());
    }
    let Some(set) = set else { return Outcome::Unknown("current ReplicaSet not found".to_owned()) };
    match set["spec"]["template"] == template(deployment) {
        true => Outcome::True,
        false => Outcome::False("template hash mismatch".to_owned()),
    }
}

async fn deploy(operator: &Operator, deployment: &Value, status: &mut Status) -> Result<Outcome, Failed> {
    let name = child_name(deployment);
    let mut labels = deployment["metadata"]["labels"].as_object().cloned().unwrap_or_default();
    labels.insert(LABEL.to_owned(), name_of(deployment).into());
    let set = json!({
        "apiVersion": deployment["apiVersion"],
        "kind": "WorkloadReplicaSet",
        "metadata": {
            "name": name,
            "labels": labels,
            "annotations": deployment["metadata"]["annotations"],
            "ownerReferences": owner(deployment),
        },
        "spec": { "replicas": deployment["spec"]["replicas"], "template": template(deployment) },
    });
    operator.create("WorkloadReplicaSet", set).await?;
    if deployment["spec"]["deployPolicy"] != "Recreate" {
        let previous = status.get("currentReplicaSet").clone();
        status.set("previousReplicaSet", previous);
    }
    status.set("currentReplicaSet", json!({ "name": name }));
    Ok(Outcome::Done)
}

async fn scale(
    operator: &Operator,
    deployment: &Value,
    status: &mut Status,
    set: Option<Value>,
) -> Result<Outcome, Failed> {
    let Some(set) = set.filter(|_| status.is_true("Sync") && status.is_true("Deploy")) else {
        return Ok(Outcome::Unknown("deployment is not synced or not deployed".to_owned()));
    };
    let wanted = &deployment["spec"]["replicas"];
    if set["spec"]["replicas"] != *wanted {
        let patch = json!({ "spec": { "replicas": wanted } });
        operator.merge("WorkloadReplicaSet", name_of(&set), &patch).await?;
    }
    let previous = status.get("previousReplicaSet")["name"].as_str().map(str::to_owned);
    let counts = count(operator, deployment, &set, previous.as_deref()).await?;
    status.set("replicas", replicas(wanted, counts));
    status.set("currentReplicas", counts[0]);
    status.set("selector", format!("{LABEL}={}", name_of(deployment)));
    if !Status::of(&set).is_true("Ready") {
        let [_, ready, unavailable] = counts;
        return Ok(Outcome::Unknown(format!(
            "current ReplicaSet not available yet: ready={ready} unavailable={unavailable} expected={wanted}"
        )));
    }
    let Some(previous) = previous else { return Ok(Outcome::True) };
    operator.delete("WorkloadReplicaSet", &previous).await?;
    status.set("previousReplicaSet", Value::Null);
    Ok(Outcome::Done)
}

fn replicas(wanted: &Value, [current, ready, unavailable]: [u64; 3]) -> Value {
    json!({ "expected": wanted, "current": current, "ready": ready, "unavailable": unavailable })
}

/// Current, ready and unavailable workloads of all replica sets; those that are neither the current nor the previous one
/// are taken away.
async fn count(
    operator: &Operator,
    deployment: &Value,
    current: &Value,
    previous: Option<&str>,
) -> Result<[u64; 3], Failed> {
    let mut counts = [0; 3];
    for set in operator.owned("WorkloadReplicaSet", deployment).await? {
        for (count, field) in counts.iter_mut().zip(["current", "ready", "unavailable"]) {
            *count += set["status"]["replicas"][field].as_u64().unwrap_or(0);
        }
        if name_of(&set) != name_of(current) && Some(name_of(&set)) != previous {
            operator.delete("WorkloadReplicaSet", name_of(&set)).await?;
        }
    }
    Ok(counts)
}
