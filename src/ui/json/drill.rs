//! `drill`, and drills in `report`.

use std::time::Duration;

use serde::Serialize;

use super::SCHEMA;
use crate::drill::slo::Verdict;
use crate::measurement::analysis::{Report, Tally};
use crate::measurement::readings::{Host, How, Readings};
use crate::pelato::Drilled;

/// `drill`
#[derive(Debug, Serialize)]
pub struct Drill {
    schema: u32,
    /// Whether a person ended it before it was over.
    stopped: bool,
    #[serde(flatten)]
    drill: DrillReport,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    objectives: Vec<JudgedObjective>,
}

#[derive(Debug, Serialize)]
pub struct DrillReport {
    from: String,
    to: String,
    rate: f64,
    late_ms: f64,
    fault: Option<OneFault>,
    gap: Option<OneGap>,
    /// From the fault to the first message sent after it that came out.
    #[serde(skip_serializing_if = "Option::is_none")]
    first_seconds: Option<f64>,
    /// From the fault to the last message sent after it that was lost or late.
    #[serde(skip_serializing_if = "Option::is_none")]
    disturbed_seconds: Option<f64>,
    phases: Vec<OnePhase>,
    unsent: usize,
    foreign: usize,
    lag_ms: f64,
    away: Vec<Away>,
    hosts: Vec<OneHost>,
}

#[derive(Debug, Serialize)]
struct OneFault {
    /// `command`, `reported`, `probe` or `host`.
    how: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<String>,
    at_seconds: f64,
    until_seconds: f64,
}

#[derive(Debug, Serialize)]
struct OneGap {
    from_seconds: f64,
    seconds: f64,
    ended: bool,
}

#[derive(Debug, Serialize)]
struct OnePhase {
    phase: &'static str,
    sent: usize,
    lost: usize,
    duplicated: usize,
    copies: usize,
    late: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    latency: Option<Latency>,
}

#[derive(Debug, Serialize)]
struct Latency {
    n: usize,
    p50_ms: f64,
    p95_ms: f64,
    p99_ms: f64,
    max_ms: f64,
}

#[derive(Debug, Serialize)]
struct Away {
    from_seconds: f64,
    until_seconds: Option<f64>,
}

#[derive(Debug, Serialize)]
struct OneHost {
    name: String,
    target: String,
    ran: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vanished_seconds: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    back_seconds: Option<f64>,
}

#[derive(Debug, Serialize)]
struct JudgedObjective {
    objective: String,
    measured: Option<String>,
    met: bool,
}

/// With six digits behind the point: microseconds.
fn seconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e6
}

fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

impl Drill {
    /// Of a drill, and what became of its objectives.
    pub fn new(drilled: &Drilled) -> Self {
        let Drilled { readings, report, verdicts, stopped } = drilled;
        let objective = |verdict: &Verdict| JudgedObjective {
            objective: verdict.objective.clone(),
            measured: verdict.measured.clone(),
            met: verdict.met,
        };
        let drill = DrillReport::new(readings, report);
        Self {
            schema: SCHEMA,
            stopped: *stopped,
            drill,
            objectives: verdicts.iter().map(objective).collect(),
        }
    }
}

impl DrillReport {
    /// Of readings and what they say.
    pub fn new(readings: &Readings, report: &Report) -> Self {
        let phases = report.phases.iter().map(|(phase, tally)| OnePhase::new(phase.name(), tally));
        Self {
            from: readings.from.clone(),
            to: readings.to.clone(),
            rate: readings.rate,
            late_ms: milliseconds(readings.late),
            fault: readings.fault.as_ref().map(OneFault::new),
            gap: report.gap.map(|gap| OneGap {
                from_seconds: seconds(gap.from),
                seconds: seconds(gap.length),
                ended: gap.ended,
            }),
            first_seconds: report.first.map(seconds),
            disturbed_seconds: report.disturbed.map(seconds),
            phases: phases.chain([OnePhase::new("all", &report.all)]).collect(),
            unsent: report.unsent,
            foreign: readings.foreign,
            lag_ms: milliseconds(readings.lag),
            away: readings
                .away
                .iter()
                .map(|(from, until)| Away { from_seconds: seconds(*from), until_seconds: until.map(seconds) })
                .collect(),
            hosts: readings.hosts.iter().map(OneHost::new).collect(),
        }
    }
}

impl OneFault {
    fn new(fault: &crate::measurement::readings::Fault) -> Self {
        let (how, command) = match &fault.how {
            How::Command(command) => ("command", Some(command.clone())),
            How::Reported => ("reported", None),
            How::Probe => ("probe", None),
            How::Host => ("host", None),
        };
        Self { how, command, at_seconds: seconds(fault.at), until_seconds: seconds(fault.until) }
    }
}

impl OnePhase {
    fn new(phase: &'static str, tally: &Tally) -> Self {
        let latency = || {
            let [p50, p95, p99, max] = [50.0, 95.0, 99.0, 100.0].map(|percent| tally.percentile(percent));
            let all = [p50?, p95?, p99?, max?];
            let [p50_ms, p95_ms, p99_ms, max_ms] = all.map(milliseconds);
            Some(Latency { n: tally.came(), p50_ms, p95_ms, p99_ms, max_ms })
        };
        let Tally { sent, lost, duplicated, copies, late, .. } = *tally;
        Self { phase, sent, lost, duplicated, copies, late, latency: latency() }
    }
}

impl OneHost {
    fn new(host: &Host) -> Self {
        Self {
            name: host.name.clone(),
            target: host.target.clone(),
            ran: host.ran.clone(),
            vanished_seconds: host.vanished.map(seconds),
            back_seconds: host.back.map(seconds),
        }
    }
}
