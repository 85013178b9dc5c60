//! `pelato trust list`

use clap::Args;

use super::super::context::Context;
use crate::pelato::Error;
use crate::ui::json;

/// List everything that you allow
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  pelato trust list\n  pelato trust list --json")]
pub struct Arguments {}

/// Runs the command.
pub fn run(_: &Arguments, context: &Context) -> Result<(), Error> {
    let allowed = json::Allowed::new(&context.trust().entries()?);
    if context.ui.json() {
        context.ui.result_json(&allowed);
    } else {
        context.ui.allowed(&allowed);
    }
    Ok(())
}
