//! Whether something still waits or runs.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use super::observe::{Outcome, in_words};

/// Counts messages in queues and calls in progress.
#[derive(Debug, Clone)]
pub(super) struct Activity(Arc<watch::Sender<usize>>);

/// Something that waits or runs, for as long as it lives.
#[derive(Debug)]
pub(super) struct Active {
    all: Arc<watch::Sender<usize>>,
    /// The sender of the message waits for a reply.
    question: Option<Question>,
}

/// A message whose sender waits for a reply: how many have it that could reply, and how their calls ended.
#[derive(Debug, Clone)]
pub(super) struct Question {
    holders: Arc<watch::Sender<usize>>,
    ended: Arc<Mutex<Option<Ended>>>,
}

/// How the calls ended that did not reply.
#[derive(Debug, Clone)]
pub(super) enum Ended {
    Filtered,
    /// At least one failed.
    Failed {
        component: String,
        how: String,
    },
}

impl Activity {
    pub fn new() -> Self {
        Self(Arc::new(watch::Sender::new(0)))
    }

    pub fn begin(&self) -> Active {
        self.begin_with(None)
    }

    /// The same for a message that a question may be.
    pub fn begin_with(&self, question: Option<Question>) -> Active {
        self.0.send_modify(|count| *count += 1);
        if let Some(question) = &question {
            question.holders.send_modify(|count| *count += 1);
        }
        Active { all: Arc::clone(&self.0), question }
    }

    /// Waits until nothing waits or runs. What a call sends begins before the call ends: there is no gap.
    pub async fn over(&self) {
        // The sender lives as long as this.
        let _ = self.0.subscribe().wait_for(|count| *count == 0).await;
    }
}

impl Active {
    /// Notes how the call of a component ended.
    pub fn ended(&self, component: &str, outcome: &Outcome) {
        let Some(question) = &self.question else { return };
        let mut ended = question.ended.lock().unwrap_or_else(PoisonError::into_inner);
        match outcome {
            Outcome::Failed { .. }
            | Outcome::Trapped { .. }
            | Outcome::TimedOut { .. }
            | Outcome::OutOfMemory { .. } => {
                *ended = Some(Ended::Failed { component: component.to_owned(), how: in_words(outcome) });
            }
            Outcome::Sent(_) | Outcome::Stored { .. } | Outcome::Replied | Outcome::Filtered => {
                ended.get_or_insert(Ended::Filtered);
            }
        }
    }
}

impl Question {
    pub fn new() -> Self {
        Self { holders: Arc::new(watch::Sender::new(0)), ended: Arc::default() }
    }

    /// Waits until nobody has the message any more. None if no component called.
    pub async fn over(&self) -> Option<Ended> {
        // The sender lives as long as this.
        let _ = self.holders.subscribe().wait_for(|count| *count == 0).await;
        self.ended.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Clone for Active {
    fn clone(&self) -> Self {
        Activity(Arc::clone(&self.all)).begin_with(self.question.clone())
    }
}

impl Drop for Active {
    fn drop(&mut self) {
        self.all.send_modify(|count| *count -= 1);
        if let Some(question) = &self.question {
            question.holders.send_modify(|count| *count -= 1);
        }
    }
}
