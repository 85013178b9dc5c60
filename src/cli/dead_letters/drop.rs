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
    let selected = which.selected()?;
    if which.all && ui.may_ask() {
        ui.agree(&format!("Delete all dead letters of `{}`?", which.component), "--all")?;
    }
    let mut dropped = Vec::new();
    let done = |number: u64| dropped.push(number);
    let ended = context.finish(pelato.drop_dead_letters(&which.component, selected, done));
    if !dropped.is_empty() {
        ui.status("Deleted", crate::text::count(dropped.len(), "dead letter"));
    }
    let left = ended?;
    match ui.json() {
        true => ui.result_json(&json::DroppedLetters::new(&dropped, left)),
        false => ui.letters_left(&which.component, dropped.is_empty(), left),
    }
    Ok(())
}
