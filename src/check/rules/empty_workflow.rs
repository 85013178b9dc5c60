use super::{Context, Finding, Rule};
use crate::check::Spot;
use crate::project::Place;
use crate::remedy::Operation;

/// A workflow without tasks is valid, and does nothing.
pub struct EmptyWorkflow;

impl Rule for EmptyWorkflow {
    fn id(&self) -> &'static str {
        "empty-workflow"
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let tasks = Place::top().key("tasks");
        let workflow = context.workflow;
        // Tasks that are no tasks have been reported.
        let written = workflow.span(&tasks).is_none() || workflow.span(&tasks.index(0)).is_some();
        if !workflow.tasks.is_empty() || written {
            return Vec::new();
        }
        let finding = Finding::warning(Spot::Place(tasks.name()), "the workflow has no tasks");
        vec![finding.advise(format!("add one with {}", Operation::AddTask))]
    }
}

#[cfg(test)]
mod tests {
    use crate::check::rules::testing::{check_in, project, show};

    #[test]
    fn no_tasks_are_a_warning() {
        for text in ["project_name: P\ntasks: []\n", "project_name: P\ntasks:\n"] {
            let (report, components) = check_in(project().path(), text);
            let found: Vec<_> = report.problems.iter().map(show).collect();
            assert_eq!(
                found,
                ["2:1 empty-workflow: the workflow has no tasks (add one with `operation:add_task`)"]
            );
            assert_eq!((report.errors(), components.len()), (0, 0));
        }
    }
}
