//! Sees that messages go on being stored and delivered while a workflow runs: what was deleted, or lost with a server's
//! store, is created again, and messages that no client can read are dead-lettered.

use std::collections::BTreeSet;
use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_nats::{ConnectOptions, Message};
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use super::consumer::Start;
use super::look::{Fault, What};
use super::places::{Kept, Places};
use super::{Consumer, ConsumerManager, Found, StreamError, Streams};
use crate::nats;
use crate::progress::{Event, Progress};

/// How often is looked where JetStream says nothing by itself: not every user may hear its advisories.
const PERIOD: Duration = Duration::from_secs(2);
/// How long something is missing until it is created again. A server may still be removing the files of what was deleted
/// when it says that this is done: nats-server 2.9.10 also removed those of a stream that was created at once. And somebody
/// may be replacing it.
const SETTLE: Duration = Duration::from_secs(1);
/// Where JetStream tells what was deleted.
const ADVISORIES: [&str; 2] =
    ["$JS.EVENT.ADVISORY.STREAM.DELETED.>", "$JS.EVENT.ADVISORY.CONSUMER.DELETED.>"];

/// Looks after the streams and consumers of a workflow that runs here.
pub struct Guard {
    server: nats::Server,
    domain: Option<String>,
    call_timeout: Duration,
    progress: Arc<dyn Progress>,
    explained: AtomicUsize,
}

/// A connection of its own: the workflow's breaks when a message cannot be read.
struct Link {
    manager: ConsumerManager,
    advisories: BoxStream<'static, Message>,
}

/// What is known from earlier looks.
#[derive(Default)]
struct Known {
    places: Places,
    /// What is missing and was told, until all is there again.
    told: BTreeSet<String>,
    /// Since when nothing more has been found to be missing.
    missing_since: Option<Instant>,
    /// How often the workflow's connection has broken because of a message.
    breaks: usize,
    /// Streams and numbers of messages that were dead-lettered for a consumer.
    dead_lettered: BTreeSet<(String, String, u64)>,
    /// How many messages that could not be read were found since that is compared with the breaks.
    found: usize,
}

impl Guard {
    pub fn new(
        server: nats::Server,
        domain: Option<String>,
        call_timeout: Duration,
        progress: Arc<dyn Progress>,
    ) -> Self {
        Self { server, domain, call_timeout, progress, explained: AtomicUsize::default() }
    }

    /// How many messages that could not be read are dead letters, or still stored.
    pub fn explained(&self) -> usize {
        self.explained.load(Ordering::Relaxed)
    }

