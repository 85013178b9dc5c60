//! `doctor`

use serde::Serialize;

use super::SCHEMA;
use crate::doctor::{Examined, State};
use crate::pelato::Error;
use crate::text::count;
use crate::ui::{table, worded};

/// `doctor`
#[derive(Debug, Serialize)]
pub struct Doctor {
    schema: u32,
    ok: bool,
    findings: Vec<Finding>,
}

#[derive(Debug, Serialize)]
struct Finding {
    subject: &'static str,
    state: String,
    found: String,
    remedy: Option<String>,
    /// Whether `--fix` does the remedy.
    fixable: bool,
}

impl Doctor {
    pub fn new(examined: &[Examined]) -> Self {
        let one = |one: &Examined| Finding {
            subject: one.subject,
            state: one.finding.state.to_string(),
            found: worded(&one.finding.found).into_owned(),
            remedy: one.finding.remedy.as_deref().map(|remedy| worded(remedy).into_owned()),
            fixable: one.finding.fix.is_some(),
        };
        let ok = examined.iter().all(|one| one.finding.state != State::Problem);
        Self { schema: SCHEMA, ok, findings: examined.iter().map(one).collect() }
    }

    /// The table; below each finding its remedy.
    pub fn text(&self) -> String {
        let mut rows = Vec::new();
        for finding in &self.findings {
            let mut found = finding.found.lines();
            let first = found.next().unwrap_or_default().to_owned();
            rows.push([finding.state.clone(), finding.subject.to_owned(), first]);
            let remedy = finding.remedy.iter().map(|remedy| format!("→ {remedy}"));
            let more = found.map(str::to_owned).chain(remedy);
            rows.extend(more.map(|line| [String::new(), String::new(), line]));
        }
        table(["STATE", "SUBJECT", "FOUND"], &rows)
    }

    /// Whether all is there that is needed.
    ///
    /// # Errors
    /// When something is not.
    pub fn verdict(&self) -> Result<(), Error> {
        let problem = State::Problem.to_string();
        let problems = || self.findings.iter().filter(|finding| finding.state == problem);
        if self.ok {
            return Ok(());
        }
        let help = match problems().filter(|finding| finding.fixable).count() {
            0 => "each problem has its remedy below it".to_owned(),
            fixed => {
                format!("each problem has its remedy below it; `pelato doctor --fix` fixes {fixed} of them")
            }
        };
        Err(Error::MachineNotReady { problems: count(problems().count(), "problem"), help })
    }
}
