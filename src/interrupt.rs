//! Somebody wants the work to end, as by Ctrl-C: who has to tidy up first is told, and is given the time.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, Once, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

/// Called once, when there is something to tidy up for the first time.
type Listen = dyn Fn(&Interrupt) + Send + Sync;

/// The wish that the work ends. Clones are the same wish.
#[derive(Clone)]
pub struct Interrupt {
    shared: Arc<Shared>,
}

struct Shared {
    raised: watch::Sender<bool>,
    busy: Mutex<usize>,
    quiet: Condvar,
    /// Whether the process may end at once.
    idle: Arc<AtomicBool>,
    /// How many times it was wished for.
    times: AtomicUsize,
    listen: Option<Box<Listen>>,
    listening: Once,
    owned: AtomicBool,
}

/// As long as it lives, there is something to tidy up.
pub struct Busy {
    interrupt: Interrupt,
}

impl Default for Interrupt {
    /// One that nobody listens for.
    fn default() -> Self {
        Self::with(None)
    }
}

impl fmt::Debug for Interrupt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Interrupt({})", self.is_raised())
    }
}

impl Interrupt {
    /// One that is listened for, by `listen`, as soon as there is something to tidy up. Before, nothing is changed about
    /// how the process ends.
    pub fn new(listen: impl Fn(&Self) + Send + Sync + 'static) -> Self {
        Self::with(Some(Box::new(listen)))
    }

    fn with(listen: Option<Box<Listen>>) -> Self {
        let shared = Shared {
            raised: watch::Sender::new(false),
            busy: Mutex::new(0),
            quiet: Condvar::new(),
            idle: Arc::new(AtomicBool::new(true)),
            times: AtomicUsize::new(0),
            listen,
            listening: Once::new(),
            owned: AtomicBool::new(false),
        };
        Self { shared: Arc::new(shared) }
    }

    /// From now on there is something to tidy up.
    pub fn busy(&self) -> Busy {
        self.shared.listening.call_once(|| {
            if let Some(listen) = &self.shared.listen {
                listen(self);
            }
        });
        self.count(|busy| busy + 1);
        Busy { interrupt: self.clone() }
    }

    /// Somebody else ends the process from now on, in his own way.
    pub fn own(&self) {
        self.shared.owned.store(true, Ordering::SeqCst);
        self.count(|busy| busy);
    }

    /// Whether somebody else ends the process.
    pub fn is_owned(&self) -> bool {
        self.shared.owned.load(Ordering::SeqCst)
    }

    /// Whether the process may end at once: there is nothing to tidy up.
    pub fn idle(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.shared.idle)
    }

    /// Wishes for the end. How many times that was done.
    pub fn raise(&self) -> usize {
        self.shared.raised.send_replace(true);
        self.shared.times.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// Whether the end is wished for.
    pub fn is_raised(&self) -> bool {
        *self.shared.raised.borrow()
    }

    /// Done when the end is wished for.
    pub async fn raised(&self) {
        let mut raised = self.shared.raised.subscribe();
        // The sender lives as long as `self`.
        let _ = raised.wait_for(|raised| *raised).await;
    }

    /// Waits until all is tidied up, but not for ever.
    pub fn wait_until_quiet(&self, patience: Duration) {
        let busy = self.shared.busy.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.shared.quiet.wait_timeout_while(busy, patience, |busy| *busy > 0));
    }

    fn count(&self, change: impl FnOnce(usize) -> usize) {
        let mut busy = self.shared.busy.lock().unwrap_or_else(PoisonError::into_inner);
        *busy = change(*busy);
        self.shared.idle.store(*busy == 0 && !self.is_owned(), Ordering::SeqCst);
        self.shared.quiet.notify_all();
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.interrupt.count(|busy| busy.saturating_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_listened_for_once_and_only_when_there_is_something_to_tidy_up() {
        let started = Arc::new(AtomicUsize::new(0));
        let counts = Arc::clone(&started);
        let interrupt = Interrupt::new(move |_| {
            counts.fetch_add(1, Ordering::SeqCst);
        });
        let idle = interrupt.idle();
        assert!(idle.load(Ordering::SeqCst));
        assert_eq!(started.load(Ordering::SeqCst), 0);
        let (one, two) = (interrupt.busy(), interrupt.busy());
        assert_eq!(started.load(Ordering::SeqCst), 1);
        drop(one);
        assert!(!idle.load(Ordering::SeqCst));
        drop(two);
        assert!(idle.load(Ordering::SeqCst));
        interrupt.own();
        assert!(!idle.load(Ordering::SeqCst), "whoever owns it ends the process");
    }

    #[tokio::test]
    async fn everybody_hears_of_it_also_later() {
        let interrupt = Interrupt::default();
        let hears = interrupt.clone();
        let early = tokio::spawn(async move { hears.raised().await });
        assert!(!interrupt.is_raised());
        assert_eq!((interrupt.raise(), interrupt.raise()), (1, 2));
        early.await.unwrap();
        interrupt.raised().await;
        interrupt.wait_until_quiet(Duration::ZERO);
    }
}
