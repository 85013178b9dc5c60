//! A lattice, reached over NATS: wadm, which manages applications, and the hosts that run them.

pub mod events;
pub mod hosts;
pub mod links;
pub mod server;
pub mod wadm;

use std::time::Duration;

use async_nats::client::RequestErrorKind;
use async_nats::{Client, ConnectOptions, Request};
use serde::de::DeserializeOwned;

use super::WadmError;
use crate::nats;
use crate::platform::DeployError;
use crate::project::Settings;
use crate::project::settings::wadm::LATTICE;

/// How long wadm may take to answer. It answers in milliseconds; a server that writes to a slow disk needs longer.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Clone)]
pub struct Lattice {
    client: Client,
    pub name: String,
    /// The NATS server, without passwords.
    pub server: String,
}

impl Lattice {
    /// Connects to the lattice that the settings name.
    ///
    /// # Errors
    /// When the NATS server cannot be used.
    pub async fn connect(settings: &Settings) -> Result<Self, DeployError> {
        let server = settings.nats()?;
        let client = nats::connect(&server, ConnectOptions::new()).await?;
        let name = settings.text(LATTICE).unwrap_or_default().to_owned();
        Ok(Self { client, name, server: nats::shown(&server.url) })
    }

    /// What it is called in messages.
    pub fn place(&self) -> String {
        place(&self.name)
    }

    async fn request(&self, subject: String, payload: Vec<u8>) -> Result<async_nats::Message, DeployError> {
        let request = Request::new().payload(payload.into()).timeout(Some(PATIENCE));
        self.client.send_request(subject, request).await.map_err(|error| match error.kind() {
            RequestErrorKind::NoResponders => {
                let old = self.warning().map(|warning| format!("; {warning}")).unwrap_or_default();
                WadmError::NoWadm { lattice: self.name.clone(), server: self.server.clone(), old }.into()
            }
            RequestErrorKind::TimedOut => self.lost(format!("no answer within {} s", PATIENCE.as_secs())),
            _ => self.lost(error.to_string()),
        })
    }

    /// Whether the connection stands at this moment.
    pub fn is_connected(&self) -> bool {
        self.client.connection_state() == async_nats::connection::State::Connected
    }

    /// What is suspicious about the NATS server.
    pub fn warning(&self) -> Option<String> {
        server::too_old(&self.client.server_info().version)
    }

    /// That the connection was lost.
    pub fn lost(&self, message: String) -> DeployError {
        DeployError::Lost { place: self.place(), message }
    }
}

/// A lattice in messages.
pub fn place(name: &str) -> String {
    format!("the lattice `{name}`")
}

fn parse<T: DeserializeOwned>(message: &async_nats::Message) -> Result<T, DeployError> {
    serde_json::from_slice(&message.payload).map_err(|error| {
        let text: String = String::from_utf8_lossy(&message.payload).chars().take(200).collect();
        reply(format!("{error}: {text}"))
    })
}

/// That an answer of wadm makes no sense.
pub fn reply(message: String) -> DeployError {
    DeployError::Reply {
        who: "wadm",
        message,
        help: "PELATO supports wadm 0.21: check which version is running",
    }
}
