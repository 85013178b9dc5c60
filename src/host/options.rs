//! The configuration of the host.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use hyper::body::Bytes;

use crate::nats::{self, Subscription};
use crate::postgres;
use crate::web::Origin;

/// One component as the host runs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hosted {
    /// The component's name, by which everything that happens in it is reported.
    pub name: String,
    /// The composed component.
    pub wasm: Bytes,
    /// Where its messages come from.
    pub subscriptions: Vec<Subscription>,
    /// The HTTP path that it answers, exactly.
    pub http_path: Option<String>,
    /// Pages of these origins may call it.
    pub allow_origins: Vec<Origin>,
    /// The key-value bucket that it uses; it is made if there is none.
    pub bucket: Option<String>,
    pub database: bool,
    /// The table of the database that its results go to.
    pub table: Option<String>,
    /// Where its dead letters go, if JetStream stores its messages.
    pub dead_letter_topic: Option<String>,
    /// What it finds in its environment: the secrets of its function.
    pub environment: Environment,
    /// The topics that it writes to where a stream acknowledges each message.
    pub stored_topics: Vec<String>,
}

/// Names and values that a component finds in its environment. The values are secrets.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Environment(Arc<BTreeMap<String, String>>);

impl Environment {
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&String, &String)> {
        self.0.iter()
    }
}

impl FromIterator<(String, String)> for Environment {
    fn from_iter<T: IntoIterator<Item = (String, String)>>(pairs: T) -> Self {
        Self(Arc::new(pairs.into_iter().collect()))
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Hosted {
    /// Whether the two differ in their code at most.
    pub fn is_wired_as(&self, other: &Self) -> bool {
        let without_code = |hosted: &Self| Self { wasm: Bytes::new(), ..hosted.clone() };
        without_code(self) == without_code(other)
    }
}

/// What one call may use.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Linear memory of one instance, in bytes, all its parts together.
    pub memory: u64,
    /// Wall time of one call, from the start of its instance.
    pub time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { memory: 256 << 20, time: Duration::from_secs(10) }
    }
}

/// How components become machine code.
#[derive(Debug, Clone)]
pub struct Compiler {
    /// Where compiled components are kept between runs.
    pub cache_dir: Option<PathBuf>,
    /// Whether components start in code that is compiled quickly. A workflow that runs is optimised meanwhile.
    pub quick: bool,
}

impl Default for Compiler {
    fn default() -> Self {
        Self { cache_dir: None, quick: true }
    }
}

#[derive(Debug, Clone)]
pub struct Options {
    /// Where HTTP is served, if it is.
    pub http: Option<SocketAddr>,
    /// Names of this machine by which HTTP is asked for, beside those of the loopback interface.
    pub allow_hosts: Vec<String>,
    /// Pages of these origins may call every component.
    pub allow_origins: Vec<Origin>,
    /// What carries the messages.
    pub bus: Bus,
    /// The JetStream domain of the buckets, if it is not the NATS server's own.
    pub bucket_domain: Option<String>,
    /// The database of the components that use one.
    pub database: Option<postgres::Server>,
    /// What one call may use.
    pub limits: Limits,
    /// How many calls may compute at a time.
    pub max_concurrent: usize,
    pub compiler: Compiler,
}

impl Default for Options {
    fn default() -> Self {
        let cores = available_parallelism().map_or(2, usize::from);
        Self {
            http: None,
            allow_hosts: Vec::new(),
            allow_origins: Vec::new(),
            bus: Bus::InProcess,
            bucket_domain: None,
            database: None,
            limits: Limits::default(),
            // Enough that a few hanging calls do not block the rest.
            max_concurrent: (cores * 4).clamp(8, 64),
            compiler: Compiler::default(),
        }
    }
}

/// What carries the messages.
#[derive(Debug, Clone)]
pub enum Bus {
    /// Queues in this process, with the matching rules of NATS.
    InProcess,
    Nats(nats::Server),
}
