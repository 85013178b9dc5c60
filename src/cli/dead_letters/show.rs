//! `pelato dead-letters show`

use clap::Args;

use super::super::context::Context;
use super::super::flags;
use crate::pelato::Error;
use crate::ui::json;

/// Print a dead letter: its bytes on stdout, what is known of it on stderr
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  pelato dead-letters show alarm 3\n  pelato dead-letters show alarm 3 | pelato call alarm -"
)]
pub struct Arguments {
    /// The component that could not process it
    #[arg(value_name = "COMPONENT")]
    component: String,
    /// Its number, as `pelato dead-letters list` shows it
    #[arg(value_name = "NUMBER", value_parser = flags::number(1..=u64::MAX))]
    number: u64,
}

/// Runs the command.
pub fn run(arguments: &Arguments, context: &Context) -> Result<(), Error> {
    let Arguments { component, number } = arguments;
    let letter = context.finish(context.open()?.dead_letter(component, *number))?;
    match context.ui.json() {
        true => context.ui.result_json(&json::DeadLetter::new(&letter)),
        false => context.ui.dead_letter(&letter),
    }
    Ok(())
}
