//! Why wadm and its lattice cannot be used, or not for a workflow.

use crate::nats::NatsError;
use crate::platform::{Class, DeployError, Fault};
use crate::remedy::Operation;

/// Why wadm and its lattice cannot be used, or not for a workflow.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum WadmError {
    /// No provider is known for an interface.
    #[error("`{component}` needs {interface}, for which no provider is known")]
    #[diagnostic(
        code(pelato::deploy::no_provider),
        help("the template `{template}` can be used with {} only", Operation::Run)
    )]
    NoProvider {
        /// The component.
        component: String,
        /// Its template.
        template: String,
        /// The interface.
        interface: String,
    },
    /// Hosts cannot give secrets to functions.
    #[error("`{component}` needs the secret `{secret}`, which wasmCloud 1.9 cannot give to it")]
    #[diagnostic(
        code(pelato::deploy::no_secrets),
        help(
            "deploy to wasmCloud 2 with PLATFORM=wasmcloud, or remove `secret: {secret}` from `env` in workflow.yaml"
        )
    )]
    NoSecrets { component: String, secret: String },
    /// Hosts do not have a provider of this kind.
    #[error("{setting} is `builtin`, but hosts have no built-in provider for it")]
    #[diagnostic(
        code(pelato::deploy::no_built_in_provider),
        help("name an image, such as {setting}={default}")
    )]
    NotBuiltIn {
        /// The setting that names the provider.
        setting: &'static str,
        /// Its default.
        default: &'static str,
    },
    /// The NATS server cannot be used.
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
    /// Nobody manages the lattice.
    #[error("wadm does not answer for the lattice `{lattice}` at {server}{old}")]
    #[diagnostic(
        code(pelato::deploy::no_wadm),
        help(
            "start wadm beside the NATS server ({}), or correct LATTICE, NATS_HOST and NATS_PORT",
            Operation::Explain.on("infrastructure-wadm")
        )
    )]
    NoWadm {
        /// The lattice.
        lattice: String,
        /// The NATS server.
        server: String,
        /// That the server is too old for wadm, if it is.
        old: String,
    },
}

impl From<NatsError> for WadmError {
    fn from(cause: NatsError) -> Self {
        match cause {
            NatsError::Unreachable { .. } => Self::Unreachable(cause.to_string()),
            NatsError::Auth { .. } => Self::NotLetIn(cause.to_string()),
            other => Self::Nats(other),
        }
    }
}

impl From<WadmError> for DeployError {
    fn from(error: WadmError) -> Self {
        let class = match error {
            WadmError::Unreachable(_) => Class::Unreachable,
            WadmError::NotLetIn(_) | WadmError::NoWadm { .. } => Class::Network,
            WadmError::Nats(_)
            | WadmError::NoProvider { .. }
            | WadmError::NotBuiltIn { .. }
            | WadmError::NoSecrets { .. } => Class::Project,
        };
        Fault::new(class, error).into()
    }
}

impl From<NatsError> for DeployError {
    fn from(cause: NatsError) -> Self {
        WadmError::from(cause).into()
    }
}
