//! What has been seen so far: written by those who send and listen, asked by the one who decides.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::mark::{Marks, Number};
use crate::measurement::analysis::is_disturbed;
use crate::measurement::readings::Probe;
use crate::measurement::record::micros;
use crate::text::quoted;

/// What has been seen so far.
#[derive(Debug)]
pub struct Live {
    marks: Marks,
    state: Mutex<State>,
}

/// What has been seen so far.
#[derive(Debug, Default)]
pub struct State {
    /// When the first probe was due; before, there are only warm-ups.
    pub start: Option<Instant>,
    /// The probes that were due so far.
    pub probes: Vec<Probe>,
    /// The warm-ups that came out.
    pub warm: BTreeSet<usize>,
    /// Messages without a mark, and the first of them.
    pub foreign: (usize, String),
    /// When there was no connection.
    pub away: Vec<(Duration, Option<Duration>)>,
    /// By how much the most belated probe was sent too late.
    pub lag: Duration,
    /// What the server had to say last.
    pub complaint: Option<String>,
}

impl Live {
    /// Nothing yet.
    pub fn new(marks: Marks) -> Self {
        Self { marks, state: Mutex::default() }
    }

    pub fn input(&self, number: Number) -> Vec<u8> {
        self.marks.input(number).into_bytes()
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        // Whoever panicked has left whole values behind.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first probe is due now; what came before does not count.
    pub fn begin(&self) -> Instant {
        let now = Instant::now();
        let mut state = self.state();
        state.start = Some(now);
        state.foreign = (0, String::new());
        state.away.clear();
        now
    }

    /// The time since the first probe was due.
    pub fn now(&self) -> Duration {
        self.state().since_start(Instant::now())
    }

    /// A probe is due and will be sent, or not.
    pub fn due(&self, due: Duration, sent: bool, lag: Duration) {
        let mut state = self.state();
        state.probes.push(Probe { due, sent, ..Probe::default() });
        state.lag = state.lag.max(lag);
    }

    /// The last probe that was due was not sent after all.
    pub fn not_sent(&self) {
        if let Some(probe) = self.state().probes.last_mut() {
            probe.sent = false;
        }
    }

    pub fn came(&self, message: &[u8], at: Instant) {
        let numbers = self.marks.find(message);
        let mut state = self.state();
        if numbers.is_empty() {
            if state.foreign.0 == 0 {
                state.foreign.1 = quoted(&String::from_utf8_lossy(message));
            }
            state.foreign.0 += 1;
        }
        let at = state.since_start(at);
        for number in numbers {
            match number {
                Number::WarmUp(number) => drop(state.warm.insert(number)),
                Number::Probe(number) => state.probe_came(number, at),
            }
        }
    }

    /// The server does not like something.
    pub fn complained(&self, words: String) {
        self.state().complaint = Some(words);
    }

    /// The connection to the server is lost, or back.
    pub fn connected(&self, there: bool) {
        let mut state = self.state();
        let now = state.since_start(Instant::now());
        match state.away.last_mut() {
            Some((_, until @ None)) if there => *until = Some(now),
            Some((_, None)) => {}
            _ if there => {}
            _ => state.away.push((now, None)),
        }
    }
}

impl State {
    fn since_start(&self, at: Instant) -> Duration {
        let since = self.start.map(|start| at.saturating_duration_since(start)).unwrap_or_default();
        Duration::from_micros(micros(since))
    }

    fn probe_came(&mut self, number: usize, at: Duration) {
        let Some(probe) = self.probes.get_mut(number) else { return };
        match probe.came {
            Some(_) => probe.copies += 1,
            None => {
                let latency = Duration::from_micros(micros(at.saturating_sub(probe.due)));
                probe.came = Some(probe.due + latency);
            }
        }
    }

    /// Whether all messages have come through in time for a while, which began after `since`.
    pub fn is_calm(&self, now: Duration, since: Duration, late: Duration, settle: Duration) -> bool {
        let Some(from) = now.checked_sub(late + settle).filter(|from| *from >= since) else { return false };
        let window = self.due_between(from, now - late);
        !window.is_empty() && window.iter().all(|probe| probe.sent && !is_disturbed(probe, late))
    }

