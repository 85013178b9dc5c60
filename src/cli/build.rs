//! `pelato build`

use std::num::NonZeroUsize;

use clap::Args;

use super::context::{Context, runtime};
use crate::build::container::addresses;
use crate::pelato::BuildFlags;
use crate::pelato::Error;
use crate::project::Builder;
use crate::ui::{json, table};

/// Build the components, and push them if REGISTRY_URL is set
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  pelato build\n  pelato build celsius_to_kelvin_conversion --jobs 1\n\n\
    Only what has changed is built again; the table says why. The artifact of a component is \
    gen/<component>/<component>.wasm.")]
pub struct Arguments {
    /// Only these components [default: all]
    #[arg(value_name = "COMPONENT")]
    components: Vec<String>,
    /// Only say what would be built, and why
    #[arg(long)]
    dry_run: bool,
    /// Do not push what was built, also if REGISTRY_URL is set
    #[arg(long)]
    no_push: bool,
    /// Fetch the toolchain images anew, and remember them in pelato.lock
    #[arg(long, conflicts_with_all = ["offline", "no_install", "dry_run"])]
    update_image: bool,
    #[command(flatten)]
    flags: Flags,
}

/// How to build: shared by all commands that do.
#[derive(Debug, Args)]
pub struct Flags {
    /// How many components at a time [default: the number of processors; 1 if PARALLEL_BUILD is False]
    #[arg(short, long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Never use the network: no compiler is installed, no module of others is fetched
    #[arg(long)]
    offline: bool,
    /// Never install a compiler, and never fetch a toolchain image
    #[arg(long)]
    no_install: bool,
    /// What compiles [default: BUILDER, else auto]
    #[arg(long, value_name = "BUILDER")]
    builder: Option<Builder>,
}

impl Flags {
    /// Whether the network is not to be used.
    pub fn offline(&self) -> bool {
        self.offline
    }

    /// As the facade takes them.
    pub fn to_build(&self) -> BuildFlags {
        let no_install = match (self.offline, self.no_install) {
            (true, _) => Some("--offline"),
            (_, true) => Some("--no-install"),
            _ => None,
        };
        BuildFlags {
            jobs: self.jobs.map(usize::from),
            no_install,
            offline: self.offline,
            path: std::env::var_os("PATH").unwrap_or_default(),
            builder: self.builder,
            engines: addresses(&|name| std::env::var_os(name)),
            newest_images: false,
        }
    }
}

/// Runs the command.
pub fn run(arguments: Arguments, context: &Context) -> Result<(), Error> {
    let (pelato, ui) = (context.open()?, &context.ui);
    let flags = BuildFlags { newest_images: arguments.update_image, ..arguments.flags.to_build() };
    if arguments.dry_run {
        let plan = json::BuildPlan::new(pelato.plan_build(&arguments.components, &flags)?);
        if ui.json() {
            ui.result_json(&plan);
        } else {
            ui.result(table(["COMPONENT", "WORK", "WHY"], &plan.rows()));
        }
        return Ok(());
    }
    let pushes = pelato.has_registry() && !arguments.no_push && !arguments.flags.offline();
    if pushes {
        pelato.ready_to_push()?;
    }
    let outcome = pelato.build(&arguments.components, &flags)?;
    let built = json::Build::new(&outcome, pelato.root());
    if !ui.json() {
        ui.result(table(["COMPONENT", "VERSION", "SIZE", "WORK", "TIME", "WHY"], &built.rows()));
    }
    let pushed = match pushes {
        true => runtime()?.block_on(pelato.push(&outcome, false))?,
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
