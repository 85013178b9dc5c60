//! What carries messages between components.

pub(super) mod in_process;
mod nats;
mod queue;
pub(super) mod subject;

use std::sync::Arc;
use std::time::Duration;

use hyper::body::Bytes;
use tokio::task::JoinHandle;

use super::HostError;
use super::observe::Observer;
use super::options::{Bus, Limits};
use super::trace::{TraceContext, TraceId};
use in_process::{Entry, InProcess, Inbox, OnFull};
use nats::{Nats, NatsInbox};

#[derive(Debug, Clone)]
pub struct Message {
    /// Where it was sent to.
    pub subject: Arc<str>,
    pub body: Bytes,
    /// Where its sender waits for an answer.
    pub reply_to: Option<String>,
    pub(super) mark: TraceContext,
    /// Headers beside the mark, where the bus has any.
    pub(super) headers: Vec<(&'static str, String)>,
}

impl Message {
    /// A message that enters the system here.
    pub(super) fn entering(subject: &str, body: Bytes, reply_to: Option<String>) -> Self {
        Self { subject: subject.into(), body, reply_to, mark: TraceContext::entering(), headers: Vec::new() }
    }

    /// The message that entered the system and led to this one.
    #[must_use]
    pub fn trace(&self) -> TraceId {
        self.mark.trace
    }

    /// How many calls led to this message.
    #[must_use]
    pub fn hops(&self) -> u32 {
        self.mark.hop.saturating_sub(1)
    }
}

pub struct Messages {
    source: Source,
}

enum Source {
    InProcess(Inbox),
    Nats(NatsInbox),
}

impl Messages {
    /// The next message; none when the subscription has ended.
    pub async fn next(&mut self) -> Option<Message> {
        match &mut self.source {
            Source::InProcess(inbox) => inbox.next().await,
            Source::Nats(inbox) => inbox.next().await,
        }
    }

    /// What closes it in an instant, where that is possible: on the bus in this process.
    pub(super) fn entry(&self) -> Option<Entry> {
        match &self.source {
            Source::InProcess(inbox) => Some(inbox.entry().clone()),
            Source::Nats(_) => None,
        }
    }

    /// Ends the subscription; what has arrived already can still be read.
    pub(super) async fn close(&mut self) {
        match &mut self.source {
            Source::InProcess(inbox) => inbox.entry().close(),
            Source::Nats(inbox) => inbox.close().await,
        }
    }

    /// How many received messages are unread, as far as is known.
    pub(super) fn unread(&self) -> usize {
        match &self.source {
            Source::InProcess(inbox) => inbox.len(),
            Source::Nats(_) => 0,
        }
    }
}

/// What carries the messages: one of two.
#[derive(Clone)]
pub(super) enum Broker {
    InProcess(InProcess),
    Nats(Nats),
}

impl Broker {
    pub async fn open(bus: &Bus, limits: &Limits, observer: Arc<dyn Observer>) -> Result<Self, HostError> {
        match bus {
            Bus::InProcess => Ok(Self::InProcess(InProcess::new(limits.time, observer))),
            Bus::Nats(options) => Nats::connect(options, observer).await.map(Self::Nats),
        }
    }

    pub async fn publish(&self, message: Message) -> Result<Parked, HostError> {
        match self {
            Self::InProcess(bus) => bus.publish(&message),
            Self::Nats(bus) => bus.publish(message).await.map(|()| Parked::default()),
        }
    }

    /// Sends a message and waits for the answer.
    pub async fn request(&self, message: Message, timeout: Duration) -> Result<Message, HostError> {
        match self {
            Self::InProcess(bus) => bus.request(message, timeout).await,
            Self::Nats(bus) => bus.request(message, timeout).await,
        }
    }

    /// Subscribes a component.
    pub async fn attach(&self, pattern: &str, group: Option<&str>) -> Result<Messages, HostError> {
        self.subscribe(pattern, group, OnFull::Wait).await
    }

    /// Subscribes someone who only watches, and must not hold up the flow.
    pub async fn watch(&self, pattern: &str) -> Result<Messages, HostError> {
        self.subscribe(pattern, None, OnFull::Drop).await
    }

    async fn subscribe(
        &self,
        pattern: &str,
        group: Option<&str>,
        on_full: OnFull,
    ) -> Result<Messages, HostError> {
        let source = match self {
            Self::InProcess(bus) => Source::InProcess(bus.subscribe(pattern, group, on_full)?),
            Self::Nats(bus) => Source::Nats(bus.subscribe(pattern, group).await?),
        };
        Ok(Messages { source })
    }

    /// Sends pending messages, and disconnects.
    pub async fn close(&self) {
        if let Self::Nats(bus) = self {
            bus.close().await;
        }
    }
}

/// Messages that wait in front of a full queue.
#[derive(Debug, Default)]
pub(super) struct Parked {
    waiting: Vec<JoinHandle<()>>,
}

impl Parked {
    fn add(&mut self, wait: impl Future<Output = ()> + Send + 'static) {
        self.waiting.push(tokio::spawn(wait));
    }

    /// Takes over those of another.
    pub fn join(&mut self, other: Self) {
        self.waiting.extend(other.waiting);
    }

    /// Waits until each was delivered or dropped.
    pub async fn settled(self) {
        for wait in self.waiting {
            // It can only fail when the runtime ends.
            let _ = wait.await;
        }
    }
}
