//! What a subscriber of a NATS server reads from.
//!
//! The client drops messages of a subscription that is not read fast enough, and tells of each, not of how many. So
//! messages are taken from it at once into a queue of ours, where those that find no room are counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_nats::Subscriber;
use futures_util::StreamExt;
use tokio::sync::oneshot;
use tokio::time::{Instant, MissedTickBehavior};

use super::Message;
use super::queue::{Pushed, QueueReceiver, QueueSender, queue};
use crate::host::observe::{Event, Observer};
use crate::host::trace::TraceContext;

/// How many messages may wait.
const ROOM: u32 = 8192;
/// How often is told how many messages are lost.
const PERIOD: Duration = Duration::from_secs(1);

/// What a subscriber reads from.
pub(in crate::host) struct NatsInbox {
    queue: QueueReceiver,
    /// Ends the subscription, also when it is dropped.
    end: Option<oneshot::Sender<()>>,
}

impl NatsInbox {
    pub fn new(
        subscriber: Subscriber,
        label: Arc<str>,
        observer: Arc<dyn Observer>,
        total: Arc<AtomicUsize>,
    ) -> Self {
        let (sender, queue) = queue(ROOM);
        let (end, ending) = oneshot::channel();
        let intake = Intake { subscriber, queue: sender, label, observer, lost: 0, total };
        tokio::spawn(intake.run(ending));
        Self { queue, end: Some(end) }
    }

    /// The next message; none when the subscription has ended.
    pub async fn next(&mut self) -> Option<Message> {
        self.queue.next().await
    }

    /// How many messages wait.
    pub fn len(&self) -> usize {
        self.queue.len()
    }

    /// Closes it for new messages; those already received can still be read.
    pub fn close(&mut self) {
        self.end = None;
    }
}

/// Takes messages from the client.
struct Intake {
    subscriber: Subscriber,
    queue: QueueSender,
    label: Arc<str>,
    observer: Arc<dyn Observer>,
    /// How many were lost since that was told.
    lost: usize,
    /// How many were lost, for all subscribers.
    total: Arc<AtomicUsize>,
}

impl Intake {
    async fn run(mut self, mut ending: oneshot::Receiver<()>) {
        // The first loss is told at once.
        let mut period = tokio::time::interval_at(Instant::now(), PERIOD);
        period.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut open = true;
        loop {
            tokio::select! {
                biased;
                _ = &mut ending, if open => {
                    open = false;
                    // It fails only if the connection is closed, and then no message arrives either.
                    let _ = self.subscriber.drain().await;
                }
                _ = period.tick(), if self.lost > 0 => self.tell(),
                message = self.subscriber.next() => match message {
                    Some(message) => self.take(received(message)),
                    None => break,
                },
            }
        }
        self.tell();
    }

    fn take(&mut self, message: Message) {
        if let Pushed::Full(_) = self.queue.push(message) {
            self.lost += 1;
            self.total.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn tell(&mut self) {
        if self.lost > 0 {
            let subscriber = Arc::clone(&self.label);
            self.observer.event(Event::Flooded { subscriber, room: ROOM as usize, lost: self.lost });
            self.lost = 0;
        }
    }
}

/// A message as it came from the server.
pub(super) fn received(message: async_nats::Message) -> Message {
    let mark = message
        .headers
        .as_ref()
        .and_then(|headers| headers.get(TraceContext::HEADER))
        .and_then(|value| value.as_str().parse().ok())
        .unwrap_or_else(TraceContext::entering);
    Message {
        subject: message.subject.as_str().into(),
        body: message.payload,
        reply_to: message.reply.map(|reply| reply.to_string()),
        mark,
        headers: Vec::new(),
        active: None,
    }
}
