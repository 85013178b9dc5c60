//! What came of the checks of a pack or a template.

use serde::Serialize;

use super::SCHEMA;
use crate::conformance::{self, Outcome, Verdict};
use crate::ui::worded;

/// `pack check`
#[derive(Debug, Serialize)]
pub struct PackCheck {
    schema: u32,
    pack: String,
    passes: bool,
    checks: Vec<OneCheck>,
}

/// `template check`
#[derive(Debug, Serialize)]
pub struct TemplateCheck {
    schema: u32,
    template: String,
    passes: bool,
    checks: Vec<OneCheck>,
}

#[derive(Debug, Serialize)]
struct OneCheck {
    check: &'static str,
    result: &'static str,
    seconds: f64,
    reason: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
}

impl PackCheck {
    pub fn new(pack: &str, outcomes: &[Outcome]) -> Self {
        let (passes, checks) = (passes(outcomes), checks(outcomes));
        Self { schema: SCHEMA, pack: pack.to_owned(), passes, checks }
    }
}

impl TemplateCheck {
    pub fn new(template: &str, outcomes: &[Outcome]) -> Self {
        let (passes, checks) = (passes(outcomes), checks(outcomes));
        Self { schema: SCHEMA, template: template.to_owned(), passes, checks }
    }
}

fn passes(outcomes: &[Outcome]) -> bool {
    conformance::failures(outcomes).is_empty()
}

fn checks(outcomes: &[Outcome]) -> Vec<OneCheck> {
    let one = |outcome: &Outcome| OneCheck {
        check: outcome.check,
        result: match outcome.verdict {
            Verdict::Passed => "passed",
            Verdict::Skipped => "skipped",
            Verdict::Failed => "failed",
        },
        // Microseconds say nothing here.
        seconds: (outcome.time.as_secs_f64() * 1000.0).round() / 1000.0,
        reason: worded(&outcome.reason).into_owned(),
        help: outcome.help.as_deref().map(|help| worded(help).into_owned()),
    };
    outcomes.iter().map(one).collect()
}
