//! Why files for machines cannot be created.

use crate::files::FileError;

/// Why files for machines cannot be created. Nothing has been written.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum InfraError {
    /// A value that a file cannot hold.
    #[error("{value} is not {what}")]
    Value {
        /// The value, in backquotes.
        value: String,
        /// What it is to be.
        what: &'static str,
        /// The flag that gives it.
        flag: &'static str,
        /// The flag, with what it takes.
        #[help]
        help: String,
    },
    /// Edge and cloud would use the same JetStream domain.
    #[error("the JetStream domains of edge and cloud are the same: `{domain}`")]
    #[diagnostic(help(
        "give the edge another by `--edge-domain`: each server's streams are found by its domain"
    ))]
    SameDomain {
        /// The domain.
        domain: String,
    },
    /// Two services on one machine would listen on the same port.
    #[error("port {port} would be taken twice: {things}")]
    #[diagnostic(help(
        "give one of them another: see the ports in `pelato infra --help`; the cloud host on this machine has the port after `--http-port`"
    ))]
    SamePort {
        /// The port.
        port: u16,
        /// What would listen there.
        things: String,
    },
    /// A file exists with other content.
    #[error("{path} exists already, and is not what would be written")]
    #[diagnostic(help(
        "move it away or choose another folder; `--dry-run` into another folder shows what would be written"
    ))]
    Differs {
        /// The file.
        path: String,
    },
    /// A file of PELATO's own that cannot be rendered.
    #[error("PELATO's own {file} cannot be rendered: {reason}")]
    #[diagnostic(help("this is a mistake in PELATO: please report it"))]
    BuiltIn {
        /// The file.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The files cannot be written.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Files(#[from] FileError),
}

impl InfraError {
    /// Whether a value that was given is at fault, not the folder or the disk.
    pub fn is_value(&self) -> bool {
        matches!(self, Self::Value { .. } | Self::SameDomain { .. } | Self::SamePort { .. })
    }
}
