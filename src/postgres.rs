//! Connecting to a PostgreSQL server: where it is, who we are, whom we trust, and what went wrong.

use std::error::Error as StdError;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::files;

/// How long the server may take to answer at first.
const PATIENCE: Duration = Duration::from_secs(5);

/// How a PostgreSQL server is reached.
#[derive(Clone)]
pub struct Server {
    config: Config,
    root_certificates: Option<PathBuf>,
}

impl fmt::Debug for Server {
    // The password stays out of logs.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Server({self})")
    }
}

impl fmt::Display for Server {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = match self.config.get_hosts().first() {
            Some(Host::Tcp(host)) => host.clone(),
            #[cfg(unix)]
            Some(Host::Unix(path)) => path.display().to_string(),
            None => "localhost".to_owned(),
        };
        let port = self.config.get_ports().first().copied().unwrap_or(5432);
        write!(out, "{host}:{port}")?;
        self.config.get_dbname().map_or(Ok(()), |name| write!(out, "/{name}"))
    }
}

/// Why a PostgreSQL server cannot be used.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum PostgresError {
    // What is wrong with it is not said: its words may have a part of the password in them.
    #[error(
        "the address of the PostgreSQL server is not valid (it is not shown, because it may contain a password)"
    )]
    #[diagnostic(
        code(pelato::postgres::address),
        help(
            "write it like postgres://user:password@host:5432/database; in the password `@`, `:`, `/` and `?` are \
             `%40`, `%3A`, `%2F` and `%3F`; `?sslmode=` may be `disable`, `prefer` or `require`"
        )
    )]
    Address,
    #[error("the PostgreSQL server at {server} cannot be reached: {message}")]
    #[diagnostic(
        code(pelato::postgres::unreachable),
        help(
            "check that it is running and that the address is correct; an address may end in `?sslmode=disable` or `?sslmode=require`"
        )
    )]
    Unreachable { server: String, message: String },
    /// The server does not let us in, or not to this database.
    #[error("the PostgreSQL server at {server} rejected the connection: {message}")]
    #[diagnostic(
        code(pelato::postgres::refused),
        help("check the user, the password and the database's name in POSTGRES_URL")
    )]
    Refused { server: String, message: String },
    /// The server's certificate is not trusted.
    #[error("the PostgreSQL server at {server} is not trusted: {message}")]
    #[diagnostic(
        code(pelato::postgres::tls),
        help(
            "name the file of its root certificate in POSTGRES_CA; or end the address in `?sslmode=disable`, on a network that you trust"
        )
    )]
    Tls { server: String, message: String },
    /// A file that the connection needs cannot be read.
    #[error("{} cannot be used: {message}", .path.display())]
    #[diagnostic(code(pelato::postgres::file), help("POSTGRES_CA is a file of PEM certificates"))]
    File { path: PathBuf, message: String },
}

impl PostgresError {
    /// Whether the server or the way to it is at fault, not an address or a file that was given.
    pub fn is_network(&self) -> bool {
        !matches!(self, Self::Address | Self::File { .. })
    }
}

