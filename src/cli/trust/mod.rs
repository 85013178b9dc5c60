//! `pelato trust`

mod allow;
mod list;
mod revoke;

use clap::Subcommand;

use super::context::Context;
use crate::pelato::Error;

/// Show and change what you allow projects to do on this machine
#[derive(Debug, Subcommand)]
#[command(
    after_help = "What you allow is kept in a folder of your own (PELATO_STATE), never in a project. What needs to be \
    allowed, and why, says `pelato explain trust`."
)]
pub enum Action {
    List(list::Arguments),
    Allow(allow::Arguments),
    Revoke(revoke::Arguments),
}

/// Runs the command.
pub fn run(action: Action, context: &Context) -> Result<(), Error> {
    match action {
        Action::List(arguments) => list::run(&arguments, context),
        Action::Allow(arguments) => allow::run(&arguments, context),
        Action::Revoke(arguments) => revoke::run(&arguments, context),
    }
}
