//! `pelato trust revoke`

use clap::Args;

use super::super::context::Context;
use crate::pelato::Error;
use crate::ui::json;

/// Stop allowing something
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  pelato trust list          # shows the ids\n  \
    pelato trust revoke 4be1c2a90f\n  pelato trust revoke --all")]
pub struct Arguments {
    /// The id of what is no longer allowed
    #[arg(value_name = "ID", required_unless_present = "all")]
    ids: Vec<String>,
    /// Everything
    #[arg(long, conflicts_with = "ids")]
    all: bool,
}

/// Runs the command.
pub fn run(arguments: &Arguments, context: &Context) -> Result<(), Error> {
    let revoked = context.trust().revoke(&arguments.ids)?;
    if context.ui.json() {
        context.ui.result_json(&json::Revoked::new(&revoked));
    } else {
        revoked.iter().for_each(|entry| context.ui.status("Revoked", entry.grant.to_string()));
    }
    Ok(())
}
