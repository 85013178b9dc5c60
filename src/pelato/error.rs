//! What ends a command, and its exit code.

use miette::Diagnostic;

use crate::build::{BuildError, ToolchainError};
use crate::catalog::CatalogError;
use crate::drill::DrillError;
use crate::evaluation::{LoadError, WriteError};
use crate::generate::GenerateError;
use crate::host::HostError;
use crate::infra::InfraError;
use crate::metrics::MetricsError;
use crate::pack::PackError;
use crate::platform::{Class, DeployError};
use crate::project::bump::BumpError;
use crate::project::lock_file::LockFileError;
use crate::project::settings::SettingsError;
use crate::project::{ReadError, edit::EditError};
use crate::push::PushError;
use crate::remedy::{Argument, Operation};
use crate::report::Rejected;
use crate::scaffold::ScaffoldError;
use crate::stream::StreamError;
use crate::template::TemplateError;
use crate::trust::TrustError;
use crate::{files, generate};

/// How the code of each error begins.
const PREFIX: &str = "pelato::";

/// How a command ended, for whoever called it. Documented in `docs/reference/exit-codes.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Everything that was asked for is done.
    Done = 0,
    /// Something failed that has no code of its own, such as a disk that is full.
    Failed = 1,
    /// The command line is wrong, or a value is missing and nobody could be asked.
    Usage = 2,
    /// The project, a manifest or a setting is wrong: mend the file that is named.
    Project = 3,
    /// A component could not be built, or there is no compiler.
    Build = 4,
    /// The user's function ended with an error, a trap or at a limit.
    Function = 5,
    /// A server or a port could not be used.
    Network = 6,
    /// The platform did not do what it was asked for.
    Platform = 7,
    /// The machine lacks something that the project needs.
    Machine = 8,
    /// A drill was held, and an objective of `--slo` was missed.
    Objective = 9,
}

