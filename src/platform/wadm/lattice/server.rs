//! What the NATS server of a lattice says about itself.

use std::time::{Duration, SystemTime};

use hyper::body::Bytes;
use serde::Deserialize;

use super::Lattice;
use crate::clock;

/// How long it may take to tell the time.
const PATIENCE: Duration = Duration::from_secs(1);

/// A NATS server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Its version.
    pub version: String,
    /// Whether it has JetStream, which keeps what wadm knows.
    pub jetstream: bool,
}

impl Lattice {
    /// The server that we are connected to.
    pub fn server(&self) -> Server {
        let info = self.client.server_info();
        Server { version: info.version, jetstream: info.jetstream }
    }

    /// The seconds that this machine's clock is ahead of the server's. A server tells the time with what it says about a
    /// stream: without one it is not known. `domain` is the JetStream domain that is asked.
    pub async fn ahead(&self, domain: Option<&str>) -> Option<f64> {
        #[derive(Deserialize)]
        struct Answer {
            streams: Vec<Stream>,
        }
        #[derive(Deserialize)]
        struct Stream {
            ts: String,
        }
        let api = domain.map_or_else(|| "$JS.API".to_owned(), |domain| format!("$JS.{domain}.API"));
        let before = SystemTime::now();
        let asked = self.client.request(format!("{api}.STREAM.LIST"), Bytes::new());
        let answer = tokio::time::timeout(PATIENCE, asked).await.ok()?.ok()?;
        let after = SystemTime::now();
        let answer: Answer = serde_json::from_slice(&answer.payload).ok()?;
        let theirs = clock::read(&answer.streams.first()?.ts)?;
        Some(clock::ahead((before, after), theirs, 0.0))
    }
}
