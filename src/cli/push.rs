//! `pelato push`

use clap::Args;

use super::context::Context;
use super::flags::Flags;
use crate::pelato::Error;
use crate::ui::{json, table};

/// Push the components to the registry, building first what has changed
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  pelato push\n  pelato push temp_filter --dry-run\n\n\
    A component becomes the image REGISTRY_URL/component_name:version. A version in the registry never changes: other content needs a new version (`pelato bump`). pelato.lock records what was pushed; commit it.")]
pub struct Arguments {
    /// Only these components [default: all]; one of the words may be the project's folder
    #[arg(value_name = "COMPONENT")]
    components: Vec<String>,
    /// Only print what would be pushed; nothing is built or sent
    #[arg(long)]
    dry_run: bool,
    /// Replace an image in the registry that has the same version
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    flags: Flags,
}

/// The columns of what was pushed.
pub const HEADER: [&str; 6] = ["COMPONENT", "PUSH", "SIZE", "TIME", "DIGEST", "IMAGE"];

/// Runs the command.
pub fn run(arguments: Arguments, context: &Context) -> Result<(), Error> {
    if arguments.flags.offline() {
        return Err(Error::Usage {
            message: "pushing needs the network, and `--offline` forbids it".to_owned(),
            help: "leave `--offline` out; `pelato build --offline` only builds".to_owned(),
        });
    }
    let (pelato, components) = context.open_for(arguments.components)?;
    let (flags, ui) = (arguments.flags.to_build(), &context.ui);
    if arguments.dry_run {
        let planned = context.finish(pelato.plan_push(&components, &flags))?;
        let plan = json::PushPlan::new(&planned, arguments.force);
        if ui.json() {
            ui.result_json(&plan);
        } else {
            ui.result(table(["COMPONENT", "PUSH", "IMAGE"], &plan.rows()));
        }
        return Ok(());
    }
    pelato.ready_to_push()?;
    let outcome = context.finish(pelato.build(&components, &flags))?;
    let pushed = json::Push::new(&context.finish(pelato.push(&outcome, arguments.force))?);
    if ui.json() {
        ui.result_json(&pushed);
    } else {
        ui.result(table(HEADER, &pushed.rows()));
    }
    Ok(())
}
