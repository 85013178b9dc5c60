//! Large and hostile workflows.

use std::time::Duration;

use super::project::{GO, check, task, with, workflow};

fn timed(what: &str, tasks: &[String]) -> Duration {
    let folder = with(&[("tasks/a.go", GO)]);
    let text = workflow(tasks);
    let before = on_cpu();
    let (report, _) = check(folder.path(), &text);
    // What other processes do at the same time does not count.
    let elapsed = on_cpu() - before;
    eprintln!("{what}: {elapsed:?}, {} problems", report.problems.len());
    elapsed
}

/// How long this thread has been computing.
fn on_cpu() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(text.split(' ').next().unwrap().parse().unwrap())
}

/// For builds without optimisation: what is quadratic takes far longer.
const ENOUGH: Duration = Duration::from_secs(3);

#[test]
fn a_thousand_tasks_take_no_time() {
    let chain: Vec<_> =
        (0..1000).map(|i| task(i, "a.go", &format!("t{i}"), &format!("t{}", i + 1))).collect();
    assert!(timed("chain", &chain) < ENOUGH);
    let ring: Vec<_> =
        (0..1000).map(|i| task(i, "a.go", &format!("t{i}"), &format!("t{}", (i + 1) % 1000))).collect();
    assert!(timed("ring", &ring) < ENOUGH);
    let word = |i: usize| {
        (0..6).map(|d| char::from(b'a' + (((i * 7919) >> (d * 3)) % 26) as u8)).collect::<String>()
    };
    let loose: Vec<_> =
        (0..1000).map(|i| task(i, "a.go", &word(i), &format!("{}x", word(i + 5000)))).collect();
    assert!(timed("loose ends", &loose) < ENOUGH);
    let wild: Vec<_> =
        (0..1000).map(|i| task(i, "a.go", &format!("a.*.t{i}"), &format!("b.{i}.t{i}"))).collect();
    assert!(timed("wildcards", &wild) < ENOUGH);
}

#[test]
fn twenty_tasks_take_no_time_worth_speaking_of() {
    let twenty: Vec<_> = (0..20).map(|i| task(i, "a.go", &format!("t{i}"), &format!("t{}", i + 1))).collect();
    assert!(timed("twenty", &twenty) < ENOUGH);
}

#[test]
fn a_thousand_wrong_tasks_take_little_time() {
    let wrong: Vec<_> = (0..1000)
        .map(|i| {
            task(7, &format!("no{i}.go"), "a b", "c.*")
                .replace("1.0.0", "1.0")
                .replace("processor", "procesor")
        })
        .collect();
    assert!(timed("wrong", &wrong) < ENOUGH);
    let unknown: Vec<_> =
        (0..1000).map(|i| format!("{}    colour: red\n", task(i, "a.go", "a", "b"))).collect();
    assert!(timed("unknown", &unknown) < ENOUGH);
}
