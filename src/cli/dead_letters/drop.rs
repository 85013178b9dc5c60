//! `pelato dead-letters drop`

use clap::Args;

use super::super::context::Context;
use super::Which;
use crate::pelato::Error;
use crate::ui::json;

/// Delete dead letters
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  pelato dead-letters drop alarm 3\n  pelato dead-letters drop alarm --all"
)]
pub struct Arguments {
    #[command(flatten)]
    which: Which,
}

/// Runs the command.
pub fn run(arguments: &Arguments, context: &Context) -> Result<(), Error> {
    let which = &arguments.which;
    let (pelato, ui) = (context.open()?, &context.ui);
    let mut dropped = Vec::new();
    let done = |number: u64| dropped.push(number);
    let ended = context.finish(pelato.drop_dead_letters(&which.component, which.selected(), done));
    if ui.json() {
        ui.result_json(&json::DroppedLetters::new(&dropped));
    } else if !dropped.is_empty() {
        ui.status("Deleted", crate::text::count(dropped.len(), "dead letter"));
    } else if ended.is_ok() {
        ui.note(format!("`{}` has no dead letters", which.component));
    }
    ended
}
