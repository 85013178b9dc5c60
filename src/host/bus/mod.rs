//! What carries messages between components.

pub(super) mod in_process;
mod nats;
mod nats_inbox;
mod nats_thread;
mod queue;
mod receipt;
pub(super) mod subject;

use std::sync::Arc;
use std::time::Duration;

use hyper::body::Bytes;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::HostError;
use super::activity::{Active, Activity};
use super::observe::Observer;
use super::options::{Bus, Limits};
use super::trace::{TraceContext, TraceId};
use in_process::{Entry, InProcess, Inbox, OnFull};
use nats::Nats;
use nats_inbox::NatsInbox;
use receipt::Receipt;

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
    /// It waits for a component, or the component's call goes on.
    pub(super) active: Option<Active>,
}

impl Message {
    /// A message that enters the system here.
    pub(super) fn entering(subject: &str, body: Bytes, reply_to: Option<String>) -> Self {
        Self {
            subject: subject.into(),
            body,
            reply_to,
            mark: TraceContext::entering(),
            headers: Vec::new(),
            active: None,
        }
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
            Source::Nats(inbox) => inbox.close(),
        }
    }

    /// How many received messages are unread, as far as is known.
    pub(super) fn unread(&self) -> usize {
        match &self.source {
            Source::InProcess(inbox) => inbox.len(),
            Source::Nats(inbox) => inbox.len(),
        }
    }
}

/// What carries the messages: one of two.
#[derive(Clone)]
pub(super) enum Broker {
    InProcess(InProcess),
    Nats(Arc<Nats>),
}

impl Broker {
    pub async fn open(
        bus: &Bus,
        limits: &Limits,
        activity: Activity,
        observer: Arc<dyn Observer>,
    ) -> Result<Self, HostError> {
        match bus {
            Bus::InProcess => Ok(Self::InProcess(InProcess::new(limits.time, activity, observer))),
            Bus::Nats(options) => Ok(Self::Nats(Arc::new(Nats::connect(options, observer).await?))),
        }
    }

    pub async fn publish(&self, message: Message) -> Result<Parked, HostError> {
        match self {
            Self::InProcess(bus) => bus.publish(&message),
            Self::Nats(bus) => bus.publish(message).await.map(Parked::until_read),
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
    pub async fn close(&self) -> Closed {
        match self {
            Self::InProcess(_) => Closed::default(),
            Self::Nats(bus) => bus.close().await,
        }
    }

    /// How often a message that cannot be read has ended the connection to the server.
    pub fn breaks(&self) -> watch::Receiver<usize> {
        match self {
            Self::InProcess(_) => watch::channel(0).1,
            Self::Nats(bus) => bus.breaks(),
        }
    }

    /// Waits until the bus refuses something that a component cannot do without.
    pub async fn refusal(&self) -> HostError {
        match self {
            Self::InProcess(_) => std::future::pending().await,
            Self::Nats(bus) => bus.refusal().await,
        }
    }
}

/// How many messages are lost when the bus is closed.
#[derive(Debug, Default)]
pub(super) struct Closed {
    /// A server is not known to have them.
    pub unsent: usize,
    /// They found no room in front of their reader.
    pub lost: usize,
    /// They could not be read; others that came with them may be lost, too.
    pub unreadable: usize,
}

/// Messages that are not yet with their readers or the server: they wait in front of a full queue, or for a receipt.
#[derive(Debug, Default)]
pub(super) struct Parked {
    waiting: Vec<JoinHandle<bool>>,
    unread: Vec<Receipt>,
}

impl Parked {
    fn until_read(receipt: Option<Receipt>) -> Self {
        Self { unread: receipt.into_iter().collect(), ..Self::default() }
    }

    fn add(&mut self, wait: impl Future<Output = bool> + Send + 'static) {
        self.waiting.push(tokio::spawn(wait));
    }

    /// Takes over those of another.
    pub fn join(&mut self, other: Self) {
        self.waiting.extend(other.waiting);
        self.unread.extend(other.unread);
    }

    /// Waits until each was delivered or dropped. Returns whether all are with their readers or the server.
    pub async fn settled(self) -> bool {
        let Self { waiting, unread } = self;
        let mut delivered = Self { waiting, unread: Vec::new() }.delivered().await;
        for receipt in unread {
            delivered &= receipt.await.unwrap_or(false);
        }
        delivered
    }

    /// The same for full queues alone: what slows down the sender.
    pub async fn delivered(self) -> bool {
        let mut delivered = true;
        for wait in self.waiting {
            // It can only fail when the runtime ends.
            delivered &= wait.await.unwrap_or(false);
        }
        delivered
    }
}