    /// Looks until it is dropped. `kept` is what there has to be, `breaks` counts how often a message has broken the
    /// workflow's connection.
    pub async fn watch(&self, mut kept: watch::Receiver<Kept>, mut breaks: watch::Receiver<usize>) {
        let (mut link, connected) = (None, Arc::new(Notify::new()));
        let (mut wanted, mut known, mut is_new) = (Streams::default(), Known::default(), true);
        loop {
            if mem::take(&mut is_new) {
                let kept = kept.borrow_and_update().clone();
                wanted = kept.streams;
                known.places.merge(kept.places);
            }
            let broken = *breaks.borrow_and_update();
            if !wanted.is_empty() {
                if link.is_none() {
                    link = self.connect(&connected).await;
                }
                if let Some(link) = &link {
                    self.look(&link.manager, &wanted, &mut known).await;
                    self.dead_letter(&link.manager, &wanted, broken, &mut known).await;
                }
            }
            let pause = if known.missing_since.is_some() { SETTLE } else { PERIOD };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = connected.notified() => {}
                () = advisory(link.as_mut()) => {}
                () = changed(&mut kept) => is_new = true,
                () = changed(&mut breaks) => {}
            }
        }
    }

    /// Connects; none while the server is away, which the workflow's own connection tells.
    async fn connect(&self, connected: &Arc<Notify>) -> Option<Link> {
        let connected = Arc::clone(connected);
        let settings = ConnectOptions::new().max_reconnects(None).event_callback(move |event| {
            if matches!(event, async_nats::Event::Connected) {
                connected.notify_one();
            }
            std::future::ready(())
        });
        let client = nats::connect(&self.server, settings).await.ok()?;
        let mut advisories = Vec::new();
        for subject in ADVISORIES {
            advisories.extend(client.subscribe(subject).await);
        }
        let manager = ConsumerManager::new(client, self.domain.as_deref());
        Some(Link { manager, advisories: stream::select_all(advisories).boxed() })
    }

    async fn look(&self, manager: &ConsumerManager, wanted: &Streams, known: &mut Known) {
        // While JetStream is away nothing is known.
        let Ok(look) = manager.look(wanted, self.call_timeout).await else { return };
        let missing: Vec<_> = look.faults.iter().filter(|fault| stops_messages(fault)).collect();
        if missing.is_empty() {
            known.told.clear();
            known.missing_since = None;
            known.places.merge(look.places);
            return;
        }
        for fault in &missing {
            if known.told.insert(subject_of(fault)) {
                self.tell_lost(fault, known);
                known.missing_since = Some(Instant::now());
            }
        }
        if known.missing_since.is_none_or(|since| since.elapsed() >= SETTLE) {
            self.restore(manager, wanted, &missing, known).await;
        }
    }

    async fn restore(
        &self,
        manager: &ConsumerManager,
        wanted: &Streams,
        missing: &[&Fault],
        known: &mut Known,
    ) {
        let start = |consumer: &Consumer, found: &Found| known.start(consumer, found);
        let restored = manager.keep_from(wanted, self.call_timeout, start, self.progress.as_ref()).await;
        match restored {
            Ok(kept) => {
                known.places.merge(kept.places);
                missing.iter().for_each(|fault| self.tell_restored(fault));
            }
            // It will be there again, or not: then the next look fails as well.
            Err(StreamError::NoJetStream { .. }) => {}
            Err(error) => {
                let reason = error.to_string();
                if known.told.insert(format!("not restored: {reason}")) {
                    self.progress.report(Event::StorageNotRestored { reason });
                }
            }
        }
    }

    fn tell_lost(&self, fault: &Fault, known: &Known) {
        if let What::NoStream { topic, .. } = &fault.what {
            let (stream, topic) = (known.places.stream_of(topic).map(str::to_owned), topic.clone());
            self.progress.report(Event::StreamLost { component: fault.component.clone(), stream, topic });
        }
    }

    fn tell_restored(&self, fault: &Fault) {
        match &fault.what {
            What::NoConsumer { consumer, topic, stream }
            | What::OtherConsumer { consumer, topic, stream, .. } => {
                let deleted = matches!(fault.what, What::NoConsumer { .. });
                let (consumer, topic, stream) = (consumer.clone(), topic.clone(), stream.clone());
                self.progress.report(Event::ConsumerRestored { consumer, topic, stream, deleted });
            }
            // That a stream was created has been told; the other cannot be restored.
            What::NoStream { .. } | What::Unsuitable(_) => {}
        }
    }

    /// Dead-letters what the workflow cannot read, after its connection has broken.
    async fn dead_letter(
        &self,
        manager: &ConsumerManager,
        wanted: &Streams,
        broken: usize,
        known: &mut Known,
    ) {
        if broken == known.breaks {
            return;
        }
        for consumer in &wanted.consumers {
            let Some(topic) = wanted.dead_letter_topic(&consumer.component) else { continue };
            match manager.dead_letter_unreadable(consumer, topic, &mut known.dead_lettered).await {
                Ok(count) if count > 0 => {
                    known.found += count;
                    let (component, topic) = (consumer.component.clone(), topic.to_owned());
                    self.progress.report(Event::UnreadableDeadLettered { component, topic, count });
                }
                Ok(_) => {}
                // The next look tries again.
                Err(StreamError::NoJetStream { .. }) => return,
                Err(error) => {
                    // It is still stored, and will break the connection again: then this is tried again.
                    known.found += 1;
                    self.progress.report(Event::StorageNotRestored { reason: error.to_string() });
                }
            }
        }
        let found = mem::take(&mut known.found);
        self.explained.fetch_add(found.min(broken - known.breaks), Ordering::Relaxed);
        known.breaks = broken;
    }
}

impl Known {
    /// With which message a consumer starts that is created again: with the first that is not known to be acknowledged.
    fn start(&self, consumer: &Consumer, found: &Found) -> Start {
        match (self.places.reached(&consumer.name), found) {
            (Some(reached), Found::Existing(stream))
                if stream.created.unix_timestamp_nanos() == reached.created =>
            {
                Start::At(reached.acknowledged + 1)
            }
            // Another stream in its place: all that it has was sent meanwhile.
            (Some(_), Found::Existing(_)) => Start::At(1),
            (None, _) | (_, Found::Created(_)) => Start::New,
        }
    }
}

/// What a fault is about, so that it is told once.
fn subject_of(fault: &Fault) -> String {
    match &fault.what {
        What::NoStream { topic, .. } => topic.clone(),
        other => other.to_string(),
    }
}

/// Whether messages are not stored or do not arrive because of it.
fn stops_messages(fault: &Fault) -> bool {
    match &fault.what {
        What::OtherConsumer { differences, .. } => differences.divert,
        What::NoStream { .. } | What::NoConsumer { .. } | What::Unsuitable(_) => true,
    }
}

async fn advisory(link: Option<&mut Link>) {
    let heard = match link {
        Some(link) => link.advisories.next().await,
        None => None,
    };
    if heard.is_none() {
        std::future::pending::<()>().await;
    }
}

async fn changed<T>(value: &mut watch::Receiver<T>) {
    if value.changed().await.is_err() {
        // Nobody changes it any more.
        std::future::pending::<()>().await;
    }
}
