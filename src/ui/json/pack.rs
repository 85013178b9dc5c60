//! Language packs that are added and taken away.

use std::path::Path;

use serde::Serialize;

use super::SCHEMA;
use crate::pack::{Before, Offer};

/// `pack add`
#[derive(Debug, Serialize)]
pub struct AddedPack {
    schema: u32,
    pack: String,
    folder: String,
    source: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<String>,
    content: String,
    added: bool,
}

impl AddedPack {
    /// Of an offer that was accepted, or that was there already.
    pub fn new(offer: &Offer) -> Self {
        Self {
            schema: SCHEMA,
            pack: offer.name.clone(),
            folder: offer.home.folder(&offer.name).display().to_string(),
            source: offer.pin.source.clone(),
            revision: offer.pin.revision.clone(),
            commit: offer.pin.commit.clone(),
            content: offer.pin.content.as_str().to_owned(),
            added: offer.before != Before::Same,
        }
    }
}

/// `pack remove`
#[derive(Debug, Serialize)]
pub struct RemovedPack {
    schema: u32,
    pack: String,
    folder: String,
}

impl RemovedPack {
    /// Of a pack that is gone.
    pub fn new(name: &str, folder: &Path) -> Self {
        Self { schema: SCHEMA, pack: name.to_owned(), folder: folder.display().to_string() }
    }
}
