//! What was made.

use std::path::Path;

use super::{Ui, json};
use crate::files::Plan;
use crate::infra::Environment;

impl Ui {
    /// What was made in a new folder, file by file.
    pub fn made(&self, folder: &Path, files: &[String], what: &str, next: &str) {
        if self.json() {
            self.result_json(&json::Made::new(folder, files));
            return;
        }
        files.iter().for_each(|file| self.detail(format!("wrote {file}")));
        self.status("Created", format!("{what} in {}", folder.display()));
        self.status("Next", next);
    }

    /// What would be written in a folder.
    pub fn plan(&self, folder: &Path, plan: &Plan) {
        match self.json() {
            true => self.result_json(&json::Made::planned(folder, plan)),
            false => self.result(plan.diff()),
        }
    }

    /// What was written for the machines of a cluster.
    pub fn infra(&self, folder: &Path, written: &[String], environments: &[Environment]) {
        if self.json() {
            self.result_json(&json::Made::new(folder, written));
            return;
        }
        written.iter().for_each(|file| self.detail(format!("wrote {file}")));
        let shown = folder.display();
        match written.len() {
            0 => self.status("Unchanged", format!("all files in {shown} are as they would be written")),
            count => self.status("Wrote", format!("{count} files in {shown}")),
        }
        for environment in environments {
            let page = folder.join(environment.folder()).join("README.md");
            self.status("Next", format!("read {}", page.display()));
        }
    }
}
