//! What can go wrong between a component and its registry, in the user's words.

use std::time::Duration;

use crate::project::lock_file::LockFileError;
use crate::project::settings::SettingsError;
use crate::remedy::{Argument, Operation};

/// Why components were not pushed.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum PushError {
    /// It was cancelled.
    #[error("cancelled")]
    #[diagnostic(code(pelato::push::cancelled))]
    Cancelled,
    /// The settings must not be used like that.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Settings(#[from] SettingsError),
    #[error("no registry is set")]
    #[diagnostic(
        code(pelato::push::no_registry),
        help("set REGISTRY_URL in .env or the environment: REGISTRY_URL=registry.example.org/team")
    )]
    NoRegistry,
    #[error("REGISTRY_URL is {value}: {reason}")]
    #[diagnostic(code(pelato::push::address))]
    Address {
        /// What stands there, in quotes.
        value: String,
        reason: String,
        #[help]
        help: String,
    },
    /// The registry's address tells who comes; it becomes part of images' names, which everybody sees.
    #[error("REGISTRY_URL holds a user or a password")]
    #[diagnostic(
        code(pelato::push::password_in_url),
        help(
            "remove what is before the `@`, and set REGISTRY_USER and REGISTRY_PASSWORD: the address becomes part of the image names, which are public"
        )
    )]
    PasswordInUrl,
    #[error("REGISTRY_URL selects plain HTTP, and REGISTRY_INSECURE does not list {host}")]
    #[diagnostic(
        code(pelato::push::plain_http),
        help(
            "write https://, or set REGISTRY_INSECURE={host}: then everyone on the network path can read and change what is sent"
        )
    )]
    PlainHttp { host: String },
    #[error("{set} is set and {missing} is not")]
    #[diagnostic(
        code(pelato::push::incomplete_credentials),
        help("set both, or neither: then Docker's credential file is used")
    )]
    IncompleteCredentials {
        /// The one that is there.
        set: &'static str,
        missing: &'static str,
    },
    #[error("{image} is not a valid image name")]
    #[diagnostic(
        code(pelato::push::image),
        help("write host, path, name and version: `registry.example.org/team/name:1.0.0`")
    )]
    Image {
        /// The text, in quotes.
        image: String,
    },
    /// The file of certificates is of no use.
    #[error("REGISTRY_CA: {path} {reason}")]
    #[diagnostic(
        code(pelato::push::certificates),
        help(
            "REGISTRY_CA names a file of PEM certificates, which begin with -----BEGIN CERTIFICATE-----; the path is \
         relative to the folder in which pelato is started"
        )
    )]
    Certificates { path: String, reason: String },
    #[error("Docker's credentials for {host} cannot be used: {reason}")]
    #[diagnostic(
        code(pelato::push::docker_credentials),
        help("fix {path}, or set REGISTRY_USER and REGISTRY_PASSWORD instead")
    )]
    DockerCredentials { host: String, path: String, reason: String },
    /// There can be no TLS on this machine.
    #[error("no TLS connection to a registry can be made on this machine: {reason}")]
    #[diagnostic(
        code(pelato::push::client),
        help("install the system's root certificates (the package is mostly called ca-certificates)")
    )]
    Client { reason: String },
    #[error("the registry at {host} cannot be reached: {reason}")]
    #[diagnostic(
        code(pelato::push::unreachable),
        help(
            "check that it is running and that REGISTRY_URL is correct: {} shows the settings in effect",
            Operation::Config
        )
    )]
    Unreachable { host: String, reason: String },
    #[error("the registry at {host} did not answer within {} s", .limit.as_secs_f64())]
    #[diagnostic(
        code(pelato::push::timeout),
        help("check whether it is overloaded, or another program listens there; try again later")
    )]
    Timeout { host: String, limit: Duration },
    /// It speaks http, and we https.
    #[error("the registry at {host} uses plain HTTP")]
    #[diagnostic(code(pelato::push::not_https))]
    NotHttps {
        host: String,
        #[help]
        help: String,
    },
    /// Something else answers: a login page of a network, a proxy.
    #[error("what answers at {host} is not a registry: {reason}")]
    #[diagnostic(code(pelato::push::not_a_registry))]
    NoRegistryThere {
        host: String,
        reason: String,
        #[help]
        help: String,
    },
    /// The value may have a password in it.
    #[error("{variable} is not a valid address of a proxy")]
    #[diagnostic(
        code(pelato::push::proxy),
        help("write it like `http://proxy.example.org:3128`, or list the registry's host in NO_PROXY")
    )]
    Proxy { variable: &'static str },
    /// The registry takes tokens, and their server gives none.
    #[error("the token server {server} of the registry at {host} {reason}")]
    #[diagnostic(
        code(pelato::push::token_server),
        help(
            "the user and the password may be correct: try again later, or ask the registry's administrator"
        )
    )]
    TokenServer { host: String, server: String, reason: String },
    #[error(
        "the registry at {host} requires that the password be sent to {server}, which is not protected by TLS"
    )]
    #[diagnostic(
        code(pelato::push::unsafe_token_server),
        help("nothing was sent: the registry's administrator has to name a token server with https://")
    )]
    UnsafeTokenServer { host: String, server: String },
    #[error(
        "the registry at {host} cannot {doing} {image}: its access token is valid for {seconds} s, which was too short"
    )]
    #[diagnostic(
        code(pelato::push::token_expired),
        help(
            "ask the registry's administrator for tokens that are valid for longer; a faster connection also helps"
        )
    )]
    TokenExpired { host: String, doing: &'static str, image: String, seconds: u64 },
    #[error(
        "the registry at {host} does not allow {whom} to {doing} {image}: it does not accept the token that its token server issued"
    )]
    #[diagnostic(
        code(pelato::push::token_rejected),
        help(
            "the user and the password were accepted: ask the registry's administrator for permission for this place, or choose another with REGISTRY_URL"
        )
    )]
    TokenRejected { host: String, whom: String, doing: &'static str, image: String },
    #[error("the registry at {host} did not store {image} as it was sent: it has {stored} instead of {sent}")]
    #[diagnostic(
        code(pelato::push::other_content),
        help(
            "something between this machine and the registry changes what is sent, or the registry does; nothing of it may be deployed"
        )
    )]
    OtherContent { host: String, image: String, sent: String, stored: String },
    /// It speaks https, and we http.
    #[error("the registry at {host} uses HTTPS, and REGISTRY_INSECURE selects plain HTTP")]
    #[diagnostic(code(pelato::push::not_http), help("remove {host} from REGISTRY_INSECURE"))]
    NotHttp { host: String },
    #[error("the certificate of the registry at {host} is not accepted: {reason}")]
    #[diagnostic(
        code(pelato::push::certificate),
        help(
            "if it is signed by an authority of your own, set REGISTRY_CA to the file of that authority's certificate (PEM)"
        )
    )]
    Certificate { host: String, reason: String },
    #[error("authentication failed: the registry at {host} does not accept {whom}")]
    #[diagnostic(code(pelato::push::unauthorized))]
    Unauthorized {
        host: String,
        whom: String,
        /// Where the name and the password are from.
        #[help]
        help: String,
    },
    /// Who comes may not do that.
    #[error("the registry does not allow {whom} to {doing} {image}{message}")]
    #[diagnostic(
        code(pelato::push::denied),
        help(
            "ask the registry's administrator for permission to push there, or choose another place with REGISTRY_URL"
        )
    )]
    Denied {
        whom: String,
        doing: &'static str,
        image: String,
        /// The registry's words, if it has any.
        message: String,
    },
    #[error("the registry at {host} has no space left: {image} was not pushed")]
    #[diagnostic(
        code(pelato::push::no_space),
        help("free space on the registry's disk, and push again: what has arrived is not sent again")
    )]
    NoSpace { host: String, image: String },
    #[error("the registry at {host} cannot {doing} {image}: {reason}")]
    #[diagnostic(code(pelato::push::failed))]
    Failed {
        host: String,
        doing: &'static str,
        image: String,
        reason: String,
        #[help]
        help: &'static str,
    },
    /// Other content under a version that is taken.
    #[error("`{component}` {version} has already been pushed to {registry} with different content")]
    #[diagnostic(code(pelato::push::version_taken), help(
        "run {} and push again; {} replaces the image, which others may be using",
        Operation::Bump.on(component),
        Argument::Force
    ))]
    VersionTaken { component: String, version: String, registry: String },
    /// The artifact is not what was built.
    #[error("{path} was changed since it was built, or the record next to it was")]
    #[diagnostic(code(pelato::push::artifact_changed), help("remove gen/{component} and build again"))]
    ArtifactChanged { component: String, path: String },
    #[error("cannot read {path}")]
    #[diagnostic(
        code(pelato::push::unreadable),
        help("no other process may change files in gen/; run the command again")
    )]
    Unreadable { path: String, source: std::io::Error },
    #[error("`{component}`: {reason}")]
    #[diagnostic(code(pelato::push::not_a_component), help("remove gen/{component} and build again"))]
    NotAComponent { component: String, reason: String },
    /// The record of versions cannot be used.
    #[error(transparent)]
    #[diagnostic(transparent)]
    LockFile(#[from] LockFileError),
    #[error("{} components cannot be pushed", .0.len())]
    #[diagnostic(code(pelato::push::multiple), help("none of them was pushed; fix these errors first"))]
    Multiple(#[related] Vec<PushError>),
}

impl PushError {
    /// Whether the registry or the way to it is at fault, not the project or a setting.
    pub fn is_network(&self) -> bool {
        match self {
            Self::Unreachable { .. }
            | Self::Timeout { .. }
            | Self::NotHttps { .. }
            | Self::NotHttp { .. }
            | Self::Certificate { .. }
            | Self::Unauthorized { .. }
            | Self::Denied { .. }
            | Self::NoSpace { .. }
            | Self::Failed { .. }
            | Self::NoRegistryThere { .. }
            | Self::TokenServer { .. }
            | Self::UnsafeTokenServer { .. }
            | Self::TokenExpired { .. }
            | Self::TokenRejected { .. }
            | Self::OtherContent { .. }
            | Self::Client { .. } => true,
            Self::Multiple(errors) => errors.iter().any(Self::is_network),
            _ => false,
        }
    }

    /// The error with something more about its reason, if there is something.
    #[must_use]
    pub(super) fn after(mut self, more: Option<String>) -> Self {
        if let (Self::Failed { reason, .. } | Self::TokenServer { reason, .. }, Some(more)) =
            (&mut self, more)
        {
            reason.push_str(&format!("; {more}"));
        }
        self
    }

    /// One error of many: alike ones are one.
    pub(super) fn of(mut errors: Vec<Self>) -> Self {
        let mut seen = std::collections::BTreeSet::new();
        errors.retain(|error| seen.insert(error.to_string()));
        if errors.iter().any(|error| matches!(error, Self::Cancelled)) {
            return Self::Cancelled;
        }
        match errors.len() {
            1 => errors.remove(0),
            _ => Self::Multiple(errors),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timeout(seconds: u64) -> PushError {
        PushError::Timeout { host: "r.org".to_owned(), limit: Duration::from_secs(seconds) }
    }

    #[test]
    fn one_of_many_at_the_registry_is_at_the_registry() {
        assert!(timeout(1).is_network() && !PushError::NoRegistry.is_network());
        assert!(PushError::of(vec![PushError::NoRegistry, timeout(1)]).is_network());
        assert!(!PushError::of(vec![PushError::NoRegistry, PushError::Cancelled]).is_network());
        let plain = PushError::PlainHttp { host: "r.org".to_owned() };
        assert!(!PushError::of(vec![PushError::NoRegistry, plain]).is_network());
    }

    #[test]
    fn errors_that_are_alike_are_one_and_a_cancelled_push_is_cancelled() {
        assert!(matches!(PushError::of(vec![timeout(1), timeout(1)]), PushError::Timeout { .. }));
        let both = PushError::of(vec![timeout(1), timeout(2), timeout(1)]);
        assert!(matches!(&both, PushError::Multiple(errors) if errors.len() == 2), "{both:?}");
        let cancelled = PushError::of(vec![timeout(1), PushError::Cancelled]);
        assert!(matches!(cancelled, PushError::Cancelled), "{cancelled:?}");
    }
}
