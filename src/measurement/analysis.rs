//! From readings to a report: what was lost, and how long everything took, before, during and after the fault.

use std::time::Duration;

use super::readings::{Probe, Readings};

/// What the readings say.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The longest time in which nothing came out, from the fault on.
    pub gap: Option<Gap>,
    /// From the fault to the first message that was sent after it and came out.
    pub first: Option<Duration>,
    /// From the fault to the last message that was sent after it and was lost or late; nothing if none was.
    pub disturbed: Option<Duration>,
    /// Before, during and after the fault; nothing without one.
    pub phases: Vec<(Phase, Tally)>,
    pub all: Tally,
    /// Probes that were due while the drill had no connection: they were not sent, and count nowhere else.
    pub unsent: usize,
}

/// A time in which nothing came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// When the last one before it had come, or the fault if that was later.
    pub from: Duration,
    pub length: Duration,
    /// Whether a message ended it. If not, the gap is at least so long.
    pub ended: bool,
}

/// A part of a drill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Sent before the fault.
    Before,
    /// Sent from the fault on until the last one that was lost or late, and until messages came out again; and what was
    /// under way at the fault and was lost or late.
    During,
    After,
}

impl Phase {
    /// All of them, in order.
    pub const ALL: [Self; 3] = [Self::Before, Self::During, Self::After];

    pub fn name(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::During => "during",
            Self::After => "after",
        }
    }
}

/// What became of some probes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    pub sent: usize,
    /// How many of them never came out.
    pub lost: usize,
    /// How many came out more than once.
    pub duplicated: usize,
    /// How many messages too many came out.
    pub copies: usize,
    /// How many came out late.
    pub late: usize,
    /// The latencies of those that came out, the shortest first.
    latencies: Vec<Duration>,
}

impl Tally {
    fn add(&mut self, probe: &Probe, late: Duration) {
        self.sent += 1;
        self.duplicated += usize::from(probe.copies > 0);
        self.copies += probe.copies as usize;
        match probe.latency() {
            None => self.lost += 1,
            Some(latency) => {
                self.late += usize::from(latency > late);
                self.latencies.push(latency);
            }
        }
    }

    /// How many came out.
    pub fn came(&self) -> usize {
        self.latencies.len()
    }

    /// The latency that so many per cent of those that came out did not exceed: by nearest rank, nothing is made up
    /// between two of them.
    pub fn percentile(&self, percent: f64) -> Option<Duration> {
        let rank = (percent / 100.0 * self.came() as f64).ceil() as usize;
        self.latencies.get(rank.clamp(1, self.came().max(1)) - 1).copied()
    }
}

pub fn analyse(readings: &Readings) -> Report {
    let late = readings.late;
    let sent = || readings.probes.iter().filter(|probe| probe.sent);
    let tally = |of: &dyn Fn(&Probe) -> bool| {
        let mut tally = Tally::default();
        sent().filter(|probe| of(probe)).for_each(|probe| tally.add(probe, late));
        tally.latencies.sort_unstable();
        tally
    };
    let mut report = Report {
        gap: None,
        first: None,
        disturbed: None,
        phases: Vec::new(),
        all: tally(&|_| true),
        unsent: readings.probes.len() - sent().count(),
    };
    let Some(fault) = &readings.fault else { return report };
    // Sent while the command still ran, it may have been ahead of the fault.
    let first = sent().filter(|probe| probe.due >= fault.until).filter_map(|probe| probe.came).min();
    let last = sent().rfind(|probe| probe.due >= fault.at && is_disturbed(probe, late));
    let last = last.map(|probe| probe.due);
    report.gap = gap(readings, fault.at);
    report.first = first.map(|first| first.saturating_sub(fault.at));
    report.disturbed = last.map(|last| last - fault.at);
    let phase = |probe: &Probe| {
        if probe.due < fault.at {
            let under_way = probe.due + late >= fault.at || probe.came.is_some_and(|came| came > fault.at);
            return if under_way && is_disturbed(probe, late) { Phase::During } else { Phase::Before };
        }
        let until_first = first.is_none_or(|first| probe.due < first);
        if until_first || Some(probe.due) <= last { Phase::During } else { Phase::After }
    };
    report.phases = Phase::ALL.map(|wanted| (wanted, tally(&|probe| phase(probe) == wanted))).to_vec();
    report
}

/// Whether a probe was lost or late.
pub fn is_disturbed(probe: &Probe, late: Duration) -> bool {
    probe.latency().is_none_or(|latency| latency > late)
}

/// The longest time without a message from the fault on, until the last one was sent: after that, silence is no news.
/// At the end, one that is shorter than a late message's way says nothing either: nobody knows how it would have gone on.
fn gap(readings: &Readings, fault: Duration) -> Option<Gap> {
    let mut came: Vec<_> = readings.probes.iter().filter_map(|probe| probe.came).collect();
    came.retain(|came| *came > fault);
    came.sort_unstable();
    let sent = readings.probes.iter().filter(|probe| probe.sent);
    let end = sent.map(|probe| probe.due).next_back().unwrap_or_default();
    let mut from = fault;
    let mut gaps = Vec::new();
    for at in came {
        gaps.push(Gap { from, length: at - from, ended: true });
        from = at;
    }
    if end > from + readings.late {
        gaps.push(Gap { from, length: end - from, ended: false });
    }
    // Of two that are as long, the first.
    gaps.into_iter().rev().max_by_key(|gap| gap.length)
}

#[cfg(test)]
#[path = "analysis/tests.rs"]
mod tests;
