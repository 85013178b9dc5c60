//! `pelato graph`

use clap::{Args, ValueEnum};

use super::context::Context;
use crate::graph;
use crate::pelato::Error;

/// Draw how messages flow through the workflow
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  pelato graph                        # Mermaid, for a README\n  \
    pelato graph --format svg > flow.svg")]
pub struct Arguments {
    /// What to print
    #[arg(long, default_value = "mermaid")]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// Text that many code hosts and editors show as a diagram
    Mermaid,
    /// An image
    Svg,
}

/// Runs the command.
pub fn run(arguments: &Arguments, context: &Context) -> Result<(), Error> {
    let graph = graph::of(&context.open()?.components()?);
    context.ui.result(match arguments.format {
        Format::Mermaid => graph::mermaid(&graph),
        Format::Svg => graph::svg(&graph),
    });
    Ok(())
}
