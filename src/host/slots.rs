//! Limits on concurrent calls.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Instances per computing call: a call that waits for a reply does not compute.
const WAITING_PER_RUNNING: usize = 4;

/// Two limits: on calls that compute, and on instances that exist.
#[derive(Debug, Clone)]
pub(super) struct Slots {
    running: Arc<Semaphore>,
    existing: Arc<Semaphore>,
}

/// The right of one call to exist, and to compute.
#[derive(Debug)]
pub(super) struct Slot {
    running: Option<OwnedSemaphorePermit>,
    _existing: Option<OwnedSemaphorePermit>,
    slots: Slots,
}

impl Slots {
    pub fn new(max_concurrent: usize) -> Self {
        let max_concurrent = max_concurrent.max(1);
        Self {
            running: Arc::new(Semaphore::new(max_concurrent)),
            existing: Arc::new(Semaphore::new(Self::instances(max_concurrent))),
        }
    }

    /// How many instances exist at most.
    pub fn instances(max_concurrent: usize) -> usize {
        max_concurrent.max(1) * WAITING_PER_RUNNING
    }

    /// Waits for its turn.
    pub async fn enter(&self) -> Slot {
        let existing = acquire(&self.existing).await;
        Slot { running: acquire(&self.running).await, _existing: existing, slots: self.clone() }
    }
}

impl Slot {
    /// Lets other calls compute while this one waits for `answer`, which may depend on one of them.
    pub async fn while_waiting<T>(&mut self, answer: impl Future<Output = T>) -> T {
        self.running = None;
        let answer = answer.await;
        self.running = acquire(&self.slots.running).await;
        answer
    }
}

// The semaphores are never closed: there is always a permit.
async fn acquire(semaphore: &Arc<Semaphore>) -> Option<OwnedSemaphorePermit> {
    Arc::clone(semaphore).acquire_owned().await.ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test]
    async fn who_waits_makes_room() {
        let slots = Slots::new(1);
        let mut first = slots.enter().await;
        assert!(tokio::time::timeout(Duration::from_millis(20), slots.enter()).await.is_err());
        first.while_waiting(async { drop(slots.enter().await) }).await;
    }
}
