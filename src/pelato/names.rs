//! The names in a project, to choose from.

use std::collections::BTreeSet;

use super::Library;
use crate::catalog::{Catalog, Kind, Parameter};
use crate::project::workflow::Task;
use crate::project::{self, Workflow};

/// Names that a workflow contains, as far as it can be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// In the order of the workflow.
    pub components: Vec<String>,
    /// Sorted.
    pub topics: Vec<String>,
    /// Sorted.
    pub targets: Vec<String>,
}

impl Library {
    /// The names in the project's workflow; none where there is no project, or it cannot be read. Nothing is run.
    pub fn names(&self, catalog: &Catalog) -> Names {
        match project::read(self.root()) {
            Ok((workflow, _)) => Names::of(&workflow, catalog),
            Err(_) => Names::default(),
        }
    }
}

impl Names {
    /// The names in a workflow.
    pub fn of(workflow: &Workflow, catalog: &Catalog) -> Self {
        let tasks = &workflow.tasks;
        let components = tasks.iter().filter_map(|task| Some(task.component_name.as_ref()?.text.clone()));
        let topics: BTreeSet<_> = tasks.iter().flat_map(|task| topics(task, catalog)).collect();
        let targets: BTreeSet<_> =
            tasks.iter().flat_map(|task| &task.targets).map(|target| target.text.clone()).collect();
        Self {
            components: components.collect(),
            topics: topics.into_iter().collect(),
            targets: targets.into_iter().collect(),
        }
    }
}

/// The topics that a task gives its template.
fn topics(task: &Task, catalog: &Catalog) -> Vec<String> {
    let template = task.template.as_ref().and_then(|name| catalog.templates.get(&name.text).ok());
    let parameters = template.iter().flat_map(|template| template.manifest.parameters.iter());
    let values =
        |(name, parameter): (&str, &Parameter)| match (task.lists.get(name), task.parameters.get(name)) {
            (Some(items), _) => items.iter().map(|item| item.text.clone()).collect(),
            (None, Some(field)) => parameter.values(&field.text).into_iter().map(str::to_owned).collect(),
            (None, None) => Vec::new(),
        };
    let subjects = parameters.filter(|(_, parameter)| parameter.kind == Kind::Subject);
    let topics =
        subjects.flat_map(values).chain(task.dead_letter_topic.iter().map(|field| field.text.clone()));
    topics.filter(|topic| !topic.is_empty()).collect()
}
