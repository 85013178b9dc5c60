//! `move`

use serde::Serialize;

use super::{Deployed, SCHEMA};
use crate::pelato;
use crate::platform::Manifest;
use crate::project::Relocation;

#[derive(Debug, Serialize)]
pub struct Moved {
    schema: u32,
    component: String,
    from: Vec<String>,
    to: Vec<String>,
    deployed: Deployed,
}

impl Moved {
    pub fn new(moved: &pelato::Moved) -> Self {
        let Relocation { component, from, to, .. } = moved.relocation.clone();
        Self { schema: SCHEMA, component, from, to, deployed: Deployed::new(&moved.deployed) }
    }
}

/// `move --dry-run`
#[derive(Debug, Serialize)]
pub struct PlannedMove {
    schema: u32,
    component: String,
    from: Vec<String>,
    to: Vec<String>,
    /// A unified diff.
    workflow: String,
    manifest: Manifest,
    deployed: Option<Manifest>,
    warnings: Vec<String>,
}

impl PlannedMove {
    /// `offline`: what is deployed is not known.
    pub fn new(planned: &pelato::PlannedMove, offline: bool) -> Self {
        let Relocation { component, from, to, .. } = planned.relocation.clone();
        Self {
            schema: SCHEMA,
            component,
            from,
            to,
            workflow: planned.workflow.diff(),
            manifest: planned.after.clone(),
            deployed: planned.before.clone().filter(|_| !offline),
            warnings: planned.warnings.clone(),
        }
    }
}
