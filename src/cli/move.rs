//! `pelato move`

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::context::Context;
use super::{deploy, flags};
use crate::files::{Plan, RelPath};
use crate::pelato::{Error, Pelato, PlannedMove};
use crate::platform::{Manifest, Options};
use crate::ui::json;

/// Move a component to the hosts of other targets while it runs
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  pelato move temp_filter --to cloud\n  pelato move temp_filter --to edge,cloud --dry-run\n\n\
    It changes the component's targets in workflow.yaml and deploys the workflow. What runs at the old targets is stopped \
    when all runs at the new ones, so the command waits. `pelato rollback` moves it back on the cluster alone."
)]
pub struct Arguments {
    /// The component
    #[arg(value_name = "COMPONENT")]
    component: String,
    /// The targets whose hosts it will run on
    #[arg(long, value_name = "HOST_TYPE", value_delimiter = ',', required = true)]
    to: Vec<String>,
    /// Only show what would change, in workflow.yaml and in the manifest
    #[arg(long)]
    dry_run: bool,
    /// With `--dry-run`: ask neither registry nor cluster
    #[arg(long, requires = "dry_run")]
    offline: bool,
    /// With `--offline`: a file that names the hosts of each target, where the manifest depends on them
    #[arg(long, value_name = "FILE", requires = "offline")]
    hosts: Option<PathBuf>,
    /// Replace an application of the same name that belongs to another project
    #[arg(long)]
    force: bool,
    /// How long to wait until it runs there, such as 30s or 5m
    #[arg(long, value_name = "TIME", default_value = "2m", value_parser = flags::time)]
    timeout: Duration,
}

/// Runs the command.
pub fn run(arguments: &Arguments, context: &Context) -> Result<(), Error> {
    let Arguments { component, to, offline, force, .. } = arguments;
    let (pelato, ui) = (context.open()?, &context.ui);
    if arguments.dry_run {
        let planned = match offline {
            true => pelato.plan_move_offline(component, to, arguments.hosts.as_deref())?,
            false => context.finish(pelato.plan_move(component, to, *force))?,
        };
        planned.warnings.iter().for_each(|warning| ui.warning(warning));
        match ui.json() {
            true => ui.result_json(&json::PlannedMove::new(&planned, *offline)),
            false => show(&planned, &pelato, context)?,
        }
        return Ok(());
    }
    let relocation = pelato.relocation(component, to)?;
    if relocation.is_there() {
        ui.note(format!("workflow.yaml has `{component}` there already: it is deployed as it is"));
    } else {
        ui.status("Moving", relocation.to_string());
    }
    let options = Options { wait: Some(arguments.timeout), force: *force };
    let moved = context.finish(pelato.move_component(component, to, options))?;
    match ui.json() {
        true => ui.result_json(&json::Moved::new(&moved)),
        false => deploy::show(&moved.deployed, context),
    }
    Ok(())
}

/// Shows both changes as one patch.
fn show(planned: &PlannedMove, pelato: &Pelato, context: &Context) -> Result<(), Error> {
    let path = RelPath::new(format!("gen/{}", pelato.platform()?.about().manifest_file))?;
    let before = planned.before.as_ref().map(Manifest::to_yaml).transpose()?.unwrap_or_default();
    let manifest = Plan::replacing(pelato.root(), path, &before, &planned.after.to_yaml()?);
    let diff = planned.workflow.diff() + &manifest.diff();
    match diff.is_empty() {
        true => context.ui.note("nothing would change"),
        false => context.ui.result(diff.trim_end()),
    }
    Ok(())
}
