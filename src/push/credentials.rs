//! Who we are to a registry: the settings, else Docker's credential file, else nobody.

use std::path::PathBuf;

use super::address::is_insecure;
use super::auth::Auth;
use super::docker::{self, Entry};
use super::{Address, Caller, PushError};
use crate::project::Settings;
use crate::project::settings::{
    Part, REGISTRY_CA, REGISTRY_INSECURE, REGISTRY_PASSWORD, REGISTRY_URL, REGISTRY_USER, Rank, Role,
};
use crate::remedy::Operation;
use crate::text::quoted;

/// Who we are to one registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    pub auth: Auth,
    pub from: CredentialSource,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CredentialSource {
    /// `REGISTRY_USER` and `REGISTRY_PASSWORD`.
    Settings,
    /// Docker's file.
    Docker(PathBuf),
    /// Docker's file names a program that cannot be asked, for this reason.
    Unavailable(PathBuf, String),
    /// There are none.
    Anonymous,
}

/// What is known before a program is asked.
enum Known {
    Credentials(Credentials),
    Helper(PathBuf, docker::Helper),
}

impl Credentials {
    /// None at all.
    const NOBODY: Self = Self { auth: Auth::Anonymous, from: CredentialSource::Anonymous };

    /// Those for a host. The settings are for the registry of `REGISTRY_URL` only: nobody else gets the password.
    ///
    /// # Errors
    /// When only half of them is set, Docker's file cannot be used, or they must not be sent there.
    pub(super) async fn find(settings: &Settings, host: &str, caller: Caller<'_>) -> Result<Self, PushError> {
        let (path, helper) = match known(settings, host)? {
            Known::Credentials(credentials) => return Ok(credentials),
            Known::Helper(path, helper) => (path, helper),
        };
        Ok(match helper.ask(caller).await {
            Ok(Some(auth)) => Self { auth, from: CredentialSource::Docker(path) },
            Ok(None) => Self::NOBODY,
            // Reading may be allowed to everybody.
            Err(reason) => Self { auth: Auth::Anonymous, from: CredentialSource::Unavailable(path, reason) },
        })
    }

    /// Whether they can be used, as far as is known without asking anybody.
    ///
    /// # Errors
    /// As for [`Credentials::find`].
    pub(super) fn check(settings: &Settings, host: &str) -> Result<(), PushError> {
        known(settings, host).map(drop)
    }

    /// Who came, for a sentence.
    pub fn whom(&self) -> String {
        match &self.auth {
            Auth::Basic { user, .. } => quoted(user),
            Auth::Anonymous => "anonymous users".to_owned(),
        }
    }

    /// What to do when they are not accepted.
    pub fn help(&self, host: &str) -> String {
        match &self.from {
            CredentialSource::Settings => {
                format!(
                    "check REGISTRY_USER and REGISTRY_PASSWORD: {} shows where they come from",
                    Operation::Config
                )
            }
            CredentialSource::Docker(path) => {
                let path = path.display();
                format!(
                    "they are from {path}: log in again with `docker login {host}`, or set REGISTRY_USER and REGISTRY_PASSWORD"
                )
            }
            CredentialSource::Unavailable(path, reason) => {
                format!(
                    "{} names a program for the credentials, but {reason}: fix that, or set REGISTRY_USER and REGISTRY_PASSWORD",
                    path.display()
                )
            }
            CredentialSource::Anonymous => {
                format!("set REGISTRY_USER and REGISTRY_PASSWORD, or log in with `docker login {host}`")
            }
        }
    }
}

fn known(settings: &Settings, host: &str) -> Result<Known, PushError> {
    let own = Address::of(settings).is_ok_and(|address| address.host == host);
    let address = if own { settings.parts(&[REGISTRY_URL]) } else { Vec::new() };
    let weakening = if is_insecure(settings, host) { REGISTRY_INSECURE } else { REGISTRY_CA };
    let weakening = settings.parts(&[weakening]);
    let login = of_settings(settings)?.filter(|_| own);
    let secrets: &[_] = if login.is_some() { &[REGISTRY_USER, REGISTRY_PASSWORD] } else { &[] };
    settings.allow(host, &[address, settings.parts(secrets), weakening.clone()].concat())?;
    if let Some(auth) = login {
        return Ok(Known::Credentials(Credentials { auth, from: CredentialSource::Settings }));
    }
    let Some((path, entry)) = docker::look(host)? else {
        return Ok(Known::Credentials(Credentials::NOBODY));
    };
    if entry != Entry::Nothing {
        // They are for this host, whoever names it: only that nobody else can read them matters.
        let (name, from) = ("Docker's credentials".to_owned(), path.display().to_string());
        let secret = Part { role: Role::Secret, name, from, rank: Rank::User };
        settings.allow(host, &[vec![secret], weakening].concat())?;
    }
    Ok(match entry {
        Entry::Nothing => Known::Credentials(Credentials::NOBODY),
        Entry::Login(auth) => Known::Credentials(Credentials { auth, from: CredentialSource::Docker(path) }),
        Entry::Helper(helper) => Known::Helper(path, helper),
    })
}

pub(super) fn of_settings(settings: &Settings) -> Result<Option<Auth>, PushError> {
    let half = |set, missing| PushError::IncompleteCredentials { set, missing };
    match (settings.text(REGISTRY_USER), settings.text(REGISTRY_PASSWORD)) {
        (Some(user), Some(password)) => {
            Ok(Some(Auth::Basic { user: user.to_owned(), password: password.to_owned() }))
        }
        (None, None) => Ok(None),
        (Some(_), None) => Err(half(REGISTRY_USER.name, REGISTRY_PASSWORD.name)),
        (None, Some(_)) => Err(half(REGISTRY_PASSWORD.name, REGISTRY_USER.name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(values: &[(&str, &str)]) -> Settings {
        let look_up = |name: &str| {
            let found = values.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        Settings::load(None, look_up, &[]).unwrap()
    }

    fn found(settings: &Settings, host: &str) -> Option<Credentials> {
        match known(settings, host).unwrap() {
            Known::Credentials(credentials) => Some(credentials),
            Known::Helper(..) => None,
        }
    }

    #[test]
    fn only_the_registry_of_the_settings_gets_their_password() {
        let of = |url| {
            settings(&[("REGISTRY_URL", url), ("REGISTRY_USER", "me"), ("REGISTRY_PASSWORD", "hunter2")])
        };
        let own = of("registry.example.org/team");
        let credentials = found(&own, "registry.example.org").unwrap();
        assert_eq!(credentials.auth, Auth::Basic { user: "me".to_owned(), password: "hunter2".to_owned() });
        let said = format!("{credentials:?} {} {}", credentials.whom(), credentials.help("x"));
        assert!(!said.contains("hunter2"), "{said}");
        for other in ["evil.example.org", "registry.example.org:8443", "example.org"] {
            let from = found(&own, other).map(|found| found.from);
            assert_ne!(from, Some(CredentialSource::Settings), "{other}");
        }
        for url in ["docker.io/me", "index.docker.io/me", "https://registry-1.docker.io/me"] {
            let from = found(&of(url), "docker.io").map(|found| found.from);
            assert_eq!(from, Some(CredentialSource::Settings), "{url}");
        }
    }
}
