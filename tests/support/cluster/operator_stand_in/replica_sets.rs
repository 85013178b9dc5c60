//! Replica sets: as many workloads as are wanted, and others in place of those that do not run.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use serde_json::{Value, json};

use super::status::{Outcome, Status};
use super::{Failed, Operator, child_name, is_deleted, name_of, owner};

pub async fn control(operator: &Arc<Operator>) {
    super::control(operator, "WorkloadReplicaSet", Some("Workload"), look).await;
}

async fn look(operator: Arc<Operator>, set: Value) -> Result<Duration, Failed> {
    // Its workloads go with it: that is the garbage collector's work.
    if is_deleted(&set) {
        return Ok(operator.long(60));
    }
    let mut status = Status::of(&set);
    let is_changed = conditions(&operator, &set, &mut status).await?.is_break();
    operator.write("WorkloadReplicaSet", name_of(&set), &status).await?;
    if status.is_true("ScaleUp") && status.is_true("ScaleDown") {
        replace(&operator, &set).await?;
    }
    Ok(if is_changed { Duration::from_secs(1) } else { operator.long(60) })
}

async fn conditions(
    operator: &Operator,
    set: &Value,
    status: &mut Status,
) -> Result<ControlFlow<()>, Failed> {
    let wanted = set["spec"]["replicas"].as_u64().unwrap_or(1) as usize;
    let there = operator.owned("Workload", set).await?;
    for _ in there.len()..wanted {
        create(operator, set).await?;
    }
    if status.note("ScaleUp", Outcome::True).is_break() {
        return Ok(ControlFlow::Break(()));
    }
    for workload in there.iter().skip(wanted) {
        operator.delete("Workload", name_of(workload)).await?;
    }
    if status.note("ScaleDown", Outcome::True).is_break() {
        return Ok(ControlFlow::Break(()));
    }
    let there = operator.owned("Workload", set).await?;
    let ready = there.iter().filter(|workload| Status::of(workload).is_true("Ready")).count();
    let (current, unavailable) = (there.len(), there.len() - ready);
    let replicas =
        json!({ "expected": wanted, "current": current, "ready": ready, "unavailable": unavailable });
    status.set("replicas", replicas);
    let outcome = match () {
        () if unavailable > 0 => Outcome::False(format!("{unavailable} workloads are not available")),
        () if current != wanted => Outcome::False(format!("expected {wanted} workloads, got {current}")),
        () => Outcome::True,
    };
    Ok(status.note("Ready", outcome))
}

async fn create(operator: &Operator, set: &Value) -> Result<(), Failed> {
    let template = &set["spec"]["template"];
    let workload = json!({
        "apiVersion": set["apiVersion"],
        "kind": "Workload",
        "metadata": {
            "name": child_name(set),
            "labels": template["labels"],
            "ownerReferences": owner(set),
        },
        "spec": template["spec"],
    });
    operator.create("Workload", workload).await
}

/// Takes away what has not run for a while: another one is made in its place.
async fn replace(operator: &Operator, set: &Value) -> Result<(), Failed> {
    for workload in operator.owned("Workload", set).await? {
        let status = Status::of(&workload);
        let is_waiting = is_deleted(&workload) || status.is_true("Ready") || status.is_true("Sync");
        let Some(since) = status.since("Sync").filter(|_| !is_waiting) else { continue };
        if since + operator.long(60) <= Utc::now() {
            operator.delete("Workload", name_of(&workload)).await?;
        }
    }
    Ok(())
}
