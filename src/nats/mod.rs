//! Connecting to a NATS server: who we are, whom we trust, and what went wrong.

mod probe;
mod right;
mod size;
pub mod subject;
mod subscription;

use std::fmt;
use std::net::Ipv6Addr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::remedy::Operation;
use async_nats::{Client, ConnectErrorKind, ConnectOptions, ServerAddr};

pub use probe::lacking;
pub use right::{Right, denied};
pub use size::fits;
pub use subscription::Subscription;

/// How long the server may take to answer at first.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Debug, Clone)]
pub struct Server {
    /// `nats://host:port` or `tls://host:port`; several, separated by commas, are one cluster.
    pub url: String,
    pub auth: Auth,
    /// Shown to a server that asks for one.
    pub certificate: Option<ClientCertificate>,
    /// A file of further root certificates.
    pub root_certificates: Option<PathBuf>,
}

/// A certificate of a client, with its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientCertificate {
    pub file: PathBuf,
    pub key: PathBuf,
}

/// Who we are to a NATS server.
#[derive(Clone, Default)]
pub enum Auth {
    /// Nobody, or what the URL says.
    #[default]
    Anonymous,
    Password {
        user: String,
        password: String,
    },
    Token(String),
    /// A `.creds` file.
    CredentialsFile(PathBuf),
}

impl fmt::Debug for Auth {
    // Secrets stay out of logs.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anonymous => out.write_str("Anonymous"),
            Self::Password { user, .. } => write!(out, "Password {{ user: {user:?}, .. }}"),
            Self::Token(_) => out.write_str("Token(..)"),
            Self::CredentialsFile(path) => write!(out, "CredentialsFile({path:?})"),
        }
    }
}

impl fmt::Display for Auth {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anonymous => out.write_str("a user without a name"),
            Self::Password { user, .. } => write!(out, "the user `{user}`"),
            Self::Token(_) => out.write_str("the owner of the token"),
            Self::CredentialsFile(path) => write!(out, "the user of {}", path.display()),
        }
    }
}

/// Why a NATS server cannot be used.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum NatsError {
    /// The NATS server's address makes no sense.
    #[error("{url:?} is not a valid address of a NATS server: {message}")]
    #[diagnostic(
        code(pelato::nats::address),
        help("write it like `nats://127.0.0.1:4222` or `tls://host:4222`")
    )]
    Address { url: String, message: String },
    /// The NATS server does not answer.
    #[error("the NATS server at {url} cannot be reached: {message}")]
    #[diagnostic(
        code(pelato::nats::unreachable),
        help(
            "check that it is running and that the address is correct: {} shows the settings",
            Operation::Config
        )
    )]
    Unreachable { url: String, message: String },
    /// The NATS server does not let us in.
    #[error("authentication failed at the NATS server {url}: {message}")]
    #[diagnostic(
        code(pelato::nats::auth),
        help("check the user and password, the token, or the credentials file")
    )]
    Auth { url: String, message: String },
    /// The server's permissions forbid it.
    #[error("{user} is not permitted to {right} `{subject}` on the NATS server")]
    #[diagnostic(
        code(pelato::nats::not_permitted),
        help(
            "give this user the right to {right} `{subject}` in the server's configuration, or use another user"
        )
    )]
    NotPermitted {
        /// Who, in words.
        user: String,
        subject: String,
        right: Right,
    },
    /// A file that the connection needs cannot be read.
    #[error("{} cannot be used", .path.display())]
    #[diagnostic(
        code(pelato::nats::file),
        help("check that the file exists, is readable and has the content that its name says")
    )]
    File {
        path: PathBuf,
        #[source]
        cause: std::io::Error,
    },
}

/// Who connects, in words.
pub fn user(server: &Server) -> String {
    match addresses(&server.url) {
        Ok(addresses) => effective(&server.auth, &addresses).to_string(),
        Err(_) => server.auth.to_string(),
    }
}

impl NatsError {
    /// Whether the server or the way to it is at fault, not an address or a file that was given.
    pub fn is_network(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Auth { .. } | Self::NotPermitted { .. })
    }
}

/// Connects, with these settings and what `server` adds to them.
///
/// # Errors
/// When the address or a file is wrong, or the server is not there or refuses us.
pub async fn connect(server: &Server, settings: ConnectOptions) -> Result<Client, NatsError> {
    let addresses = addresses(&server.url)?;
    let settings = identified(server, &effective(&server.auth, &addresses), settings).await?;
    match tokio::time::timeout(PATIENCE, settings.connect(addresses)).await {
        Ok(connected) => connected.map_err(|cause| refusal(server, &cause)),
        Err(_) => {
            let message = format!("it did not answer within {PATIENCE:?}");
            Err(NatsError::Unreachable { url: shown(&server.url), message })
        }
    }
}

async fn identified(
    server: &Server,
    auth: &Auth,
    settings: ConnectOptions,
) -> Result<ConnectOptions, NatsError> {
    let settings = settings.name("pelato").connection_timeout(PATIENCE);
    let settings = match auth {
        Auth::Anonymous => settings,
        Auth::Password { user, password } => settings.user_and_password(user.clone(), password.clone()),
        Auth::Token(token) => settings.token(token.clone()),
        Auth::CredentialsFile(path) => settings
            .credentials_file(path)
            .await
            .map_err(|cause| NatsError::File { path: path.clone(), cause })?,
    };
    let settings = match &server.certificate {
        Some(ClientCertificate { file, key }) => {
            settings.add_client_certificate(readable(file)?, readable(key)?)
        }
        None => settings,
    };
    match &server.root_certificates {
        Some(path) => Ok(settings.add_root_certificates(readable(path)?)),
        None => Ok(settings),
    }
}

