//! Ctrl-C and requests to end, where they may not end the process at once: compilers and containers are ended first.

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use crate::cancel::Cancel;

/// SIGINT, whose number is the same everywhere.
const INTERRUPT: i32 = 2;

/// The signals that end a process.
pub struct Signals {
    /// Cancelled by the first of them.
    pub cancel: Cancel,
    /// The last one that came; 0 if none did.
    last: Arc<AtomicI32>,
}

impl Signals {
    /// Nothing is listened for yet: until there is something to clean up, signals do what they always do.
    pub fn new() -> Self {
        let last = Arc::new(AtomicI32::new(0));
        let hears = Arc::clone(&last);
        Self { cancel: Cancel::with_listener(move |cancel| listen(cancel, &hears)), last }
    }

    /// Cancels as Ctrl-C does, where that key was read at a question and was no signal.
    pub fn interrupt(&self) {
        self.last.store(INTERRUPT, Ordering::SeqCst);
        self.cancel.cancel();
    }

    /// Ends the process by the signal that came, as if nothing had listened: whoever called it sees that. If none came,
    /// nothing happens.
    pub fn obey(&self) {
        if self.cancel.is_cancelled() {
            die_by(self.last.load(Ordering::SeqCst));
        }
    }
}

/// The first signal cancels; if there is nothing to clean up, and at the second one, the process ends. Where they cannot
/// be listened for, they end it as well: the next run removes what was left.
#[cfg(unix)]
fn listen(cancel: &Cancel, last: &Arc<AtomicI32>) {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

    let mut signals = vec![SIGINT, SIGTERM];
    if !is_ignored(SIGHUP) {
        signals.push(SIGHUP);
    }
    let Ok(mut signals) = signal_hook::iterator::Signals::new(signals) else { return };
    let (cancel, last) = (cancel.clone(), Arc::clone(last));
    std::thread::spawn(move || {
        for signal in signals.forever() {
            last.store(signal, Ordering::SeqCst);
            // Asked before: what is cancelled becomes idle, and still has to say so.
            let at_once = cancel.is_cancelled() || cancel.is_idle();
            cancel.cancel();
            if at_once {
                die_by(signal);
            }
        }
    });
}

/// Whether whoever started the process wants it to outlive a signal, as `nohup` does. Known on Linux alone.
#[cfg(unix)]
fn is_ignored(signal: i32) -> bool {
    let status = crate::files::of_system("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
    mask & (1 << (signal - 1)) != 0
}

#[cfg(unix)]
fn die_by(signal: i32) {
    let _ = signal_hook::low_level::emulate_default_handler(signal);
}

#[cfg(not(unix))]
fn listen(_: &Cancel, _: &Arc<AtomicI32>) {}

#[cfg(not(unix))]
fn die_by(_: i32) {}
