//! `pelato schema`

use clap::Args;

use super::context::Context;
use crate::pelato::Error;

/// Print the JSON schema of workflow.yaml, for editors
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  pelato schema > workflow.schema.json\n\n\
    The schema includes all templates that the project can use, also its own.")]
pub struct Arguments {}

/// Runs the command.
pub fn run(_: &Arguments, context: &Context) -> Result<(), Error> {
    context.ui.document(context.library().schema());
    Ok(())
}
