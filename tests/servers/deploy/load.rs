//! Messages that go through a workflow all the time, while something is done to it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use crate::support::lattice::Bus;

/// Between two messages.
const PAUSE: Duration = Duration::from_millis(10);
/// Once all are sent, each has to come within this time after the one before: redelivery takes its time.
const PATIENCE: Duration = Duration::from_secs(30);
/// Between two looks whether all are sent.
const LOOK: Duration = Duration::from_millis(100);
/// What is sent after all others: what is doubled comes before it, or after a while.
const END: &str = "end";

/// What became of numbered messages.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Passage {
    pub sent: usize,
    pub lost: Vec<usize>,
    pub doubled: Vec<usize>,
}

/// Whether the action is done.
#[derive(Default)]
struct Done(AtomicBool);

/// Says so, also when the action panics.
struct End<'a>(&'a Done);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::SeqCst);
    }
}

/// Sends messages at a server while something is done: before, during and after it.
pub fn under_load<T>(url: &str, from: &str, to: &str, action: impl FnOnce() -> T) -> (T, Passage) {
    let (sender, receiver) = (Bus::connect(url, None).unwrap(), Bus::connect(url, None).unwrap());
    let mut out = receiver.subscribe(to);
    let (is_done, total) = (Done::default(), AtomicUsize::new(usize::MAX));
    let sending = || {
        let mut sent = 0;
        // Some come after it, too.
        let mut left = 100;
        while left > 0 {
            sender.publish(from, &sent.to_string());
            sent += 1;
            left -= usize::from(is_done.0.load(Ordering::SeqCst));
            std::thread::sleep(PAUSE);
        }
        total.store(sent, Ordering::SeqCst);
        sender.publish(from, END);
    };
    let receiving = || {
        let (mut seen, mut has_ended) = (BTreeMap::<usize, usize>::new(), false);
        loop {
            let total = total.load(Ordering::SeqCst);
            if has_ended && seen.len() >= total {
                return seen;
            }
            match out.within(if total == usize::MAX { LOOK } else { PATIENCE }) {
                Some(text) if text == END => has_ended = true,
                Some(text) => *seen.entry(text.parse().unwrap()).or_default() += 1,
                None if total == usize::MAX => {}
                None => return seen,
            }
        }
    };
    std::thread::scope(|scope| {
        let (sending, receiving) = (scope.spawn(sending), scope.spawn(receiving));
        let ends = End(&is_done);
        let result = action();
        drop(ends);
        sending.join().unwrap();
        let (seen, sent) = (receiving.join().unwrap(), total.load(Ordering::SeqCst));
        let lost = (0..sent).filter(|number| !seen.contains_key(number)).collect();
        let doubled = seen.iter().filter(|(_, count)| **count > 1).map(|(number, _)| *number).collect();
        (result, Passage { sent, lost, doubled })
    })
}
