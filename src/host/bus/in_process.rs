//! The bus within one process: the rules of NATS, without a server.
//!
//! Every subscriber has a bounded queue. When a component's queue is full, the message waits in front of it, and its
//! sender is blocked until there is room: back-pressure, up the flow to the HTTP client. Functions do not hold their
//! instance meanwhile, so downstream components always make progress. Only a cycle can deadlock; therefore a message
//! waits for `patience` at most, and is then dropped and reported.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, Weak};
use std::time::Duration;

use super::queue::{Pushed, QueueReceiver, QueueSender, queue};
use super::subject::{Pattern, check_subject};
use super::{Message, Parked};
use crate::host::HostError;
use crate::host::activity::{Activity, Ended, Question};
use crate::host::observe::{Event, Observer};
use crate::protocol;

/// How many messages may wait for one subscriber.
const ROOM: u32 = 1024;
/// The default message limit of NATS servers.
const COMMON_MAX_PAYLOAD: usize = 1 << 20;
/// The hard message limit of NATS servers.
const MAX_PAYLOAD: usize = 64 << 20;

#[derive(Clone)]
pub(in crate::host) struct InProcess {
    inner: Arc<Inner>,
}

struct Inner {
    subscribers: RwLock<Vec<Arc<Subscriber>>>,
    next_id: AtomicU64,
    // Where the search for a member of a group begins: round robin.
    turn: AtomicUsize,
    patience: Duration,
    activity: Activity,
    /// What is asked, by the subject on which the reply is waited for.
    questions: Mutex<BTreeMap<String, Question>>,
    observer: Arc<dyn Observer>,
}

struct Subscriber {
    id: u64,
    pattern: Pattern,
    label: Arc<str>,
    group: Option<String>,
    on_full: OnFull,
    queue: QueueSender,
}

/// What happens to a message when the queue of its subscriber is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::host) enum OnFull {
    /// The sender waits.
    Wait,
    /// The message is dropped: for observers.
    Drop,
}

/// What a subscriber reads from.
pub(in crate::host) struct Inbox {
    entry: Entry,
    queue: QueueReceiver,
}

/// A subscriber's place on the bus.
#[derive(Clone)]
pub(in crate::host) struct Entry {
    id: u64,
    bus: Weak<Inner>,
}

impl InProcess {
    /// A bus without subscribers.
    pub fn new(patience: Duration, activity: Activity, observer: Arc<dyn Observer>) -> Self {
        let inner = Inner {
            subscribers: RwLock::default(),
            next_id: AtomicU64::new(0),
            turn: AtomicUsize::new(0),
            patience,
            activity,
            questions: Mutex::default(),
            observer,
        };
        Self { inner: Arc::new(inner) }
    }

    /// From now on the inbox receives matching messages.
    pub fn subscribe(&self, pattern: &str, group: Option<&str>, on_full: OnFull) -> Result<Inbox, HostError> {
        let (sender, receiver) = queue(ROOM);
        let id = self.inner.next_id.fetch_add(1, Ordering::Relaxed);
        let subscriber = Subscriber {
            id,
            pattern: Pattern::parse(pattern)?,
            label: group.unwrap_or(pattern).into(),
            group: group.map(str::to_owned),
            on_full,
            queue: sender,
        };
        let mut subscribers = self.inner.subscribers.write().unwrap_or_else(PoisonError::into_inner);
        subscribers.push(Arc::new(subscriber));
        Ok(Inbox { entry: Entry { id, bus: Arc::downgrade(&self.inner) }, queue: receiver })
    }

    /// Sends the message to all its subscribers. Where a queue is full, it is parked.
    pub fn publish(&self, message: &Message) -> Result<Parked, HostError> {
        let mut parked = Parked::default();
        // Nobody has to observe a log.
        if self.send(message, &mut parked)? == 0 && !protocol::is_log(&message.subject) {
            let Message { subject, body, mark, .. } = message;
            self.report(Event::Unread {
                trace: mark.trace,
                hop: mark.hop,
                subject: subject.clone(),
                body: body.clone(),
            });
        }
        Ok(parked)
    }

    /// Sends the message and waits for the first reply, for as long as one can come.
    pub async fn request(&self, mut message: Message, timeout: Duration) -> Result<Message, HostError> {
        let reply_to = format!("_INBOX.{}", super::TraceId::fresh());
        let mut inbox = self.subscribe(&reply_to, None, OnFull::Drop)?;
        message.reply_to = Some(reply_to.clone());
        let asked = self.ask(reply_to);
        let mut parked = Parked::default();
        let subject = message.subject.to_string();
        if self.send(&message, &mut parked)? == 0 {
            return Err(HostError::NoReader { subject });
        }
        let answered = async {
            tokio::select! {
                // A call replies before it ends.
                biased;
                Some(reply) = inbox.next() => Ok(reply),
                ended = asked.question.over() => Err(match ended {
                    None => HostError::NoReader { subject: subject.clone() },
                    Some(Ended::Filtered) => HostError::Filtered { subject: subject.clone() },
                    Some(Ended::Failed { component, how }) => HostError::Unanswered { component, how },
                }),
            }
        };
        let in_time = tokio::time::timeout(timeout, answered).await;
        in_time.unwrap_or_else(|_| Err(HostError::NoAnswer { subject: subject.clone(), timeout }))
    }

