//! What every pack has to do: `pelato pack check`.
//!
//! A check is one entry of [`CHECKS`] with a section of its own in `docs/reference/pack-check.md`. Each builds and calls
//! what it needs on the [`Fixture`], which keeps what several checks use.

mod behave;
mod build;
mod fixture;
mod validate;

pub use fixture::{Fixture, Options};

use crate::conformance::{self, CheckFailure, CheckResult, failed};
use crate::progress::Progress;

pub use crate::conformance::Outcome;

/// One thing that every pack has to do.
pub type Check = conformance::Check<Fixture>;

/// All checks, in the order in which they are made: what a pack's author has to mend first comes first.
pub const CHECKS: &[Check] = &[
    Check { name: "manifest", run: validate::manifest },
    Check { name: "compiler", run: validate::compiler },
    Check { name: "starter", run: validate::starter },
    Check { name: "exports", run: validate::exports },
    Check { name: "imports", run: validate::imports },
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
    Check { name: "templates", run: validate::templates },
];

pub fn run(fixture: &mut Fixture, progress: &dyn Progress) -> Vec<Outcome> {
    conformance::run(CHECKS, fixture, progress)
}
