//! Whether a NATS server has read what was sent to it.
//!
//! The client only hands messages to its connection: what was written to one that breaks is gone without notice. A
//! message to this client itself comes back after the server has read everything before it on the same connection. One
//! such round trip serves all messages that were sent before it began.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_nats::connection::State;
use async_nats::{Client, Subscriber};
use futures_util::StreamExt;
use hyper::body::Bytes;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

use crate::host::observe::{Event, Observer};

/// How long the server may take for a round trip.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long the first may take, before it is given up that messages to itself come back.
const FIRST: Duration = Duration::from_secs(1);
/// How often is looked whether the connection still exists, during a round trip.
const LOOK: Duration = Duration::from_millis(20);
/// How many messages one round trip serves at most.
const BATCH: usize = 4096;

/// Told whether the server has read a message.
pub(super) type Receipt = oneshot::Receiver<bool>;

/// Gives receipts for what a client sends.
#[derive(Clone)]
pub(super) struct Receipts {
    client: Client,
    pending: mpsc::UnboundedSender<Pending>,
    count: Arc<Count>,
    denials: Arc<Denials>,
}

/// How many messages are not known to be read.
#[derive(Default)]
struct Count {
    waiting: AtomicUsize,
    lost: AtomicUsize,
}

/// A message on its way to the server.
pub(super) struct Sending {
    /// The number of the connection that it is handed to.
    connection: u64,
    subject: String,
    /// How often publishing to its subject had been denied before.
    denials: u64,
}

/// Somebody who waits.
struct Pending {
    /// What for; none for everything that was sent before.
    message: Option<Sending>,
    read: oneshot::Sender<bool>,
}

/// How often the server has denied to publish to a subject. The client passes that on.
#[derive(Default)]
pub(super) struct Denials(Mutex<HashMap<String, u64>>);

impl Denials {
    pub fn add(&self, subject: &str) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(subject.to_owned()).or_default() += 1;
    }

    fn of(&self, subject: &str) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(subject).copied().unwrap_or_default()
    }
}

impl Receipts {
    /// Must be called in a tokio runtime. `passes_on` is where the client passes on what the server denies.
    pub fn start(
        client: Client,
        passes_on: Handle,
        denials: Arc<Denials>,
        observer: Arc<dyn Observer>,
    ) -> Self {
        let (pending, received) = mpsc::unbounded_channel();
        let count = Arc::new(Count::default());
        let task = Task {
            client: client.clone(),
            passes_on,
            count: Arc::clone(&count),
            denials: Arc::clone(&denials),
            observer,
        };
        tokio::spawn(task.run(received));
        Self { client, pending, count, denials }
    }

    /// The number of the connection to the server; none while there is no connection.
    pub fn connection(&self) -> Option<u64> {
        connection(&self.client)
    }

    /// What is noted before something is handed to a connection.
    pub fn sending(&self, connection: u64, subject: &str) -> Sending {
        Sending { connection, subject: subject.to_owned(), denials: self.denials.of(subject) }
    }

    /// A receipt for what has just been handed to a connection.
    pub fn expect(&self, sending: Sending) -> Receipt {
        let (read, receipt) = oneshot::channel();
        self.count.waiting.fetch_add(1, Ordering::Relaxed);
        if self.pending.send(Pending { message: Some(sending), read }).is_err() {
            self.count.give_up(1);
        }
        receipt
    }

    /// Counts a message that was not sent.
    pub fn unsent(&self) {
        self.count.lost.fetch_add(1, Ordering::Relaxed);
    }

    /// Waits until the server has read what was sent so far. Returns whether that is known.
    pub async fn round_trip(&self) -> bool {
        let (read, receipt) = oneshot::channel();
        // If it fails, the receipt says so.
        let _ = self.pending.send(Pending { message: None, read });
        receipt.await.unwrap_or(false)
    }

