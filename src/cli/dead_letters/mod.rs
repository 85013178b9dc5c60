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
    #[arg(value_name = "NUMBER", value_parser = flags::number(1..=u64::MAX))]
    numbers: Vec<u64>,
    /// All dead letters of the component; not those that do not say which of several components they are of
    #[arg(long, conflicts_with = "numbers")]
    all: bool,
}

impl Which {
    fn selected(&self) -> Result<Selected<'_>, Error> {
        match (self.all, self.numbers.as_slice()) {
            (true, _) => Ok(Selected::All),
            (false, []) => Err(Error::Usage {
                message: format!("it is not said which dead letters of `{}`", self.component),
                help: "name them by their numbers, which `pelato dead-letters list` shows, or give `--all`"
                    .to_owned(),
            }),
            (false, numbers) => Ok(Selected::Numbers(numbers)),
        }
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
