//! `pelato remove`

use clap::Args;

use super::context::Context;
use super::deploy::Wait;
use crate::pelato::Error;
use crate::ui::json;

/// Take the workflow's components away from a cluster
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  pelato remove\n  pelato remove --no-wait\n\nThe images stay in the registry, and \
    your files as they are. What is not there is no error."
)]
pub struct Arguments {
    /// Also an application of this name that PELATO did not deploy
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    wait: Wait,
}

/// Runs the command.
pub fn run(arguments: &Arguments, context: &Context) -> Result<(), Error> {
    let pelato = context.open()?;
    let (name, removed) = context.finish(pelato.remove(arguments.wait.to_options(arguments.force)))?;
    if context.ui.json() {
        context.ui.result_json(&json::Removed::new(name, removed));
    } else if removed {
        context.ui.status("Removed", name);
    } else {
        context.ui.status("Unchanged", format!("{name} is not there"));
    }
    Ok(())
}
