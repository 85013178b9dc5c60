//! Language packs and templates.

use serde::Serialize;

use super::SCHEMA;
use crate::catalog::{self, Unit};

/// `pack list` and `template list`
#[derive(Debug, Serialize)]
pub struct Collection {
    schema: u32,
    units: Vec<CollectionEntry>,
}

#[derive(Debug, Serialize)]
struct CollectionEntry {
    name: String,
    aliases: Vec<String>,
    from: String,
    summary: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    broken: Option<String>,
}

impl Collection {
    /// Of all units of a kind, the broken ones too.
    pub fn new<T: Unit>(collection: &catalog::Collection<T>) -> Self {
        let sound = collection.iter().map(|unit| CollectionEntry {
            name: unit.name().to_owned(),
            aliases: unit.aliases().to_vec(),
            from: unit.origin().to_string(),
            summary: unit.summary().to_owned(),
            broken: None,
        });
        let broken = collection.broken().iter().map(|broken| CollectionEntry {
            name: broken.name.clone(),
            aliases: Vec::new(),
            from: broken.origin.to_string(),
            summary: String::new(),
            broken: Some(broken.problem.message.clone()),
        });
        Self { schema: SCHEMA, units: sound.chain(broken).collect() }
    }

    /// For a table: name, origin, summary.
    pub fn rows(&self) -> Vec<[String; 3]> {
        let row = |entry: &CollectionEntry| {
            let name = [std::slice::from_ref(&entry.name), &entry.aliases].concat().join(", ");
            let broken = entry.broken.as_ref().map(|why| format!("BROKEN: {why}"));
            [name, entry.from.clone(), broken.unwrap_or_else(|| entry.summary.clone())]
        };
        self.units.iter().map(row).collect()
    }
}

/// `pack show` and `template show`
#[derive(Debug, Serialize)]
pub struct Shown {
    schema: u32,
    name: String,
    summary: String,
    from: String,
    folder: String,
    details: serde_json::Map<String, serde_json::Value>,
}

impl Shown {
    /// Of one unit and what there is to tell about it.
    pub fn new<T: Unit>(unit: &T, folder: String, details: &[[String; 2]]) -> Self {
        Self {
            schema: SCHEMA,
            name: unit.name().to_owned(),
            summary: unit.summary().to_owned(),
            from: unit.origin().to_string(),
            folder,
            details: details.iter().map(|[key, value]| (key.clone(), value.clone().into())).collect(),
        }
    }
}
