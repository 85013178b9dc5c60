//! `pelato doctor`

use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use super::context::{Context, Place, runtime};
use super::flags::{self, Flags};
use crate::doctor::{Examined, Machine};
use crate::pelato::Error;
use crate::pelato::Pelato;
use crate::ui::json;

/// Check whether this machine has what the project needs
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  pelato doctor\n  pelato doctor --fix --dry-run   # what it would fix\n  pelato doctor --fix\n\n\
    Outside of a project it checks only the machine. The exit code is 0 if everything that the project needs is present, else 8. A registry is required if REGISTRY_URL is set, a cluster if a setting names one."
)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    /// Fix what needs no root: compilers, images, folders, .env
    #[arg(long)]
    fix: bool,
    /// With `--fix`: only print what would be done
    #[arg(long, requires = "fix")]
    dry_run: bool,
    /// How long each server, engine and compiler may take to answer, such as 500ms, 4s or 1m
    #[arg(long, value_name = "TIME", default_value = "4s", value_parser = flags::time)]
    timeout: Duration,
    #[command(flatten)]
    flags: Flags,
}

/// Runs the command.
pub fn run(arguments: &Arguments, context: &Context) -> Result<(), Error> {
    let (pelato, flags) = (context.open_at(&arguments.place)?, arguments.flags.to_build());
    let machine = Arc::new(context.finish(pelato.machine(&flags, arguments.timeout))?);
    let mut examined = Arc::new(examine(&pelato, &machine)?);
    if arguments.fix {
        let fixed = pelato.fix(machine, Arc::clone(&examined), arguments.dry_run);
        if context.finish(fixed)? && !arguments.dry_run {
            examined =
                Arc::new(examine(&pelato, &context.finish(pelato.machine(&flags, arguments.timeout))?)?);
        }
    }
    let report = json::Doctor::new(&examined);
    if context.ui.json() {
        context.ui.result_json(&report);
    } else {
        context.ui.result(report.text());
    }
    report.verdict()
}

/// Names that nobody resolves keep a thread: it is not waited for.
fn examine(pelato: &Pelato, machine: &Machine) -> Result<Vec<Examined>, Error> {
    let runtime = runtime()?;
    let examined = runtime.block_on(pelato.examine(machine));
    runtime.shutdown_background();
    examined
}
