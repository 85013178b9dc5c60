//! Cancelling: every stage of an operation looks at a token, and what has to be cleaned up is tracked.

use std::fmt;
use std::sync::{Arc, Once};
use std::time::Duration;

use tokio::task::JoinError;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

/// As long as it lives, the process must not end without waiting: there is something to clean up.
pub type Tracked = TaskTrackerToken;

/// A token that cancels operations, and a tracker of what they have to clean up. Clones share both.
#[derive(Clone, Default)]
pub struct Cancel {
    token: CancellationToken,
    tracker: TaskTracker,
    listener: Option<Arc<Listener>>,
}

/// Called once, when something is tracked for the first time.
struct Listener {
    once: Once,
    listen: Box<dyn Fn() + Send + Sync>,
}

impl fmt::Debug for Cancel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cancel({}, {} tracked)", self.is_cancelled(), self.tracker.len())
    }
}

impl Cancel {
    /// One that calls `listen` before something is tracked for the first time: only from then on signals have to be
    /// handled.
    pub fn with_listener(listen: impl Fn(&Self) + Send + Sync + 'static) -> Self {
        let cancel = Self::default();
        let own = cancel.clone();
        let listener = Listener { once: Once::new(), listen: Box::new(move || listen(&own)) };
        Self { listener: Some(Arc::new(listener)), ..cancel }
    }

    /// One that is cancelled with this one, and can be cancelled alone.
    #[must_use]
    pub fn child(&self) -> Self {
        Self { token: self.token.child_token(), ..self.clone() }
    }

    /// Cancels.
    pub fn cancel(&self) {
        self.token.cancel();
    }

    /// Whether it is cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.token.is_cancelled()
    }

    /// Done when it is cancelled.
    pub async fn cancelled(&self) {
        self.token.cancelled().await;
    }

    /// Cancels when it is dropped, unless it is disarmed.
    pub fn guard(&self) -> DropGuard {
        self.token.clone().drop_guard()
    }

    /// Waits for `work`, which is dropped when it is cancelled; there is nothing then.
    pub async fn run<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        self.token.run_until_cancelled(work).await
    }

    /// From now on there is something to clean up, as long as what is returned lives.
    pub fn track(&self) -> Tracked {
        if let Some(listener) = &self.listener {
            listener.once.call_once(|| (listener.listen)());
        }
        self.tracker.token()
    }

    /// Whether there is nothing to clean up.
    pub fn is_idle(&self) -> bool {
        self.tracker.is_empty()
    }

    /// Waits until everything is cleaned up, but not longer than `limit`. Whether it is.
    pub async fn wait_until_idle(&self, limit: Duration) -> bool {
        self.tracker.close();
        tokio::time::timeout(limit, self.tracker.wait()).await.is_ok()
    }
}

/// What a task came to; none if the runtime ends before the task has begun. A panic in it goes on.
pub fn joined<T>(joined: Result<T, JoinError>) -> Option<T> {
    match joined.map_err(JoinError::try_into_panic) {
        Ok(done) => Some(done),
        Err(Ok(panic)) => std::panic::resume_unwind(panic),
        Err(Err(_)) => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn signals_are_listened_for_once_and_only_when_there_is_something_to_clean_up() {
        let started = Arc::new(AtomicUsize::new(0));
        let counts = Arc::clone(&started);
        let cancel = Cancel::with_listener(move |_| {
            counts.fetch_add(1, Ordering::SeqCst);
        });
        assert!(cancel.is_idle());
        assert_eq!(started.load(Ordering::SeqCst), 0);
        let (one, two) = (cancel.track(), cancel.child().track());
        assert_eq!(started.load(Ordering::SeqCst), 1);
        drop(one);
        assert!(!cancel.is_idle());
        drop(two);
        assert!(cancel.is_idle());
    }

    #[tokio::test]
    async fn children_are_cancelled_with_it_and_it_not_with_them() {
        let cancel = Cancel::default();
        let (one, two) = (cancel.child(), cancel.child());
        drop(one.guard());
        assert!(one.is_cancelled() && !cancel.is_cancelled() && !two.is_cancelled());
        let waits = two.clone();
        let waits = tokio::spawn(async move { waits.run(std::future::pending::<()>()).await });
        cancel.cancel();
        assert_eq!(waits.await.unwrap(), None);
    }

    #[tokio::test]
    async fn what_is_tracked_is_waited_for_but_not_for_ever() {
        let cancel = Cancel::default();
        let tracked = cancel.child().track();
        assert!(!cancel.wait_until_idle(Duration::ZERO).await);
        drop(tracked);
        assert!(cancel.wait_until_idle(Duration::from_secs(60)).await);
    }
}
