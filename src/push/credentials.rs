//! Who we are to a registry: the settings, else Docker's credential file, else nobody.

use std::fs::File;
use std::io::{BufReader, ErrorKind};
use std::path::PathBuf;

use docker_credential::{CredentialRetrievalError as Trouble, DockerCredential};
use oci_client::secrets::RegistryAuth;

use super::address::is_insecure;
use super::{Address, PushError};
use crate::project::Settings;
use crate::project::settings::{
    Part, REGISTRY_CA, REGISTRY_INSECURE, REGISTRY_PASSWORD, REGISTRY_URL, REGISTRY_USER, Role,
};
use crate::remedy::Operation;
use crate::text::quoted;

/// Docker Hub's host, and what Docker's credential file calls it.
const HUB: &str = "index.docker.io";
const HUB_IN_FILE: &str = "https://index.docker.io/v1/";

/// Who we are to one registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    pub auth: RegistryAuth,
    pub from: CredentialSource,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CredentialSource {
    /// `REGISTRY_USER` and `REGISTRY_PASSWORD`.
    Settings,
    /// Docker's file.
    Docker(PathBuf),
    /// There are none.
    Anonymous,
}

impl Credentials {
    /// None at all.
    pub const NOBODY: Self = Self { auth: RegistryAuth::Anonymous, from: CredentialSource::Anonymous };

    /// Those for a host. The settings are for the registry of `REGISTRY_URL` only: nobody else gets the password.
    ///
    /// # Errors
    /// When only half of them is set, or Docker's cannot be used.
    pub fn find(settings: &Settings, host: &str) -> Result<Self, PushError> {
        let own = Address::of(settings).is_ok_and(|address| address.host == host);
        let address = if own { settings.parts(&[REGISTRY_URL]) } else { Vec::new() };
        let weakening = if is_insecure(settings, host) { REGISTRY_INSECURE } else { REGISTRY_CA };
        let weakening = settings.parts(&[weakening]);
        let login = of_settings(settings)?.filter(|_| own);
        let secrets = settings.parts(if login.is_some() { &[REGISTRY_USER, REGISTRY_PASSWORD] } else { &[] });
        settings.allow(host, &[address, secrets, weakening.clone()].concat())?;
        if let Some(auth) = login {
            return Ok(Self { auth, from: CredentialSource::Settings });
        }
        let found = of_docker(host)?;
        if found.from != CredentialSource::Anonymous {
            // They belong to this host, whoever names it; that it is this host has to be certain.
            let secret = Part::given(Role::Secret, "Docker's credentials");
            settings.allow(host, &[vec![secret], weakening].concat())?;
        }
        Ok(found)
    }

    /// Who came, for a sentence.
    pub fn whom(&self) -> String {
        match &self.auth {
            RegistryAuth::Basic(user, _) => quoted(user),
            _ => "anonymous users".to_owned(),
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
            CredentialSource::Anonymous => {
                format!("set REGISTRY_USER and REGISTRY_PASSWORD, or log in with `docker login {host}`")
            }
        }
    }
}

pub(super) fn of_settings(settings: &Settings) -> Result<Option<RegistryAuth>, PushError> {
    let half = |set, missing| PushError::IncompleteCredentials { set, missing };
    match (settings.text(REGISTRY_USER), settings.text(REGISTRY_PASSWORD)) {
        (Some(user), Some(password)) => Ok(Some(RegistryAuth::Basic(user.to_owned(), password.to_owned()))),
        (None, None) => Ok(None),
        (Some(_), None) => Err(half(REGISTRY_USER.name, REGISTRY_PASSWORD.name)),
        (None, Some(_)) => Err(half(REGISTRY_PASSWORD.name, REGISTRY_USER.name)),
    }
}

fn of_docker(host: &str) -> Result<Credentials, PushError> {
    let Some(path) = docker_file() else { return Ok(Credentials::NOBODY) };
    let wrong = |reason: String| PushError::DockerCredentials {
        host: host.to_owned(),
        path: path.display().to_string(),
        reason,
    };
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(Credentials::NOBODY);
        }
        Err(error) => return Err(wrong(error.to_string())),
    };
    let server = if matches!(host, HUB | "docker.io") { HUB_IN_FILE } else { host };
    // None of what is found may be shown, not even in part: a helper's output may be a password.
    let reason = match docker_credential::get_credential_from_reader(BufReader::new(file), server) {
        Ok(DockerCredential::UsernamePassword(user, password)) => {
            return Ok(Credentials {
                auth: RegistryAuth::Basic(user, password),
                from: CredentialSource::Docker(path),
            });
        }
        Err(Trouble::NoCredentialConfigured | Trouble::ConfigNotFound) => return Ok(Credentials::NOBODY),
        // What all helpers say that have none.
        Err(Trouble::HelperFailure { stdout, .. }) if stdout.contains("credentials not found") => {
            return Ok(Credentials::NOBODY);
        }
        Ok(DockerCredential::IdentityToken(_)) => {
            "it holds an identity token, which PELATO does not support".to_owned()
        }
        Err(Trouble::HelperFailure { helper, .. }) => format!("the program {helper} failed"),
        Err(Trouble::HelperCommunicationError) => {
            "its program docker-credential-… cannot be started".to_owned()
        }
        Err(Trouble::MalformedHelperResponse) => {
            "its program docker-credential-… returned an unexpected response".to_owned()
        }
        Err(Trouble::CredentialDecodingError) => "an entry is not base64 of user:password".to_owned(),
        Err(Trouble::CredentialMismatchError) => "an entry has contradictory values".to_owned(),
        Err(_) => "it is not JSON as Docker writes it".to_owned(),
    };
    Err(wrong(reason))
}

fn docker_file() -> Option<PathBuf> {
    let named = std::env::var_os("DOCKER_CONFIG").filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = named.or_else(|| Some(etcetera::home_dir().ok()?.join(".docker")))?;
    Some(folder.join("config.json"))
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

    #[test]
    fn only_the_registry_of_the_settings_gets_their_password() {
        let settings = settings(&[
            ("REGISTRY_URL", "registry.example.org/team"),
            ("REGISTRY_USER", "me"),
            ("REGISTRY_PASSWORD", "hunter2"),
        ]);
        let found = Credentials::find(&settings, "registry.example.org").unwrap();
        assert_eq!(found.auth, RegistryAuth::Basic("me".to_owned(), "hunter2".to_owned()));
        assert!(!format!("{found:?} {} {}", found.whom(), found.help("x")).contains("hunter2"));
        for other in ["evil.example.org", "registry.example.org:8443", "example.org"] {
            let found = Credentials::find(&settings, other).unwrap();
            assert_ne!(found.from, CredentialSource::Settings, "{other}");
        }
    }
}
