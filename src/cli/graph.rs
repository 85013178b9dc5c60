//! `pelato graph`

use clap::Args;

use super::context::{Context, Place};
use crate::graph::Format;
use crate::pelato::Error;
use crate::ui::json;

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
    let graph = context.open_at(&arguments.place)?.graph()?;
    let drawing = graph.draw(arguments.format);
    match context.ui.json() {
        true => context.ui.result_json(&json::Drawing::new(&graph, &drawing)),
        false => context.ui.document(drawing),
    }
    Ok(())
}
