//! `gen` and `build`.

use std::path::Path;

use serde::Serialize;

use super::SCHEMA;
use super::push::PushedImage;
use crate::build::Work;
use crate::pelato::{Outcome, PlannedBuild};
use crate::push::Pushed;
use crate::{check, generate};

/// `gen --dry-run`
#[derive(Debug, Serialize)]
pub struct Planned {
    schema: u32,
    files: Vec<String>,
}

impl Planned {
    pub fn new(planned: &[generate::Planned]) -> Self {
        Self { schema: SCHEMA, files: planned.iter().flat_map(|one| one.paths()).collect() }
    }
}

/// `gen`
#[derive(Debug, Serialize)]
pub struct Generated {
    schema: u32,
    components: Vec<String>,
    written: Vec<String>,
    removed: Vec<String>,
    unchanged: usize,
}

impl Generated {
    pub fn new(components: &[check::Component], generated: &generate::Generated) -> Self {
        Self {
            schema: SCHEMA,
            components: components.iter().map(|component| component.name.clone()).collect(),
            written: generated.written.clone(),
            removed: generated.removed.clone(),
            unchanged: generated.unchanged,
        }
    }
}

/// `build --dry-run`
#[derive(Debug, Serialize)]
pub struct BuildPlan {
    schema: u32,
    components: Vec<BuildStep>,
}

#[derive(Debug, Serialize)]
struct BuildStep {
    component: String,
    work: &'static str,
    why: Option<String>,
}

impl BuildPlan {
    /// Of what would be built.
    pub fn new(planned: Vec<PlannedBuild>) -> Self {
        let one = |step: PlannedBuild| match (step.compile, step.compose) {
            (Some(why), _) => {
                BuildStep { component: step.component, work: "compile", why: Some(why.to_string()) }
            }
            (None, Some(why)) => {
                BuildStep { component: step.component, work: "compose", why: Some(why.to_string()) }
            }
            (None, None) => BuildStep { component: step.component, work: "nothing", why: None },
        };
        Self { schema: SCHEMA, components: planned.into_iter().map(one).collect() }
    }

    /// For a table: component, work, why.
    pub fn rows(&self) -> Vec<[String; 3]> {
        let row = |step: &BuildStep| {
            [step.component.clone(), step.work.to_owned(), step.why.clone().unwrap_or_default()]
        };
        self.components.iter().map(row).collect()
    }
}

/// `build`
#[derive(Debug, Serialize)]
pub struct Build {
    schema: u32,
    components: Vec<BuiltComponent>,
}

#[derive(Debug, Serialize)]
struct BuiltComponent {
    component: String,
    version: String,
    artifact: String,
    bytes: u64,
    sha256: String,
    work: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    seconds: f64,
    #[serde(flatten)]
    pushed: Option<PushedImage>,
}

impl Build {
    /// Of what was built; artifacts are named relative to the project.
    pub fn new(outcome: &Outcome, root: &Path) -> Self {
        let pairs = outcome.components.iter().zip(&outcome.built);
        let one = |(component, built): (&check::Component, &crate::build::Built)| {
            let (work, why) = match &built.work {
                Work::Compiled(why) => ("compiled", Some(why.to_string())),
                Work::Composed(why) => ("composed", Some(why.to_string())),
                Work::Nothing => ("unchanged", None),
            };
            let artifact = built.artifact.strip_prefix(root).unwrap_or(&built.artifact);
            BuiltComponent {
                component: built.component.clone(),
                version: component.version.to_string(),
                artifact: artifact.display().to_string(),
                bytes: built.bytes,
                sha256: built.sha256.clone(),
                work,
                why,
                seconds: (built.elapsed.as_secs_f64() * 1000.0).round() / 1000.0,
                pushed: None,
            }
        };
        Self { schema: SCHEMA, components: pairs.map(one).collect() }
    }

    #[must_use]
    pub fn with_pushed(mut self, pushed: &[Pushed]) -> Self {
        for component in &mut self.components {
            let pushed = pushed.iter().find(|pushed| pushed.component == component.component);
            component.pushed = pushed.map(PushedImage::new);
        }
        self
    }

    /// For the table of `brush`: component, version, size, work, push, digest.
    pub(super) fn brushed(&self) -> Vec<[String; 6]> {
        let row = |built: &BuiltComponent| {
            let [push, digest] =
                built.pushed.as_ref().map_or(["-".to_owned(), "-".to_owned()], PushedImage::brief);
            let size = format!("{:.2} MB", built.bytes as f64 / 1e6);
            [built.component.clone(), built.version.clone(), size, built.work.to_owned(), push, digest]
        };
        self.components.iter().map(row).collect()
    }

    /// For a table: component, version, size, work, time, why.
    pub fn rows(&self) -> Vec<[String; 6]> {
        let row = |built: &BuiltComponent| {
            [
                built.component.clone(),
                built.version.clone(),
                format!("{:.2} MB", built.bytes as f64 / 1e6),
                built.work.to_owned(),
                format!("{:.2} s", built.seconds),
                built.why.clone().unwrap_or_default(),
            ]
        };
        self.components.iter().map(row).collect()
    }
}
