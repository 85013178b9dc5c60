//! `pelato trust allow`

use std::path::PathBuf;

use clap::Args;

use super::super::context::Context;
use crate::pelato::Error;
use crate::ui::json;

/// Allow what building this project runs on this machine, as it is now
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  pelato trust allow                # the language packs and tasks of this project, as they are now\n  \
    pelato trust allow --own          # this project is yours: also what it becomes\n  \
    pelato trust allow --own ../zig   # so is the language pack in this folder"
)]
pub struct Arguments {
    /// With `--own`: the folder [default: the project]
    #[arg(value_name = "FOLDER", requires = "own")]
    folder: Option<PathBuf>,
    /// Everything in the folder, now and later: it is your own
    #[arg(long)]
    own: bool,
}

/// Runs the command.
pub fn run(arguments: &Arguments, context: &Context) -> Result<(), Error> {
    let pelato = context.open()?;
    let grants = match (arguments.own, &arguments.folder) {
        (true, Some(folder)) => vec![pelato.allow_own(&context.here.join(folder))?],
        (true, None) => vec![pelato.allow_own(pelato.root())?],
        (false, _) => pelato.allow()?,
    };
    let ui = &context.ui;
    if ui.json() {
        let entries = context.trust().entries()?;
        let allowed: Vec<_> = entries.into_iter().filter(|entry| grants.contains(&entry.grant)).collect();
        ui.result_json(&json::Allowed::new(&allowed));
    } else if grants.is_empty() {
        ui.note("there is nothing to allow: what building this project runs is allowed already, or built in");
    } else {
        grants.iter().for_each(|grant| ui.status("Allowed", grant.to_string()));
    }
    Ok(())
}
