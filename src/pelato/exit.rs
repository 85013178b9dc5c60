//! How a command ended, as a number for whoever called it.

use super::{Error, PromptError};
use crate::build::BuildError;
use crate::drill::DrillError;
use crate::evaluation::LoadError;
use crate::generate::GenerateError;
use crate::host::HostError;
use crate::platform::Class;
use crate::project::lock_file::LockFileError;
use crate::project::relocation::RelocationError;
use crate::project::settings::SettingsError;
use crate::push::PushError;
use crate::scaffold::ScaffoldError;
use crate::stream::StreamError;
use crate::trust::TrustError;

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

impl Error {
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
            | Self::UnknownSecret { .. }
            | Self::Edit(_)
            | Self::Bump(_)
            | Self::MoveRejected(_) => Exit::Project,
            Self::NotRunning { .. } | Self::Relocation(RelocationError::NoHost { .. }) => Exit::Platform,
            Self::Relocation(_) => Exit::Project,
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
            Self::Function { .. } | Self::CallsFailed { .. } => Exit::Function,
            Self::Host(HostError::Unanswered { .. }) => Exit::Function,
            Self::NoRun => Exit::Network,
            Self::StoredTopic { .. } => Exit::Usage,
            Self::Host(error) if is_network(error) => Exit::Network,
            Self::Running { .. } => Exit::Network,
            Self::NoDeadLetters { .. }
            | Self::DeadLetterOfOther { .. }
            | Self::DeadLetterUnaddressed { .. }
            | Self::Stream(StreamError::NoDeadLetter { .. }) => Exit::Usage,
            Self::Stream(StreamError::NoSite { .. }) => Exit::Project,
            Self::Stream(StreamError::Crosses { .. }) => Exit::Platform,
            Self::Stream(StreamError::Nats(error)) if !error.is_network() => Exit::Project,
            Self::Stream(_) => Exit::Network,
            Self::Deploy(error) => match error.class() {
                Class::Unreachable | Class::Network => Exit::Network,
                Class::Project => Exit::Project,
                Class::Platform => Exit::Platform,
            },
            Self::Drill(error) if error.is_network() => Exit::Network,
            Self::Drill(error) if error.is_value() => Exit::Usage,
            Self::Drill(DrillError::NoProbeArrived { .. } | DrillError::NoProbeId { .. }) => Exit::Platform,
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
            | Self::MoveUnwritten { .. }
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
            | HostError::TooLarge { .. }
            | HostError::NoAnswer { .. }
    )
}
