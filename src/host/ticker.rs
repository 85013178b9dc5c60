//! The clock that makes running functions yield.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, Thread};
use std::time::Duration;

use wasmtime::Engine;

/// How long a function runs before it must yield.
const TICK: Duration = Duration::from_millis(2);
/// How long a clock without work sleeps before it looks whether it is still needed.
const NAP: Duration = Duration::from_secs(1);

/// A thread that advances the engine's epoch while calls run. It ends with this value.
pub(super) struct Ticker {
    shared: Arc<Shared>,
    thread: Thread,
}

#[derive(Default)]
struct Shared {
    running: AtomicUsize,
    over: AtomicBool,
}

/// While it exists the clock ticks.
pub(super) struct Ticking {
    shared: Arc<Shared>,
}

impl Ticker {
    pub fn start(engine: &Engine) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let engine = engine.clone();
        let seen = Arc::clone(&shared);
        let handle = thread::Builder::new().name("pelato-ticker".to_owned()).spawn(move || {
            while !seen.over.load(Ordering::Acquire) {
                if seen.running.load(Ordering::Acquire) == 0 {
                    thread::park_timeout(NAP);
                } else {
                    thread::sleep(TICK);
                    engine.increment_epoch();
                }
            }
        })?;
        Ok(Self { shared, thread: handle.thread().clone() })
    }

    /// Makes the clock tick.
    pub fn tick(&self) -> Ticking {
        if self.shared.running.fetch_add(1, Ordering::AcqRel) == 0 {
            self.thread.unpark();
        }
        Ticking { shared: Arc::clone(&self.shared) }
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::Release);
        self.thread.unpark();
    }
}

impl Drop for Ticking {
    fn drop(&mut self) {
        self.shared.running.fetch_sub(1, Ordering::AcqRel);
    }
}
