//! Readings whose report is known.

use proptest::prelude::*;

use super::*;
use crate::measurement::readings::{Fault, How};

const LATE: Duration = Duration::from_millis(1000);

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// Probes every 20 ms; how long each took, or that it was lost.
fn probes(latencies: impl IntoIterator<Item = Option<u64>>) -> Vec<Probe> {
    let probe = |(number, latency): (usize, Option<u64>)| {
        let due = ms(20 * number as u64);
        Probe { due, sent: true, came: latency.map(|latency| due + ms(latency)), copies: 0 }
    };
    latencies.into_iter().enumerate().map(probe).collect()
}

fn fault(at: u64, until: u64) -> Option<Fault> {
    Some(Fault { at: ms(at), until: ms(until), how: How::Command("true".into()) })
}

fn readings(probes: Vec<Probe>, fault: Option<Fault>) -> Readings {
    Readings { late: LATE, probes, fault, ..Readings::default() }
}

fn sent(report: &Report) -> Vec<usize> {
    report.phases.iter().map(|(_, tally)| tally.sent).collect()
}

#[test]
fn a_host_is_lost_and_another_takes_over() {
    // The fault is at 1 s, between two probes; those due until 3 s are lost.
    let lost = |number| (50..150).contains(&number);
    let all = probes((0..400).map(|number| (!lost(number)).then_some(2)));
    let report = analyse(&readings(all, fault(990, 993)));
    let gap = report.gap.unwrap();
    assert_eq!((gap.from, gap.length, gap.ended), (ms(990), ms(3002 - 990), true));
    assert_eq!(report.first, Some(ms(3002 - 990)));
    assert_eq!(report.disturbed, Some(ms(149 * 20 - 990)));
    // Probe 150 was due before the first one came out: itself.
    assert_eq!(sent(&report), [50, 101, 249]);
    let [before, during, after] = [0, 1, 2].map(|index| report.phases[index].1.clone());
    assert_eq!((before.lost, during.lost, after.lost), (0, 100, 0));
    assert_eq!(during.percentile(99.0), Some(ms(2)));
    assert_eq!(report.all.sent, 400);
}

#[test]
fn what_is_under_way_at_the_fault_belongs_to_it() {
    // Lost long before, lost just before, late across the fault.
    let all = probes((0..200).map(|number| match number {
        10 | 98 => None,
        99 => Some(1500),
        _ => Some(1),
    }));
    let report = analyse(&readings(all, fault(2000, 2000)));
    let [before, during] = [0, 1].map(|index| report.phases[index].1.clone());
    assert_eq!((before.lost, before.late, during.lost, during.late), (1, 0, 1, 1));
    assert_eq!(report.disturbed, None, "nothing that was sent after it");
    assert_eq!(report.first, Some(ms(1)));
}

#[test]
fn a_message_sent_while_the_command_ran_proves_nothing() {
    // The command takes 200 ms and kills at its end: what is sent meanwhile comes out.
    let all = probes((0..300).map(|number| (!(60..200).contains(&number)).then_some(2)));
    let report = analyse(&readings(all, fault(1000, 1200)));
    assert_eq!(report.gap.unwrap().length, ms(4002 - 1182));
    assert_eq!(report.first, Some(ms(3002)));
}

#[test]
fn a_flow_that_never_recovers_has_an_open_gap() {
    let all = probes((0..300).map(|number| (number < 100).then_some(2)));
    let report = analyse(&readings(all, fault(2000, 2000)));
    let gap = report.gap.unwrap();
    assert_eq!((gap.length, gap.ended), (ms(299 * 20 - 2000), false));
    assert_eq!((report.first, sent(&report)), (None, vec![100, 200, 0]));
    assert_eq!(report.phases[1].1.percentile(50.0), None);
}

#[test]
fn a_short_silence_at_the_end_is_no_gap() {
    let all = |last: usize| probes((0..300).map(|number| (number < last).then_some(2)));
    let gap = |last| analyse(&readings(all(last), fault(2000, 2000))).gap.unwrap();
    assert_eq!((gap(297).length, gap(297).ended), (ms(20), true));
    assert_eq!((gap(200).length, gap(200).ended), (ms(299 * 20 - 199 * 20 - 2), false));
}

#[test]
fn half_of_the_messages_may_be_lost_without_a_long_gap() {
    let all = probes((0..300).map(|number| (number < 100 || number % 2 == 0 || number > 250).then_some(2)));
    let report = analyse(&readings(all, fault(2000, 2000)));
    assert_eq!(report.gap.unwrap().length, ms(40));
    assert_eq!(report.disturbed, Some(ms(249 * 20 - 2000)));
    assert_eq!(report.phases[1].1.lost, 75);
    assert_eq!(report.phases[2].1.lost, 0);
}

