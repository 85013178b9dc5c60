//! Ctrl-C and requests to end, where they may not end the process at once: containers are removed first.

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use crate::interrupt::Interrupt;

/// The signals that end a process.
pub struct Signals {
    /// Raised by them.
    pub interrupt: Interrupt,
    /// The last one that came; 0 if none did.
    last: Arc<AtomicI32>,
}

impl Signals {
    /// Nothing is listened for yet.
    pub fn new() -> Self {
        let last = Arc::new(AtomicI32::new(0));
        let hears = Arc::clone(&last);
        Self { interrupt: Interrupt::new(move |interrupt| listen(interrupt, &hears)), last }
    }

    /// Ends the process by the signal that came, as if nothing had listened: whoever called it sees that. If somebody else
    /// ends it, or none came, nothing happens.
    pub fn obey(&self) {
        if self.interrupt.is_raised() && !self.interrupt.is_owned() {
            die_by(self.last.load(Ordering::SeqCst));
        }
    }
}

/// Signals go on ending the process while there is nothing to tidy up, and at the second time. Where they cannot be
/// listened for, they end it: the next run removes what was left.
#[cfg(unix)]
fn listen(interrupt: &Interrupt, last: &Arc<AtomicI32>) {
    use signal_hook::consts::{SIGINT, SIGTERM};

    for signal in [SIGINT, SIGTERM] {
        let _ = signal_hook::flag::register_conditional_default(signal, interrupt.idle());
    }
    let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGINT, SIGTERM]) else { return };
    let (interrupt, last) = (interrupt.clone(), Arc::clone(last));
    std::thread::spawn(move || {
        for signal in signals.forever() {
            last.store(signal, Ordering::SeqCst);
            if interrupt.raise() > 1 && !interrupt.is_owned() {
                die_by(signal);
            }
        }
    });
}

#[cfg(unix)]
fn die_by(signal: i32) {
    let _ = signal_hook::low_level::emulate_default_handler(signal);
}

#[cfg(not(unix))]
fn listen(_: &Interrupt, _: &Arc<AtomicI32>) {}

#[cfg(not(unix))]
fn die_by(_: i32) {}
