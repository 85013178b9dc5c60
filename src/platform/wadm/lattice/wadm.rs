//! wadm's API: requests `wadm.api.<lattice>.model.<operation>[.<application>]`, answers in JSON. These are the fields of
//! `wadm_types::api` 0.8 that PELATO reads.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::{Lattice, parse};
use crate::platform::wadm::Manifest;
use crate::platform::{self, DeployError, Revision};

#[derive(Debug, Clone, Deserialize)]
pub struct Summary {
    pub name: String,
    pub deployed_version: Option<String>,
}

/// How an application is.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Status {
    #[serde(rename = "status")]
    pub info: Info,
    /// Its parts: each scaler and each link.
    #[serde(default)]
    pub scalers: Vec<Scaler>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Info {
    #[serde(rename = "type")]
    pub state: State,
    /// In wadm's words.
    #[serde(default)]
    pub message: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Scaler {
    /// What it scales: `SpreadScaler`, `LinkScaler`, `ConfigScaler` …
    #[serde(default)]
    pub kind: String,
    /// What it is called: the part's or the configuration's name.
    #[serde(default)]
    pub name: String,
    #[serde(rename = "status")]
    pub info: Info,
}

/// How something is, in a word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Nothing has begun, or no host has reported yet.
    Waiting,
    /// Not there.
    #[default]
    Undeployed,
    /// On its way.
    #[serde(alias = "compensating")]
    Reconciling,
    /// As it should be.
    #[serde(alias = "ready")]
    Deployed,
    /// It cannot be done.
    Failed,
    /// It runs, but not well.
    Unhealthy,
}

impl From<State> for platform::State {
    fn from(state: State) -> Self {
        match state {
            State::Waiting => Self::Waiting,
            State::Undeployed => Self::Undeployed,
            State::Reconciling => Self::Starting,
            State::Deployed => Self::Running,
            State::Failed => Self::Failed,
            State::Unhealthy => Self::Unhealthy,
        }
    }
}

/// An answer: whether it worked, and its words if not.
#[derive(Debug, Deserialize)]
struct Outcome {
    result: String,
    #[serde(default)]
    message: String,
}

impl Lattice {
    /// The applications of the lattice.
    ///
    /// # Errors
    /// When wadm does not answer or refuses.
    pub async fn applications(&self) -> Result<Vec<Summary>, DeployError> {
        #[derive(Deserialize)]
        struct Answer {
            #[serde(default)]
            models: Vec<Summary>,
        }
        let answer: Option<Answer> = self.ask("list the applications", "get", None, Vec::new()).await?;
        Ok(answer.map(|answer| answer.models).unwrap_or_default())
    }

    /// An application's manifest: that of a version, else the newest. None if there is no such application.
    ///
    /// # Errors
    /// When wadm does not answer or refuses, or the manifest has parts that PELATO does not know.
    pub async fn manifest(&self, name: &str, version: Option<&str>) -> Result<Option<Manifest>, DeployError> {
        #[derive(Deserialize)]
        struct Answer {
            manifest: Option<Manifest>,
        }
        let payload = json!({ "version": version }).to_string().into_bytes();
        let answer: Option<Answer> = self.ask("return the manifest", "get", Some(name), payload).await?;
        Ok(answer.and_then(|answer| answer.manifest))
    }

    /// All versions of an application's manifest, the oldest first; none if there is no such application.
    ///
    /// # Errors
    /// When wadm does not answer or refuses.
    pub async fn versions(&self, name: &str) -> Result<Vec<Revision>, DeployError> {
        #[derive(Deserialize)]
        struct Answer {
            #[serde(default)]
            versions: Vec<Revision>,
        }
        let answer: Option<Answer> =
            self.ask("list the versions", "versions", Some(name), Vec::new()).await?;
        Ok(answer.map(|answer| answer.versions).unwrap_or_default())
    }

    /// Stores a manifest; nothing is deployed yet.
    ///
    /// # Errors
    /// When wadm does not answer or refuses.
    pub async fn put(&self, manifest: &Manifest) -> Result<(), DeployError> {
        let payload = serde_json::to_vec(manifest).map_err(|error| DeployError::Form(error.to_string()))?;
        self.ask::<serde::de::IgnoredAny>("store the manifest", "put", None, payload).await.map(drop)
    }

    /// Deploys a version that is stored. It returns when wadm has taken note.
    ///
    /// # Errors
    /// When wadm does not answer or refuses.
    pub async fn deploy(&self, name: &str, version: &str) -> Result<(), DeployError> {
        let payload = json!({ "version": version }).to_string().into_bytes();
        let done = self.ask::<serde::de::IgnoredAny>("deploy", "deploy", Some(name), payload).await?;
        done.map(drop).ok_or_else(|| self.not_deployed(name))
    }

    /// Takes an application out of operation. Whether there was one.
    ///
    /// # Errors
    /// When wadm does not answer or refuses.
    pub async fn undeploy(&self, name: &str) -> Result<bool, DeployError> {
        let done =
            self.ask::<serde::de::IgnoredAny>("undeploy", "undeploy", Some(name), b"{}".to_vec()).await?;
        Ok(done.is_some())
    }

    /// Forgets a version of an application's manifest, or all of them.
    ///
    /// # Errors
    /// When wadm does not answer or refuses.
    pub async fn forget(&self, name: &str, version: Option<&str>) -> Result<(), DeployError> {
        let payload = json!({ "version": version }).to_string().into_bytes();
        self.ask::<serde::de::IgnoredAny>("delete the manifest", "del", Some(name), payload).await.map(drop)
    }

    /// How an application is; none if there is no such application.
    ///
    /// # Errors
    /// When wadm does not answer or refuses.
    pub async fn state(&self, name: &str) -> Result<Option<Status>, DeployError> {
        #[derive(Deserialize)]
        struct Answer {
            status: Option<Status>,
        }
        let answer: Option<Answer> = self.ask("return the status", "status", Some(name), Vec::new()).await?;
        Ok(answer.and_then(|answer| answer.status))
    }

    /// Asks wadm; none if what was asked about is not there.
    async fn ask<T: DeserializeOwned>(
        &self,
        what: &'static str,
        operation: &str,
        application: Option<&str>,
        payload: Vec<u8>,
    ) -> Result<Option<T>, DeployError> {
        let end = application.map(|name| format!(".{name}")).unwrap_or_default();
        let subject = format!("wadm.api.{}.model.{operation}{end}", self.name);
        let answer = self.request(subject, payload).await?;
        let outcome: Outcome = parse(&answer)?;
        match outcome.result.as_str() {
            "error" => Err(DeployError::Refused { who: "wadm", what, message: outcome.message }),
            "notfound" => Ok(None),
            _ => parse(&answer).map(Some),
        }
    }

    /// That an application is not there.
    pub fn not_deployed(&self, name: &str) -> DeployError {
        DeployError::NotDeployed { name: name.to_owned(), place: self.place() }
    }
}
