//! A report in words: a table's rows, and lines below it.

use std::time::Duration;

use super::analysis::{Report, Tally};
use super::readings::Readings;
use super::time::shown;

/// A sender that is later than this is worth a warning.
const LAG: Duration = Duration::from_millis(50);

/// What the columns of [`rows`] are.
pub const HEADER: [&str; 10] =
    ["PHASE", "SENT", "LOST", "DUPLICATED", "LATE", "P50", "P95", "P99", "MAX", "N"];

/// A row for each phase, and one for all.
pub fn rows(report: &Report) -> Vec<[String; 10]> {
    let phases = report.phases.iter().map(|(phase, tally)| row(phase.name(), tally));
    phases.chain([row("all", &report.all)]).collect()
}

fn row(phase: &str, tally: &Tally) -> [String; 10] {
    let Tally { sent, lost, duplicated, late, .. } = tally;
    let [sent, lost, duplicated, late, n] =
        [*sent, *lost, *duplicated, *late, tally.came()].map(|number| number.to_string());
    let [p50, p95, p99, max] = [50.0, 95.0, 99.0, 100.0]
        .map(|percent| tally.percentile(percent).map_or_else(|| "-".to_owned(), shown));
    [phase.to_owned(), sent, lost, duplicated, late, p50, p95, p99, max, n]
}

/// The gap, the fault's effects and the hosts, in lines.
pub fn lines(readings: &Readings, report: &Report) -> Vec<String> {
    let Some(fault) = &readings.fault else { return Vec::new() };
    let mut lines = vec![match &report.gap {
        None => "gap: unknown, because too few messages were sent after the fault".to_owned(),
        Some(gap) => {
            let least = if gap.ended { "" } else { "at least " };
            format!("gap: {least}{}, the longest time without a message after the fault", shown(gap.length))
        }
    }];
    if let Some(disturbed) = report.disturbed {
        let disturbed = shown(disturbed);
        lines.push(format!("the last message that was lost or late was sent {disturbed} after the fault"));
    }
    for host in &readings.hosts {
        let Some(vanished) = host.vanished else { continue };
        let after = |time: Duration| shown(time.saturating_sub(fault.at));
        let back =
            host.back.map_or(String::new(), |back| format!(", and present again {} after it", after(back)));
        let ran = match host.ran.as_slice() {
            [] => "no component of the workflow".to_owned(),
            ran => ran.join(", "),
        };
        lines.push(format!(
            "the host {} ({}), which ran {ran}, was reported missing {} after the fault{back}",
            host.name,
            host.target,
            after(vanished)
        ));
    }
    lines
}

/// What makes the figures doubtful.
pub fn warnings(readings: &Readings, report: &Report) -> Vec<String> {
    let mut warnings = Vec::new();
    if !readings.away.is_empty() {
        let times = match readings.away.len() {
            1 => "once".to_owned(),
            times => format!("{times} times"),
        };
        warnings.push(format!(
            "the drill itself lost its connection to the NATS server {times}: {} messages were not sent, and messages that arrived meanwhile were not counted",
            report.unsent
        ));
    }
    if readings.lag > LAG {
        let lag = shown(readings.lag);
        warnings.push(format!(
            "this machine was too busy to keep the rate: a message was sent {lag} late; latencies count from when it was \
             due"
        ));
    }
    if readings.foreign > 0 {
        let (foreign, to) = (readings.foreign, &readings.to);
        warnings.push(format!(
            "{foreign} other messages arrived on `{to}`: the workflow also processed messages that the drill did not send"
        ));
    }
    if report.gap.is_some_and(|gap| !gap.ended) && report.first.is_none() {
        warnings.push("no message that was sent after the fault arrived".to_owned());
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measurement::analyse;
    use crate::measurement::readings::{Fault, Host, How, Probe};

    fn readings(lost: bool) -> Readings {
        let ms = Duration::from_millis;
        let probe = |number: u64| {
            let due = ms(20 * number);
            let came = (number < 50 || !lost).then(|| due + ms(1));
            Probe { due, sent: true, came, copies: 0 }
        };
        Readings {
            to: "out".into(),
            late: ms(500),
            probes: (0..100).map(probe).collect(),
            fault: Some(Fault { at: ms(1000), until: ms(1000), how: How::Reported }),
            hosts: vec![
                Host {
                    name: "moss".into(),
                    target: "edge".into(),
                    ran: vec!["a".into(), "b".into()],
                    vanished: Some(ms(1500)),
                    back: Some(ms(1900)),
                },
                Host {
                    name: "fern".into(),
                    target: "edge".into(),
                    vanished: Some(ms(1600)),
                    ..Host::default()
                },
                Host { name: "calm".into(), ..Host::default() },
            ],
            ..Readings::default()
        }
    }

    #[test]
    fn what_happened_is_told() {
        let readings = readings(true);
        let report = analyse(&readings);
        assert_eq!(
            lines(&readings, &report),
            [
                "gap: at least 980.0 ms, the longest time without a message after the fault",
                "the last message that was lost or late was sent 980.0 ms after the fault",
                "the host moss (edge), which ran a, b, was reported missing 500.0 ms after the fault, and present again \
                 900.0 ms after it",
                "the host fern (edge), which ran no component of the workflow, was reported missing 600.0 ms after the fault",
            ]
        );
        assert_eq!(warnings(&readings, &report), ["no message that was sent after the fault arrived"]);
        let rows: Vec<_> = rows(&report).iter().map(|row| row.join(" ")).collect();
        assert_eq!(
            rows,
            [
                "before 50 0 0 0 1.00 ms 1.00 ms 1.00 ms 1.00 ms 50",
                "during 50 50 0 0 - - - - 0",
                "after 0 0 0 0 - - - - 0",
                "all 100 50 0 0 1.00 ms 1.00 ms 1.00 ms 1.00 ms 50",
            ]
        );
    }

    #[test]
    fn doubts_are_told() {
        let mut readings = readings(false);
        readings.fault = None;
        assert_eq!(lines(&readings, &analyse(&readings)), [""; 0]);
        assert_eq!(warnings(&readings, &analyse(&readings)), [""; 0]);
        readings.away = vec![(Duration::ZERO, None), (Duration::ZERO, None)];
        readings.lag = Duration::from_millis(70);
        readings.foreign = 3;
        let warnings = warnings(&readings, &analyse(&readings));
        assert!(
            warnings[0]
                .starts_with("the drill itself lost its connection to the NATS server 2 times: 0 messages")
        );
        assert!(warnings[1].contains("a message was sent 70.0 ms late"));
        assert_eq!(
            warnings[2],
            "3 other messages arrived on `out`: the workflow also processed messages that the drill did not send"
        );
    }
}
