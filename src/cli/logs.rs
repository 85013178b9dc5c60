//! `pelato logs`

use clap::Args;

use super::context::Context;
use super::flags;
use super::send::{place, words};
use crate::pelato::{Error, Place};
use crate::ui::json;

/// Print what functions write, and which of their calls fail: in `pelato run`, or on a cluster
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  pelato logs\n  pelato logs convert --count 10\n  pelato logs --nats nats://127.0.0.1:4222 --json\n\n\
    If `pelato run` runs this project, its functions are observed; else those that publish their logs (`logs: true` in \
    workflow.yaml) to the NATS server of the settings (NATS_HOST and so on). What was written before is not shown: logs \
    are not stored. Ctrl-C ends it."
)]
pub struct Arguments {
    /// Only these components [default: all]
    #[arg(value_name = "COMPONENT")]
    components: Vec<String>,
    /// End after so many lines
    #[arg(short = 'n', long, value_name = "COUNT", value_parser = flags::number(1..=u64::MAX))]
    count: Option<u64>,
    /// Observe a NATS server [default without URL: NATS_HOST and NATS_PORT], whatever runs here
    #[arg(long, value_name = "URL", num_args = 0..=1, default_missing_value = "")]
    nats: Option<String>,
}

/// Runs the command.
pub fn run(arguments: &Arguments, context: &Context) -> Result<(), Error> {
    let (pelato, ui) = (context.open()?, &context.ui);
    let place = match place(arguments.nats.as_deref(), &pelato.settings()?)? {
        // It sends nothing: what is deployed may be observed, too.
        Place::Run => Place::Anywhere,
        other => other,
    };
    let mut left = arguments.count;
    let logs = pelato.logs(
        &arguments.components,
        &place,
        |reached, silent| {
            if !silent.is_empty() {
                let silent = silent.join(", ");
                ui.warning(format!("no log is published by: {silent} (`logs: true` in workflow.yaml)"));
            }
            ui.status("Observing", format!("logs ({})", words(reached)));
        },
        |record| {
            match ui.json() {
                true => ui.result_json(&json::Logged::new(record)),
                false => ui.logged(record),
            }
            left = left.map(|left| left - 1);
            left != Some(0) && !ui.is_interrupted()
        },
    );
    match context.finish(ui.while_read(logs)) {
        // Nothing is left undone.
        Err(error) if error.is_cancelled() => Ok(()),
        ended => ended,
    }
}
