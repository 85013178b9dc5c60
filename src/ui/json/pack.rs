//! Language packs that are added, taken away and checked.

use std::path::Path;

use serde::Serialize;

use super::SCHEMA;
use crate::pack::check::{Outcome, Verdict};
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

/// `pack check`
#[derive(Debug, Serialize)]
pub struct PackCheck {
    schema: u32,
    pack: String,
    passes: bool,
    checks: Vec<OneCheck>,
}

#[derive(Debug, Serialize)]
struct OneCheck {
    check: &'static str,
    result: &'static str,
    seconds: f64,
    reason: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
}

impl PackCheck {
    /// Of all checks.
    pub fn new(pack: &str, outcomes: &[Outcome]) -> Self {
        let one = |outcome: &Outcome| OneCheck {
            check: outcome.check,
            result: match outcome.verdict {
                Verdict::Passed => "passed",
                Verdict::Skipped => "skipped",
                Verdict::Failed => "failed",
            },
            // Microseconds say nothing here.
            seconds: (outcome.time.as_secs_f64() * 1000.0).round() / 1000.0,
            reason: outcome.reason.clone(),
            help: outcome.help.clone(),
        };
        Self {
            schema: SCHEMA,
            pack: pack.to_owned(),
            passes: outcomes.iter().all(|outcome| outcome.verdict != Verdict::Failed),
            checks: outcomes.iter().map(one).collect(),
        }
    }
}
