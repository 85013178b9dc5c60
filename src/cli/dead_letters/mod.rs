//! `pelato dead-letters`

mod drop;
mod list;
mod retry;
mod show;

use clap::{Args, Subcommand};

use super::context::Context;
use super::flags;
use crate::pelato::{Error, Selected};

/// Look at messages that components could not process, send them again, or delete them
#[derive(Debug, Subcommand)]
#[command(
    after_help = "Tasks with `delivery: at-least-once` have dead letters: of `pelato run --nats` and of what is deployed. \
    They are on the NATS server of the settings, NATS_HOST and so on."
)]
pub enum Action {
    List(list::Arguments),
    Show(show::Arguments),
    Retry(retry::Arguments),
    Drop(drop::Arguments),
}

/// Which dead letters.
#[derive(Debug, Args)]
struct Which {
    /// The component that could not process them
    #[arg(value_name = "COMPONENT")]
    component: String,
    /// Their numbers, as `pelato dead-letters list` shows them
    #[arg(value_name = "NUMBER", required_unless_present = "all", value_parser = flags::number(1..=u64::MAX))]
    numbers: Vec<u64>,
    /// All dead letters of the component
    #[arg(long, conflicts_with = "numbers")]
    all: bool,
}

impl Which {
    fn selected(&self) -> Selected<'_> {
        if self.all { Selected::All } else { Selected::Numbers(&self.numbers) }
    }
}

/// Runs the command.
pub fn run(action: Action, context: &Context) -> Result<(), Error> {
    match action {
        Action::List(arguments) => list::run(&arguments, context),
        Action::Show(arguments) => show::run(&arguments, context),
        Action::Retry(arguments) => retry::run(&arguments, context),
        Action::Drop(arguments) => drop::run(&arguments, context),
    }
}
