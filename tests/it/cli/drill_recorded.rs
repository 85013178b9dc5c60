//! `pelato report` with records of drills.

use snapbox::str;

use super::report::{METRICS, PAGE, all, parse, texts};
use crate::support::Place;

/// What `pelato drill --record` writes: the fault is at 40 ms, one message is lost, one comes three times.
const DRILL: &str = r#"{"kind":"pelato drill","schema":1,"from":"a","to":"b<c>","rate":50.0,"late_us":1000000,"lag_us":100,"fault":{"at_us":40000,"until_us":41000,"how":"command","command":"kill -9 1"},"foreign":0,"away_us":[],"hosts":[{"name":"moss","target":"edge","ran":["x"],"vanished_us":1040000,"back_us":null}],"latencies_us":[1200,1300,null,1100,1150],"unsent":[],"copies":[[4,2]]}
"#;

#[test]
fn drills_stand_beside_runs() {
    let place = Place::with(&[("drill.json", DRILL), ("metrics.yaml", METRICS)]);
    place
        .run(&["report", "drill.json"])
        .code(0)
        .stderr_eq(str![[r#"
     Written report.html

"#]])
        .stdout_eq(str![[r#"
drill:
PHASE   SENT  LOST  DUPLICATED  LATE  P50      P95      P99      MAX      N
before  2     0     0           0     [TIME][TIME][TIME][TIME]2
during  2     1     0           0     [TIME][TIME][TIME][TIME]1
after   1     0     1           0     [TIME][TIME][TIME][TIME]1
all     5     1     1           0     [TIME][TIME][TIME][TIME]4
gap: [TIME], the longest time without a message after the fault
the last message that was lost or late was sent [TIME] after the fault
the host moss (edge), which ran x, was reported missing [TIME] after the fault

"#]]);
    let page = place.read(PAGE);
    let page = parse(&page);
    assert_eq!(texts(&page, "h1"), ["What a fault costs"]);
    assert_eq!(texts(&page, "h2"), ["Drill: drill"]);
    assert!(
        texts(&page, "p")[1].starts_with("the last message that was lost or late"),
        "{:?}",
        texts(&page, "p")
    );
    place
        .run(&["report", "drill.json", "metrics.yaml", "--name", "<one>", "--name", "two", "--json"])
        .code(0)
        .stdout_eq(str![[r#"
{"schema":1,"page":"report.html","series":[{"name":"two","published":false,"points":[{"tasks":1,"runs":2,"phases":[{"phase":"gen","runs":2,"mean_seconds":0.02,"interval_seconds":0.012706},{"phase":"build","runs":2,"mean_seconds":24.0,"interval_seconds":11.435584},{"phase":"deploy","runs":2,"mean_seconds":0.6,"interval_seconds":1.27062},{"phase":"total","runs":2,"mean_seconds":26.6,"interval_seconds":12.706205}]},{"tasks":5,"runs":1,"phases":[{"phase":"gen","runs":1,"mean_seconds":0.09},{"phase":"build","runs":1,"mean_seconds":51.0},{"phase":"deploy","runs":1,"mean_seconds":1.25},{"phase":"total","runs":1,"mean_seconds":54.3}]}]}],"drills":[{"name":"<one>","from":"a","to":"b<c>","rate":50.0,"late_ms":1000.0,"fault":{"how":"command","command":"kill -9 1","at_seconds":0.04,"until_seconds":0.041},"gap":{"from_seconds":0.04,"seconds":[SECONDS],"ended":true},"first_seconds":0.0211,"disturbed_seconds":0.0,"phases":[{"phase":"before","sent":2,"lost":0,"duplicated":0,"copies":0,"late":0,"latency":{"n":2,"p50_ms":1.2,"p95_ms":1.3,"p99_ms":1.3,"max_ms":1.3}},{"phase":"during","sent":2,"lost":1,"duplicated":0,"copies":0,"late":0,"latency":{"n":1,"p50_ms":1.1,"p95_ms":1.1,"p99_ms":1.1,"max_ms":1.1}},{"phase":"after","sent":1,"lost":0,"duplicated":1,"copies":2,"late":0,"latency":{"n":1,"p50_ms":1.15,"p95_ms":1.15,"p99_ms":1.15,"max_ms":1.15}},{"phase":"all","sent":5,"lost":1,"duplicated":1,"copies":2,"late":0,"latency":{"n":4,"p50_ms":1.15,"p95_ms":1.3,"p99_ms":1.3,"max_ms":1.3}}],"unsent":0,"foreign":0,"lag_ms":0.1,"away":[],"hosts":[{"name":"moss","target":"edge","ran":["x"],"vanished_seconds":1.04}]}]}

"#]]);
    let page = place.read(PAGE);
    let page = parse(&page);
    assert_eq!(texts(&page, "h1"), ["How long it took"]);
    assert_eq!((all(&page, "svg").count(), texts(&page, "h2").last().unwrap().as_str()), (6, "Drill: <one>"));
}

#[test]
fn records_that_make_no_sense_are_refused() {
    let place = Place::empty();
    place.write("half.json", &DRILL[..DRILL.len() / 2]);
    place.run_in_vain(&["report", "half.json"]).code(3).stdout_eq("").stderr_eq(str![[r#"
drill

  × this is not a record of a drill: EOF while parsing a string
   ╭─[half.json:1:183]
 1 │ {"kind":"pelato drill","schema":1,"from":"a","to":"b<c>","rate":50.0,"late_us":1000000,"lag_us":100,"fault":{"at_us":40000,"until_us":41000,"how":"command","command":"kill -9 1"},"for
   ·                                                                                                                                                                                       ▲
   ╰────
  help: use the file as `pelato drill --record` wrote it


"#]]);
    place.write("none.json", DRILL.replace("[[4,2]]", "[[5,2]]"));
    place.run_in_vain(&["report", "none.json"]).code(3).stdout_eq("").stderr_eq(str![[r#"
error: none.json: it refers to a probe that does not exist
  help: use the file as `pelato drill --record` wrote it

"#]]);
    place.write("newer.json", DRILL.replace("\"schema\":1", "\"schema\":2"));
    place.run_in_vain(&["report", "newer.json"]).code(3).stdout_eq("").stderr_eq(str![[r#"
error: newer.json: this is a `pelato drill` of schema 2; only schema 1 is supported
  help: use the file as `pelato drill --record` wrote it

"#]]);
    // Values that nobody can have measured do no harm.
    place.write("huge.json", DRILL.replace("50.0", "1e-300").replace("1200", "18446744073709551615"));
    place.run(&["report", "huge.json", "-q"]).code(0).stderr_eq("");
    parse(&place.read(PAGE));
}
