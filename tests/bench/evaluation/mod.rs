//! The evaluation: `cargo bench -- evaluation` measures how long gen and build take, as the original's evaluation did,
//! and writes `docs/evaluation.md` with the charts and the runs themselves beside it. It takes about twenty minutes and
//! wants a machine that does nothing else.
//!
//! For a trial, `PELATO_EVALUATION_RUNS` (5), `PELATO_EVALUATION_TASKS` (1,2,5,10,20) and `PELATO_EVALUATION_FOLDER`
//! (docs) can be set.

mod machine;
mod measure;
mod page;
mod plan;

use std::path::Path;

use measure::Measured;
use plan::{BUILDERS, Plan, TEMPLATES};

/// Measures everything and writes the page.
pub fn run() {
    let plan = Plan::from_environment();
    let folder = plan.folder.join("evaluation");
    std::fs::create_dir_all(&folder).unwrap();
    let (mut measured, mut skipped) = (Vec::new(), Vec::new());
    measured.push(measure::generate(&plan));
    for builder in &BUILDERS {
        match measure::refusal(builder) {
            Some(words) => {
                eprintln!("skipping {}: {words}", builder.name);
                skipped.push((builder.name, words));
            }
            None => measured.extend(TEMPLATES.iter().flat_map(|one| measure::builds(&plan, builder, one))),
        }
    }
    measured.iter().for_each(|one| one.keep(&folder));
    page::write(&plan, &folder, &measured, &skipped);
    eprintln!("wrote {}", page::path(&plan).display());
}

impl Measured {
    /// Writes the runs as a metrics file.
    fn keep(&self, folder: &Path) {
        std::fs::write(self.file(folder), format!("runs:\n{}", self.entries)).unwrap();
    }
}
