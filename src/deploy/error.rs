//! Why a workflow cannot be deployed, or what the lattice did not do.

use std::fmt;
use std::time::Duration;

use crate::check::NeedError;
use crate::nats::NatsError;
use crate::remedy::{Argument, Operation};

/// Something that went wrong in the lattice, in its own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The component or provider.
    pub part: String,
    /// What the lattice said.
    pub words: String,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.part, self.words)
    }
}

/// Why a workflow cannot be deployed, or what the lattice did not do.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum DeployError {
    #[error("the workflow has no tasks: there is nothing to deploy")]
    #[diagnostic(
        code(pelato::deploy::empty),
        help("add a task with {}, or remove the application with {}", Operation::AddTask, Operation::Remove)
    )]
    Empty,
    /// The project's name has nothing that a lattice takes.
    #[error("the project name `{project}` has no letter or digit that an application name may contain")]
    #[diagnostic(
        code(pelato::deploy::no_usable_name),
        help("write `project_name` in workflow.yaml with letters a to z or digits")
    )]
    Nameless { project: String },
    /// No provider is known for an interface.
    #[error("`{component}` needs {interface}, for which no provider is known")]
    #[diagnostic(
        code(pelato::deploy::no_provider),
        help("the template `{template}` can be used with {} only", Operation::Run)
    )]
    NoProvider { component: String, template: String, interface: String },
    /// Hosts do not have a provider of this kind.
    #[error("{setting} is `builtin`, but hosts have no built-in provider for it")]
    #[diagnostic(
        code(pelato::deploy::no_built_in_provider),
        help("name an image, such as {setting}={default}")
    )]
    NotBuiltIn { setting: &'static str, default: &'static str },
    /// A template's text cannot be filled in.
    #[error("the template `{template}` cannot be used")]
    #[diagnostic(code(pelato::deploy::template), help("fix the template, or choose another"))]
    Template { template: String, source: NeedError },
    #[error(transparent)]
    #[diagnostic(transparent)]
    Nats(NatsError),
    /// The NATS server does not answer.
    #[error("{0}")]
    #[diagnostic(
        code(pelato::deploy::unreachable),
        help(
            "check that it is running and that NATS_HOST and NATS_PORT are correct: {} shows where they come from",
            Operation::Config
        )
    )]
    Unreachable(String),
    /// The NATS server does not let us in.
    #[error("{0}")]
    #[diagnostic(
        code(pelato::deploy::unauthorized),
        help(
            "check NATS_USER and NATS_PASSWORD, or the file that NATS_CREDS names: {} shows where they come from",
            Operation::Config
        )
    )]
    NotLetIn(String),
    #[error("the registry does not have {images}")]
    #[diagnostic(
        code(pelato::deploy::not_pushed),
        help("{} builds and pushes them; {} does all of it", Operation::Push, Operation::Brush)
    )]
    NotPushed { images: String },
    #[error("wadm does not answer for the lattice `{lattice}` at {server}{old}")]
    #[diagnostic(
        code(pelato::deploy::no_wadm),
        help(
            "start wadm next to the NATS server (see docs/infrastructure.md), or correct LATTICE, NATS_HOST and NATS_PORT"
        )
    )]
    NoWadm {
        lattice: String,
        server: String,
        /// That the server is too old for wadm, if it is.
        old: String,
    },
    /// The connection to the lattice was lost.
    #[error("the connection to the lattice `{lattice}` was lost: {message}")]
    #[diagnostic(
        code(pelato::deploy::connection_lost),
        help(
            "the request may or may not have been carried out: {} shows it; {} can be repeated",
            Operation::Status,
            Operation::Deploy
        )
    )]
    Lost { lattice: String, message: String },
    #[error("unexpected response from wadm: {message}")]
    #[diagnostic(
        code(pelato::deploy::unexpected_response),
        help("PELATO supports wadm 0.21: check which version is running")
    )]
    Reply { message: String },
    #[error("wadm rejected the request to {what}: {message}")]
    #[diagnostic(code(pelato::deploy::refused), help("{} shows the manifest", Operation::Deploy.with(Argument::DryRun)))]
    Refused { what: &'static str, message: String },
    #[error("`{name}` in the lattice `{lattice}` {how}")]
    #[diagnostic(
        code(pelato::deploy::application_taken),
        help(
            "give this project another `project_name` in workflow.yaml; or take the application over with {}",
            Argument::Force
        )
    )]
    Foreign { name: String, lattice: String, how: String },
    /// Others listen where we want to.
    #[error("port {port} on hosts of {target} is already used by the application `{other}`")]
    #[diagnostic(
        code(pelato::deploy::port_taken),
        help("give the tasks another `http: {{port: …}}` in workflow.yaml")
    )]
    PortTaken {
        port: String,
        target: String,
        /// The application that has it.
        other: String,
    },
    /// There is no such application.
    #[error("`{name}` is not deployed in the lattice `{lattice}`")]
    #[diagnostic(
        code(pelato::deploy::not_deployed),
        help("deploy it with {}; {} shows which lattice is used", Operation::Deploy, Operation::Config)
    )]
    NotDeployed { name: String, lattice: String },
    /// There is nothing to go back to.
    #[error("there is no manifest of `{name}` before {version}")]
    #[diagnostic(code(pelato::deploy::no_earlier_version), help("{known}"))]
    NothingBefore { name: String, version: String, known: String },
    #[error("there is no version `{version}` of `{name}`")]
    #[diagnostic(code(pelato::deploy::no_such_version))]
    NoSuchVersion {
        name: String,
        version: String,
        #[help]
        help: String,
    },
    #[error("the lattice could not run all of `{name}`{}", listed(.reasons))]
    #[diagnostic(code(pelato::deploy::failed), help("{help}"))]
    Failed {
        name: String,
        /// What went wrong, part by part.
        reasons: Vec<Reason>,
        help: String,
    },
    #[error("after {} s `{name}` is not fully running{}", .waited.as_secs(), listed(.reasons))]
    #[diagnostic(code(pelato::deploy::timeout), help("{help}"))]
    TooSlow {
        name: String,
        waited: Duration,
        /// What is missing, part by part.
        reasons: Vec<Reason>,
        help: String,
    },
    /// It does not go away.
    #[error("after {} s parts of `{name}` are still running: {left}", .waited.as_secs())]
    #[diagnostic(
        code(pelato::deploy::still_running),
        help(
            "wait and call {} again; the lattice forgets a host that is permanently gone by itself",
            Operation::Remove
        )
    )]
    StillThere { name: String, waited: Duration, left: String },
    #[error("the manifest cannot be written")]
    #[diagnostic(
        code(pelato::deploy::manifest),
        help("this is a bug in PELATO: please report it with your workflow.yaml")
    )]
    Yaml(#[from] serde_yaml::Error),
}

impl From<NatsError> for DeployError {
    fn from(cause: NatsError) -> Self {
        match cause {
            NatsError::Unreachable { .. } => Self::Unreachable(cause.to_string()),
            NatsError::Auth { .. } => Self::NotLetIn(cause.to_string()),
            other => Self::Nats(other),
        }
    }
}

fn listed(reasons: &[Reason]) -> String {
    reasons.iter().map(|reason| format!("\n  {reason}")).collect()
}

impl DeployError {
    /// Whether a server could not be used, rather than the project or the lattice being at fault.
    pub fn is_network(&self) -> bool {
        matches!(
            self,
            Self::Nats(_)
                | Self::Unreachable(_)
                | Self::NotLetIn(_)
                | Self::NoWadm { .. }
                | Self::Lost { .. }
        )
    }

    /// Whether the project has to be changed.
    pub fn is_project(&self) -> bool {
        matches!(
            self,
            Self::Empty
                | Self::Nameless { .. }
                | Self::NoProvider { .. }
                | Self::NotBuiltIn { .. }
                | Self::Template { .. }
                | Self::NotPushed { .. }
                | Self::PortTaken { .. }
        )
    }
}