    /// Waits for the receipts of everything that was sent. Returns how many messages the server is not known to have.
    pub async fn finish(&self, patience: Duration) -> usize {
        if self.count.waiting.load(Ordering::Relaxed) > 0 {
            // They are served in order: this is the last. If it takes too long, they are counted.
            let _ = tokio::time::timeout(patience, self.round_trip()).await;
        }
        self.count.lost.load(Ordering::Relaxed) + self.count.waiting.load(Ordering::Relaxed)
    }
}

impl Count {
    fn give_up(&self, count: usize) {
        self.waiting.fetch_sub(count, Ordering::Relaxed);
        self.lost.fetch_add(count, Ordering::Relaxed);
    }
}

fn connection(client: &Client) -> Option<u64> {
    let number = client.statistics().connects.load(Ordering::Relaxed);
    (client.connection_state() == State::Connected).then_some(number)
}

struct Task {
    client: Client,
    passes_on: Handle,
    count: Arc<Count>,
    denials: Arc<Denials>,
    observer: Arc<dyn Observer>,
}

impl Task {
    async fn run(self, mut received: mpsc::UnboundedReceiver<Pending>) {
        let inbox = self.client.new_inbox();
        let mut echo =
            Echo { inbox: inbox.clone(), number: 0, echoes: self.client.subscribe(inbox).await.ok() };
        // A user without rights on inboxes never hears itself.
        if tokio::time::timeout(FIRST, self.round_trip(&mut echo)).await.is_err() {
            echo.echoes = None;
        }
        let mut batch = Vec::new();
        while received.recv_many(&mut batch, BATCH).await > 0 {
            let connection = self.round_trip(&mut echo).await;
            // What the server has denied came before the echo, and is passed on by another task. If that thread has ended,
            // so has the connection.
            let _ = self.passes_on.spawn(tokio::task::yield_now()).await;
            let mut lost = 0;
            for Pending { message, read } in batch.drain(..) {
                let is_read = match &message {
                    Some(message) => connection == Some(message.connection) && !self.is_denied(message),
                    None => connection.is_some(),
                };
                match (message, is_read) {
                    (None, _) => {}
                    (Some(_), true) => drop(self.count.waiting.fetch_sub(1, Ordering::Relaxed)),
                    (Some(_), false) => lost += 1,
                }
                // Nobody may wait for it.
                let _ = read.send(is_read);
            }
            if lost > 0 {
                self.count.give_up(lost);
                self.observer.event(Event::Unconfirmed { count: lost });
            }
        }
    }

    fn is_denied(&self, message: &Sending) -> bool {
        self.denials.of(&message.subject) > message.denials
    }

    /// The number of the connection by which the server has read all that was sent; none if that is not known.
    async fn round_trip(&self, echo: &mut Echo) -> Option<u64> {
        let connection = connection(&self.client)?;
        let returned = tokio::time::timeout(PATIENCE, echo.round_trip(&self.client, connection)).await;
        returned.ok()?.then_some(connection)
    }
}

/// Messages to this client itself.
struct Echo {
    inbox: String,
    number: u64,
    /// None if they cannot come back.
    echoes: Option<Subscriber>,
}

impl Echo {
    /// Whether a message came back over the same connection.
    async fn round_trip(&mut self, client: &Client, number: u64) -> bool {
        let Some(echoes) = &mut self.echoes else {
            return client.flush().await.is_ok() && connection(client) == Some(number);
        };
        self.number += 1;
        let body = Bytes::copy_from_slice(&self.number.to_be_bytes());
        if client.publish(self.inbox.clone(), body.clone()).await.is_err() {
            return false;
        }
        loop {
            match tokio::time::timeout(LOOK, echoes.next()).await {
                Ok(Some(message)) if message.payload == body => return connection(client) == Some(number),
                Ok(Some(_)) => {}
                Ok(None) => return false,
                Err(_) if connection(client) != Some(number) => return false,
                Err(_) => {}
            }
        }
    }
}
