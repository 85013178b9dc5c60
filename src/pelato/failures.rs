//! Counts the calls that do not end well, for whoever runs a flow to its end.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::Error;
use crate::host::observe::{Event, Observer, Outcome};

/// How many calls have failed until now.
#[derive(Debug, Clone, Default)]
pub(super) struct Failures(Arc<AtomicUsize>);

struct Counted {
    observer: Arc<dyn Observer>,
    failures: Failures,
}

impl Failures {
    /// Passes all events on, and counts.
    pub fn beside(&self, observer: Arc<dyn Observer>) -> Arc<dyn Observer> {
        Arc::new(Counted { observer, failures: self.clone() })
    }

    /// # Errors
    /// When a call has failed.
    pub fn none(&self) -> Result<(), Error> {
        match self.0.load(Ordering::Relaxed) {
            0 => Ok(()),
            count => Err(Error::CallsFailed { count }),
        }
    }
}

impl Observer for Counted {
    fn event(&self, event: Event) {
        if let Event::Ended { outcome, .. } = &event
            && is_failure(outcome)
        {
            self.failures.0.fetch_add(1, Ordering::Relaxed);
        }
        self.observer.event(event);
    }
}

fn is_failure(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Failed { .. }
        | Outcome::Trapped { .. }
        | Outcome::TimedOut { .. }
        | Outcome::OutOfMemory { .. } => true,
        Outcome::Sent(_) | Outcome::Stored { .. } | Outcome::Replied | Outcome::Filtered => false,
    }
}
