//! What every pack has to do: `pelato pack check`.
//!
//! A check is one entry of [`CHECKS`] with a section of its own in `docs/reference/pack-check.md`. Each builds and calls
//! what it needs on the [`Bench`], which keeps what several checks use.

mod behave;
mod bench;
mod build;
mod sound;

use std::time::{Duration, Instant};

pub use bench::{Bench, Options};

use crate::progress::{Event, Progress};

/// One thing that every pack has to do.
pub struct Check {
    /// Its name.
    pub name: &'static str,
    /// Finds out.
    run: fn(&mut Bench) -> Judged,
}

/// A check that was passed, with a word about it; or not.
type Judged = Result<String, Refusal>;

/// A check that was not passed.
#[derive(Debug, Clone)]
pub(super) enum Refusal {
    /// It could not be made, and this says nothing against the pack.
    Skipped(String),
    /// The pack does not do what it has to.
    Failed {
        /// What was found instead.
        why: String,
        /// What to do, if `why` does not say it.
        help: String,
    },
}

/// A task that the pack brings for `pelato pack check`.
#[derive(Debug)]
pub struct Task {
    /// The name of its folder.
    pub name: &'static str,
    /// What its function does.
    pub about: &'static str,
}

/// The tasks that a pack brings.
pub const TASKS: &[Task] = &[
    Task { name: "echo", about: "takes a text and gives it back as it is" },
    Task { name: "bytes", about: "takes bytes and gives them back as they are" },
    Task { name: "empty", about: "takes anything and gives an empty result: the message is filtered out" },
    Task { name: "error", about: "takes a text and fails with it: the error's message has the text in it" },
    Task {
        name: "panic",
        about: "panics or throws, whatever it takes; not needed where `panics` is \"none\"",
    },
    Task {
        name: "wrong",
        about: "has a signature that cannot be used, such as a number for a result: it must not compile",
    },
];

/// All checks, in the order in which they are made: what a pack's author has to mend first comes first.
pub const CHECKS: &[Check] = &[
    Check { name: "manifest", run: sound::manifest },
    Check { name: "compiler", run: sound::compiler },
    Check { name: "starter", run: sound::starter },
    Check { name: "exports", run: sound::exports },
    Check { name: "imports", run: sound::imports },
    Check { name: "text", run: behave::text },
    Check { name: "binary", run: behave::binary },
    Check { name: "large", run: behave::large },
    Check { name: "empty", run: behave::empty },
    Check { name: "error", run: behave::error },
    Check { name: "panic", run: behave::panic },
    Check { name: "calls", run: behave::calls },
    Check { name: "signature", run: build::signature },
    Check { name: "same-bytes", run: build::same_bytes },
    Check { name: "offline", run: build::offline },
    Check { name: "container", run: build::container },
    Check { name: "templates", run: sound::templates },
];

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The pack does it.
    Passed,
    /// It could not be found out.
    Skipped,
    /// The pack does not.
    Failed,
}

/// What came of one check.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The check's name.
    pub check: &'static str,
    /// How it ended.
    pub verdict: Verdict,
    /// How long it took.
    pub time: Duration,
    /// Why it ended so; several lines if a compiler has spoken.
    pub reason: String,
    /// What to do about a failure.
    pub help: Option<String>,
}

/// Makes all checks.
pub fn run(bench: &mut Bench, progress: &dyn Progress) -> Vec<Outcome> {
    progress.report(Event::Planned { doing: "Checking", components: CHECKS.len() });
    let one = |check: &Check| {
        let component = check.name.to_owned();
        let start = Instant::now();
        let judged = (check.run)(bench);
        let time = start.elapsed();
        let (verdict, reason, help) = match judged {
            Ok(word) => (Verdict::Passed, word, None),
            Err(Refusal::Skipped(why)) => (Verdict::Skipped, why, None),
            Err(Refusal::Failed { why, help }) => {
                (Verdict::Failed, why, Some(help).filter(|help| !help.is_empty()))
            }
        };
        let what = format!("{verdict:?}").to_lowercase();
        progress.report(Event::Finished { component, what, elapsed: time });
        Outcome { check: check.name, verdict, time, reason, help }
    };
    CHECKS.iter().map(one).collect()
}

/// A failure of the pack's.
fn failed(why: impl Into<String>, help: impl Into<String>) -> Refusal {
    Refusal::Failed { why: why.into(), help: help.into() }
}
