//! `pelato report`

use std::path::PathBuf;

use clap::Args;

use super::context::Context;
use crate::pelato::{Error, Pelato, ReportOptions};

/// Compare how long runs took, and show drills: tables, and a page with charts
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  pelato report                          # the project's metrics.yaml\n  \
    pelato report laptop.yaml server.yaml --output both.html\n  pelato report drill.json               # what \
    `pelato drill --record` has written\n  pelato report --original               # beside the \
    figures of the system PELATO is measured against\n\n\
    Runs are recorded if ENABLE_METRICS is True. Times are means with their 95 % confidence intervals."
)]
pub struct Arguments {
    /// Metrics files, PELATO's or the original's, and records of drills [default: the project's metrics.yaml]
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// What a file's runs are called; once for each file, in the same order [default: after the file]
    #[arg(long = "name", value_name = "NAME")]
    names: Vec<String>,
    /// Beside the figures that the original published
    #[arg(long)]
    original: bool,
    /// The page to write
    #[arg(short, long, value_name = "FILE", default_value = "report.html")]
    output: PathBuf,
    /// Write the page also over a file that is no such page
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
