//! What `--json` prints: types of their own, so that the inside can change while these stay.
//!
//! Each document has `schema`, which rises when a field changes its meaning or goes away; new fields may come. They
//! are described in `docs/reference/json.md`.

use std::path::Path;

use serde::Serialize;

use crate::build::Work;
use crate::catalog::{self, Unit};
use crate::host::Called;
use crate::host::observe;
use crate::pelato::{Outcome, PlannedBuild};
use crate::project::{Settings, bump};
use crate::report::{self, Severity};
use crate::{check, generate};

/// The version of all documents.
pub const SCHEMA: u32 = 1;

/// One problem.
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
            message: problem.message.clone(),
            help: problem.help.clone(),
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
    /// Of a report.
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
    error: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
    exit: u8,
}

impl Failure {
    /// Of an error.
    pub fn new(error: &crate::Error) -> Self {
        let help = miette::Diagnostic::help(error).map(|help| help.to_string());
        Self { schema: SCHEMA, error: super::with_causes(error, "; "), help, exit: error.exit() as u8 }
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
            value: effective.shown().map(str::to_owned),
            from: effective.origin.to_string(),
        };
        Self { schema: SCHEMA, settings: settings.iter().map(one).collect() }
    }
}

/// `gen --dry-run`
#[derive(Debug, Serialize)]
pub struct Planned {
    schema: u32,
    files: Vec<String>,
}

impl Planned {
    /// Of what would be generated.
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
    /// Of what was generated.
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
            (Some(why), _) => BuildStep { component: step.component, work: "compile", why: Some(why) },
            (None, Some(why)) => BuildStep { component: step.component, work: "compose", why: Some(why) },
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
}

impl Build {
    /// Of what was built; artifacts are named relative to the project.
    pub fn new(outcome: &Outcome, root: &Path) -> Self {
        let pairs = outcome.components.iter().zip(&outcome.built);
        let one = |(component, built): (&check::Component, &crate::build::Built)| {
            let (work, why) = match &built.work {
                Work::Compiled(why) => ("compiled", Some(why.clone())),
                Work::Composed(why) => ("composed", Some(why.clone())),
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
            }
        };
        Self { schema: SCHEMA, components: pairs.map(one).collect() }
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

/// `call`
#[derive(Debug, Serialize)]
pub struct Call {
    schema: u32,
    component: String,
    ok: bool,
    /// The output, if it is text.
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<String>,
    /// The output's bytes, if it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    output_bytes: Option<Vec<u8>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
    milliseconds: f64,
}

impl Call {
    /// Of a call.
    pub fn new(component: &str, called: &Called) -> Self {
        let output = called.result.as_ref().ok();
        let text = output.and_then(|bytes| String::from_utf8(bytes.clone()).ok());
        Self {
            schema: SCHEMA,
            component: component.to_owned(),
            ok: called.result.is_ok(),
            output_bytes: if text.is_none() { output.cloned() } else { None },
            output: text,
            failure: called.result.as_ref().err().map(crate::pelato::in_words),
            milliseconds: called.times.call.as_secs_f64() * 1000.0,
        }
    }
}

/// One line of `run`.
#[derive(Debug, Serialize)]
pub struct RunLine<'a> {
    /// The version of the line.
    pub schema: u32,
    /// Seconds since the workflow was started.
    pub seconds: f64,
    /// What happened: `call`, `output`, `answer`, `unread`, `dropped`, `oversized` or `bus`.
    pub event: &'static str,
    /// The message that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace: Option<String>,
    /// The component.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub component: Option<&'a str>,
    /// The how-manyth call on the message's way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hop: Option<u32>,
    /// What started the call, or what the line is about.
    pub what: String,
    /// How a call ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<&'static str>,
    /// Messages that a call sent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sent: Vec<SentLine>,
    /// How long a call or an answer took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub milliseconds: Option<f64>,
}

/// One message that a call sent.
#[derive(Debug, Serialize)]
pub struct SentLine {
    topic: String,
    bytes: usize,
    reply: bool,
}

impl SentLine {
    /// Of a message.
    pub fn new(sent: &observe::Sent) -> Self {
        Self { topic: sent.subject.clone(), bytes: sent.size, reply: sent.reply }
    }
}

/// `bump`
#[derive(Debug, Serialize)]
pub struct Bump {
    schema: u32,
    dry_run: bool,
    components: Vec<Bumped>,
}

#[derive(Debug, Serialize)]
struct Bumped {
    component: String,
    old: String,
    new: String,
}

impl Bump {
    /// Of planned bumps.
    pub fn new(bumps: &[bump::Bump], dry_run: bool) -> Self {
        let one = |bump: &bump::Bump| Bumped {
            component: bump.component.clone(),
            old: bump.old.to_string(),
            new: bump.new.to_string(),
        };
        Self { schema: SCHEMA, dry_run, components: bumps.iter().map(one).collect() }
    }
}

/// `new` and `add-task`
#[derive(Debug, Serialize)]
pub struct Made {
    schema: u32,
    folder: String,
    files: Vec<String>,
}

impl Made {
    /// Of files that were written, relative to a folder.
    pub fn new(folder: &Path, files: &[String]) -> Self {
        Self { schema: SCHEMA, folder: folder.display().to_string(), files: files.to_vec() }
    }
}

/// `pack list` and `template list`
#[derive(Debug, Serialize)]
pub struct Shelf {
    schema: u32,
    units: Vec<ShelfEntry>,
}

#[derive(Debug, Serialize)]
struct ShelfEntry {
    name: String,
    aliases: Vec<String>,
    from: String,
    summary: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    broken: Option<String>,
}

impl Shelf {
    /// Of all units of a kind, the broken ones too.
    pub fn new<T: Unit>(shelf: &catalog::Shelf<T>) -> Self {
        let sound = shelf.iter().map(|unit| ShelfEntry {
            name: unit.name().to_owned(),
            aliases: unit.aliases().to_vec(),
            from: unit.origin().to_string(),
            summary: unit.summary().to_owned(),
            broken: None,
        });
        let broken = shelf.broken().iter().map(|broken| ShelfEntry {
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
        let row = |entry: &ShelfEntry| {
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
