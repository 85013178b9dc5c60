//! `pelato remove`

use clap::Args;

use super::context::{Context, Place};
use super::deploy::Wait;
use crate::pelato::Error;
use crate::ui::json;

/// Remove the workflow's components from a cluster
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  pelato remove\n  pelato remove --no-wait\n  pelato remove --application celsius --force   # one that PELATO did not deploy\n\nThe images stay in the registry, and your files are not changed. It is not an error if nothing is deployed."
)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    /// Remove the application of this name instead, such as one that the workflow has replaced
    #[arg(long, value_name = "NAME")]
    application: Option<String>,
    /// Remove an application of the same name even if PELATO did not deploy it
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    wait: Wait,
}

/// Runs the command.
pub fn run(arguments: Arguments, context: &Context) -> Result<(), Error> {
    let pelato = context.open_at(&arguments.place)?;
    let options = arguments.wait.to_options(arguments.force);
    let (name, removed) = context.finish(pelato.remove(arguments.application, options))?;
    if context.ui.json() {
        context.ui.result_json(&json::Removed::new(name, removed));
    } else if removed {
        context.ui.status("Removed", name);
    } else {
        context.ui.status("Unchanged", format!("{name} is not deployed"));
    }
    Ok(())
}
