//! Why files for machines cannot be created.

use super::Platform;
use crate::files::FileError;
use crate::remedy::Argument;

/// Why files for machines cannot be created. Nothing has been written.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum InfraError {
    /// A value that a file cannot hold.
    #[error("{value} is not {what}")]
    #[diagnostic(code(pelato::infra::value))]
    Value {
        /// The value, in backquotes.
        value: String,
        what: &'static str,
        argument: Argument,
        /// The argument, with what it takes.
        #[help]
        help: String,
    },
    /// A value for the other platform.
    #[error("{argument} is not for {}", .platform.title())]
    #[diagnostic(
        code(pelato::infra::other_platform),
        help("leave it out, or set PLATFORM={} for {}", .platform.other().name(), .platform.other().title())
    )]
    OtherPlatform {
        argument: Argument,
        /// The platform of the settings.
        platform: Platform,
    },
    #[error("the folder to write into has no name")]
    #[diagnostic(code(pelato::infra::folder), help("give it a name, such as `infra`"))]
    NoFolder,
    /// Edge and cloud would use the same JetStream domain.
    #[error("the JetStream domains of edge and cloud are the same: `{domain}`")]
    #[diagnostic(
        code(pelato::infra::same_domain),
        help(
            "set another one for the edge with {}: each server's streams are found by its domain",
            Argument::EdgeDomain
        )
    )]
    SameDomain { domain: String },
    /// Two services on one machine would listen on the same port.
    #[error("port {port} would be used twice: {things}")]
    #[diagnostic(
        code(pelato::infra::same_port),
        help(
            "change one of them; the cloud host on this machine uses the port after {}",
            Argument::HttpPort
        )
    )]
    SamePort { port: u16, things: String },
    #[error("{path} already exists, with other content than would be written")]
    #[diagnostic(
        code(pelato::infra::file_differs),
        help(
            "move it away or choose another folder; {} into another folder shows what would be written",
            Argument::DryRun
        )
    )]
    FileDiffers { path: String },
    /// A file of PELATO's own that cannot be rendered.
    #[error("PELATO's own {file} cannot be rendered: {reason}")]
    #[diagnostic(code(pelato::infra::built_in), help("this is a bug in PELATO: please report it"))]
    BuiltIn { file: String, reason: String },
    #[error(transparent)]
    #[diagnostic(transparent)]
    Files(#[from] FileError),
}

impl InfraError {
    /// Whether a value that was given is at fault, not the folder or the disk.
    pub fn is_value(&self) -> bool {
        matches!(
            self,
            Self::Value { .. }
                | Self::OtherPlatform { .. }
                | Self::NoFolder
                | Self::SameDomain { .. }
                | Self::SamePort { .. }
        )
    }
}
