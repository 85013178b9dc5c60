//! `pelato status`

use std::time::Duration;

use clap::Args;
use futures_util::StreamExt;

use super::context::{Context, Place};
use crate::pelato::Error;
use crate::ui::{json, table};

/// How long between two looks of `--watch`.
const PAUSE: Duration = Duration::from_secs(1);

/// Show the state of the workflow's components on a cluster
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  pelato status\n  pelato status --watch     # again whenever something changes\n  \
    pelato status --json\n\nThe exit code is 0 if everything runs, else 7."
)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    /// Show it again whenever something changes, until Ctrl-C
    #[arg(short, long)]
    watch: bool,
}

/// Runs the command.
pub fn run(arguments: &Arguments, context: &Context) -> Result<(), Error> {
    let pelato = context.open_at(&arguments.place)?;
    if !arguments.watch {
        let status = json::Status::new(&context.finish(pelato.status())?);
        show(&status, context);
        return status.verdict();
    }
    context.finish(async {
        let mut statuses = pelato.statuses().await?;
        let mut shown = None;
        while let Some(status) = statuses.next().await {
            let status = json::Status::new(&status?);
            if shown.as_ref() != Some(&status) {
                show(&status, context);
                shown = Some(status);
            }
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    })
}

fn show(status: &json::Status, context: &Context) {
    if context.ui.json() {
        context.ui.result_json(status);
        return;
    }
    let header = ["COMPONENT", "VERSION", "RUNNING", "HOSTS", "REPLICAS", "STATE", "REASON"];
    context.ui.result(table(header, &status.rows()));
    context.ui.status("Status", status.words());
    status.remarks().iter().for_each(|remark| context.ui.warning(remark));
}
