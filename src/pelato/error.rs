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
use crate::platform::DeployError;
use crate::project::bump::BumpError;
use crate::project::lock_file::LockFileError;
use crate::project::relocation::RelocationError;
use crate::project::settings::{ENV_FILE, SECRET_PREFIX, SettingsError};
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
    /// A component cannot have the targets that it was to be moved to.
    #[error("with these targets the workflow would have {0}")]
    #[diagnostic(
        code(pelato::move_rejected),
        help("nothing was changed: fix what is shown above, or name other targets")
    )]
    MoveRejected(Rejected),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Relocation(#[from] RelocationError),
    /// The cluster has accepted what the workflow does not say.
    #[error("the cluster moves `{component}`, but workflow.yaml could not be changed")]
    #[diagnostic(
        code(pelato::move_unwritten),
        help(
            "write `targets: [{targets}]` into its task yourself: else the next {} moves it back",
            Operation::Deploy
        )
    )]
    MoveUnwritten { component: String, targets: String, source: files::FileError },
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
    /// `status` found that not everything runs, and has shown what.
    #[error("not everything runs: {status}")]
    #[diagnostic(
        code(pelato::not_running),
        help(
            "each part that does not run has its reason beside it; {} checks the machine and the cluster",
            Operation::Doctor
        )
    )]
    NotRunning {
        /// How much of it runs, in words.
        status: String,
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
    /// A function is to be given a secret whose value is not known here.
    #[error("`{component}` needs the secret `{name}`, which is neither in {ENV_FILE} nor in the environment")]
    #[diagnostic(
        code(pelato::unknown_secret),
        help("add a line `{name}=…` to {ENV_FILE}, or set {SECRET_PREFIX}{name} in the environment")
    )]
    UnknownSecret { component: String, name: String },
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
    #[error("`{component}` has no dead letters: each of its messages is delivered once at most")]
    #[diagnostic(
        code(pelato::no_dead_letters),
        help("only tasks with `delivery: at-least-once` have dead letters")
    )]
    NoDeadLetters { component: String },
    /// Several components share the topic.
    #[error("the dead letter {number} is of `{other}`, not of `{component}`")]
    #[diagnostic(code(pelato::dead_letter_of_other), help("name `{other}` instead"))]
    DeadLetterOfOther { number: u64, component: String, other: String },
    #[error("the dead letter {number} of `{component}` does not say which topic it had been sent to")]
    #[diagnostic(
        code(pelato::dead_letter_unaddressed),
        help("name the topic with {}; the component reads `{topics}`", Argument::To)
    )]
    DeadLetterUnaddressed { number: u64, component: String, topics: String },
    #[error("no {} of this project is running", Operation::Run)]
    #[diagnostic(
        code(pelato::no_run),
        help(
            "start it, or name a NATS server with {}: it need not be the one of this project's settings",
            Argument::Nats
        )
    )]
    NoRun,
    /// The stream's acknowledgement is no reply.
    #[error(
        "the message is sent, but there is no reply: the stream `{stream}` stores what is sent to `{topic}`"
    )]
    #[diagnostic(
        code(pelato::stored_topic),
        help(
            "leave {} out: nobody replies to a message that is stored; {} shows what comes of it",
            Argument::Reply,
            Operation::Tail
        )
    )]
    StoredTopic { topic: String, stream: String },
    /// A workflow that runs could not do what it was asked for.
    #[error("{message}")]
    #[diagnostic(code(pelato::running))]
    Running {
        message: String,
        #[help]
        help: Option<String>,
    },
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
    /// A flow was to be run to its end, and functions did not end well on the way.
    #[error("calls that failed: {count}")]
    #[diagnostic(code(pelato::calls_failed), help("the output above says which, and why"))]
    CallsFailed { count: usize },
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
}
