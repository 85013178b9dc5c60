//! What events consist of.

use std::time::Duration;

use serde::{Serialize, Serializer};

use super::Reason;

/// An operation of the facade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "they are named after the facade's methods")]
pub enum OperationKind {
    Generate,
    PlanBuild,
    Build,
    Changed,
    PlanPush,
    Push,
    PlanDeploy,
    Deploy,
    PlanMove,
    Move,
    Status,
    Rollback,
    Remove,
    Brush,
    Run,
    Call,
    Drill,
    DeadLetters,
    RetryDeadLetters,
    DropDeadLetters,
    Send,
    Tail,
    Logs,
    Machine,
    Fix,
    CheckPack,
    CheckTemplate,
}

/// How an operation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ended {
    /// It did what it was asked for.
    Done,
    /// It gave an error.
    Failed,
    /// It was cancelled or dropped.
    Cancelled,
}

/// What is done to components.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Sources are written.
    Gen,
    /// They are compiled and composed.
    Build,
    /// They are pushed.
    Push,
    /// They are deployed.
    Deploy,
    /// A pack or a template is checked.
    Check,
}

/// What came of the work on a component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Change {
    /// It was up to date.
    Unchanged,
    /// It was compiled and composed.
    Compiled {
        /// Why.
        reason: Reason,
        /// The artifact's size.
        bytes: u64,
    },
    /// It was only composed.
    Composed {
        /// Why.
        reason: Reason,
        /// The artifact's size.
        bytes: u64,
    },
    /// It was pushed.
    Pushed {
        /// Its image.
        image: String,
        /// The component's size.
        bytes: u64,
    },
    /// It runs.
    Running {
        /// Its version.
        version: String,
        /// The names of its hosts.
        hosts: Vec<String>,
    },
    /// It was checked.
    Checked {
        /// What was found.
        verdict: Verdict,
    },
}

/// What was found by a check of a pack or a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It is as it has to be.
    Passed,
    /// It could not be found out.
    Skipped,
    /// It is not.
    Failed,
}

/// What compiles, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum ChosenBy {
    /// A fitting compiler is on this machine.
    Local {
        /// Its program.
        program: String,
    },
    /// None is, and a container engine answers.
    Container {
        /// The program that is not here.
        program: String,
        /// The engine's address.
        engine: String,
    },
    /// There is neither: the pack's pinned one is used.
    Pinned {
        /// Its program.
        program: String,
    },
}

/// Where a compiler is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Location {
    /// On this machine.
    Local {
        /// The program's file.
        program: String,
    },
    /// In an image.
    Image {
        /// The image.
        image: String,
        /// The engine's address.
        engine: String,
        /// The digest of the image's content.
        digest: String,
    },
}

/// Why the components that ran before go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum OldVersion {
    /// The workflow has errors, which are told by events of their own.
    Workflow,
    /// The new ones cannot be built or started.
    Failed {
        /// The error.
        error: String,
    },
}

/// Something that makes a machine fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Fix {
    /// Make a folder.
    Folder {
        /// Its path.
        path: String,
    },
    /// Copy the template of the settings.
    EnvFile {
        /// The file that is made.
        file: String,
    },
    /// Install a compiler.
    Compiler {
        /// Its program.
        program: String,
        /// What is run.
        command: String,
    },
    /// Fetch a toolchain image.
    Image {
        /// The image.
        image: String,
    },
}

/// By what a fault was noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultSign {
    /// A message is missing.
    Probe,
    /// A host does not answer any more.
    Host,
    /// A person reported it.
    Reported,
}

/// How important something is that the command line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// For those who ask for more.
    Detail,
    /// A person should know it.
    Info,
    /// Allowed, but probably not meant.
    Warning,
    /// What a function wrote.
    Output,
}

/// Milliseconds, to the microsecond.
pub(super) fn milliseconds<S: Serializer>(time: &Duration, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_f64(time.as_micros() as f64 / 1e3)
}
