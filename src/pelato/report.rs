//! Metrics files and records of drills, compared.

use std::path::{Path, PathBuf};

use super::{Error, Pelato};
use crate::evaluation::{self, Loaded, Rehearsal, Series, page};
use crate::metrics;

#[derive(Debug, Clone, Default)]
pub struct ReportOptions {
    /// Metrics files, PELATO's or the thesis prototype's, and records of drills; if there is none, the project's own.
    pub files: Vec<PathBuf>,
    /// What the runs of each file are called, in the same order; after the files, if there is none.
    pub names: Vec<String>,
    /// Beside the figures that the thesis prototype has published.
    pub original: bool,
}

/// What files tell, side by side.
pub struct Comparison {
    /// The runs of metrics files, summed up.
    pub series: Vec<Series>,
    pub drills: Vec<Rehearsal>,
}

impl Pelato {
    /// Compares runs and drills of the project in `root`, or of other files.
    ///
    /// # Errors
    /// When a file cannot be read, or the names do not fit.
    pub fn compare(root: &Path, options: &ReportOptions) -> Result<Comparison, Error> {
        let own = [root.join(metrics::FILE)];
        let files = if options.files.is_empty() { &own[..] } else { &options.files };
        let Loaded { mut series, drills } = evaluation::load(files, &options.names)?;
        if options.original {
            series.extend(evaluation::original());
        }
        Ok(Comparison { series, drills })
    }
}

impl Comparison {
    /// Writes it as a page with charts; over a file that is no such page only by `force`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, output: &Path, force: bool) -> Result<(), Error> {
        let title = if self.series.is_empty() { "What a fault costs" } else { "How long it took" };
        Ok(evaluation::write(output, &page::page(title, &self.series, &self.drills), force)?)
    }
}
