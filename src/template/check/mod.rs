//! What every template has to do: `pelato template check`.
//!
//! A check is one entry of [`CHECKS`] with a section of its own in `docs/reference/template-check.md`. Each looks at the
//! template on the [`Bench`], or runs it there with functions that do one thing each and need no compiler.

mod behave;
mod bench;
mod fit;
mod languages;
mod sound;
mod stage;
mod stand_in;

pub use bench::{Bench, Options};

use crate::conformance::{self, Judged, Refusal, failed};
use crate::progress::Progress;

pub use crate::conformance::Outcome;

/// One thing that every template has to do.
pub type Check = conformance::Check<Bench>;

/// All checks, in the order in which they are made: what a template's author has to mend first comes first.
pub const CHECKS: &[Check] = &[
    Check { name: "manifest", run: sound::manifest },
    Check { name: "trigger", run: sound::trigger },
    Check { name: "imports", run: sound::imports },
    Check { name: "exports", run: sound::exports },
    Check { name: "task", run: fit::task },
    Check { name: "parameters", run: fit::parameters },
    Check { name: "queue", run: fit::queue },
    Check { name: "lattice", run: fit::lattice },
    Check { name: "message", run: behave::message },
    Check { name: "http", run: behave::http },
    Check { name: "empty", run: behave::empty },
    Check { name: "error", run: behave::error },
    Check { name: "trap", run: behave::trap },
    Check { name: "kept", run: behave::kept },
    Check { name: "languages", run: languages::languages },
];

/// Makes all checks.
pub fn run(bench: &mut Bench, progress: &dyn Progress) -> Vec<Outcome> {
    conformance::run(CHECKS, bench, progress)
}
