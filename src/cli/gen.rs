//! `pelato gen`

use std::path::PathBuf;

use clap::Args;

use super::context::{Context, Place};
use crate::pelato::Error;
use crate::ui::{count, json};

/// Generate the components' sources into gen/
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  pelato gen\n  pelato gen --dry-run    # only list the files\n  pelato gen --manifest\n\n\
    `build` and `run` do this by themselves. Only files that differ are written; files that no longer belong to the workflow are removed."
)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    /// Only list the files that belong in gen/
    #[arg(long)]
    dry_run: bool,
    /// Also write what would be deployed: the manifest for the platform, without a version; needs REGISTRY_URL
    #[arg(long, conflicts_with = "dry_run")]
    manifest: bool,
    /// With `--manifest`: a file that names the hosts of each target, where the manifest depends on them
    #[arg(long, value_name = "FILE", requires = "manifest")]
    hosts: Option<PathBuf>,
}

/// Runs the command.
pub fn run(arguments: &Arguments, context: &Context) -> Result<(), Error> {
    let pelato = context.open_at(&arguments.place)?;
    let ui = &context.ui;
    if arguments.dry_run {
        let planned = pelato.plan_generate()?;
        if ui.json() {
            ui.result_json(&json::Planned::new(&planned));
        } else {
            planned.iter().flat_map(|one| one.paths()).for_each(|path| ui.result(path));
        }
        return Ok(());
    }
    let (components, mut generated) = context.finish(pelato.generate())?;
    if arguments.manifest {
        generated.written.push(pelato.write_manifest(arguments.hosts.as_deref())?);
    }
    if ui.json() {
        ui.result_json(&json::Generated::new(&components, &generated));
        return Ok(());
    }
    generated.written.iter().for_each(|file| ui.detail(format!("wrote {file}")));
    generated.removed.iter().for_each(|file| ui.detail(format!("removed {file}")));
    ui.status(
        "Generated",
        format!(
            "{}: {} written, {} removed, {} unchanged",
            count(components.len(), "component"),
            count(generated.written.len(), "file"),
            generated.removed.len(),
            generated.unchanged
        ),
    );
    Ok(())
}
