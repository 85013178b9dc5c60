//! What `--json` prints: types of their own, so that the inside can change while these stay.
//!
//! Each document has `schema`, which rises when a field changes its meaning or goes away; new fields may come. They
//! are described in `docs/reference/json.md`.

mod brush;
mod build;
mod collection;
mod conformance;
mod deploy;
mod doctor;
mod drill;
mod evaluation;
mod explain;
mod graph;
mod letters;
mod moved;
mod pack;
mod push;
mod run;
mod traffic;
mod trust;

use std::path::Path;

use serde::Serialize;

use crate::drill::DrillError;
use crate::evaluation::{LoadError, ReadError};
use crate::files::Plan;
use crate::pelato::Left;
use crate::project::{Settings, bump};
use crate::report::{self, Severity};
use crate::ui::worded;

pub use brush::Brush;
pub use build::{Build, BuildPlan, Generated, Planned};
pub use collection::{Collection, Shown};
pub use conformance::{PackCheck, TemplateCheck};
pub use deploy::{Deployed, Deployment, Manifest, Removed, Status};
pub use doctor::Doctor;
pub use drill::Drill;
pub use evaluation::Evaluation;
pub use explain::{Explained, Topics};
pub use graph::Drawing;
pub use letters::{DeadLetter, DeadLetters, DroppedLetters, RetriedLetters};
pub use moved::{Moved, PlannedMove};
pub use pack::{AddedPack, RemovedPack};
pub use push::{Push, PushPlan};
pub use run::{Call, DispositionLine, RunLine, SentLine, StoredLine};
pub use traffic::{Heard, Logged, Sent};
pub use trust::{Allowed, Revoked};

/// Bytes as text, or else as they are: one of the two is there.
fn text_or_bytes(bytes: Vec<u8>) -> (Option<String>, Option<Vec<u8>>) {
    match String::from_utf8(bytes) {
        Ok(text) => (Some(text), None),
        Err(error) => (None, Some(error.into_bytes())),
    }
}

/// The version of all documents.
pub const SCHEMA: u32 = 1;

#[derive(Debug, Serialize)]
pub struct Problem {
    severity: &'static str,
    rule: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
    file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
}

impl Problem {
    fn new(problem: &report::Problem) -> Self {
        let position = problem.position();
        Self {
            severity: match problem.severity {
                Severity::Note => "note",
                Severity::Warning => "warning",
                Severity::Error => "error",
            },
            rule: problem.rule,
            message: worded(&problem.message).into_owned(),
            help: problem.help.as_deref().map(|help| worded(help).into_owned()),
            file: problem.source.name.clone(),
            line: position.map(|(line, _)| line),
            column: position.map(|(_, column)| column),
        }
    }
}

/// `check`, and every command that refuses a workflow.
#[derive(Debug, Serialize)]
pub struct Check {
    schema: u32,
    errors: usize,
    warnings: usize,
    problems: Vec<Problem>,
}

impl Check {
    pub fn new(report: &report::Report) -> Self {
        Self {
            schema: SCHEMA,
            errors: report.errors(),
            warnings: report.warnings(),
            problems: report.problems.iter().map(Problem::new).collect(),
        }
    }
}

/// An error that ended a command.
#[derive(Debug, Serialize)]
pub struct Failure {
    schema: u32,
    /// Stays the same when the words change; listed in `docs/reference/errors.md`.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    error: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
    exit: u8,
    /// What is wrong with the workflow or a metrics file, if that is it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<Problem>,
    /// The errors that this one is made of, if it is several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<String>,
}

impl Failure {
    pub fn new(error: &crate::Error) -> Self {
        let problems = match error {
            crate::Error::Rejected(rejected)
            | crate::Error::TaskRejected(rejected)
            | crate::Error::MoveRejected(rejected) => rejected.0.problems.iter().map(Problem::new).collect(),
            crate::Error::Load(LoadError::Read(ReadError::Invalid(problem)))
            | crate::Error::Drill(DrillError::Objective(problem)) => vec![Problem::new(problem)],
            _ => Vec::new(),
        };
        let related = miette::Diagnostic::related(error).into_iter().flatten();
        Self {
            schema: SCHEMA,
            code: error.code(),
            error: worded(&crate::text::with_causes(error, "; ")).into_owned(),
            help: miette::Diagnostic::help(error).map(|help| worded(&help.to_string()).into_owned()),
            exit: error.exit() as u8,
            problems,
            errors: related.map(|error| worded(&error.to_string()).into_owned()).collect(),
        }
    }
}

/// `config`
#[derive(Debug, Serialize)]
pub struct Config {
    schema: u32,
    settings: Vec<Setting>,
}

#[derive(Debug, Serialize)]
struct Setting {
    name: &'static str,
    value: Option<String>,
    from: String,
}

impl Config {
    /// Of the effective settings; secrets are masked.
    pub fn new(settings: &Settings) -> Self {
        let one = |effective: &crate::project::settings::Effective| Setting {
            name: effective.key.name,
            value: effective.shown().map(|value| value.into_owned()),
            from: effective.origin.to_string(),
        };
        Self { schema: SCHEMA, settings: settings.iter().map(one).collect() }
    }
}

/// `bump`
#[derive(Debug, Serialize)]
pub struct Bump {
    schema: u32,
    dry_run: bool,
    components: Vec<Bumped>,
    /// Those that need no new version, if they were looked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    left: Vec<LeftAlone>,
}

#[derive(Debug, Serialize)]
struct LeftAlone {
    component: String,
    why: String,
}

#[derive(Debug, Serialize)]
struct Bumped {
    component: String,
    old: String,
    new: String,
}

impl Bump {
    pub fn new(bumps: &[bump::Bump], left: &[Left], dry_run: bool) -> Self {
        let one = |bump: &bump::Bump| Bumped {
            component: bump.component.clone(),
            old: bump.old.to_string(),
            new: bump.new.to_string(),
        };
        let alone = |left: &Left| LeftAlone { component: left.component.clone(), why: left.why.to_string() };
        Self {
            schema: SCHEMA,
            dry_run,
            components: bumps.iter().map(one).collect(),
            left: left.iter().map(alone).collect(),
        }
    }
}

/// `new`, `add-task`, `infra`, `pack new` and `template new`
#[derive(Debug, Serialize)]
pub struct Made {
    schema: u32,
    folder: String,
    files: Vec<String>,
    /// Nothing was written: how the files would change.
    #[serde(skip_serializing_if = "Option::is_none")]
    diff: Option<String>,
}

impl Made {
    /// Of files that were written, relative to a folder.
    pub fn new(folder: &Path, files: &[String]) -> Self {
        Self { schema: SCHEMA, folder: folder.display().to_string(), files: files.to_vec(), diff: None }
    }

    /// Of files that would be written.
    pub fn planned(folder: &Path, plan: &Plan) -> Self {
        Self { diff: Some(plan.diff()), ..Self::new(folder, &plan.paths()) }
    }
}
