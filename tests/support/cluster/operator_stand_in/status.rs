//! The status of an object and the conditions in it.

use std::ops::ControlFlow;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

/// What one condition comes to.
pub enum Outcome {
    True,
    /// True, and what follows is for the next time: the object has changed.
    Done,
    False(String),
    Unknown(String),
}

/// The status of an object, as it was and as it becomes.
pub struct Status {
    was: Value,
    is: Map<String, Value>,
}

impl Status {
    pub fn of(object: &Value) -> Self {
        let is = object["status"].as_object().cloned().unwrap_or_default();
        Self { was: object["status"].clone(), is }
    }

    pub fn get(&self, field: &str) -> &Value {
        self.is.get(field).unwrap_or(&Value::Null)
    }

    /// Null takes a field away.
    pub fn set(&mut self, field: &str, value: impl Into<Value>) {
        self.is.insert(field.to_owned(), value.into());
    }

    pub fn condition(&self, kind: &str) -> &Value {
        let conditions = self.get("conditions").as_array();
        let found = conditions.and_then(|all| all.iter().find(|condition| condition["type"] == kind));
        found.unwrap_or(&Value::Null)
    }

    pub fn is_true(&self, kind: &str) -> bool {
        self.condition(kind)["status"] == "True"
    }

    /// When a condition last became something else.
    pub fn since(&self, kind: &str) -> Option<DateTime<Utc>> {
        self.condition(kind)["lastTransitionTime"].as_str()?.parse().ok()
    }

    /// Sets a condition. The first one that has changed is the last that is looked at: the others are for the next time.
    pub fn note(&mut self, kind: &str, outcome: Outcome) -> ControlFlow<()> {
        let (status, reason, message, is_done) = match outcome {
            Outcome::True => ("True", "Available", String::new(), false),
            Outcome::Done => ("True", "Available", String::new(), true),
            Outcome::False(message) => ("False", "Reconcile", message, false),
            Outcome::Unknown(message) => {
                ("Unknown", "Reconcile", format!("status unknown: {message}"), false)
            }
        };
        let old = self.condition(kind);
        let text = |field: &str| old[field].as_str().unwrap_or_default();
        let is_same = (text("status"), text("message")) == (status, &*message);
        if !is_same {
            let time = Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true);
            let mut new =
                json!({ "type": kind, "status": status, "reason": reason, "lastTransitionTime": time });
            if !message.is_empty() {
                new["message"] = message.into();
            }
            let mut all = self.get("conditions").as_array().cloned().unwrap_or_default();
            match all.iter_mut().find(|condition| condition["type"] == kind) {
                Some(old) => *old = new,
                None => all.push(new),
            }
            self.set("conditions", all);
        }
        if is_done || !is_same { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// The fields that have changed; none if none has.
    pub fn changed(&self) -> Option<Value> {
        let changed = self.is.iter().filter(|(field, value)| self.was[*field] != **value);
        let changed: Map<_, _> = changed.map(|(field, value)| (field.clone(), value.clone())).collect();
        (!changed.is_empty()).then_some(changed.into())
    }
}
