//! The embedded host behind `pelato run` and `pelato call`.
//!
//! A [`Host`] runs composed components: each message on a subject they subscribe to, and each HTTP request on their
//! path, is one call in a fresh instance, with limits on memory and time. Messages are carried by a bus in this
//! process or a NATS server. Nothing is printed: an [`Observer`](observe::Observer) receives the events.
//!
//! Functions run on threads of their own, and yield every few milliseconds: those that never end block neither HTTP
//! nor the others.

mod absent;
mod ack;
mod activity;
mod bindings;
mod bus;
mod call;
mod code;
mod core;
mod database;
mod deployment;
mod engine;
pub mod entry;
mod error;
mod http;
mod imports;
mod keyvalue;
mod memory;
mod message;
pub mod observe;
mod optimise;
mod options;
mod output;
mod record;
mod run;
mod series;
mod service;
mod slots;
mod state;
mod ticker;
mod tier;
mod trace;

use std::net::SocketAddr;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use hyper::body::Bytes;
use tokio::sync::{Mutex, watch};

use self::core::{Core, UnderWay};
use deployment::Deployment;
use http::{Access, Server, Site};
use observe::Observer;
use service::{Plan, Routes};

pub use crate::nats::Subscription;
use bus::Closed;
pub use bus::{Message, Messages};
pub use call::{Called, call};
pub use error::HostError;
pub use options::{Bus, Compiler, Environment, Hosted, Limits, Options};
pub use series::{Series, series};
pub use trace::TraceId;

/// How long stopping may take, in addition to a call's time limit.
const FAREWELL: Duration = Duration::from_secs(1);

/// Components that run.
pub struct Host {
    core: Arc<Core>,
    routes: Arc<RwLock<Arc<Routes>>>,
    deployment: Mutex<Deployment>,
    server: Option<Server>,
    under_way: UnderWay,
}

/// What was left when the host stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopped {
    /// Messages that waited on the bus in this process, and were not processed.
    pub unread: usize,
    /// Messages that the NATS server is not known to have taken.
    pub unsent: usize,
    /// Messages that found no room, because they arrived faster than they were processed.
    pub lost: usize,
    /// Messages that could not be read, each of which ended the connection.
    pub unreadable: usize,
    /// Whether all calls finished. (The others were aborted.)
    pub calls_ended: bool,
}

impl Host {
    /// Starts the components. Must be called in a tokio runtime with timers and input/output.
    ///
    /// # Errors
    /// If a component cannot run, the HTTP address cannot be bound, or the NATS server cannot be reached.
    pub async fn start(
        options: Options,
        components: Vec<Hosted>,
        observer: Arc<dyn Observer>,
    ) -> Result<Self, HostError> {
        // What fails fast comes first: compiling takes seconds.
        let listener = match options.http {
            Some(address) => Some(http::bind(address).await?),
            None => None,
        };
        let core = Arc::new(Core::start(&options, observer).await?);
        let routes = Arc::new(RwLock::default());
        let under_way = UnderWay::new();
        let mut deployment = Deployment::default();
        let plan = Plan::make(&core, components, deployment.running()).await?;
        deployment.apply(plan, &core, &routes, &under_way).await?;
        let server = match listener {
            Some((listener, address)) => {
                let access = Access::to(&options, address);
                let (core, routes) = (Arc::clone(&core), Arc::clone(&routes));
                let site = Site { core, routes, access, token: under_way.token() };
                Some(Server::start(listener, address, site))
            }
            None => None,
        };
        Ok(Self { core, routes, deployment: Mutex::new(deployment), server, under_way })
    }

    /// Where HTTP is served.
    #[must_use]
    pub fn http_addr(&self) -> Option<SocketAddr> {
        self.server.as_ref().map(|server| server.address)
    }

    /// Sends a message from outside. When it returns, the message is in the queues of all its subscribers.
    ///
    /// # Errors
    /// If the subject is invalid or the NATS server does not accept the message.
    pub async fn publish(&self, subject: &str, body: impl Into<Bytes>) -> Result<TraceId, HostError> {
        let message = Message::entering(subject, body.into(), None);
        let trace = message.trace();
        self.send(message).await?;
        Ok(trace)
    }

    /// Sends a message from outside whose sender waits for a reply on a subject of its own.
    ///
    /// # Errors
    /// As [`Host::publish`].
    pub async fn hand_over(
        &self,
        subject: &str,
        body: impl Into<Bytes>,
        reply_to: &str,
    ) -> Result<(), HostError> {
        let message = Message::entering(subject, body.into(), Some(reply_to.to_owned()));
        self.send(message).await
    }

    async fn send(&self, message: Message) -> Result<(), HostError> {
        let subject = message.subject.to_string();
        match self.core.broker.publish(message).await?.settled().await {
            true => Ok(()),
            false => Err(HostError::Unconfirmed { subject }),
        }
    }

    /// Waits until no message waits and no call runs. Messages of a NATS server are not counted before they are read.
    pub async fn idle(&self) {
        self.core.activity.over().await;
    }

    /// Waits until the NATS server refuses something that a component cannot do without, and says what.
    pub async fn refusal(&self) -> HostError {
        self.core.broker.refusal().await
    }

    /// How often a message that cannot be read has ended the connection to the NATS server.
    pub fn breaks(&self) -> watch::Receiver<usize> {
        self.core.broker.breaks()
    }

    /// Sends a message from outside, and waits for the reply.
    ///
    /// # Errors
    /// If no component reads the subject, or no reply arrived in time.
    pub async fn request(
        &self,
        subject: &str,
        body: impl Into<Bytes>,
        timeout: Duration,
    ) -> Result<Message, HostError> {
        self.core.broker.request(Message::entering(subject, body.into(), None), timeout).await
    }

    /// Observes what is sent to subjects that match a pattern. A slow reader loses messages, which is reported.
    ///
    /// # Errors
    /// If the pattern is invalid or the NATS server does not accept the subscription.
    pub async fn subscribe(&self, pattern: &str) -> Result<Messages, HostError> {
        self.core.broker.watch(pattern).await
    }

    /// Replaces the running components. Calls in progress end with the code they began with. HTTP stays bound, and
    /// queued messages are processed. If it fails, nothing changes.
    ///
    /// # Errors
    /// If one of the components cannot run.
    pub async fn replace(&self, components: Vec<Hosted>) -> Result<(), HostError> {
        let mut deployment = self.deployment.lock().await;
        let plan = Plan::make(&self.core, components, deployment.running()).await?;
        deployment.apply(plan, &self.core, &self.routes, &self.under_way).await
    }

    /// Stops: accepts no more calls, waits for those in progress up to their time limit, and closes the bus.
    pub async fn stop(self) -> Stopped {
        let Self { core, deployment, server, under_way, .. } = self;
        if let Some(server) = server {
            server.stop().await;
        }
        core.tiers.stop();
        let unread = deployment.into_inner().halt().await;
        let patience = core.limits.time + FAREWELL;
        let calls_ended = tokio::time::timeout(patience, under_way.over()).await.is_ok();
        let Closed { unsent, lost, unreadable } = core.broker.close().await;
        Stopped { unread, unsent, lost, unreadable, calls_ended }
    }
}
