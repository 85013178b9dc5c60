//! `pelato deploy`

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::context::{Context, Place};
use super::flags;
use crate::files::{Plan, RelPath};
use crate::pelato::Error;
use crate::platform::{Deployed, Manifest, Options};
use crate::ui::json;

/// Deploy the workflow's components to the hosts of a cluster
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  pelato deploy\n  pelato deploy --dry-run    # the manifest, and what would change\n  \
    pelato deploy --dry-run --offline > manifest.yaml    # the manifest alone\n  \
    pelato deploy --setting KUBE_CONTEXT=staging --no-wait\n\nThe images must be in the registry: run `pelato push` first, or `pelato brush` for both. `pelato config` shows which cluster is used."
)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    /// Only print the manifest, and how it differs from what is deployed
    #[arg(long)]
    dry_run: bool,
    /// With `--dry-run`: ask neither registry nor cluster; the manifest has no version then
    #[arg(long, requires = "dry_run")]
    offline: bool,
    /// With `--offline`: a file that names the hosts of each target, where the manifest depends on them
    #[arg(long, value_name = "FILE", requires = "offline")]
    hosts: Option<PathBuf>,
    /// Replace an application of the same name that belongs to another project
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    wait: Wait,
}

/// How long to wait: shared by all commands that do.
#[derive(Debug, Args)]
pub struct Wait {
    /// How long to wait for the end of the operation, such as 30s or 5m
    #[arg(long, value_name = "TIME", default_value = "2m", value_parser = flags::time)]
    timeout: Duration,
    /// Do not wait: return when the cluster has accepted the request
    #[arg(long, conflicts_with = "timeout")]
    no_wait: bool,
}

impl Wait {
    /// As the facade takes it.
    pub fn to_options(&self, force: bool) -> Options {
        Options { wait: (!self.no_wait).then_some(self.timeout), force }
    }
}

/// Runs the command.
pub fn run(arguments: &Arguments, context: &Context) -> Result<(), Error> {
    let pelato = context.open_at(&arguments.place)?;
    let options = arguments.wait.to_options(arguments.force);
    if !arguments.dry_run {
        let deployed = context.finish(pelato.deploy(options))?;
        show(&deployed, context);
        return Ok(());
    }
    if arguments.offline {
        let manifest = pelato.manifest(arguments.hosts.as_deref())?;
        match context.ui.json() {
            true => context.ui.result_json(&json::Manifest::new(manifest)),
            false => context.ui.document(manifest.to_yaml()?),
        }
        return Ok(());
    }
    let plan = context.finish(pelato.plan_deploy(arguments.force))?;
    plan.warnings.iter().for_each(|warning| context.ui.warning(warning));
    let after = plan.manifest.to_yaml()?;
    let before = plan.deployed.as_ref().map(Manifest::to_yaml).transpose()?.unwrap_or_default();
    if context.ui.json() {
        context.ui.result_json(&json::Deployment::new(&plan));
        return Ok(());
    }
    context.ui.document(&after);
    match (plan.unchanged, RelPath::new(pelato.platform()?.about().manifest_file)) {
        (true, _) => context.ui.note("the same manifest is already deployed"),
        (false, Ok(path)) => context.ui.note(Plan::replacing(pelato.root(), path, &before, &after).diff()),
        _ => {}
    }
    Ok(())
}

/// Says what was deployed.
pub fn show(deployed: &Deployed, context: &Context) {
    let (ui, result) = (&context.ui, json::Deployed::new(deployed));
    if ui.json() {
        ui.result_json(&result);
        return;
    }
    ui.status(if deployed.unchanged { "Unchanged" } else { "Deployed" }, result.words());
    result.status().iter().flat_map(|status| status.remarks()).for_each(|remark| ui.warning(&remark));
}
