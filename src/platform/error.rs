//! Why a workflow cannot be deployed, or what the platform did not do.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use miette::Diagnostic;

use super::problem::Problem;
use crate::check::NeedError;
use crate::project::settings::{Origin, SettingsError};
use crate::remedy::{Argument, Operation};

/// Why a workflow cannot be deployed, or what the platform did not do.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum DeployError {
    /// The settings must not be used like that.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Settings(#[from] SettingsError),
    /// It is not certain which platform is meant.
    #[error(
        "{setting} ({origin}) is a setting of wasmCloud 1.9, and PLATFORM does not say whether that is meant"
    )]
    #[diagnostic(
        code(pelato::deploy::undecided),
        help(
            "set PLATFORM=wadm for wasmCloud 1.9, or PLATFORM=wasmcloud for wasmCloud 2: {} shows all settings",
            Operation::Config
        )
    )]
    Undecided {
        /// The setting that only one platform has.
        setting: &'static str,
        /// Where it came from.
        origin: Origin,
    },
    /// There is nothing to deploy.
    #[error("the workflow has no tasks: there is nothing to deploy")]
    #[diagnostic(
        code(pelato::deploy::empty),
        help("add a task with {}, or remove the application with {}", Operation::AddTask, Operation::Remove)
    )]
    Empty,
    /// The project's name has nothing that a platform takes.
    #[error("the project name `{project}` has no letter or digit that an application name may contain")]
    #[diagnostic(
        code(pelato::deploy::no_usable_name),
        help("write `project_name` in workflow.yaml with letters a to z or digits")
    )]
    Nameless {
        /// The name.
        project: String,
    },
    /// A component is to run on every host, and nobody was asked which hosts there are.
    #[error(
        "`{component}` runs on every host of its targets, and the cluster was not asked which hosts it has"
    )]
    #[diagnostic(
        code(pelato::deploy::hosts_unknown),
        help(
            "name the hosts of each target in a file: {}; without {} the cluster is asked",
            Argument::Hosts.with("hosts.yaml"),
            Argument::Offline
        )
    )]
    HostsUnknown {
        /// The component.
        component: String,
    },
    /// A list of hosts that cannot be used.
    #[error("{path} is not a list of hosts: {message}")]
    #[diagnostic(
        code(pelato::deploy::host_list),
        help("write a line for each target, such as `edge: [machine-1, machine-2]`")
    )]
    HostList {
        /// The file.
        path: String,
        /// What is wrong with it.
        message: String,
    },
    /// A template's text cannot be filled in.
    #[error("the template `{template}` cannot be used")]
    #[diagnostic(code(pelato::deploy::template), help("fix the template, or choose another"))]
    Template {
        /// The template.
        template: String,
        /// What is wrong.
        source: NeedError,
    },
    /// Images are not in the registry.
    #[error("the registry does not have {images}")]
    #[diagnostic(
        code(pelato::deploy::not_pushed),
        help("{} builds and pushes them; {} does all of it", Operation::Push, Operation::Brush)
    )]
    NotPushed {
        /// The images.
        images: String,
    },
    /// The platform does not answer in time.
    #[error("the {server} at {address} cannot be reached: no answer within {} s", .limit.as_secs_f64())]
    #[diagnostic(
        code(pelato::deploy::no_answer),
        help(
            "check that it is running and that {settings} are correct: {} shows where they come from",
            Operation::Config
        )
    )]
    NoAnswer {
        /// What is there, without an article: `NATS server`.
        server: &'static str,
        /// Its address, without passwords.
        address: String,
        /// The settings that say where it is.
        settings: &'static str,
        /// How long it was waited for.
        limit: Duration,
    },
    /// The connection to the platform was lost.
    #[error("the connection to {place} was lost: {message}")]
    #[diagnostic(
        code(pelato::deploy::connection_lost),
        help(
            "the request may or may not have been carried out: {} shows it; {} can be repeated",
            Operation::Status,
            Operation::Deploy
        )
    )]
    Lost {
        /// Where.
        place: String,
        /// What happened.
        message: String,
    },
    /// A reply that makes no sense.
    #[error("unexpected response from {who}: {message}")]
    #[diagnostic(code(pelato::deploy::unexpected_response), help("{help}"))]
    Reply {
        /// Who answered.
        who: &'static str,
        /// What is wrong with it.
        message: String,
        /// What to do.
        help: &'static str,
    },
    /// The platform refused.
    #[error("{who} rejected the request to {what}: {message}")]
    #[diagnostic(code(pelato::deploy::refused), help("{} shows the manifest", Operation::Deploy.with(Argument::DryRun)))]
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
    #[diagnostic(
        code(pelato::deploy::application_taken),
        help(
            "give this project another `project_name` in workflow.yaml; or take the application over with {}",
            Argument::Force
        )
    )]
    Foreign {
        /// The application.
        name: String,
        /// Where.
        place: String,
        /// Why it is not ours.
        how: String,
    },
    /// Others listen where we want to.
    #[error("port {port} on hosts of {target} is already used by the application `{other}`")]
    #[diagnostic(
        code(pelato::deploy::port_taken),
        help("give the tasks another `http: {{port: …}}` in workflow.yaml")
    )]
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
    #[diagnostic(
        code(pelato::deploy::not_deployed),
        help("deploy it with {}; {} shows which cluster is used", Operation::Deploy, Operation::Config)
    )]
    NotDeployed {
        /// The application.
        name: String,
        /// Where.
        place: String,
    },
    /// There is nothing to go back to.
    #[error("there is no manifest of `{name}` before {version}")]
    #[diagnostic(code(pelato::deploy::no_earlier_version), help("{known}"))]
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
    #[diagnostic(code(pelato::deploy::no_such_version))]
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
    #[diagnostic(code(pelato::deploy::failed), help("{help}"))]
    Failed {
        /// The application.
        name: String,
        /// What went wrong, part by part.
        problems: Vec<Problem>,
        /// What to do.
        help: String,
    },
    /// It took too long.
    #[error("after {} s `{name}` is not fully running{}", .waited.as_secs(), listed(.problems))]
    #[diagnostic(code(pelato::deploy::timeout), help("{help}"))]
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
    #[error("after {} s parts of `{name}` are still running: {left}", .waited.as_secs())]
    #[diagnostic(
        code(pelato::deploy::still_running),
        help(
            "wait and run {} again; the cluster itself removes a host that does not come back",
            Operation::Remove
        )
    )]
    StillThere {
        /// The application.
        name: String,
        /// How long was waited.
        waited: Duration,
        /// What runs.
        left: String,
    },
    /// The platform told nothing more of an application.
    #[error("the cluster reports nothing more about `{name}`")]
    #[diagnostic(code(pelato::deploy::ended), help("{} shows its state", Operation::Status))]
    Ended {
        /// The application.
        name: String,
    },
    /// The manifest has no JSON or YAML form.
    #[error("the manifest cannot be written: {0}")]
    #[diagnostic(
        code(pelato::deploy::manifest),
        help("this is a bug in PELATO: please report it with your workflow.yaml")
    )]
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
            Self::Undecided { .. }
            | Self::Empty
            | Self::HostsUnknown { .. }
            | Self::HostList { .. }
            | Self::Nameless { .. }
            | Self::Template { .. }
            | Self::NotPushed { .. }
            | Self::PortTaken { .. }
            | Self::Settings(_) => Class::Project,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error, Diagnostic)]
    #[error("only here")]
    #[diagnostic(code(pelato::only_here), help("ask somebody"))]
    struct OnlyHere;

    #[test]
    fn what_only_one_platform_knows_keeps_its_words() {
        let error = DeployError::from(Fault::new(Class::Project, OnlyHere));
        assert_eq!((error.to_string().as_str(), error.class()), ("only here", Class::Project));
        let (help, code) = (error.help().unwrap().to_string(), error.code().unwrap().to_string());
        assert_eq!((help.as_str(), code.as_str()), ("ask somebody", "pelato::only_here"));
        let DeployError::Own(fault) = error else { panic!("it is the platform's own") };
        assert!(fault.cause::<OnlyHere>().is_some() && fault.cause::<std::io::Error>().is_none());
    }
}