/// A file for TLS. The client would report one that cannot be read as a TLS error without its name.
fn readable(path: &Path) -> Result<PathBuf, NatsError> {
    crate::files::read(crate::files::anywhere(), path, crate::files::TEXT)
        .map_err(|cause| NatsError::File { path: path.to_owned(), cause })?;
    Ok(path.to_owned())
}

/// The client leaves out what an address says about who comes: `user:password@` or, with one word, a token.
fn effective(auth: &Auth, addresses: &[ServerAddr]) -> Auth {
    let named = addresses.iter().find_map(|address| Some((address.username()?, address.password())));
    match (auth, named) {
        (Auth::Anonymous, Some((user, Some(password)))) => {
            Auth::Password { user: decoded(user), password: decoded(password) }
        }
        (Auth::Anonymous, Some((token, None))) => Auth::Token(decoded(token)),
        _ => auth.clone(),
    }
}

/// The text that is meant by one of an address, where `%40` is an `@`.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = digits.filter(|_| first == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(byte.unwrap_or(first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Whether a text is the address of a NATS server, or of several that are one cluster.
///
/// # Errors
/// When it is none.
pub fn check(url: &str) -> Result<(), NatsError> {
    addresses(url).map(drop)
}

/// Whether a text names a host in the address of a NATS server: `nats://HOST:4222`.
pub fn is_host(text: &str) -> bool {
    let is_one = |text: &str| {
        let host = text.rsplit_once('@').map_or(text, |(_, host)| host);
        let in_url = if host.parse::<Ipv6Addr>().is_ok() { format!("[{host}]") } else { host.to_owned() };
        // All of it: `a/x@b` is the host `a` to who connects, and `b` to who reads it.
        let is_plain = !text.contains(|c: char| c.is_whitespace() || c.is_control() || "/?#\\".contains(c));
        is_plain
            && format!("nats://{in_url}:4222")
                .parse::<ServerAddr>()
                .is_ok_and(|address| address.port() == 4222)
    };
    text.split(',').all(|part| is_one(part.trim()))
}

fn addresses(url: &str) -> Result<Vec<ServerAddr>, NatsError> {
    url.split(',')
        .map(|part| {
            part.trim().parse().map_err(|cause: std::io::Error| NatsError::Address {
                url: shown(url),
                message: cause.to_string(),
            })
        })
        .collect()
}

fn refusal(server: &Server, cause: &async_nats::ConnectError) -> NatsError {
    let url = shown(&server.url);
    let message = chain(cause);
    match cause.kind() {
        ConnectErrorKind::AuthorizationViolation | ConnectErrorKind::Authentication => {
            NatsError::Auth { url, message }
        }
        ConnectErrorKind::ServerParse => NatsError::Address { url, message },
        _ => NatsError::Unreachable { url, message },
    }
}

/// The error with its causes: the outermost says too little.
fn chain(cause: &dyn std::error::Error) -> String {
    let mut text = cause.to_string();
    let mut next = cause.source();
    while let Some(cause) = next {
        let part = cause.to_string();
        if !text.contains(&part) {
            text = format!("{text}: {part}");
        }
        next = cause.source();
    }
    text
}

/// The address without the password that may be in it.
pub fn shown(url: &str) -> String {
    let parts = url.split(',').map(|part| match (part.split_once("://"), part.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://{host}"),
        (None, Some((_, host))) => host.to_owned(),
        _ => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_say_who_comes() {
        let words = |auth: &Auth, url: &str| match effective(auth, &addresses(url).unwrap()) {
            Auth::Anonymous => vec![],
            Auth::Password { user, password } => vec![user, password],
            Auth::Token(token) => vec![token],
            Auth::CredentialsFile(path) => vec![path.display().to_string()],
        };
        let anonymous = Auth::Anonymous;
        assert!(words(&anonymous, "nats://host").is_empty());
        assert_eq!(words(&anonymous, "nats://me:s%40%3a%c3%a9%@host"), ["me", "s@:é%"]);
        assert_eq!(words(&anonymous, "nats://host,nats://me:secret@other"), ["me", "secret"]);
        assert_eq!(words(&anonymous, "nats://token@host"), ["token"]);
        assert_eq!(words(&Auth::Token("given".into()), "nats://a:b@host"), ["given"]);
    }

    #[test]
    fn passwords_in_addresses_are_not_shown() {
        assert_eq!(shown("nats://me:secret@host:4222"), "nats://host:4222");
        assert_eq!(shown("me:se@cret@host,tls://a:b@c"), "host,tls://c");
        assert_eq!(shown("nats://host:4222"), "nats://host:4222");
    }

    #[test]
    fn hosts_are_told_from_addresses() {
        for host in ["localhost", "10.0.0.5", "::1", "[::1]", "nats.example.org", "me:secret@host", "a, b"] {
            assert!(is_host(host), "{host}");
        }
        for text in [
            "",
            "a b",
            "nats://host",
            "host/x",
            "host:4222:1",
            "a,",
            "http://host:4222",
            "a/x@b",
            "a?@b",
            "a#@b",
            "a\\@b",
        ] {
            assert!(!is_host(text), "{text}");
        }
    }

    #[test]
    fn several_addresses_are_one_cluster() {
        assert_eq!(addresses("nats://a:1, nats://b:2").expect("addresses").len(), 2);
        assert!(addresses("nats://a:1,").is_err() || addresses("http:// x").is_err());
    }
}
