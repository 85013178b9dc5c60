//! What every template has to do: `pelato template check`.
//!
//! A check is one entry of [`CHECKS`] with a section of its own in `docs/reference/template-check.md`. Each looks at the
//! template on the [`Fixture`], or runs it there with functions that do one thing each and need no compiler.

mod behave;
mod fit;
mod fixture;
mod languages;
mod stage;
mod stand_in;
mod tasks;
mod validate;

pub use fixture::{Fixture, Options};

use crate::conformance::{self, CheckFailure, CheckResult, failed};
use crate::progress::Progress;

pub use crate::conformance::Outcome;

/// One thing that every template has to do.
pub type Check = conformance::Check<Fixture>;

/// All checks, in the order in which they are made: what a template's author has to mend first comes first.
pub const CHECKS: &[Check] = &[
    Check { name: "manifest", run: validate::manifest },
    Check { name: "trigger", run: validate::trigger },
    Check { name: "imports", run: validate::imports },
    Check { name: "exports", run: validate::exports },
    Check { name: "task", run: fit::task },
    Check { name: "parameters", run: fit::parameters },
    Check { name: "queue", run: fit::queue },
    Check { name: "platform", run: fit::platform },
    Check { name: "message", run: behave::message },
    Check { name: "http", run: behave::http },
    Check { name: "empty", run: behave::empty },
    Check { name: "error", run: behave::error },
    Check { name: "trap", run: behave::trap },
    Check { name: "delivery", run: behave::delivery },
    Check { name: "languages", run: languages::languages },
];

pub fn run(fixture: &mut Fixture, progress: &dyn Progress) -> Vec<Outcome> {
    conformance::run(CHECKS, fixture, progress)
}
