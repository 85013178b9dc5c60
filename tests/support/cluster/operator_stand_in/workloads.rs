//! Workloads: each is given to a host and watched there.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::status::{Outcome, Status};
use super::{Failed, Operator, has_finalizer, is_deleted, name_of};

const FINALIZER: &str = "runtime.wasmcloud.dev/workload-finalizer";
/// So long a host may take to start what it was given: it has to compile it.
const START: Duration = Duration::from_secs(60);
const STATUS: Duration = Duration::from_secs(5);

pub async fn control(operator: &Arc<Operator>) {
    super::control(operator, "Workload", None, look).await;
}

async fn look(operator: Arc<Operator>, workload: Value) -> Result<Duration, Failed> {
    let name = name_of(&workload);
    let mut status = Status::of(&workload);
    if is_deleted(&workload) {
        if has_finalizer(&workload, FINALIZER) && status.is_true("Placement") {
            stop(&operator, name, &status).await;
        }
        operator.finalize(&workload, FINALIZER, false).await?;
        return Ok(operator.long(30));
    }
    operator.finalize(&workload, FINALIZER, true).await?;
    let is_changed = conditions(&operator, &workload, &mut status).await?.is_break();
    operator.write("Workload", name, &status).await?;
    Ok(if is_changed { Duration::from_secs(1) } else { operator.long(30) })
}

/// A host that does not answer may keep what it runs: nobody looks after that any more.
async fn stop(operator: &Operator, name: &str, status: &Status) {
    let host = status.get("hostId").as_str().unwrap_or_default();
    let request = json!({ "workloadId": status.get("workloadId") });
    if let Err(error) = operator.ask(host, "workload.stop", &request, operator.long(30)).await {
        eprintln!("Workload {name}: failed to stop workload on host {host}: {error}");
    }
}