    fn ask(&self, reply_to: String) -> Asked<'_> {
        let question = Question::new();
        self.questions().insert(reply_to.clone(), question.clone());
        Asked { bus: self, reply_to, question }
    }

    fn questions(&self) -> MutexGuard<'_, BTreeMap<String, Question>> {
        self.inner.questions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn send(&self, message: &Message, parked: &mut Parked) -> Result<usize, HostError> {
        check_subject(&message.subject)?;
        let size = message.body.len();
        if size > MAX_PAYLOAD {
            let subject = message.subject.to_string();
            return Err(HostError::TooLarge { subject, size, limit: MAX_PAYLOAD });
        }
        let targets = self.targets(message);
        if size > COMMON_MAX_PAYLOAD {
            let (trace, subject) = (message.mark.trace, message.subject.clone());
            self.report(Event::Oversized { trace, subject, size });
        }
        // Also one that hands it on with the same reply subject can lead to a reply.
        let question = message.reply_to.as_ref().and_then(|reply_to| self.questions().get(reply_to).cloned());
        for target in &targets {
            let mut message = message.clone();
            if target.on_full == OnFull::Wait {
                message.active = Some(self.inner.activity.begin_with(question.clone()));
            }
            if let Pushed::Full(message) = target.queue.push(message) {
                self.park(message, target, parked);
            }
        }
        Ok(targets.len())
    }

    /// All matching subscribers without a group, and one of each group.
    fn targets(&self, message: &Message) -> Vec<Arc<Subscriber>> {
        let subscribers = self.inner.subscribers.read().unwrap_or_else(PoisonError::into_inner);
        let count = subscribers.len();
        if count == 0 {
            return Vec::new();
        }
        let start = self.inner.turn.fetch_add(1, Ordering::Relaxed) % count;
        let mut targets: Vec<Arc<Subscriber>> = Vec::new();
        for subscriber in subscribers.iter().cycle().skip(start).take(count) {
            if !subscriber.pattern.matches(&message.subject) {
                continue;
            }
            let rival = subscriber
                .group
                .as_ref()
                .and_then(|group| targets.iter_mut().find(|other| other.group.as_ref() == Some(group)));
            match rival {
                None => targets.push(Arc::clone(subscriber)),
                // Prefer a member with room in its queue.
                Some(rival) if !rival.queue.has_room(message.body.len()) => *rival = Arc::clone(subscriber),
                Some(_) => {}
            }
        }
        targets
    }

    fn park(&self, message: Message, target: &Arc<Subscriber>, parked: &mut Parked) {
        let bus = self.clone();
        let target = Arc::clone(target);
        if target.on_full == OnFull::Drop {
            bus.dropped(&message, &target);
            return;
        }
        parked.add(async move {
            let waiting = target.queue.push_when_free(message.clone());
            let delivered = tokio::time::timeout(bus.inner.patience, waiting).await.is_ok();
            if !delivered {
                bus.dropped(&message, &target);
            }
            delivered
        });
    }

    fn dropped(&self, message: &Message, target: &Subscriber) {
        self.report(Event::Dropped {
            trace: message.mark.trace,
            subject: message.subject.clone(),
            subscriber: Arc::clone(&target.label),
        });
    }

    fn report(&self, event: Event) {
        self.inner.observer.event(event);
    }
}

/// A question whose reply is waited for, as long as it lives.
struct Asked<'a> {
    bus: &'a InProcess,
    reply_to: String,
    question: Question,
}

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        self.bus.questions().remove(&self.reply_to);
    }
}

impl Inbox {
    /// The next message; none when the inbox was closed and is empty.
    pub async fn next(&mut self) -> Option<Message> {
        self.queue.next().await
    }

    /// How many messages wait.
    pub fn len(&self) -> usize {
        self.queue.len()
    }

    /// Its place on the bus.
    pub fn entry(&self) -> &Entry {
        &self.entry
    }
}

impl Entry {
    /// Closes it for new messages; those already received can still be read.
    pub fn close(&self) {
        if let Some(bus) = self.bus.upgrade() {
            let mut subscribers = bus.subscribers.write().unwrap_or_else(PoisonError::into_inner);
            subscribers.retain(|subscriber| subscriber.id != self.id);
        }
    }
}

impl Drop for Inbox {
    fn drop(&mut self) {
        self.entry.close();
    }
}
