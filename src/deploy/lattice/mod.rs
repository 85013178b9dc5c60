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

use super::{DeployError, preflight};
use crate::nats;
use crate::project::Settings;
use crate::project::settings::LATTICE;

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
        let server = settings.nats();
        let client = nats::connect(&server, ConnectOptions::new()).await?;
        let name = settings.text(LATTICE).unwrap_or_default().to_owned();
        Ok(Self { client, name, server: nats::shown(&server.url) })
    }

    /// The connection itself.
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    async fn request(&self, subject: String, payload: Vec<u8>) -> Result<async_nats::Message, DeployError> {
        let request = Request::new().payload(payload.into()).timeout(Some(PATIENCE));
        self.client.send_request(subject, request).await.map_err(|error| match error.kind() {
            RequestErrorKind::NoResponders => {
                let old = self.warning().map(|warning| format!("; {warning}")).unwrap_or_default();
                DeployError::NoWadm { lattice: self.name.clone(), server: self.server.clone(), old }
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
        preflight::server(&self.client.server_info().version)
    }

    fn lost(&self, message: String) -> DeployError {
        DeployError::Lost { lattice: self.name.clone(), message }
    }
}

fn parse<T: DeserializeOwned>(message: &async_nats::Message) -> Result<T, DeployError> {
    serde_json::from_slice(&message.payload).map_err(|error| DeployError::Reply {
        message: format!(
            "{error}: {}",
            String::from_utf8_lossy(&message.payload).chars().take(200).collect::<String>()
        ),
    })
}
