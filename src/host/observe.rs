//! What the host reports while it works.

use std::sync::Arc;
use std::time::Duration;

use hyper::body::Bytes;

use super::absent::explain;
use super::trace::{TraceContext, TraceId};
use crate::remedy::Argument;

/// Receives the events of the host.
///
/// Called from the threads that run the functions: an observer must be fast, and delegate what takes time.
pub trait Observer: Send + Sync {
    /// Something happened.
    fn event(&self, event: Event);
}

/// An observer that ignores everything.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unobserved;

impl Observer for Unobserved {
    fn event(&self, _: Event) {}
}

#[derive(Debug)]
pub struct Call {
    /// The message that entered the system and led here.
    pub trace: TraceId,
    /// The number of this call on the message's path; the first is 1.
    pub hop: u32,
    pub component: Arc<str>,
    pub trigger: Trigger,
    /// The input; of an HTTP body only as much as was read ahead (1 MiB).
    pub input: Bytes,
}

impl Call {
    /// A call of a function by itself.
    pub(super) fn direct(component: &str, input: Bytes) -> Self {
        let mark = TraceContext::entering();
        Self {
            trace: mark.trace,
            hop: mark.hop,
            component: component.into(),
            trigger: Trigger::Direct,
            input,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trigger {
    Http {
        method: String,
        /// Its path, with the query.
        path: String,
    },
    Message {
        /// The subject that it was sent to.
        subject: Arc<str>,
    },
    /// `pelato call`.
    Direct,
}

/// How a call ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It published these messages, replies included.
    Sent(Vec<Sent>),
    Stored {
        stored: Vec<Stored>,
        /// What it also published, replies included.
        sent: Vec<Sent>,
    },
    /// It only replied: to the reply subject, or to the HTTP client.
    Replied,
    /// It published nothing.
    Filtered,
    /// The function returned an error, or HTTP was answered with one.
    Failed {
        message: String,
        /// What the message means, if the function uses what functions do not have.
        explanation: Option<&'static str>,
    },
    Trapped {
        message: String,
    },
    /// It exceeded the time limit.
    TimedOut {
        limit: Duration,
    },
    /// It exceeded the memory limit.
    OutOfMemory {
        /// The limit, in bytes.
        limit: u64,
    },
}

impl Outcome {
    /// A failure, of the function or `outside` of it: messages of servers and databases speak of the network, too.
    pub(super) fn failed(message: String, outside: bool) -> Self {
        let explanation = (!outside).then(|| explain(&message)).flatten();
        Self::Failed { message, explanation }
    }
}

/// What becomes of a message that JetStream stores, after its call has failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Disposition {
    Redelivered {
        delay: Duration,
    },
    /// A stream has it as a dead letter.
    DeadLettered {
        topic: String,
    },
}

/// A message that a call published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    pub subject: String,
    pub body: Bytes,
    /// It answers the message that started the call.
    pub reply: bool,
}

/// Something that a call stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Where: the bucket and the key, `bucket/key`, or the table.
    pub place: String,
    pub body: Bytes,
}

/// Where the time of a call went.
#[derive(Debug, Clone, Copy, Default)]
pub struct Times {
    /// From its arrival until it could start.
    pub queued: Duration,
    /// Making the instance, the start of the language's runtime included.
    pub instantiate: Duration,
    /// In the component.
    pub call: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    Stdout,
    Stderr,
}

/// The levels of `wasi:logging`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
    Critical,
}

/// Why an HTTP request is not answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It is for a host that is not this one: a page may have made its own name mean this machine.
    Host { host: String },
    /// A page of this origin sent it, which is not listed.
    Origin { origin: String },
    /// A page of another site made the browser send it.
    Site,
}