/// Everything that can end a command.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum Error {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Read(#[from] ReadError),
    #[error("the workflow has {0}")]
    #[diagnostic(code(pelato::workflow_errors), help("{} shows them again", Operation::Check))]
    Rejected(Rejected),
    /// A task as it was asked for would make the workflow wrong.
    #[error("with this task the workflow would have {0}")]
    #[diagnostic(
        code(pelato::task_rejected),
        help("nothing was written: change the values that are shown above")
    )]
    TaskRejected(Rejected),
    /// `check` found errors, and has shown them.
    #[error("the workflow has {0}")]
    #[diagnostic(code(pelato::check_failed))]
    Checked(Rejected),
    /// `doctor` found that something is missing, and has shown what.
    #[error("this machine lacks what the project needs: {problems}")]
    #[diagnostic(code(pelato::machine_not_ready), help("{help}"))]
    MachineNotReady {
        /// How many problems there are, in words.
        problems: String,
        help: String,
    },
    #[error(transparent)]
    #[diagnostic(transparent)]
    Settings(#[from] SettingsError),
    /// There is no such pack or template.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Catalog(#[from] CatalogError),
    /// A template's texts cannot be filled in.
    #[error("the template `{template}` cannot be used")]
    #[diagnostic(code(pelato::template_text), help("fix the template, or choose another"))]
    TemplateText { template: String, source: crate::check::NeedError },
    #[error("there is no component `{name}` in the workflow")]
    #[diagnostic(code(pelato::unknown_component))]
    UnknownComponent {
        name: String,
        /// The nearest name, or all of them.
        #[help]
        help: String,
    },
    #[error(transparent)]
    #[diagnostic(transparent)]
    Generate(#[from] GenerateError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Build(#[from] BuildError),
    /// The workflow could not be deployed, or the platform did not do what it was asked for.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Deploy(#[from] DeployError),
    /// Messages cannot be kept for a component.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Stream(#[from] StreamError),
    /// A later phase needs what has not been built.
    #[error("the build of `{component}` is out of date: {why}")]
    #[diagnostic(code(pelato::not_built), help("leave {} out, or begin with {}", Argument::From, Argument::From.with("build")))]
    NotBuilt {
        component: String,
        /// What would be built, and why.
        why: String,
    },
    /// The host could not do its work.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Host(#[from] HostError),
    /// The function did not end well.
    #[error("`{component}` {how}")]
    #[diagnostic(code(pelato::function_failed))]
    Function { component: String, how: String },
    #[error(transparent)]
    #[diagnostic(transparent)]
    Scaffold(#[from] ScaffoldError),
    /// No files could be made for the machines of a cluster.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Infra(#[from] InfraError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Edit(#[from] EditError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Bump(#[from] BumpError),
    /// `pelato.lock` cannot be used.
    #[error(transparent)]
    #[diagnostic(transparent)]
    LockFile(#[from] LockFileError),
    /// Components could not be pushed, or not be looked for in their registry.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Push(PushError),
    /// A language pack cannot be made, added or used.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Pack(#[from] PackError),
    /// A template cannot be made, or does not pass.
    #[error(transparent)]
    #[diagnostic(transparent)]
    TemplateFolder(#[from] TemplateError),
    /// Something is not allowed on this machine, or that is not known.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Trust(#[from] TrustError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Prompt(#[from] PromptError),
    /// The command line makes no sense.
    #[error("{message}")]
    #[diagnostic(code(pelato::usage))]
    Usage {
        message: String,
        #[help]
        help: String,
    },
    /// A drill could not be held, or missed its objectives.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Drill(#[from] DrillError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Metrics(#[from] MetricsError),
    /// Metrics files could not be compared.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Load(#[from] LoadError),
    /// A report on metrics could not be written.
    #[error(transparent)]
    #[diagnostic(transparent)]
    WriteReport(#[from] WriteError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Write(#[from] files::FileError),
    /// It was cancelled.
    #[error("cancelled")]
    #[diagnostic(code(pelato::cancelled))]
    Cancelled,
    #[error("{what}")]
    #[diagnostic(code(pelato::system), help("{help}"))]
    System { what: String, help: String, source: std::io::Error },
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum PromptError {
    #[error("missing value{}: {}", plural(.values), joined(.values, "; ", |value| value.what.clone()))]
    #[diagnostic(
        code(pelato::prompt::missing),
        help(
            "give {0}, as with {1}; on a terminal, and without {2}, PELATO asks for {0}",
            if values.len() == 1 { "it" } else { "them" },
            joined(values, ", ", |value| format!("`{}`", value.answer)),
            Argument::NoInput
        )
    )]
    Missing { values: Vec<MissingValue> },
    #[error("no answer: nothing was written")]
    #[diagnostic(code(pelato::prompt::cancelled))]
    Cancelled,
    #[error("the answer was no: nothing was written")]
    #[diagnostic(code(pelato::prompt::declined))]
    Declined,
    #[error("consent was refused: nothing was written")]
    #[diagnostic(code(pelato::prompt::refused))]
    Refused,
    #[error("cannot ask on this terminal: {0}")]
    #[diagnostic(code(pelato::prompt::terminal), help("give all values as arguments"))]
    Terminal(String),
}

/// A value that nobody gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingValue {
    pub what: String,
    /// How the front end takes the value, with an example.
    pub answer: String,
}

impl MissingValue {
    pub fn new(what: &str, answer: &str) -> Self {
        Self { what: what.to_owned(), answer: answer.to_owned() }
    }
}

impl From<MissingValue> for PromptError {
    fn from(value: MissingValue) -> Self {
        Self::Missing { values: vec![value] }
    }
}

fn plural(values: &[MissingValue]) -> &'static str {
    if values.len() == 1 { "" } else { "s" }
}

fn joined(values: &[MissingValue], between: &str, word: impl Fn(&MissingValue) -> String) -> String {
    values.iter().map(word).collect::<Vec<_>>().join(between)
}

impl From<PushError> for Error {
    fn from(error: PushError) -> Self {
        match error {
            PushError::Cancelled => Self::Cancelled,
            other => Self::Push(other),
        }
    }
}

impl From<generate::PlanError> for Error {
    fn from(error: generate::PlanError) -> Self {
        Self::Generate(error.into())
    }
}

impl From<ToolchainError> for Error {
    fn from(error: ToolchainError) -> Self {
        Self::Build(error.into())
    }
}

impl Error {
    /// Whether the operation was cancelled.
    pub fn is_cancelled(&self) -> bool {
        matches!(
            self,
            Self::Cancelled | Self::Build(BuildError::Cancelled) | Self::Trust(TrustError::Cancelled)
        )
    }

    /// Names the kind of error for programs: it stays the same when the words change. Listed in
    /// `docs/reference/errors.md`. Where the error is a problem in a file, the code is the problem's rule.
    pub fn code(&self) -> Option<String> {
        let code = Diagnostic::code(self)?.to_string();
        Some(if code.starts_with(PREFIX) {
            code
        } else {
            format!("{PREFIX}rule::{}", code.replace('-', "_"))
        })
    }

    pub fn exit(&self) -> Exit {
        match self {
            Self::Settings(SettingsError::Postgres(error)) if error.is_network() => Exit::Network,
            Self::Read(_)
            | Self::Rejected(_)
            | Self::Checked(_)
            | Self::Settings(_)
            | Self::Catalog(_)
            | Self::TemplateText { .. }
            | Self::UnknownComponent { .. }
            | Self::Edit(_)
            | Self::Bump(_) => Exit::Project,
            Self::Load(LoadError::Read(_)) => Exit::Project,
            Self::Load(_) => Exit::Usage,
            Self::Push(PushError::LockFile(error)) | Self::LockFile(error) => match error {
                LockFileError::Write(_) => Exit::Failed,
                _ => Exit::Project,
            },
            Self::Pack(error) if error.is_network() => Exit::Network,
            Self::Pack(error) if error.is_usage() => Exit::Usage,
            Self::Pack(error) if error.is_project() => Exit::Project,
            Self::TemplateFolder(error) if error.is_usage() => Exit::Usage,
            Self::TemplateFolder(error) if error.is_project() => Exit::Project,
            Self::Push(error) if error.is_network() => Exit::Network,
            Self::Push(PushError::Unreadable { .. }) => Exit::Failed,
            Self::Push(_) => Exit::Project,
            Self::Generate(GenerateError::Plan(_)) => Exit::Project,
            Self::Build(BuildError::Cancelled | BuildError::Trust(_)) => Exit::Failed,
            Self::Build(_) | Self::NotBuilt { .. } => Exit::Build,
            Self::MachineNotReady { .. } => Exit::Machine,
            Self::Function { .. } => Exit::Function,
            Self::Host(error) if is_network(error) => Exit::Network,
            Self::Stream(StreamError::Nats(error)) if !error.is_network() => Exit::Project,
            Self::Stream(_) => Exit::Network,
            Self::Deploy(error) => match error.class() {
                Class::Unreachable | Class::Network => Exit::Network,
                Class::Project => Exit::Project,
                Class::Platform => Exit::Platform,
            },
            Self::Drill(error) if error.is_network() => Exit::Network,
            Self::Drill(error) if error.is_value() => Exit::Usage,
            Self::Drill(DrillError::NoProbeArrived { .. } | DrillError::NoMark { .. }) => Exit::Platform,
            Self::Drill(DrillError::Missed { .. }) => Exit::Objective,
            Self::Drill(DrillError::Nats(_)) => Exit::Project,
            Self::Host(HostError::PathTaken { .. } | HostError::Nats(_) | HostError::Postgres(_)) => {
                Exit::Project
            }
            Self::Host(HostError::NoDatabase { .. }) => Exit::Usage,
            Self::Prompt(PromptError::Missing { .. }) | Self::Usage { .. } | Self::TaskRejected(_) => {
                Exit::Usage
            }
            Self::Trust(TrustError::Broken(_)) => Exit::Project,
            Self::Trust(TrustError::NotAllowed { .. } | TrustError::Unknown { .. }) => Exit::Usage,
            Self::Scaffold(error) if is_value(error) => Exit::Usage,
            Self::Infra(error) if error.is_value() => Exit::Usage,
            Self::Prompt(_)
            | Self::Trust(_)
            | Self::Pack(_)
            | Self::TemplateFolder(_)
            | Self::Generate(_)
            | Self::Host(_)
            | Self::Scaffold(_)
            | Self::Infra(_)
            | Self::Drill(_)
            | Self::Metrics(_)
            | Self::Write(_)
            | Self::WriteReport(_)
            | Self::Cancelled
            | Self::System { .. } => Exit::Failed,
        }
    }
}

/// Whether a value that was given is at fault, not the folder or the disk.
fn is_value(error: &ScaffoldError) -> bool {
    matches!(
        error,
        ScaffoldError::Name { .. }
            | ScaffoldError::Title { .. }
            | ScaffoldError::Empty { .. }
            | ScaffoldError::NoTarget
            | ScaffoldError::Target { .. }
            | ScaffoldError::UnknownParameter { .. }
            | ScaffoldError::MissingParameters { .. }
            | ScaffoldError::Value { .. }
    )
}

/// Whether a server or a port is at fault, not a component.
fn is_network(error: &HostError) -> bool {
    match error {
        HostError::Nats(error) => return error.is_network(),
        HostError::Postgres(error) => return error.is_network(),
        _ => {}
    }
    matches!(
        error,
        HostError::AddressTaken { .. }
            | HostError::Bind { .. }
            | HostError::NoTable { .. }
            | HostError::Bucket { .. }
            | HostError::NoJetStream { .. }
            | HostError::Bus { .. }
            | HostError::Disconnected { .. }
            | HostError::Unconfirmed { .. }
            | HostError::Unsent { .. }
            | HostError::Unreadable { .. }
            | HostError::NoReader { .. }
            | HostError::NoAnswer { .. }
    )
}
