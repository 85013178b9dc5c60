//! The thread of the NATS client, and why its connection ends.
//!
//! A message whose headers or subject are not valid UTF-8, or with a header without colon, ends the client's connection:
//! the message is lost, and others that came with it. The client (async-nats 0.51) gives the reason to its log alone. So
//! it has a thread of its own, whose log is read here; that of the process stays as it is.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};

use async_nats::{Client, ConnectOptions};
use tokio::runtime::{Builder, Handle};
use tokio::sync::watch;
use tracing_core::field::{Field, Visit};
use tracing_core::span::{Attributes, Id, Record};
use tracing_core::subscriber::{Interest, Subscriber};
use tracing_core::{Dispatch, Event as LogEvent, LevelFilter, Metadata, dispatcher};

use crate::host::HostError;
use crate::host::core::Threads;
use crate::host::observe::{Event, Observer};
use crate::nats;

/// Whose log is read.
const CLIENT: &str = "async_nats";
/// The field of its log with the error that ends a connection.
const ERROR: &str = "error";
/// The errors of a message that cannot be read, as they are shown for debugging: a connection that breaks gives others.
const UNREADABLE: [&str; 2] = ["kind: InvalidInput", "could not parse status parameter"];

/// Where the client works.
pub(super) struct NatsThread {
    threads: Threads,
    breaks: watch::Receiver<usize>,
    read: Arc<Mutex<BTreeSet<String>>>,
}

impl NatsThread {
    pub fn start(observer: Arc<dyn Observer>) -> Result<Self, HostError> {
        let (counter, breaks) = watch::channel(0);
        let read = Arc::<Mutex<BTreeSet<String>>>::default();
        let log = Dispatch::new(Log { counter, observer, read: Arc::clone(&read) });
        let threads = Threads::start(
            Builder::new_multi_thread()
                .worker_threads(1)
                .thread_name("pelato-nats")
                // For as long as the thread lives.
                .on_thread_start(move || std::mem::forget(dispatcher::set_default(&log))),
        )?;
        Ok(Self { threads, breaks, read })
    }

    /// Connects a client that works here.
    pub async fn connect(
        &self,
        server: &nats::Server,
        settings: ConnectOptions,
    ) -> Result<Client, HostError> {
        let server = server.clone();
        let connecting = self.handle().spawn(async move { nats::connect(&server, settings).await });
        let client = connecting.await.map_err(|cause| HostError::Engine { message: cause.to_string() })?;
        Ok(client?)
    }

    /// For what has to be done after what the client has done.
    pub fn handle(&self) -> Handle {
        self.threads.handle.clone()
    }

    /// Notes that a pattern is read: a message that ends the connection came on one of these.
    pub fn read(&self, pattern: &str) {
        self.read.lock().unwrap_or_else(PoisonError::into_inner).insert(pattern.to_owned());
    }

    /// How often a message that cannot be read has ended the connection.
    pub fn breaks(&self) -> watch::Receiver<usize> {
        self.breaks.clone()
    }
}

/// Reads the client's log.
struct Log {
    counter: watch::Sender<usize>,
    observer: Arc<dyn Observer>,
    read: Arc<Mutex<BTreeSet<String>>>,
}

impl Subscriber for Log {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if self.enabled(metadata) { Interest::sometimes() } else { Interest::never() }
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::DEBUG)
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && metadata.target() == CLIENT && metadata.fields().field(ERROR).is_some()
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        // None is enabled.
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &LogEvent<'_>) {
        let mut found = IsUnreadable(false);
        event.record(&mut found);
        if found.0 {
            self.counter.send_modify(|count| *count += 1);
            let patterns = self.read.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect();
            self.observer.event(Event::Unreadable { patterns });
        }
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// Whether a log entry tells of a message that cannot be read.
struct IsUnreadable(bool);

impl Visit for IsUnreadable {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == ERROR {
            let error = format!("{value:?}");
            self.0 |= UNREADABLE.iter().any(|words| error.contains(words));
        }
    }
}
