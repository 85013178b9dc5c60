//! `pelato pack remove`

use clap::Args;

use super::super::context::Context;
use crate::pelato::{Error, Library};
use crate::ui::json;

/// Remove a language pack that was added
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  pelato pack remove zig\n  pelato pack remove zig --user\n\nPacks of your own, which were not added, are not touched."
)]
pub struct Arguments {
    /// Its name
    #[arg(value_name = "PACK")]
    name: String,
    /// From the user's own folder
    #[arg(long)]
    user: bool,
    /// Remove it even if it was changed since it was added
    #[arg(long)]
    force: bool,
}

/// Runs the command.
pub fn run(arguments: &Arguments, context: &Context) -> Result<(), Error> {
    let home = super::home(arguments.user, "", context)?;
    let elsewhere = "`pelato pack list` shows where packs are: built-in packs cannot be removed, and `--user` removes a pack of the user's folder";
    let folder = Library::remove_pack(&home, &arguments.name, arguments.force, elsewhere)?;
    context.library().update_schema()?;
    if context.ui.json() {
        context.ui.result_json(&json::RemovedPack::new(&arguments.name, &folder));
    } else {
        context.ui.status("Removed", format!("language pack `{}` from {}", arguments.name, folder.display()));
    }
    Ok(())
}
