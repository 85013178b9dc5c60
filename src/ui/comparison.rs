//! Runs and drills side by side, as tables.

use std::path::Path;

use super::{Ui, json, table};
use crate::measurement::text;
use crate::pelato::Comparison;

impl Ui {
    /// What files tell, and where the page about it is.
    pub fn comparison(&self, compared: &Comparison, page: &Path) {
        let result = json::Evaluation::new(page, &compared.series, &compared.drills);
        if self.json() {
            self.result_json(&result);
            return;
        }
        if !compared.series.is_empty() {
            let header = ["SERIES", "TASKS", "RUNS", "GEN (s)", "BUILD (s)", "DEPLOY (s)", "TOTAL (s)"];
            self.result(table(header, &result.rows()));
        }
        for drill in &compared.drills {
            self.result(format!("{}:", drill.name));
            self.result(table(text::HEADER, &text::rows(&drill.report)));
            text::lines(&drill.readings, &drill.report).iter().for_each(|line| self.result(line));
        }
        self.status("Written", page.display().to_string());
    }
}
