//! `pelato graph`

use clap::Args;

use super::context::{Context, Place};
use crate::graph::Format;
use crate::pelato::Error;

/// Draw how messages flow through the workflow
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  pelato graph                        # Mermaid, for a README\n  \
    pelato graph --format svg > flow.svg")]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    /// What to print
    #[arg(long, default_value = "mermaid")]
    format: Format,
}

/// Runs the command.
pub fn run(arguments: &Arguments, context: &Context) -> Result<(), Error> {
    context.ui.result(context.open_at(&arguments.place)?.graph(arguments.format)?);
    Ok(())
}