    /// When the first probe since then was due that is lost or late.
    pub fn disturbed(&self, now: Duration, since: Duration, late: Duration) -> Option<Duration> {
        let window = self.due_between(since, now.checked_sub(late)?);
        window.iter().find(|probe| probe.sent && is_disturbed(probe, late)).map(|probe| probe.due)
    }

    /// Whether a probe that was sent has not come yet.
    pub fn is_waiting(&self) -> bool {
        self.probes.iter().any(|probe| probe.sent && probe.came.is_none())
    }

    fn due_between(&self, from: Duration, until: Duration) -> &[Probe] {
        let at = |time: Duration| self.probes.partition_point(|probe| probe.due < time);
        let (from, until) = (at(from), at(until));
        &self.probes[from..until.max(from)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LATE: Duration = Duration::from_millis(100);

    fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    /// So many probes, one each 10 ms, that needed 5 ms; but these did not come.
    fn live(probes: usize, lost: &[usize]) -> Live {
        let live = Live::new(Marks::new("{probe}").unwrap());
        let start = live.begin();
        for number in 0..probes {
            let due = ms(10 * number as u64);
            live.due(due, true, ms(number as u64));
            if !lost.contains(&number) {
                live.came(&live.input(Number::Probe(number)), start + due + ms(5));
            }
        }
        live
    }

    #[test]
    fn messages_are_told_apart() {
        let live = live(3, &[1]);
        let start = live.state().start.unwrap();
        live.came(&live.input(Number::Probe(2)), start + ms(99));
        live.came(&live.input(Number::Probe(7)), start);
        live.came(&live.input(Number::WarmUp(7)), start);
        live.came(b"\xffother", start);
        live.came(b"another", start);
        let state = live.state();
        assert_eq!(state.probes.iter().map(|probe| probe.copies).collect::<Vec<_>>(), [0, 0, 1]);
        assert_eq!(state.probes[2].came, Some(ms(25)));
        assert_eq!(state.warm, BTreeSet::from([7]));
        assert_eq!(state.foreign, (2, "`\u{fffd}other`".to_owned()));
        assert_eq!(state.lag, ms(2));
        assert!(state.is_waiting());
    }

    #[test]
    fn calm_is_when_all_have_come_for_long_enough() {
        let (good, bad) = (live(100, &[]), live(100, &[40]));
        let calm = |live: &Live, now, since| live.state().is_calm(ms(now), ms(since), LATE, ms(300));
        assert!(calm(&good, 1000, 600) && calm(&bad, 1000, 600));
        assert!(!calm(&good, 1000, 601), "it has not been so long");
        assert!(!calm(&good, 300, 0) && !calm(&bad, 800, 0));
        assert!(calm(&bad, 811, 0), "it is over");
        assert!(!calm(&live(0, &[]), 1000, 0), "nothing was sent");
        good.not_sent();
        assert!(!good.state().is_calm(ms(1100), ms(0), LATE, ms(300)));
    }

    #[test]
    fn the_first_sign_is_found_once_it_is_late() {
        let live = live(100, &[40, 41]);
        let sign = |now, since| live.state().disturbed(ms(now), ms(since), LATE);
        assert_eq!(sign(500, 0), None);
        assert_eq!(sign(501, 0), Some(ms(400)));
        assert_eq!(sign(2000, 401), Some(ms(410)));
        assert_eq!(sign(2000, 411), None);
        assert_eq!(sign(50, 0), None);
    }

    #[test]
    fn losses_of_the_connection_are_noted() {
        let live = live(1, &[]);
        [true, false, false, true, true, false].into_iter().for_each(|there| live.connected(there));
        let state = live.state();
        assert_eq!(state.away.len(), 2);
        assert!(state.away[0].1.is_some() && state.away[1].1.is_none());
    }
}
