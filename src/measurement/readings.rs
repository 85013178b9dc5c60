//! What was seen in a drill: plain data. All times count from the moment in which the first probe was due.

use std::time::Duration;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Readings {
    /// The topic that the probes were sent to.
    pub from: String,
    /// The topic that they came out of.
    pub to: String,
    /// Probes a second.
    pub rate: f64,
    /// A probe that needed longer is late.
    pub late: Duration,
    /// The probes, in the order in which they were due.
    pub probes: Vec<Probe>,
    /// The fault, if there was one.
    pub fault: Option<Fault>,
    /// Other messages that came out meanwhile.
    pub foreign: usize,
    /// When the drill itself had no connection to the NATS server: from, and until if it came back.
    pub away: Vec<(Duration, Option<Duration>)>,
    /// The hosts of the cluster, as far as they were seen.
    pub hosts: Vec<Host>,
    /// By how much the most belated probe was sent too late.
    pub lag: Duration,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Probe {
    /// When it was to be sent.
    pub due: Duration,
    /// Whether it was: without a connection it was not.
    pub sent: bool,
    /// When it came out first.
    pub came: Option<Duration>,
    /// How often it came out once more.
    pub copies: u32,
}

impl Probe {
    /// How long it took, counted from when it was due: what waits to be sent waits, too.
    pub fn latency(&self) -> Option<Duration> {
        Some(self.came?.saturating_sub(self.due))
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// When it began.
    pub at: Duration,
    /// When its command had ended.
    pub until: Duration,
    pub how: How,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum How {
    /// A command caused it.
    Command(String),
    /// A person reported it.
    Reported,
    /// A probe was lost or late.
    Probe,
    /// A host vanished from the cluster.
    Host,
}

/// A host of the cluster.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Host {
    pub name: String,
    /// The value of its label `host-type`.
    pub target: String,
    /// The workflow's components that ran on it at the beginning.
    pub ran: Vec<String>,
    /// When it was noticed that it does not answer any more.
    pub vanished: Option<Duration>,
    /// When it answered again.
    pub back: Option<Duration>,
}
