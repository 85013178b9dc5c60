//! `pelato report`

use std::path::PathBuf;

use clap::Args;

use super::context::Context;
use crate::pelato::{Error, Pelato, ReportOptions};

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
    /// Replace the file even if `pelato report` did not write it
    #[arg(long)]
    force: bool,
}

/// Runs the command.
pub fn run(arguments: Arguments, context: &Context) -> Result<(), Error> {
    let Arguments { files, names, original, output, force } = arguments;
    let compared = Pelato::compare(&context.root(), &ReportOptions { files, names, original })?;
    compared.write(&output, force)?;
    context.ui.comparison(&compared, &output);
    Ok(())
}
