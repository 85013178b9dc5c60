//! The servers that settings tell how to reach. Nobody else makes them of settings: here it is seen to that a secret goes
//! to nobody who must not have it.

use std::fmt;
use std::net::Ipv6Addr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::disclosure::{Disclosure, Part, Rank};
use super::error::{Origin, SettingsError};
use super::keys::*;
use super::wadm::HOSTS_NATS_URL;
use super::{Effective, Settings};
use crate::nats;
use crate::postgres;

/// Whether the user allows what a connection would disclose: asked for each connection, once it is wanted.
#[derive(Clone)]
pub struct Consent(Arc<dyn Fn(&Disclosure) -> bool + Send + Sync>);

impl Consent {
    /// What decides.
    pub fn new(decide: impl Fn(&Disclosure) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(decide))
    }
}

impl Default for Consent {
    /// Nothing is allowed.
    fn default() -> Self {
        Self::new(|_| false)
    }
}

impl fmt::Debug for Consent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Consent")
    }
}

/// What an operation was given instead of a setting.
#[derive(Debug, Clone, Default)]
pub struct GivenNats {
    /// The server's address.
    pub url: Option<String>,
    /// A credentials file.
    pub credentials: Option<PathBuf>,
}

impl Settings {
    /// The NATS server of the settings.
    ///
    /// # Errors
    /// When a secret of the user would go to a server that only the project names, and the user does not allow it.
    pub fn nats(&self) -> Result<nats::Server, SettingsError> {
        self.nats_with(GivenNats::default())
    }

    /// The NATS server of the settings, or what was given instead.
    ///
    /// # Errors
    /// As for [`Settings::nats`].
    pub fn nats_with(&self, given: GivenNats) -> Result<nats::Server, SettingsError> {
        let owned = |key| self.text(key).map(str::to_owned);
        let mut parts = match &given.url {
            Some(_) => vec![Part::given(Role::Address, "the address")],
            None => self.parts(&[NATS_HOST, NATS_PORT]),
        };
        let auth = match (given.credentials, owned(NATS_CREDS), owned(NATS_USER)) {
            (Some(file), ..) => {
                parts.push(Part::given(Role::Secret, "the credentials file"));
                nats::Auth::CredentialsFile(file)
            }
            (None, Some(file), _) => {
                parts.extend(self.parts(&[NATS_CREDS]));
                nats::Auth::CredentialsFile(file.into())
            }
            (None, None, Some(user)) => {
                parts.extend(self.parts(&[NATS_USER, NATS_PASSWORD]));
                nats::Auth::Password { user, password: owned(NATS_PASSWORD).unwrap_or_default() }
            }
            (None, None, None) => nats::Auth::Anonymous,
        };
        parts.extend(self.parts(&[NATS_CA, HOSTS_NATS_URL]));
        let url = given.url.unwrap_or_else(|| self.nats_url());
        let shown = nats::shown(&url);
        self.allow(shown.split_once("://").map_or(&*shown, |(_, server)| server), &parts)?;
        let certificate = owned(NATS_CERT).map(|file| {
            let key = owned(NATS_KEY).unwrap_or_else(|| file.clone());
            nats::ClientCertificate { file: file.into(), key: key.into() }
        });
        Ok(nats::Server { url, auth, certificate, root_certificates: owned(NATS_CA).map(Into::into) })
    }

    /// The PostgreSQL server at an address that was given, else the one of the settings.
    ///
    /// # Errors
    /// When the address is not valid, or as for [`Settings::nats`].
    pub fn postgres(&self, given: Option<&str>) -> Result<Option<postgres::Server>, SettingsError> {
        let Some(url) = given.or_else(|| self.text(POSTGRES_URL)) else { return Ok(None) };
        let server = postgres::Server::new(url, self.text(POSTGRES_CA).map(Into::into))?;
        let mut parts = match given {
            Some(_) => vec![Part::given(Role::Address, "the address")],
            None => self.parts(&[POSTGRES_URL]),
        };
        parts.extend(self.parts(&[POSTGRES_CA]));
        self.allow(&server.to_string(), &parts)?;
        Ok(Some(server))
    }

    pub fn nats_url(&self) -> String {
        let host = self.text(NATS_HOST).unwrap_or_default();
        // An IPv6 address wants brackets before a port.
        let host = if host.parse::<Ipv6Addr>().is_ok() { format!("[{host}]") } else { host.to_owned() };
        format!("nats://{host}:{}", self.text(NATS_PORT).unwrap_or_default())
    }

    /// What these settings are to a connection: those that are set.
    pub fn parts(&self, keys: &[Key]) -> Vec<Part> {
        let set = keys.iter().filter_map(|key| self.find(*key)).filter(|one| one.value.is_some());
        set.flat_map(|one| self.parts_of(one)).collect()
    }

    fn parts_of(&self, setting: &Effective) -> Vec<Part> {
        let Some(role) = setting.key.role else { return Vec::new() };
        let value = setting.value.as_deref().unwrap_or_default();
        // An address may have a user and a password before its `@`.
        let roles: &[Role] = match (role, value.contains('@')) {
            (Role::Address, true) => &[Role::Address, Role::Secret],
            (Role::Secret, false) if setting.key == HOSTS_NATS_URL => &[],
            _ => &[role],
        };
        let default = setting.key.default == Some(value);
        let outside = setting.key == NATS_CREDS && self.is_outside(Path::new(value));
        let (from, rank) = match &setting.origin {
            // What `.env` says is what PELATO would have done anyway.
            Origin::EnvFile if default => (Origin::Default.to_string(), Rank::Default),
            // Whoever names it: what is in that file is the user's.
            Origin::EnvFile if outside => ("a file outside of the project".to_owned(), Rank::User),
            origin => (origin.to_string(), Rank::from(origin)),
        };
        let name = setting.key.name;
        let one = |role: &Role| Part { role: *role, name: name.to_owned(), from: from.clone(), rank };
        roles.iter().map(one).collect()
    }

    /// Whether a file is not in the project, links followed. One that is not there is of no use to anybody.
    fn is_outside(&self, file: &Path) -> bool {
        let real = |path: &Path| path.canonicalize().ok();
        match (real(file), self.root.as_deref().and_then(real)) {
            (Some(file), Some(root)) => !file.starts_with(root),
            (file, None) => file.is_some(),
            (None, _) => false,
        }
    }

    /// Sees to it that a connection discloses only what it may.
    ///
    /// # Errors
    /// When it would disclose more, and the user does not allow it.
    pub fn allow(&self, server: &str, parts: &[Part]) -> Result<(), SettingsError> {
        match Disclosure::of(server, parts) {
            Some(found) if !(self.consent.0)(&found) => Err(SettingsError::Disclosure(found)),
            _ => Ok(()),
        }
    }
}