#[test]
fn without_a_fault_there_are_no_phases() {
    let mut all = probes([Some(5), None, Some(2000), Some(1)]);
    all[0].copies = 2;
    all.push(Probe { due: ms(80), ..Probe::default() });
    let report = analyse(&readings(all, None));
    assert_eq!((report.gap, report.first, report.phases.len(), report.unsent), (None, None, 0, 1));
    let Tally { sent, lost, duplicated, copies, late, .. } = report.all;
    assert_eq!((sent, lost, duplicated, copies, late), (4, 1, 1, 2, 1));
}

#[test]
fn nothing_at_all() {
    for fault in [None, fault(0, 0)] {
        let report = analyse(&readings(Vec::new(), fault));
        assert_eq!((report.gap, report.all.percentile(50.0)), (None, None));
    }
}

#[test]
fn percentiles_are_values_that_were_measured() {
    let tally = analyse(&readings(probes((1..=100).map(Some)), None)).all;
    let of = |percent| tally.percentile(percent).unwrap();
    assert_eq!([of(50.0), of(95.0), of(99.0), of(100.0)], [ms(50), ms(95), ms(99), ms(100)]);
    let tally = analyse(&readings(probes([Some(3), Some(1), Some(2)]), None)).all;
    assert_eq!((tally.percentile(50.0), tally.percentile(99.0)), (Some(ms(2)), Some(ms(3))));
    let tally = analyse(&readings(probes([Some(7)]), None)).all;
    assert_eq!((tally.percentile(0.0), tally.percentile(50.0)), (Some(ms(7)), Some(ms(7))));
}

/// What may become of a probe.
fn fate() -> impl Strategy<Value = (bool, Option<u64>, u32)> {
    (
        proptest::bool::weighted(0.95),
        proptest::option::weighted(0.8, 0u64..3000),
        prop_oneof![9 => Just(0u32), 1 => 1u32..4],
    )
}

proptest! {
    #[test]
    fn every_probe_is_counted_once(
        fates in proptest::collection::vec(fate(), 0..300),
        at in 0u64..7000,
        took in 0u64..500,
    ) {
        let mut all = probes(fates.iter().map(|(sent, latency, _)| latency.filter(|_| *sent)));
        for (probe, (sent, _, copies)) in all.iter_mut().zip(&fates) {
            probe.sent = *sent;
            probe.copies = if probe.came.is_some() { *copies } else { 0 };
        }
        let report = analyse(&readings(all.clone(), fault(at, at + took)));
        let sum = |of: &dyn Fn(&Tally) -> usize| report.phases.iter().map(|(_, tally)| of(tally)).sum::<usize>();
        prop_assert_eq!(report.all.sent + report.unsent, all.len());
        prop_assert_eq!(report.all.sent, report.all.came() + report.all.lost);
        prop_assert_eq!(report.all.copies, all.iter().map(|probe| probe.copies as usize).sum::<usize>());
        for of in [
            &(|t: &Tally| t.sent) as &dyn Fn(&Tally) -> usize,
            &|t| t.lost, &|t| t.late, &|t| t.copies, &|t| t.duplicated, &|t| t.came(),
        ] {
            prop_assert_eq!(sum(of), of(&report.all));
        }
        // After the fault's effects nothing is lost or late.
        let after = &report.phases[2].1;
        prop_assert_eq!((after.lost, after.late), (0, 0));
    }

    #[test]
    fn percentiles_rise_and_bound(latencies in proptest::collection::vec(0u64..5000, 1..200)) {
        let tally = analyse(&readings(probes(latencies.iter().copied().map(Some)), None)).all;
        let percentiles: Vec<_> = (0..=100).map(|percent| tally.percentile(f64::from(percent)).unwrap()).collect();
        prop_assert!(percentiles.is_sorted());
        prop_assert_eq!(percentiles[100], ms(*latencies.iter().max().unwrap()));
        for (percent, bound) in percentiles.iter().enumerate() {
            let within = latencies.iter().filter(|latency| ms(**latency) <= *bound).count();
            prop_assert!(within * 100 >= percent * latencies.len(), "{} %", percent);
        }
    }

    #[test]
    fn no_silence_is_longer_than_the_gap(fates in proptest::collection::vec(fate(), 2..300), at in 0u64..5000) {
        let all = probes(fates.iter().map(|(_, latency, _)| *latency));
        let end = all[all.len() - 1].due;
        let Some(gap) = analyse(&readings(all.clone(), fault(at, at))).gap else {
            prop_assert!(end <= ms(at) + LATE && all.iter().all(|probe| probe.came.is_none_or(|came| came <= ms(at))));
            return Ok(());
        };
        prop_assert!(gap.from >= ms(at));
        let inside = |came: Duration| came > gap.from && came < gap.from + gap.length;
        prop_assert!(!all.iter().filter_map(|probe| probe.came).any(inside));
        // Any window that is longer and lies between the fault and the last probe has a message in it.
        for probe in all.iter().filter(|probe| probe.due >= ms(at)) {
            let window = probe.due..=probe.due + gap.length;
            if *window.end() + LATE <= end {
                prop_assert!(all.iter().filter_map(|probe| probe.came).any(|came| window.contains(&came)));
            }
        }
    }
}
