//! `pelato dead-letters list`

use clap::Args;

use super::super::context::Context;
use super::super::flags;
use crate::pelato::Error;
use crate::ui::json;

/// List dead letters, the oldest first
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  pelato dead-letters list\n  pelato dead-letters list alarm --limit 500 --json"
)]
pub struct Arguments {
    /// Only those of these components
    #[arg(value_name = "COMPONENT")]
    components: Vec<String>,
    /// How many to show at most, of each topic
    #[arg(long, value_name = "COUNT", default_value_t = 50, value_parser = flags::number(0..=usize::MAX))]
    limit: usize,
}

/// Runs the command.
pub fn run(arguments: &Arguments, context: &Context) -> Result<(), Error> {
    let pelato = context.open()?;
    let listed = context.finish(pelato.dead_letters(&arguments.components, arguments.limit))?;
    match context.ui.json() {
        true => context.ui.result_json(&json::DeadLetters::new(&listed)),
        false => context.ui.dead_letters(&listed),
    }
    Ok(())
}
