//! Objectives that are right and wrong, met and missed.

use proptest::prelude::*;

use super::*;
use crate::measurement::analysis::analyse;
use crate::measurement::readings::{Fault, How, Probe, Readings};

/// The text that a problem points at, its words and its help.
fn refused(text: &str) -> (String, String, String) {
    let problem = parse(text).unwrap_err();
    let place = problem.span.clone().unwrap();
    (text[place].to_owned(), problem.message, problem.help.unwrap())
}

/// 100 probes, one each 10 ms, that took 1 to 100 ms; some lost, the fault in their middle.
fn report(lost: usize) -> Report {
    let probe = |number: u64| {
        let due = Duration::from_millis(10 * number);
        let came = (number as usize >= lost).then(|| due + Duration::from_millis(1 + number));
        Probe { due, sent: true, came, copies: u32::from(number == 99) }
    };
    let at = Duration::from_millis(500);
    analyse(&Readings {
        late: Duration::from_millis(90),
        probes: (0..100).map(probe).collect(),
        fault: Some(Fault { at, until: at, how: How::Reported }),
        ..Readings::default()
    })
}

fn verdicts(text: &str, report: &Report) -> Vec<String> {
    parse(text).unwrap().iter().map(|objective| objective.evaluate(report).judged()).collect()
}

#[test]
fn objectives_are_met_or_missed_by_so_much() {
    assert_eq!(
        verdicts("p99<=200ms, p50 <= 40ms,lost<=0, duplicated<1, late<=10%, late<=5%, max<100ms", &report(0)),
        [
            "met p99<=200ms: it is 99.0 ms",
            "missed p50<=40ms: it is 50.0 ms, 10.0 ms too much",
            "met lost<=0: it is 0",
            "missed duplicated<1: it is 1",
            "met late<=10%: it is 10.00 %",
            "missed late<=5%: it is 10.00 %, 5.00 % too much",
            "missed max<100ms: it is 100.0 ms",
        ]
    );
    assert_eq!(
        verdicts("gap<=1s, before.lost<=2, during.p99<=1ms, after.lost<=0", &report(5)),
        [
            "met gap<=1s: it is 11.0 ms",
            "missed before.lost<=2: it is 5, 3 too much",
            "missed during.p99<=1ms: it is 100.0 ms, 99.0 ms too much",
            "met after.lost<=0: it is 0",
        ]
    );
}

#[test]
fn what_was_not_measured_is_not_met() {
    let none = analyse(&Readings::default());
    assert_eq!(
        verdicts("gap<=1s, p99<=1s, lost<=0, after.p99<=1s", &none),
        [
            "missed gap<=1s: it was not measured",
            "missed p99<=1s: it was not measured",
            "met lost<=0: it is 0",
            "missed after.p99<=1s: it was not measured",
        ]
    );
    let dead = report(100);
    assert_eq!(
        verdicts("gap<=1h, after.p99<=1s, after.lost<=0", &dead),
        [
            "missed gap<=1h: it is at least 490.0 ms",
            "met after.p99<=1s: it was not measured",
            "met after.lost<=0: it is 0"
        ]
    );
    assert!(parse("gap<=1s").unwrap()[0].needs_fault() && !parse("p99<=1s").unwrap()[0].needs_fault());
}

#[test]
fn what_is_wrong_is_pointed_at() {
    let cases = [
        ("gpa<=1s", "gpa", "`gpa` is not a figure of a drill", "did you mean `gap`?"),
        ("lost<=0, p90<=1s", "p90", "`p90` is not a figure of a drill", "did you mean `p50`?"),
        ("lost<=0, durnig.p99<=1s", "durnig", "`durnig` is not a phase of a drill", "did you mean `during`?"),
        ("after.gap<=1s", "gap", "the gap is that of the whole drill", "write `gap`"),
        ("gap 1s", "gap 1s", "`gap 1s` has no `<=`", HELP),
        ("gap>=1s", ">=", "an objective sets the maximum of a figure: `<=` or `<`", HELP),
        ("gap=1s", "=", "an objective sets the maximum of a figure: `<=` or `<`", HELP),
        ("gap<=1", "1", "`1`: a time with its unit is expected, such as 200ms or 0.5s", HELP),
        ("gap <=  fast ", "fast", "`fast`: a time with its unit is expected, such as 200ms or 0.5s", HELP),
        ("p99<=xms", "xms", "`xms`: expected a time, such as 500ms, 5s or 2m", HELP),
        ("gap<=", "=", "``: a time with its unit is expected, such as 200ms or 0.5s", HELP),
        (
            "lost<=1s",
            "1s",
            "`1s`: a number of messages is expected, such as 0, or a share of them, such as 1%",
            HELP,
        ),
        (
            "lost<=101%",
            "101%",
            "`101%`: a number of messages is expected, such as 0, or a share of them, such as 1%",
            HELP,
        ),
        ("lost<=0,", ",", "an objective is empty", HELP),
        ("", "", "an objective is empty", HELP),
        ("<=1", "<", "`` is not a figure of a drill", FIGURES_HELP),
    ];
    for (text, place, message, help) in cases {
        assert_eq!(refused(text), (place.to_owned(), message.to_owned(), help.to_owned()), "{text:?}");
    }
}

const FIGURES_HELP: &str = "expected one of `gap`, `lost`, `duplicated`, `late`, `p50`, `p95`, `p99`, `max`";

proptest! {
    #[test]
    fn no_text_is_too_much(text in "\\PC{0,40}") {
        if let Err(problem) = parse(&text) {
            let place = problem.span.unwrap();
            prop_assert!(text.get(place).is_some(), "it points between characters");
        }
    }

    #[test]
    fn near_misses_are_pointed_at(text in "(gap|lost|p99|after\\.p50|x)? ?(<=|<|>|é|)? ?([0-9]{1,3}|é|)(ms|s|%|é|)(,|)") {
        if let Err(problem) = parse(&text) {
            prop_assert!(text.get(problem.span.unwrap()).is_some());
        }
    }

    #[test]
    fn what_is_written_is_read(limit in 0u32..100_000, lost in 0usize..100) {
        let report = report(lost);
        let objective = &parse(&format!(" lost <= {limit} ")).unwrap()[0];
        prop_assert_eq!(objective.evaluate(&report).met, lost <= limit as usize);
        let objective = &parse(&format!("during.max<={limit}us")).unwrap_err();
        prop_assert!(objective.message.contains("expected a time"));
    }
}
