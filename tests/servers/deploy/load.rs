//! Messages that go through a workflow all the time, while something is done to it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::support::lattice::Bus;

/// Between two messages.
const PAUSE: Duration = Duration::from_millis(10);
/// Once the last is sent, each has to come within this time after the one before: redelivery takes its time.
const PATIENCE: Duration = Duration::from_secs(30);

/// What became of numbered messages.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Passage {
    pub sent: usize,
    pub lost: Vec<usize>,
    pub doubled: Vec<usize>,
}

/// Sends messages at a server while something is done: before, during and after it.
pub fn under_load<T>(url: &str, from: &str, to: &str, action: impl FnOnce() -> T) -> (T, Passage) {
    let (sender, receiver) = (Bus::connect(url, None).unwrap(), Bus::connect(url, None).unwrap());
    let mut out = receiver.subscribe(to);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let sending = scope.spawn(|| {
            let mut sent = 0;
            while !done.load(Ordering::SeqCst) || sent % 100 != 0 {
                sender.publish(from, &sent.to_string());
                sent += 1;
                std::thread::sleep(PAUSE);
            }
            sent
        });
        let receiving = scope.spawn(|| {
            let mut seen = BTreeMap::<usize, usize>::new();
            loop {
                let known = done.load(Ordering::SeqCst);
                let patience = if known { PATIENCE } else { Duration::from_millis(100) };
                match out.within(patience) {
                    Some(text) if text == "end" => return seen,
                    Some(text) => *seen.entry(text.parse().unwrap()).or_default() += 1,
                    None if known => return seen,
                    None => {}
                }
            }
        });
        let result = action();
        done.store(true, Ordering::SeqCst);
        let sent = sending.join().unwrap();
        // What is doubled comes before the answer to this, or after a while.
        sender.publish(from, "end");
        let seen = receiving.join().unwrap();
        let lost = (0..sent).filter(|number| !seen.contains_key(number)).collect();
        let doubled = seen.iter().filter(|(_, count)| **count > 1).map(|(number, _)| *number).collect();
        (result, Passage { sent, lost, doubled })
    })
}
