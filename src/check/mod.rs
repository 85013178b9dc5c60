//! Workflow + catalog → components, or everything that is wrong.
//!
//! [`Context`] gathers what is known, each of [`rules::ALL`] looks for one kind of mistake in it, and the tasks
//! without errors become [`Component`]s. Nothing is written, and no file is looked at but those of `tasks/`.

pub mod code;
mod component;
mod context;
mod delivery;
mod env;
mod finding;
mod flow;
pub mod logs;
pub mod parameters;
mod placement;
pub mod rules;
pub mod schema;
mod site;
mod stored;
mod typo;
pub mod values;

use std::collections::BTreeSet;

pub use component::{Code, Component, HttpRoute, Need, NeedError};
pub use context::{Context, Entry, Unknown};
pub use delivery::{AtLeastOnce, Streams};
pub use env::Env;
pub use finding::{Finding, Spot};
pub use flow::{Flow, Node, Topic};
pub use placement::Placement;
pub use rules::Rule;
pub use site::{Site, sites};
pub use stored::assign_streams;
pub use typo::Typo;
pub use values::{DELIVERIES, MAX_DELIVER, SCOPES};

use crate::catalog::Catalog;
use crate::project::Workflow;
use crate::report::{Report, Severity};

/// Checks a workflow. `report` is what [`crate::project::read`] found; all that is found here is added to it, in the
/// order of the file. The components are those of the tasks without an error.
pub fn run(workflow: &Workflow, mut report: Report, catalog: &Catalog) -> (Report, Vec<Component>) {
    let mut spoilt = misshapen(workflow, &report);
    let context = Context::new(workflow, catalog);
    for rule in rules::ALL {
        for finding in rule.check(&context) {
            if finding.severity == Severity::Error {
                spoilt.extend(finding.task);
            }
            report.push(finding.into_problem(rule.id(), workflow));
        }
    }
    let sound = context.entries.iter().filter(|entry| !spoilt.contains(&entry.index));
    let mut components: Vec<_> = sound.filter_map(Entry::component).collect();
    debug_assert!(
        report.errors() > 0 || components.len() == workflow.tasks.len(),
        "a task was dropped without a word"
    );
    assign_streams(&mut components);
    report.sort();
    (report, components)
}

/// The tasks that have something of a wrong shape in them.
fn misshapen(workflow: &Workflow, report: &Report) -> BTreeSet<usize> {
    let errors = report.problems.iter().filter(|problem| problem.severity == Severity::Error);
    let spans: Vec<_> = errors.filter_map(|problem| problem.span.clone()).collect();
    if spans.is_empty() {
        return BTreeSet::new();
    }
    let tasks = workflow.tasks.iter().enumerate();
    let has_one = |place| {
        let Some(task) = workflow.span(place) else { return true };
        spans.iter().any(|span| task.contains(&span.start))
    };
    tasks.filter(|(_, task)| has_one(&task.place)).map(|(index, _)| index).collect()
}
