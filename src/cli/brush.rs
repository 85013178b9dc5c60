//! `pelato brush`

use clap::Args;

use super::context::{Context, Place};
use super::deploy::Wait;
use super::flags::Flags;
use crate::pelato::Error;
use crate::pelato::{BrushOptions, Phase};
use crate::ui::{json, table};

/// Deploy the workflow from its sources: gen, build, push and deploy in one command
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  pelato brush\n  pelato brush --to push       # everything except the cluster\n  \
    pelato brush --from deploy   # only what is pushed already\n\nThe first phase that fails ends it, with that phase's \
    exit code; what was finished before is kept and not repeated."
)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    /// The first phase
    #[arg(long, value_name = "PHASE", default_value = "gen")]
    from: Phase,
    /// The last phase
    #[arg(long, value_name = "PHASE", default_value = "deploy")]
    to: Phase,
    /// Replace an image in the registry that has the same version
    #[arg(long)]
    force_push: bool,
    /// Replace an application of the same name that belongs to another project
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    wait: Wait,
    #[command(flatten)]
    build: Flags,
}

/// Runs the command.
pub fn run(arguments: &Arguments, context: &Context) -> Result<(), Error> {
    if arguments.from > arguments.to {
        let (from, to) = (arguments.from.name(), arguments.to.name());
        return Err(Error::Usage {
            message: format!("`--from {from} --to {to}`: {from} comes after {to}"),
            help: "the order is gen, build, push, deploy".to_owned(),
        });
    }
    let (pelato, ui) = (context.open_at(&arguments.place)?, &context.ui);
    let brushed = context.finish(pelato.brush(&BrushOptions {
        from: arguments.from,
        to: arguments.to,
        build: arguments.build.to_build(),
        force_push: arguments.force_push,
        deploy: arguments.wait.to_options(arguments.force),
    }))?;
    let result = json::Brush::new(&brushed, pelato.root());
    if ui.json() {
        ui.result_json(&result);
        return Ok(());
    }
    if result.has_components() {
        let header = ["COMPONENT", "VERSION", "SIZE", "BUILD", "PUSH", "DIGEST", "STATE", "HOSTS"];
        ui.result(format!("{}\n", table(header, &result.rows())));
    }
    ui.result(table(["PHASE", "TIME"], &result.phases()));
    Ok(())
}