impl Server {
    /// The server at an address like `postgres://user:password@host:5432/database`. Its certificate may be signed by one
    /// of those in `root_certificates`, beside the system's.
    ///
    /// # Errors
    /// When it is no such address.
    pub fn new(url: &str, root_certificates: Option<PathBuf>) -> Result<Self, PostgresError> {
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return Err(PostgresError::Address);
        }
        let mut config: Config = url.parse().map_err(|_| PostgresError::Address)?;
        if config.get_hosts().is_empty() {
            return Err(PostgresError::Address);
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(PATIENCE);
        }
        if config.get_application_name().is_none() {
            config.application_name("pelato");
        }
        Ok(Self { config, root_certificates })
    }

    /// Connects. The connection is kept by a task of the runtime, until the client is dropped.
    ///
    /// # Errors
    /// When the server is not there, not trusted, or refuses us.
    pub async fn connect(&self) -> Result<Client, PostgresError> {
        // Reading the system's certificates takes a while.
        let tls = match self.config.get_ssl_mode() {
            SslMode::Disable => RootCertStore::empty(),
            _ => roots(self.root_certificates.as_deref())?,
        };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|cause| PostgresError::Tls { server: self.to_string(), message: cause.to_string() })?
            .with_root_certificates(tls)
            .with_no_client_auth();
        let connecting = self.config.connect(MakeRustlsConnect::new(tls));
        // The library's own limit is for the first step only.
        match tokio::time::timeout(PATIENCE * 2, connecting).await {
            Ok(Ok((client, connection))) => {
                // How it ends is told to the calls that use it.
                tokio::spawn(async move { drop(connection.await) });
                Ok(client)
            }
            Ok(Err(cause)) => Err(self.refusal(&cause)),
            Err(_) => {
                let message = format!("it did not answer within {:?}", PATIENCE * 2);
                Err(PostgresError::Unreachable { server: self.to_string(), message })
            }
        }
    }

    fn refusal(&self, error: &tokio_postgres::Error) -> PostgresError {
        let (server, message) = (self.to_string(), words(error));
        if let Some(code) = error.code() {
            return match *code {
                SqlState::CANNOT_CONNECT_NOW | SqlState::TOO_MANY_CONNECTIONS => {
                    PostgresError::Unreachable { server, message }
                }
                _ => PostgresError::Refused { server, message },
            };
        }
        match error.to_string() {
            kind if kind.contains("TLS") => PostgresError::Tls { server, message },
            // A password is wanted and none was given, or it is wanted in a way that we do not know.
            kind if kind.contains("authentication") || kind.contains("configuration") => {
                PostgresError::Refused { server, message }
            }
            _ => PostgresError::Unreachable { server, message },
        }
    }
}

/// The system's root certificates, and those of a file.
fn roots(file: Option<&Path>) -> Result<RootCertStore, PostgresError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let Some(path) = file else { return Ok(roots) };
    let wrong = |message: String| PostgresError::File { path: path.to_owned(), message };
    let bytes =
        files::read(files::anywhere(), path, files::TEXT).map_err(|cause| wrong(cause.to_string()))?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    let found = found.map_err(|cause| wrong(cause.to_string()))?;
    if found.is_empty() {
        return Err(wrong("it contains no certificate".to_owned()));
    }
    for certificate in found {
        roots.add(certificate).map_err(|cause| wrong(cause.to_string()))?;
    }
    Ok(roots)
}

/// A table's name for a statement, after its schema's if it has one. It is quoted, since templates quote it, too: without, a
/// name with capital letters would be another one.
pub fn identifier(table: &str) -> String {
    let parts = table.split('.').map(|part| format!("\"{}\"", part.replace('"', "\"\"")));
    parts.collect::<Vec<_>>().join(".")
}

/// What went wrong, in the server's words if it said any: the library alone says "db error".
pub fn words(error: &tokio_postgres::Error) -> String {
    if let Some(answer) = error.as_db_error() {
        let more = [answer.detail(), answer.hint()].into_iter().flatten();
        return std::iter::once(answer.message()).chain(more).collect::<Vec<_>>().join("; ");
    }
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        words = format!("{words}: {inner}");
        cause = inner.source();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_never_shown() {
        let server = Server::new("postgres://me:hunter2@db.example:5433/rooms", None).unwrap();
        assert_eq!(server.to_string(), "db.example:5433/rooms");
        assert_eq!(format!("{server:?}"), "Server(db.example:5433/rooms)");
        for wrong in [
            "postgres://me:hunter2@host:port/db",
            "postgres://me:hunter2@host/db?sslmode=hunter2",
            "mysql://me:hunter2@host",
            "host=a password=hunter2",
            "postgres://",
            "",
        ] {
            let error = Server::new(wrong, None).unwrap_err();
            let text = format!("{error} {error:?} {:?}", error.source());
            assert!(!text.contains("ter2"), "{text}");
        }
    }

    #[test]
    fn a_table_is_named_as_templates_name_it() {
        assert_eq!(identifier("readings"), r#""readings""#);
        assert_eq!(identifier("House.order"), r#""House"."order""#);
    }

    #[test]
    fn a_file_of_certificates_has_some() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");
        assert!(matches!(roots(Some(&file)), Err(PostgresError::File { .. })), "there is no file");
        std::fs::write(&file, "no certificate").unwrap();
        assert!(matches!(roots(Some(&file)), Err(PostgresError::File { .. })));
        let one = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap().cert.pem();
        std::fs::write(&file, one).unwrap();
        assert!(roots(Some(&file)).is_ok());
    }
}
