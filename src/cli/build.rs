//! `pelato build`

use clap::Args;

use super::context::Context;
use super::flags::Flags;
use crate::pelato::BuildFlags;
use crate::pelato::Error;
use crate::ui::{json, table};

/// Build the components, and push them if REGISTRY_URL is set
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  pelato build\n  pelato build celsius_to_kelvin_conversion --jobs 1\n\n\
    Only what has changed is built again; the table says why. The artifact of a component is \
    gen/<component>/<component>.wasm.")]
pub struct Arguments {
    /// Only these components [default: all]; one of the words may be the project's folder
    #[arg(value_name = "COMPONENT")]
    components: Vec<String>,
    /// Only print what would be built, and why
    #[arg(long)]
    dry_run: bool,
    /// Do not push what was built, even if REGISTRY_URL is set
    #[arg(long)]
    no_push: bool,
    /// Fetch the toolchain images again, and record them in pelato.lock
    #[arg(long, conflicts_with_all = ["offline", "no_install", "dry_run"])]
    update_image: bool,
    #[command(flatten)]
    flags: Flags,
}

/// Runs the command.
pub fn run(arguments: Arguments, context: &Context) -> Result<(), Error> {
    let (pelato, components) = context.open_for(arguments.components)?;
    let ui = &context.ui;
    let flags = BuildFlags { newest_images: arguments.update_image, ..arguments.flags.to_build() };
    if arguments.dry_run {
        let plan = json::BuildPlan::new(context.finish(pelato.plan_build(&components, &flags))?);
        if ui.json() {
            ui.result_json(&plan);
        } else {
            ui.result(table(["COMPONENT", "WORK", "WHY"], &plan.rows()));
        }
        return Ok(());
    }
    let pushes = pelato.has_registry()? && !arguments.no_push && !arguments.flags.offline();
    if pushes {
        pelato.ready_to_push()?;
    }
    let outcome = context.finish(pelato.build(&components, &flags))?;
    let built = json::Build::new(&outcome, pelato.root());
    if !ui.json() {
        ui.result(table(["COMPONENT", "VERSION", "SIZE", "WORK", "TIME", "WHY"], &built.rows()));
    }
    let pushed = match pushes {
        true => context.finish(pelato.push(&outcome, false))?,
        false => Vec::new(),
    };
    if ui.json() {
        ui.result_json(&built.with_pushed(&pushed));
    } else if pushes {
        let rows = json::Push::new(&pushed).rows();
        ui.result(format!("\n{}", table(super::push::HEADER, &rows)));
    }
    Ok(())
}
