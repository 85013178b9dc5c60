//! What the NATS server of a lattice says about itself.

use std::time::{Duration, SystemTime};

use hyper::body::Bytes;
use serde::Deserialize;

use super::Lattice;
use crate::clock;

/// How long it may take to tell the time.
const PATIENCE: Duration = Duration::from_secs(1);

/// The oldest NATS server with all that wadm asks of JetStream.
const OLDEST_NATS: (u32, u32) = (2, 10);

/// A NATS server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
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

/// A warning about the NATS server, if wadm cannot work with it.
pub fn too_old(version: &str) -> Option<String> {
    let mut numbers = version.split('.').map_while(|number| number.parse::<u32>().ok());
    let old = numbers.next().zip(numbers.next()).is_some_and(|found| found < OLDEST_NATS);
    let (major, minor) = OLDEST_NATS;
    old.then(|| format!("the NATS server is version {version}, and wadm needs {major}.{minor} or newer"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_servers_are_named() {
        assert_eq!(
            too_old("2.9.10").as_deref(),
            Some("the NATS server is version 2.9.10, and wadm needs 2.10 or newer")
        );
        assert!(too_old("1.4.1").is_some());
        for good in ["2.10.0", "2.10.0-RC.1", "2.15.1", "3.0.0", "", "unknown"] {
            assert_eq!(too_old(good), None, "{good}");
        }
    }
}
