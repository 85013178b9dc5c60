//! Ctrl-C and requests to end, where they may not end the process at once: containers are removed first.

use crate::interrupt::Interrupt;

/// One that is raised by the signals that end a process.
pub fn interrupt() -> Interrupt {
    Interrupt::new(listen)
}

/// Signals go on ending the process while there is nothing to tidy up, and at the second time. Where they cannot be
/// listened for, they end it: the next run removes what was left.
#[cfg(unix)]
fn listen(interrupt: &Interrupt) {
    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;

    for signal in [SIGINT, SIGTERM] {
        let _ = signal_hook::flag::register_conditional_default(signal, interrupt.idle());
    }
    let Ok(mut signals) = Signals::new([SIGINT, SIGTERM]) else { return };
    let interrupt = interrupt.clone();
    std::thread::spawn(move || {
        for signal in signals.forever() {
            if interrupt.raise() > 1 && !interrupt.is_owned() {
                die_by(signal);
            }
        }
    });
}

#[cfg(not(unix))]
fn listen(_: &Interrupt) {}

/// Ends the process as Ctrl-C does: whoever called it sees that.
pub fn die() {
    #[cfg(unix)]
    die_by(signal_hook::consts::SIGINT);
}

#[cfg(unix)]
fn die_by(signal: i32) {
    let _ = signal_hook::low_level::emulate_default_handler(signal);
}
