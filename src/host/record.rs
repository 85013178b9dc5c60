//! What a call did, kept outside of its instance: it is needed also when the instance was cut off.

use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Instant;

use super::bus::Parked;
use super::observe::{Disposition, Sent, Stored};

/// What a call did.
#[derive(Debug, Default)]
pub(super) struct Record {
    sent: Mutex<Vec<Sent>>,
    stored: Mutex<Vec<Stored>>,
    parked: Mutex<Parked>,
    disposition: Mutex<Option<Disposition>>,
    memory_refused: AtomicBool,
    failed_outside: AtomicBool,
    instantiated: OnceLock<Instant>,
}

impl Record {
    pub fn publish(&self, sent: Sent, parked: Parked) {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).push(sent);
        self.parked.lock().unwrap_or_else(PoisonError::into_inner).join(parked);
    }

    pub fn store(&self, stored: Stored) {
        self.stored.lock().unwrap_or_else(PoisonError::into_inner).push(stored);
    }

    /// Notes what becomes of the message.
    pub fn dispose(&self, disposition: Disposition) {
        *self.disposition.lock().unwrap_or_else(PoisonError::into_inner) = Some(disposition);
    }

    /// The instance is there; the function begins.
    pub fn instantiated(&self) {
        // A call has one instance only.
        let _ = self.instantiated.set(Instant::now());
    }

    pub fn instantiated_at(&self) -> Option<Instant> {
        self.instantiated.get().copied()
    }

    pub fn refuse_memory(&self) {
        self.memory_refused.store(true, Ordering::Relaxed);
    }

    pub fn memory_refused(&self) -> bool {
        self.memory_refused.load(Ordering::Relaxed)
    }

    /// Notes whether something that the component called has failed: a server or a database.
    pub fn noted<T, E>(&self, result: Result<T, E>) -> Result<T, E> {
        if result.is_err() {
            self.failed_outside.store(true, Ordering::Relaxed);
        }
        result
    }

    pub fn failed_outside(&self) -> bool {
        self.failed_outside.load(Ordering::Relaxed)
    }

    pub fn take_sent(&self) -> Vec<Sent> {
        mem::take(&mut *self.sent.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn take_stored(&self) -> Vec<Stored> {
        mem::take(&mut *self.stored.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn take_disposition(&self) -> Option<Disposition> {
        self.disposition.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    pub fn take_parked(&self) -> Parked {
        mem::take(&mut *self.parked.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
