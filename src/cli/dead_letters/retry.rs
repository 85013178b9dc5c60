//! `pelato dead-letters retry`

use clap::Args;

use super::super::context::Context;
use super::Which;
use crate::pelato::Error;
use crate::ui::json;

/// Send dead letters to their topic again, and delete each when a stream has stored it
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  pelato dead-letters retry alarm 3 4\n  pelato dead-letters retry alarm --all\n\n\
    All components that read the topic get the message again, not only the one that could not process it."
)]
pub struct Arguments {
    #[command(flatten)]
    which: Which,
    /// The topic, if it is another than that they had been sent to, or if that is not known
    #[arg(long, value_name = "TOPIC")]
    to: Option<String>,
}

/// Runs the command.
pub fn run(arguments: &Arguments, context: &Context) -> Result<(), Error> {
    let Arguments { which, to } = arguments;
    let (pelato, ui) = (context.open()?, &context.ui);
    let mut retried = Vec::new();
    let done = |resent| {
        ui.resent(&resent);
        retried.push(resent);
    };
    let retry = pelato.retry_dead_letters(&which.component, which.selected()?, to.as_deref(), done);
    let left = context.finish(retry)?;
    match ui.json() {
        true => ui.result_json(&json::RetriedLetters::new(&retried, left)),
        false => ui.letters_left(&which.component, retried.is_empty(), left),
    }
    Ok(())
}
