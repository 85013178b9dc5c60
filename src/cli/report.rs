//! `pelato report`

use std::path::PathBuf;

use clap::Args;

use super::context::Context;
use crate::evaluation::{self, Loaded, page};
use crate::measurement::text;
use crate::metrics;
use crate::pelato::Error;
use crate::ui::{json, table};

/// Compare the times of runs, and show drills: tables, and a page with charts
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  pelato report                          # the project's metrics.yaml\n  \
    pelato report laptop.yaml server.yaml --output both.html\n  pelato report drill.json               # what \
    `pelato drill --record` has written\n  pelato report --original               # with the figures of the thesis prototype\n\n\
    Runs are recorded if ENABLE_METRICS is True. Times are means with their 95 % confidence intervals."
)]
pub struct Arguments {
    /// Metrics files of PELATO or the thesis prototype, and records of drills [default: the project's metrics.yaml]
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Name of a file's runs; once for each file, in the same order [default: the file's name]
    #[arg(long = "name", value_name = "NAME")]
    names: Vec<String>,
    /// Compare with the published figures of the thesis prototype
    #[arg(long)]
    original: bool,
    /// The page to write
    #[arg(short, long, value_name = "FILE", default_value = "report.html")]
    output: PathBuf,
    /// Replace the file even if it is not such a page
    #[arg(long)]
    force: bool,
}

/// Runs the command.
pub fn run(arguments: &Arguments, context: &Context) -> Result<(), Error> {
    let files = match arguments.files.as_slice() {
        [] => vec![context.root().join(metrics::FILE)],
        files => files.to_vec(),
    };
    let Loaded { mut series, drills } = evaluation::load(&files, &arguments.names)?;
    if arguments.original {
        series.extend(evaluation::original());
    }
    let title = if series.is_empty() { "What a fault costs" } else { "How long it took" };
    evaluation::write(&arguments.output, &page::page(title, &series, &drills), arguments.force)?;
    let result = json::Evaluation::new(&arguments.output, &series, &drills);
    if context.ui.json() {
        context.ui.result_json(&result);
        return Ok(());
    }
    if !series.is_empty() {
        let header = ["SERIES", "TASKS", "RUNS", "GEN (s)", "BUILD (s)", "DEPLOY (s)", "TOTAL (s)"];
        context.ui.result(table(header, &result.rows()));
    }
    for drill in &drills {
        context.ui.result(format!("{}:", drill.name));
        context.ui.result(table(text::HEADER, &text::rows(&drill.report)));
        text::lines(&drill.readings, &drill.report).iter().for_each(|line| context.ui.result(line));
    }
    context.ui.status("Written", arguments.output.display().to_string());
    Ok(())
}
