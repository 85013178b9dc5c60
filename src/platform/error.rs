//! Why a workflow cannot be deployed, or what the platform did not do.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use miette::Diagnostic;

use super::Problem;
use crate::check::NeedError;

/// Why a workflow cannot be deployed, or what the platform did not do.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum DeployError {
    /// There is nothing to deploy.
    #[error("the workflow has no tasks: there is nothing to deploy")]
    #[diagnostic(help(
        "add a task with `pelato add-task`, or take the application away with `pelato remove`"
    ))]
    Empty,
    /// The project's name has nothing that a platform takes.
    #[error("the project name `{project}` has no letter or digit that a cluster takes")]
    #[diagnostic(help("give it one in workflow.yaml: letters a to z and digits"))]
    Nameless {
        /// The name.
        project: String,
    },
    /// A template's text cannot be filled in.
    #[error("the template `{template}` cannot be used")]
    #[diagnostic(help("mend the template, or choose another"))]
    Template {
        /// The template.
        template: String,
        /// What is wrong.
        source: NeedError,
    },
    /// Images are not in the registry.
    #[error("the registry does not have {images}")]
    #[diagnostic(help("`pelato push` builds and pushes them; `pelato brush` does all of it"))]
    NotPushed {
        /// The images.
        images: String,
    },
    /// The platform does not answer in time.
    #[error("{server} at {address} cannot be reached: no answer within {seconds} s")]
    #[diagnostic(help("is it running, and is the address right? `pelato config` shows where it comes from"))]
    NoAnswer {
        /// What is there: `the NATS server`.
        server: &'static str,
        /// Its address, without passwords.
        address: String,
        /// How long it was waited for.
        seconds: u64,
    },
    /// The connection to the platform was lost.
    #[error("the connection to {place} was lost: {message}")]
    #[diagnostic(help(
        "what was asked for may have been done or not: `pelato status` tells; `pelato deploy` can be repeated"
    ))]
    Lost {
        /// Where.
        place: String,
        /// What happened.
        message: String,
    },
    /// A reply that makes no sense.
    #[error("{who} answered what PELATO does not understand: {message}")]
    #[diagnostic(help("{help}"))]
    Reply {
        /// Who answered.
        who: &'static str,
        /// What is wrong with it.
        message: String,
        /// What to do.
        help: &'static str,
    },
    /// The platform refused.
    #[error("{who} refuses to {what}: {message}")]
    #[diagnostic(help("see its words; `pelato deploy --dry-run` shows the manifest"))]
    Refused {
        /// Who refused.
        who: &'static str,
        /// What was asked for.
        what: &'static str,
        /// Its words.
        message: String,
    },
    /// Somebody else has the name.
    #[error("`{name}` in {place} {how}")]
    #[diagnostic(help(
        "give this project another `project_name` in workflow.yaml; or take the application over with `--force`"
    ))]
    Foreign {
        /// The application.
        name: String,
        /// Where.
        place: String,
        /// Why it is not ours.
        how: String,
    },
    /// Others listen where we want to.
    #[error("port {port} on hosts of {target} is taken by the application `{other}`")]
    #[diagnostic(help("give the tasks another `http: {{port: …}}` in workflow.yaml"))]
    PortTaken {
        /// The port.
        port: String,
        /// Their target.
        target: String,
        /// The application that has it.
        other: String,
    },
    /// There is no such application.
    #[error("`{name}` is not deployed in {place}")]
    #[diagnostic(help("deploy it with `pelato deploy`; `pelato config` shows where it is looked for"))]
    NotDeployed {
        /// The application.
        name: String,
        /// Where.
        place: String,
    },
    /// There is nothing to go back to.
    #[error("there is no manifest of `{name}` before {version}")]
    #[diagnostic(help("{known}"))]
    NothingBefore {
        /// The application.
        name: String,
        /// The version that is deployed.
        version: String,
        /// What there is.
        known: String,
    },
    /// There is no such version.
    #[error("there is no version `{version}` of `{name}`")]
    NoSuchVersion {
        /// The application.
        name: String,
        /// The version asked for.
        version: String,
        /// What there is.
        #[help]
        help: String,
    },
    /// The platform says that it failed.
    #[error("the cluster could not run all of `{name}`{}", listed(.problems))]
    #[diagnostic(help("{help}"))]
    Failed {
        /// The application.
        name: String,
        /// What went wrong, part by part.
        problems: Vec<Problem>,
        /// What to do.
        help: String,
    },
    /// It took too long.
    #[error("after {} s not all of `{name}` runs{}", .waited.as_secs(), listed(.problems))]
    #[diagnostic(help("{help}"))]
    TooSlow {
        /// The application.
        name: String,
        /// How long was waited.
        waited: Duration,
        /// What is missing, part by part.
        problems: Vec<Problem>,
        /// What to do.
        help: String,
    },
    /// It does not go away.
    #[error("after {} s something of `{name}` still runs: {left}", .waited.as_secs())]
    #[diagnostic(help(
        "wait and call `pelato remove` again; a host that is gone for good is forgotten by itself"
    ))]
    StillThere {
        /// The application.
        name: String,
        /// How long was waited.
        waited: Duration,
        /// What runs.
        left: String,
    },
    /// The platform told nothing more of an application.
    #[error("nothing more is heard of `{name}`")]
    #[diagnostic(help("`pelato status` shows how it is"))]
    Ended {
        /// The application.
        name: String,
    },
    /// The manifest has no JSON or YAML form.
    #[error("the manifest cannot be written: {0}")]
    #[diagnostic(help("this is a mistake in PELATO: please report it with your workflow.yaml"))]
    Form(String),
    /// What only one platform knows.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Own(#[from] Fault),
}