#[derive(Debug, Clone)]
pub enum Event {
    /// A component is made ready: taken from the cache, or compiled for this machine, which takes seconds.
    Preparing {
        component: String,
    },
    Prepared {
        component: String,
        elapsed: Duration,
    },
    /// A component runs in optimised code from now on, instead of code that was compiled quickly.
    Optimised {
        component: String,
        elapsed: Duration,
    },
    /// A call got an instance of its own.
    Started {
        call: Arc<Call>,
    },
    Ended {
        call: Arc<Call>,
        outcome: Outcome,
        /// Where its time went.
        times: Times,
        /// What becomes of its message; none if that ends with the call.
        disposition: Option<Disposition>,
    },
    /// A function wrote a line.
    Line {
        call: Arc<Call>,
        stream: Stream,
        /// The line, without its terminator; invalid UTF-8 is replaced, very long lines are split.
        text: String,
        /// It belongs to a stack trace, and says nothing about the user's own code.
        detail: bool,
    },
    /// A function wrote more than the limit for one call: the rest is discarded.
    OutputCut {
        call: Arc<Call>,
        /// The limit, in bytes.
        limit: usize,
    },
    /// A component logged something.
    Log {
        call: Arc<Call>,
        level: Level,
        /// Its context; PELATO's triggers give the component's name.
        context: String,
        message: String,
    },
    /// An HTTP request was answered.
    Answered {
        trace: TraceId,
        /// The component that answered; none if no component has this path.
        component: Option<Arc<str>>,
        /// The request's method.
        method: String,
        /// The request's path, with the query.
        path: String,
        status: u16,
        /// From the request's arrival to its answer.
        elapsed: Duration,
    },
    /// An HTTP request was refused before a component saw it.
    Refused {
        trace: TraceId,
        /// The request's method.
        method: String,
        /// The request's path, with the query.
        path: String,
        reason: Refusal,
    },
    /// No component reads the subject that a message was published to. (A NATS server does not report this.)
    Unread {
        trace: TraceId,
        /// The number that the call would have had.
        hop: u32,
        subject: Arc<str>,
        body: Bytes,
    },
    /// A message is larger than NATS servers accept by default (1 MiB); the bus in this process accepted it.
    Oversized {
        trace: TraceId,
        subject: Arc<str>,
        size: usize,
    },
    /// A subscriber had too many unread messages for too long: this message is lost for it.
    Dropped {
        trace: TraceId,
        subject: Arc<str>,
        /// The queue group or the pattern of the subscriber.
        subscriber: Arc<str>,
    },
    /// A key-value bucket of the NATS server did not exist and was created.
    BucketMade {
        bucket: String,
    },
    /// The NATS server is not known to have taken so many messages: the connection was lost after they were sent.
    Unconfirmed {
        count: usize,
    },
    /// Messages arrived faster than they were processed: more than `room` waited, and so many are lost.
    Flooded {
        /// The queue group or the pattern of the subscriber.
        subscriber: Arc<str>,
        room: usize,
        /// Since the last such event.
        lost: usize,
    },
    /// A message with headers or a subject that cannot be read has ended the connection to the NATS server. It is lost, and
    /// others that came with it may be, unless a stream stores them.
    Unreadable {
        /// It came on one of these.
        patterns: Vec<String>,
    },
    /// The connection to the NATS server is gone; it is being restored.
    BusLost,
    /// The connection to reconnected to the NATS server.
    BusRestored,
    /// The NATS server or its client complains: too slow, no permission, …
    BusTrouble {
        message: String,
    },
}

/// Describes how a call failed.
pub fn in_words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Failed { message, explanation: Some(explanation) } => {
            format!("failed: {} ({explanation})", message.trim_end())
        }
        Outcome::Failed { message, explanation: None } => format!("failed: {message}"),
        Outcome::Trapped { message } => format!("trapped: {message}"),
        Outcome::TimedOut { limit } => {
            format!("took longer than {} s ({} sets the limit)", limit.as_secs_f64(), Argument::Timeout)
        }
        Outcome::OutOfMemory { limit } => {
            format!("needed more than {} MiB of memory ({} sets the limit)", limit >> 20, Argument::Memory)
        }
        Outcome::Sent(_) | Outcome::Stored { .. } | Outcome::Replied | Outcome::Filtered => {
            "succeeded".to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_function_is_told_that_there_is_no_network() {
        let message = "storing in \"readings\" failed: Connection refused (os error 111)";
        let words = |outside| in_words(&Outcome::failed(message.to_owned(), outside));
        assert_eq!(words(true), format!("failed: {message}"));
        assert!(words(false).starts_with(&format!("failed: {message} (functions have no network: ")));
    }
}
