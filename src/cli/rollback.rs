//! `pelato rollback`

use clap::Args;

use super::context::{Context, Place};
use super::deploy::{Wait, show};
use crate::pelato::Error;

/// Return to a manifest that was deployed before
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  pelato rollback\n  pelato rollback --to 3\n\nThe cluster stores the last ten manifests. workflow.yaml is not changed: the next `pelato deploy` deploys what it says."
)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    /// The manifest's version, or its number
    #[arg(long, value_name = "VERSION")]
    to: Option<String>,
    #[command(flatten)]
    wait: Wait,
}

/// Runs the command.
pub fn run(arguments: &Arguments, context: &Context) -> Result<(), Error> {
    let pelato = context.open_at(&arguments.place)?;
    let deployed =
        context.finish(pelato.rollback(arguments.to.as_deref(), arguments.wait.to_options(false)))?;
    show(&deployed, context);
    if !context.ui.json() {
        context.ui.note("workflow.yaml is as it was: the next `pelato deploy` deploys what it says");
    }
    Ok(())
}
