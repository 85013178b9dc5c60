//! What is in a cluster, as far as PELATO looks at it. Fields that are not there are empty.

use std::collections::BTreeMap;

use kube::api::DynamicObject;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::platform::wasmcloud::manifest::model::{HOST_GROUP, REVISION, Reference, Texts};

/// A condition, as the operator has found it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Condition {
    #[serde(rename = "type")]
    pub kind: String,
    pub status: String,
    pub message: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Status {
    conditions: Vec<Condition>,
    current_replica_set: Option<Reference>,
    host_id: String,
}

/// A deployment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Live {
    pub name: String,
    pub labels: Texts,
    pub annotations: Texts,
    /// What each replica is.
    pub template: Value,
    /// The set that makes its replicas.
    pub set: Option<String>,
    pub is_going: bool,
}

/// What makes the replicas of one template.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Set {
    pub name: String,
    /// The deployment that it is of.
    pub owner: String,
    pub labels: Texts,
    /// Those of the deployment, as they were when the set was made.
    pub annotations: Texts,
    pub template: Value,
}

/// A replica.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Workload {
    pub name: String,
    pub labels: Texts,
    /// The set that it is of.
    pub owner: String,
    pub image: String,
    pub host: Option<String>,
    /// What the host calls it, also where the cluster does not know that the host has it.
    pub id: String,
    pub conditions: Vec<Condition>,
    pub is_going: bool,
}

/// A host.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Machine {
    /// New whenever it starts.
    pub id: String,
    pub name: String,
    pub group: Option<String>,
    /// The name that it keeps.
    pub environment: String,
    pub is_ready: bool,
}

fn part<T: DeserializeOwned + Default>(data: &Value, key: &str) -> T {
    data.get(key).and_then(|value| serde_json::from_value(value.clone()).ok()).unwrap_or_default()
}

fn owner(object: &DynamicObject) -> String {
    let mut owners = object.metadata.owner_references.iter().flatten();
    owners.next().map(|owner| owner.name.clone()).unwrap_or_default()
}

/// What a condition says.
pub fn condition<'a>(conditions: &'a [Condition], kind: &str) -> Option<&'a Condition> {
    conditions.iter().find(|one| one.kind == kind)
}

fn is_true(conditions: &[Condition], kind: &str) -> bool {
    condition(conditions, kind).is_some_and(|one| one.status == "True")
}

impl Live {
    pub fn of(object: DynamicObject) -> Self {
        let status: Status = part(&object.data, "status");
        let spec = object.data.get("spec").cloned().unwrap_or_default();
        Self {
            template: template(&spec),
            set: status.current_replica_set.map(|set| set.name),
            is_going: object.metadata.deletion_timestamp.is_some(),
            name: object.metadata.name.unwrap_or_default(),
            labels: object.metadata.labels.unwrap_or_default(),
            annotations: object.metadata.annotations.unwrap_or_default(),
        }
    }

    pub fn revision(&self) -> &str {
        self.annotations.get(REVISION).map_or("", String::as_str)
    }
}

impl Set {
    pub fn of(object: DynamicObject) -> Self {
        let spec = object.data.get("spec").cloned().unwrap_or_default();
        Self {
            owner: owner(&object),
            template: template(&spec),
            name: object.metadata.name.unwrap_or_default(),
            labels: object.metadata.labels.unwrap_or_default(),
            annotations: object.metadata.annotations.unwrap_or_default(),
        }
    }
}

/// The part of a template that says what runs; the platform adds to the rest.
fn template(spec: &Value) -> Value {
    spec.pointer("/template/spec").cloned().unwrap_or_default()
}

/// Whether everything of one value is in another, which may have more.
pub fn is_within(wanted: &Value, found: &Value) -> bool {
    match (wanted, found) {
        (Value::Object(wanted), Value::Object(found)) => {
            wanted.iter().all(|(key, value)| found.get(key).is_some_and(|found| is_within(value, found)))
        }
        (Value::Array(wanted), Value::Array(found)) => {
            wanted.len() == found.len() && wanted.iter().zip(found).all(|(one, other)| is_within(one, other))
        }
        _ => wanted == found,
    }
}

impl Workload {
    pub fn of(object: DynamicObject) -> Self {
        let status: Status = part(&object.data, "status");
        let image = object.data.pointer("/spec/components/0/image").and_then(Value::as_str);
        Self {
            owner: owner(&object),
            image: image.unwrap_or_default().to_owned(),
            host: Some(status.host_id).filter(|host| !host.is_empty()),
            id: object.metadata.uid.unwrap_or_default(),
            conditions: status.conditions,
            is_going: object.metadata.deletion_timestamp.is_some(),
            name: object.metadata.name.unwrap_or_default(),
            labels: object.metadata.labels.unwrap_or_default(),
        }
    }

    pub fn is_running(&self) -> bool {
        !self.is_going && is_true(&self.conditions, "Ready")
    }
}

impl Machine {
    pub fn of(object: DynamicObject) -> Self {
        let status: Status = part(&object.data, "status");
        let text = |key| part::<String>(&object.data, key);
        let labels: BTreeMap<String, String> = object.metadata.labels.clone().unwrap_or_default();
        Self {
            id: text("hostId"),
            name: text("hostname"),
            group: labels.get(HOST_GROUP).cloned(),
            environment: text("environment"),
            is_ready: is_true(&status.conditions, "Ready") && object.metadata.deletion_timestamp.is_none(),
        }
    }

    /// Whether a workload may run on it.
    pub fn is_of(&self, group: &str, environment: Option<&str>) -> bool {
        self.group.as_deref() == Some(group) && environment.is_none_or(|name| self.environment == name)
    }
}
