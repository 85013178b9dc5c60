//! What a platform is given for an application.

use serde::Serialize;

use super::DeployError;
use crate::{nats, text};

/// What a platform is given for an application: documents in its own form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The documents, in the order in which they are applied.
    pub documents: Vec<serde_json::Value>,
}

impl Manifest {
    /// Of one document.
    ///
    /// # Errors
    /// When it has no JSON form.
    pub fn of(document: &impl Serialize) -> Result<Self, DeployError> {
        let document =
            serde_json::to_value(document).map_err(|error| DeployError::Form(error.to_string()))?;
        Ok(Self { documents: vec![document] })
    }

    /// As it is written to a file.
    ///
    /// # Errors
    /// Never, as far as is known: what has a JSON form has a YAML form.
    pub fn to_yaml(&self) -> Result<String, DeployError> {
        let texts = self.shown().iter().map(text::yaml).collect::<Result<Vec<_>, _>>();
        Ok(texts.map_err(|error| DeployError::Form(error.to_string()))?.join("---\n"))
    }

    /// The documents as they may be shown and kept: without the passwords of addresses.
    fn shown(&self) -> Vec<serde_json::Value> {
        let mut documents = self.documents.clone();
        documents.iter_mut().for_each(without_passwords);
        documents
    }
}

fn without_passwords(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::String(text) if text.contains("://") && text.contains('@') => {
            *text = nats::shown(text);
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(without_passwords),
        serde_json::Value::Object(fields) => fields.values_mut().for_each(without_passwords),
        _ => {}
    }
}

/// One document is shown as itself, several as a list.
impl Serialize for Manifest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.shown().as_slice() {
            [only] => only.serialize(serializer),
            several => several.serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_is_a_document_or_a_list_of_them() {
        let document = |name: &str| serde_json::json!({ "name": name, "replicas": 2 });
        let one = Manifest { documents: vec![document("a")] };
        assert_eq!(serde_json::to_value(&one).unwrap(), document("a"));
        assert_eq!(one.to_yaml().unwrap(), "name: a\nreplicas: 2\n");
        let two = Manifest { documents: vec![document("a"), document("b")] };
        assert_eq!(serde_json::to_value(&two).unwrap(), serde_json::json!([document("a"), document("b")]));
        let secret =
            Manifest { documents: vec![serde_json::json!({ "urls": "nats://me:hunter2@a:1,nats://b" })] };
        assert!(
            !secret.to_yaml().unwrap().contains("hunter2") && secret.to_yaml().unwrap().contains("nats://b")
        );
        assert!(!serde_json::to_string(&secret).unwrap().contains("hunter2"));
        assert_eq!(two.to_yaml().unwrap(), "name: a\nreplicas: 2\n---\nname: b\nreplicas: 2\n");
    }
}
