//! What a user allows.

use serde::Serialize;

use super::SCHEMA;
use crate::trust::{Entry, Grant, Identity};

/// `trust list`
#[derive(Debug, Serialize)]
pub struct Allowed {
    schema: u32,
    allowed: Vec<Row>,
}

/// `trust revoke`
#[derive(Debug, Serialize)]
pub struct Revoked {
    schema: u32,
    revoked: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
    id: String,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    folder: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<String>,
    since: String,
    #[serde(skip)]
    what: String,
}

impl Allowed {
    /// Of everything that is allowed.
    pub fn new(entries: &[Entry]) -> Self {
        Self { schema: SCHEMA, allowed: entries.iter().map(Row::new).collect() }
    }

    /// The rows of a table: id, kind, what it is, since when.
    pub fn rows(&self) -> Vec<[String; 4]> {
        let row = |row: &Row| [row.id.clone(), row.kind.to_owned(), row.what.clone(), row.since.clone()];
        self.allowed.iter().map(row).collect()
    }
}

impl Revoked {
    /// Of what is no longer allowed.
    pub fn new(entries: &[Entry]) -> Self {
        Self { schema: SCHEMA, revoked: entries.iter().map(Row::new).collect() }
    }
}

impl Row {
    fn new(entry: &Entry) -> Self {
        let Entry { grant, since } = entry;
        let row = Self {
            id: grant.id(),
            kind: grant.kind(),
            name: None,
            folder: None,
            address: None,
            content: None,
            since: since.clone(),
            what: grant.to_string(),
        };
        match grant.clone() {
            Grant::Pack { name, content } => Self { name: Some(name), content: Some(content), ..row },
            Grant::Task { component, project, content } => {
                Self { name: Some(component), folder: Some(project), content: Some(content), ..row }
            }
            Grant::Folder(Identity { path, .. }) => Self { folder: Some(path), ..row },
            Grant::Secret { setting, address } => Self { name: Some(setting), address: Some(address), ..row },
        }
    }
}
