//! `drill`, and drills in `report`.

use std::time::Duration;

use serde::Serialize;

use super::SCHEMA;
use crate::drill::judge::{Report, Tally};
use crate::drill::readings::{Host, How, Readings};
use crate::drill::slo::Verdict;
use crate::drill::time::shown;

/// `drill`
#[derive(Debug, Serialize)]
pub struct Drill {
    schema: u32,
    #[serde(flatten)]
    drill: DrillReport,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    objectives: Vec<JudgedObjective>,
}

/// What a drill brought.
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
    /// `command`, `told`, `probe` or `host`.
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
    #[serde(skip)]
    shown: String,
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
    #[serde(skip)]
    shown: [String; 4],
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
    #[serde(skip)]
    words: String,
}

/// With six digits behind the point: microseconds.
fn seconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e6
}

fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

impl Drill {
    /// What the columns of [`Drill::rows`] are.
    pub const HEADER: [&str; 10] =
        ["PHASE", "SENT", "LOST", "DUPLICATED", "LATE", "P50", "P95", "P99", "MAX", "N"];

    /// Of a drill, and what became of its objectives.
    pub fn new(readings: &Readings, report: &Report, verdicts: &[Verdict]) -> Self {
        let objective = |verdict: &Verdict| JudgedObjective {
            objective: verdict.objective.clone(),
            measured: verdict.measured.clone(),
            met: verdict.met,
            words: format!("{} {verdict}", if verdict.met { "met" } else { "missed" }),
        };
        let drill = DrillReport::new(readings, report);
        Self { schema: SCHEMA, drill, objectives: verdicts.iter().map(objective).collect() }
    }

    /// A row for each phase.
    pub fn rows(&self) -> Vec<[String; 10]> {
        self.drill.rows()
    }

    /// What is to be said below the table, in lines.
    pub fn words(&self) -> Vec<String> {
        let mut lines = self.drill.words();
        lines.extend(self.objectives.iter().map(|objective| objective.words.clone()));
        lines
    }

    /// What makes the figures doubtful.
    pub fn warnings(&self) -> Vec<String> {
        self.drill.warnings()
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
                shown: format!("{}{}", if gap.ended { "" } else { "at least " }, shown(gap.length)),
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

    /// A row for each phase, and one for all.
    pub fn rows(&self) -> Vec<[String; 10]> {
        self.phases.iter().map(OnePhase::row).collect()
    }

    /// The gap, in words.
    pub fn gap(&self) -> Option<&str> {
        self.gap.as_ref().map(|gap| gap.shown.as_str())
    }

    /// What is to be said below the table, in lines.
    pub fn words(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let after = |time: f64| {
            let fault = self.fault.as_ref().map_or(0.0, |fault| fault.at_seconds);
            shown(Duration::try_from_secs_f64(time - fault).unwrap_or_default())
        };
        match (&self.fault, &self.gap) {
            (Some(_), Some(gap)) => {
                lines.push(format!(
                    "gap: {}, the longest time in which nothing came out after the fault",
                    gap.shown
                ));
            }
            (Some(_), None) => lines.push("gap: unknown, nothing was sent after the fault".to_owned()),
            (None, _) => {}
        }
        if let Some(disturbed) = self.disturbed_seconds {
            let disturbed = shown(Duration::try_from_secs_f64(disturbed).unwrap_or_default());
            lines
                .push(format!("the last message that was lost or late was sent {disturbed} after the fault"));
        }
        for host in &self.hosts {
            let Some(vanished) = host.vanished_seconds else { continue };
            let back =
                host.back_seconds.map_or(String::new(), |back| format!(", and again after {}", after(back)));
            let ran =
                if host.ran.is_empty() { "nothing of the workflow".to_owned() } else { host.ran.join(", ") };
            let (name, target) = (&host.name, &host.target);
            lines.push(format!(
                "the host {name} ({target}), which ran {ran}: seen to be away {} after the fault{back}",
                after(vanished)
            ));
        }
        lines
    }

    /// What makes the figures doubtful.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        match self.away.len() {
            0 => {}
            times => warnings.push(format!(
                "the drill itself lost its connection to the NATS server {}: {} messages were not sent, and what came \
                 out meanwhile was not seen",
                if times == 1 { "once".to_owned() } else { format!("{times} times") },
                self.unsent
            )),
        }
        if self.lag_ms > 50.0 {
            warnings.push(format!(
                "this machine was too busy to keep the pace: a message was sent {:.1} ms late; latencies count from when \
                 it was due",
                self.lag_ms
            ));
        }
        if self.foreign > 0 {
            warnings.push(format!(
                "{} other messages came out of `{}`: the workflow had more to do than this",
                self.foreign, self.to
            ));
        }
        warnings
    }
}

impl OneFault {
    fn new(fault: &crate::drill::readings::Fault) -> Self {
        let (how, command) = match &fault.how {
            How::Command(command) => ("command", Some(command.clone())),
            How::Told => ("told", None),
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
            Some(Latency { n: tally.came(), p50_ms, p95_ms, p99_ms, max_ms, shown: all.map(shown) })
        };
        let Tally { sent, lost, duplicated, copies, late, .. } = *tally;
        Self { phase, sent, lost, duplicated, copies, late, latency: latency() }
    }

    fn row(&self) -> [String; 10] {
        let Self { sent, lost, duplicated, late, .. } = self;
        let none = || ["-"; 4].map(str::to_owned);
        let [p50, p95, p99, max] = self.latency.as_ref().map_or_else(none, |latency| latency.shown.clone());
        let n = self.latency.as_ref().map_or(0, |latency| latency.n);
        let [sent, lost, duplicated, late, n] = [*sent, *lost, *duplicated, *late, n].map(|n| n.to_string());
        [self.phase.to_owned(), sent, lost, duplicated, late, p50, p95, p99, max, n]
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
