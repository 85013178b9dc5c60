//! Runs, each a process of its own, timed by PELATO's own metrics as the original's were by its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use pelato::metrics;

use super::plan::{Builder, MANNERS, Plan, State, TEMPLATES, Template};
use crate::project::Project;

const RECORD: [&str; 2] = ["--setting", "ENABLE_METRICS=True"];
const DO_NOT: [&str; 2] = ["--setting", "ENABLE_METRICS=False"];
/// Generating is quick: more runs cost nothing.
const GENERATES: usize = 20;

/// The runs of one line in a chart.
pub struct Measured {
    /// What was run: `gen`, or a template.
    pub of: &'static str,
    /// What the line is called.
    pub name: String,
    /// The entries of a metrics file.
    pub entries: String,
}

impl Measured {
    /// Where the runs are kept.
    pub fn file(&self, folder: &Path) -> PathBuf {
        folder.join(format!("{}-{}.yaml", self.of, self.name.replace(", ", "-").replace(' ', "_")))
    }
}

/// How long `gen` takes where nothing is there yet.
pub fn generate(plan: &Plan) -> Measured {
    let mut entries = String::new();
    for tasks in &plan.tasks {
        let project = Project::with_tasks(*tasks);
        for _ in 0..GENERATES {
            project.remove_gen();
            project.pelato(&[&["gen", "-q"][..], &RECORD].concat());
        }
        entries += &recorded(&project);
    }
    Measured { of: "gen", name: "PELATO".to_owned(), entries }
}

/// Why a builder cannot be used here.
pub fn refusal(builder: &Builder) -> Option<String> {
    let project = Project::of(1, &[TEMPLATES[0].name]);
    project.refusal(&build(builder, MANNERS[0].1, &DO_NOT))
}

/// How long `build` takes: one at a time and in parallel, cold and warm.
pub fn builds(plan: &Plan, builder: &Builder, template: &Template) -> Vec<Measured> {
    let mut measured = Vec::new();
    for (manner, _) in MANNERS {
        for state in State::ALL {
            let name = format!("{}, {manner}, {}", builder.name, state.name());
            measured.push(Measured { of: template.name, name, entries: String::new() });
        }
    }
    for tasks in &plan.tasks {
        let project = Project::of(*tasks, &[template.name]);
        // What is warm has been built once.
        project.pelato(&build(builder, MANNERS[1].1, &DO_NOT));
        let all: Vec<_> = (0..*tasks).collect();
        let ways = MANNERS.iter().flat_map(|(_, setting)| State::ALL.map(|state| (*setting, state)));
        for ((setting, state), measured) in ways.zip(&mut measured) {
            let begin = Instant::now();
            for _ in 0..plan.repeat(state, *tasks) {
                match state {
                    State::Cold => project.empty_caches(),
                    State::Warm => project.change(&all),
                }
                project.pelato(&build(builder, setting, &RECORD));
            }
            measured.entries += &recorded(&project);
            eprintln!(
                "{}, {}, {tasks} tasks: {:.0} s",
                template.name,
                measured.name,
                begin.elapsed().as_secs_f64()
            );
        }
    }
    measured.retain(|measured| !measured.entries.is_empty());
    measured
}

fn build<'a>(builder: &Builder, setting: &'a str, record: &[&'a str; 2]) -> Vec<&'a str> {
    [&["build", "-q", "--no-push", "--setting", setting], &record[..], builder.arguments].concat()
}

/// Takes the entries out of a project's metrics.
fn recorded(project: &Project) -> String {
    let path = project.path().join(metrics::FILE);
    let text = fs::read_to_string(&path).unwrap_or_default();
    let _ = fs::remove_file(path);
    text.strip_prefix("runs:\n").unwrap_or_default().to_owned()
}
