//! Checks that every pack, or every template, has to pass: made one after the other, each with a word about what was
//! found.

pub mod pack;
pub mod template;

use std::time::{Duration, Instant};

pub use crate::progress::Verdict;
use crate::progress::{Change, Event, Phase, Progress};

/// One thing that is found out on a fixture `B`.
pub struct Check<B> {
    pub name: &'static str,
    /// Finds out.
    pub(crate) run: fn(&mut B) -> CheckResult,
}

/// A check that was passed, with a word about it; or not.
pub type CheckResult = Result<String, CheckFailure>;

/// A check that was not passed.
#[derive(Debug, Clone)]
pub enum CheckFailure {
    /// It could not be made, and this says nothing against what is checked.
    Skipped(String),
    /// What is checked does not do what it has to.
    Failed {
        /// What was found instead.
        why: String,
        /// What to do, if `why` does not say it.
        help: String,
    },
}

/// What came of one check.
#[derive(Debug, Clone)]
pub struct Outcome {
    pub check: &'static str,
    pub verdict: Verdict,
    pub time: Duration,
    /// Why it ended so; several lines if a compiler has spoken.
    pub reason: String,
    pub help: Option<String>,
}

/// Makes checks, in their order.
pub fn run<B>(checks: &[Check<B>], fixture: &mut B, progress: &dyn Progress) -> Vec<Outcome> {
    progress.report(Event::Planned { phase: Phase::Check, components: checks.len() });
    let one = |check: &Check<B>| {
        let component = check.name.to_owned();
        let start = Instant::now();
        let judged = (check.run)(fixture);
        let time = start.elapsed();
        let (verdict, reason, help) = match judged {
            Ok(word) => (Verdict::Passed, word, None),
            Err(CheckFailure::Skipped(why)) => (Verdict::Skipped, why, None),
            Err(CheckFailure::Failed { why, help }) => {
                (Verdict::Failed, why, Some(help).filter(|help| !help.is_empty()))
            }
        };
        progress.report(Event::ComponentFinished {
            component,
            phase: Phase::Check,
            change: Change::Checked { verdict },
            duration: time,
        });
        Outcome { check: check.name, verdict, time, reason, help }
    };
    checks.iter().map(one).collect()
}

/// The names of the checks that failed.
pub fn failures(outcomes: &[Outcome]) -> Vec<&'static str> {
    let failed = outcomes.iter().filter(|outcome| outcome.verdict == Verdict::Failed);
    failed.map(|outcome| outcome.check).collect()
}

pub(crate) fn failed(why: impl Into<String>, help: impl Into<String>) -> CheckFailure {
    CheckFailure::Failed { why: why.into(), help: help.into() }
}

pub(crate) fn with_help(error: &dyn miette::Diagnostic) -> String {
    let mut text = error.to_string();
    if let Some(help) = error.help() {
        text.push_str(&format!("\n  help: {help}"));
    }
    text
}

/// What is wrong with a manifest, as a failure.
pub(crate) fn manifest(problem: &crate::report::Problem) -> CheckFailure {
    let place = problem.position().map(|(line, _)| format!(", line {line}")).unwrap_or_default();
    let help = problem.help.clone().unwrap_or_default();
    failed(format!("{}{place}: {}", problem.source.name, problem.message), help)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Silent;

    #[test]
    fn all_checks_are_made_in_order_whatever_comes_of_them() {
        let checks: [Check<Vec<&str>>; 3] = [
            Check { name: "a", run: |fixture| (fixture.push("a"), Ok("well".to_owned())).1 },
            Check { name: "b", run: |fixture| (fixture.push("b"), Err(failed("wrong", ""))).1 },
            Check {
                name: "c",
                run: |fixture| (fixture.push("c"), Err(CheckFailure::Skipped("not here".into()))).1,
            },
        ];
        let mut fixture = Vec::new();
        let outcomes = run(&checks, &mut fixture, &Silent);
        assert_eq!(fixture, ["a", "b", "c"]);
        let told: Vec<_> = outcomes.iter().map(|one| (one.verdict, one.reason.as_str())).collect();
        let expected =
            [(Verdict::Passed, "well"), (Verdict::Failed, "wrong"), (Verdict::Skipped, "not here")];
        assert_eq!(told, expected);
        assert_eq!(outcomes[1].help, None, "an empty advice is none");
        assert_eq!(failures(&outcomes), ["b"]);
    }
}
