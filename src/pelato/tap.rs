//! What functions write in this process, and which of their calls fail, for those who observe it.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::broadcast::{self, Receiver, Sender};

use crate::host::observe::{Call, Event, Observer, Outcome, Stream, Trigger};
use crate::protocol::{Record, RecordKind};

/// How many records wait for one that reads them slowly.
const WAITING: usize = 4096;

/// Hands what happens in this process to those who observe it.
#[derive(Debug, Clone)]
pub(super) struct Tap(Sender<Record>);

struct Tapped {
    observer: Arc<dyn Observer>,
    tap: Tap,
}

impl Default for Tap {
    fn default() -> Self {
        Self(broadcast::channel(WAITING).0)
    }
}

impl Tap {
    /// Passes all events on.
    pub fn beside(&self, observer: Arc<dyn Observer>) -> Arc<dyn Observer> {
        Arc::new(Tapped { observer, tap: self.clone() })
    }

    pub fn listen(&self) -> Receiver<Record> {
        self.0.subscribe()
    }
}

impl Observer for Tapped {
    fn event(&self, event: Event) {
        if self.tap.0.receiver_count() > 0
            && let Some(record) = record(&event)
        {
            // One that has gone away concerns nobody.
            let _ = self.tap.0.send(record);
        }
        self.observer.event(event);
    }
}

fn record(event: &Event) -> Option<Record> {
    let (call, kind, text) = match event {
        Event::Line { call, stream: Stream::Stdout, text, .. } => (call, RecordKind::Stdout, text.clone()),
        Event::Line { call, stream: Stream::Stderr, text, .. } => (call, RecordKind::Stderr, text.clone()),
        Event::OutputCut { call, limit } => (call, RecordKind::Cut, format!("more than {limit} bytes")),
        Event::Ended { call, outcome, .. } => {
            let (kind, text) = failure(outcome)?;
            (call, kind, text)
        }
        _ => return None,
    };
    Some(Record { component: call.component.to_string(), topic: topic(call), kind, text, ..unspecific() })
}

/// The record of those that were not read in time.
pub(super) fn missed(count: u64) -> Record {
    Record { text: format!("{count} lines were not read in time"), ..unspecific() }
}

/// A record of now. It has no version: the sources may change while they run.
fn unspecific() -> Record {
    let time_ms = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    Record {
        component: String::new(),
        version: String::new(),
        topic: String::new(),
        kind: RecordKind::Cut,
        time_ms: u64::try_from(time_ms).unwrap_or(u64::MAX),
        text: String::new(),
        elapsed_us: None,
    }
}

fn failure(outcome: &Outcome) -> Option<(RecordKind, String)> {
    let seconds = |limit: &Duration| limit.as_secs_f64();
    Some(match outcome {
        Outcome::Failed { message, .. } => (RecordKind::Failed, message.clone()),
        Outcome::Trapped { message } => (RecordKind::Trapped, message.clone()),
        Outcome::TimedOut { limit } => {
            (RecordKind::Trapped, format!("it took longer than {} s", seconds(limit)))
        }
        Outcome::OutOfMemory { limit } => {
            (RecordKind::Trapped, format!("it needed more than {} MiB of memory", limit >> 20))
        }
        Outcome::Sent(_) | Outcome::Stored { .. } | Outcome::Replied | Outcome::Filtered => return None,
    })
}

fn topic(call: &Call) -> String {
    match &call.trigger {
        Trigger::Message { subject } => subject.to_string(),
        // What is behind it is the sender's.
        Trigger::Http { path, .. } => path.split('?').next().unwrap_or(path).to_owned(),
        Trigger::Direct => String::new(),
    }
}
