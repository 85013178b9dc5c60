//! What came of the checks of a pack or a template.

use super::{Ui, table, worded};
use crate::conformance::{Outcome, Verdict};

impl Ui {
    /// The table of a pack's or a template's checks, and what is wrong in full.
    pub fn conformance(&self, outcomes: &[Outcome]) {
        let rows: Vec<_> = outcomes
            .iter()
            .map(|outcome| {
                let verdict = match outcome.verdict {
                    Verdict::Passed => self.good("passed"),
                    Verdict::Skipped => self.dim("skipped"),
                    Verdict::Failed => self.bad("FAILED"),
                };
                let reason = worded(outcome.reason.lines().next().unwrap_or_default()).into_owned();
                [outcome.check.to_owned(), verdict, format!("{:.2} s", outcome.time.as_secs_f64()), reason]
            })
            .collect();
        self.result(table(["CHECK", "RESULT", "TIME", "REASON"], &rows));
        for outcome in outcomes.iter().filter(|outcome| outcome.verdict == Verdict::Failed) {
            let help = outcome.help.as_ref().map(|help| format!("\n  help: {help}")).unwrap_or_default();
            let label = self.style_err.error.apply_to(format!("error: {}", outcome.check));
            self.line(&worded(&format!("{label}: {}{help}", outcome.reason.trim_end())));
        }
    }
}
