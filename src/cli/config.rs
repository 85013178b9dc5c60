//! `pelato config`

use clap::Args;

use super::context::Context;
use crate::pelato::Error;
use crate::ui::{json, table};

/// Show every setting, its effective value, and where that came from
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  pelato config\n  NATS_HOST=10.0.0.5 pelato config\n\n\
    Settings come from --setting, then the environment, then .env, then defaults. Secrets are never shown.")]
pub struct Arguments {}

/// Runs the command.
pub fn run(_: &Arguments, context: &Context) -> Result<(), Error> {
    let settings = context.settings(&context.root())?;
    if context.ui.json() {
        context.ui.result_json(&json::Config::new(&settings));
        return Ok(());
    }
    let rows: Vec<_> = settings
        .iter()
        .map(|one| {
            [one.key.name.to_owned(), one.shown().unwrap_or("-".into()).into_owned(), one.origin.to_string()]
        })
        .collect();
    context.ui.result(table(["SETTING", "VALUE", "FROM"], &rows));
    Ok(())
}