async fn conditions(
    operator: &Operator,
    workload: &Value,
    status: &mut Status,
) -> Result<ControlFlow<()>, Failed> {
    for condition in ["Config", "HostSelection", "Placement", "Sync", "Ready"] {
        let outcome = match condition {
            "Config" => config(operator, workload, status).await?,
            "HostSelection" => select(operator, workload, status).await?,
            "Placement" => place(operator, workload, status).await?,
            "Sync" => sync(operator, status).await?,
            _ => ready(status),
        };
        if status.note(condition, outcome).is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
}

async fn config(operator: &Operator, workload: &Value, status: &Status) -> Result<Outcome, Failed> {
    let list = |field: &str| workload["spec"][field].as_array().cloned().unwrap_or_default();
    let environments = list("components").into_iter().map(|one| one["localResources"]["environment"].clone());
    if status.get("hostId").is_null() {
        for layer in list("hostInterfaces").into_iter().chain(environments) {
            if let Err(error) = operator.layer(&layer).await {
                return Ok(Outcome::False(error.to_string()));
            }
        }
    }
    Ok(Outcome::True)
}

async fn select(operator: &Operator, workload: &Value, status: &mut Status) -> Result<Outcome, Failed> {
    if !status.get("hostId").is_null() {
        return Ok(Outcome::True);
    }
    if !status.is_true("Config") {
        return Ok(Outcome::Unknown("waiting for config".to_owned()));
    }
    Ok(match operator.host_for(workload).await? {
        Ok((host, environment)) => {
            status.set("hostId", host);
            status.set("environment", environment);
            Outcome::Done
        }
        Err(reason) => Outcome::False(reason),
    })
}

async fn place(operator: &Operator, workload: &Value, status: &mut Status) -> Result<Outcome, Failed> {
    let Some(host) = status.get("hostId").as_str().map(str::to_owned) else {
        return Ok(Outcome::Unknown("waiting for Host Selection".to_owned()));
    };
    if !status.get("workloadId").is_null() {
        return Ok(Outcome::True);
    }
    let world = match world(operator, workload).await {
        Ok(world) => world,
        Err(error) => return Ok(Outcome::False(error.to_string())),
    };
    let request = json!({
        "workloadId": workload["metadata"]["uid"],
        "workload": {
            "namespace": workload["metadata"]["namespace"],
            "name": workload["metadata"]["name"],
            "annotations": workload["metadata"]["annotations"].as_object().cloned().unwrap_or_default(),
            "witWorld": world,
            "volumes": volumes(workload),
        },
    });
    Ok(match operator.ask(&host, "workload.start", &request, START).await {
        // Why it may not run is in the answer, and goes no further.
        Ok(answer) => {
            status.set("workloadId", answer["workloadStatus"]["workloadId"].clone());
            Outcome::Done
        }
        Err(error) => Outcome::False(error),
    })
}

async fn sync(operator: &Operator, status: &Status) -> Result<Outcome, Failed> {
    if !status.is_true("Placement") {
        return Ok(Outcome::Unknown("workload is not placed yet".to_owned()));
    }
    let host = status.get("hostId").as_str().unwrap_or_default();
    let request = json!({ "workloadId": status.get("workloadId") });
    Ok(match operator.ask(host, "workload.status", &request, STATUS).await {
        Ok(answer) => match answer["workloadStatus"]["workloadState"].as_str() {
            Some("WORKLOAD_STATE_RUNNING" | "WORKLOAD_STATE_COMPLETED") => Outcome::True,
            state => Outcome::False(format!(
                "workload is not operational: {}",
                state.unwrap_or("WORKLOAD_STATE_UNSPECIFIED")
            )),
        },
        Err(error) => Outcome::False(error),
    })
}

fn ready(status: &Status) -> Outcome {
    match status.is_true("Placement") && status.is_true("Sync") {
        true => Outcome::True,
        false => Outcome::False("workload is not placed or not synced".to_owned()),
    }
}

/// Components and interfaces, as hosts want them.
async fn world(operator: &Operator, workload: &Value) -> Result<Value, Failed> {
    let list = |field: &str| workload["spec"][field].as_array().cloned().unwrap_or_default();
    let mut interfaces = Vec::new();
    for interface in list("hostInterfaces") {
        let mut config = operator.layer(&interface).await?;
        add_aliases(workload, &interface, &mut config);
        let mut one = only(&interface, &["namespace", "package", "version", "interfaces", "name"]);
        one.insert("config".to_owned(), config.into());
        interfaces.push(Value::from(one));
    }
    let mut components = Vec::new();
    for component in list("components") {
        let fields = ["name", "image", "poolSize", "maxInvocations", "maxConcurrency"];
        let mut one = only(&component, &fields);
        if let Some(secret) = component["imagePullSecret"]["name"].as_str() {
            let image = component["image"].as_str().unwrap_or_default();
            one.insert("imagePullSecret".to_owned(), operator.login(secret, image).await?);
        }
        let policy = match component["imagePullPolicy"].as_str() {
            Some("Always") => "ALWAYS",
            Some("IfNotPresent") => "IF_NOT_PRESENT",
            Some("Never") => "NEVER",
            _ => "UNSPECIFIED",
        };
        one.insert("imagePullPolicy".to_owned(), format!("IMAGE_PULL_POLICY_{policy}").into());
        let local = &component["localResources"];
        let lists =
            ["config", "volumeMounts", "allowedHosts", "allowedIpNameLookups", "allowedHostLoopbackPorts"];
        let mut resources = only(local, &lists);
        resources.insert("environment".to_owned(), operator.layer(&local["environment"]).await?.into());
        one.insert("localResources".to_owned(), resources.into());
        components.push(Value::from(one));
    }
    Ok(json!({ "components": components, "hostInterfaces": interfaces }))
}

/// Under a service, a host answers for its names in the cluster, too.
fn add_aliases(workload: &Value, interface: &Value, config: &mut Map<String, Value>) {
    let service = workload["spec"]["kubernetes"]["service"]["name"].as_str();
    let is_http = interface["namespace"] == "wasi" && interface["package"] == "http";
    let names = interface["interfaces"].as_array();
    let is_handler = names.is_some_and(|names| names.iter().any(|name| name == "incoming-handler"));
    if let (Some(service), true, true) = (service, is_http, is_handler) {
        let namespace = workload["metadata"]["namespace"].as_str().unwrap_or_default();
        let aliases = format!("{service}.{namespace},{service}.{namespace}.svc");
        config.insert("host-aliases".to_owned(), aliases.into());
    }
}

fn volumes(workload: &Value) -> Vec<Value> {
    let volumes = workload["spec"]["volumes"].as_array().into_iter().flatten();
    let each = |volume: &Value| match volume["hostPath"]["path"].as_str() {
        Some(path) => json!({ "name": volume["name"], "hostPath": { "localPath": path } }),
        None => json!({ "name": volume["name"], "emptyDir": {} }),
    };
    volumes.map(each).collect()
}

/// The fields of these names that there are.
fn only(object: &Value, fields: &[&str]) -> Map<String, Value> {
    let there = fields.iter().filter_map(|&field| Some((field.to_owned(), object.get(field)?.clone())));
    there.collect()
}
