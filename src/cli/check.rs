//! `pelato check`

use clap::Args;

use super::context::{Context, Place};
use crate::pelato::Error;
use crate::report::Rejected;
use crate::ui::{count, json};

/// Find all errors in the workflow, before anything is built
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  pelato check\n  pelato check --json | jq '.problems[].message'\n\n\
    `pelato explain RULE` describes a rule, `pelato explain checks` all of them.")]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    /// Treat warnings as errors
    #[arg(long)]
    strict: bool,
}

/// Runs the command.
pub fn run(arguments: &Arguments, context: &Context) -> Result<(), Error> {
    let checked = context.open_at(&arguments.place)?.check()?;
    let report = checked.report;
    if context.ui.json() {
        context.ui.result_json(&json::Check::new(&report));
    } else {
        context.ui.report(&report);
    }
    let fails = report.errors() > 0 || (arguments.strict && report.warnings() > 0);
    if fails {
        return Err(Error::Checked(Rejected(report)));
    }
    if !context.ui.json() {
        let components = count(checked.components.len(), "component");
        context.ui.result(format!("{components}, no errors, {}", count(report.warnings(), "warning")));
    }
    Ok(())
}