/// An error that only one platform knows.
#[derive(Debug)]
pub struct Fault {
    /// What is at fault.
    pub class: Class,
    cause: Box<dyn Diagnostic + Send + Sync>,
}

/// What is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Nobody answers at the address of a server.
    Unreachable,
    /// A server could not be used for another reason.
    Network,
    /// The project or a setting has to be changed.
    Project,
    /// The platform did not do what it was asked for.
    Platform,
}

impl Fault {
    /// Of a platform's own error.
    pub fn new(class: Class, cause: impl Diagnostic + Send + Sync + 'static) -> Self {
        Self { class, cause: Box::new(cause) }
    }

    /// The platform's own error, for the platform itself.
    pub fn cause<T: Error + 'static>(&self) -> Option<&T> {
        let cause: &(dyn Error + 'static) = self.cause.as_ref();
        cause.downcast_ref()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cause.fmt(f)
    }
}

impl Error for Fault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.source()
    }
}

impl Diagnostic for Fault {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.cause.code()
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.cause.help()
    }
}

fn listed(problems: &[Problem]) -> String {
    problems.iter().map(|problem| format!("\n  {problem}")).collect()
}

impl DeployError {
    /// What is at fault.
    pub fn class(&self) -> Class {
        match self {
            Self::Own(fault) => fault.class,
            Self::NoAnswer { .. } => Class::Unreachable,
            Self::Lost { .. } => Class::Network,
            Self::Empty
            | Self::Nameless { .. }
            | Self::Template { .. }
            | Self::NotPushed { .. }
            | Self::PortTaken { .. } => Class::Project,
            Self::Reply { .. }
            | Self::Refused { .. }
            | Self::Foreign { .. }
            | Self::NotDeployed { .. }
            | Self::NothingBefore { .. }
            | Self::NoSuchVersion { .. }
            | Self::Failed { .. }
            | Self::TooSlow { .. }
            | Self::StillThere { .. }
            | Self::Ended { .. }
            | Self::Form(_) => Class::Platform,
        }
    }
}
