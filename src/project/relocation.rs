//! Other targets for a task: worked out first, then written into `workflow.yaml` and nothing else of it touched.

use std::fmt;

use serde_yaml::Value;

use super::edit::{self, EditError, NotReplaceable};
use super::workflow::{FILE, Task, Workflow};
use crate::files::{Plan, RelPath};
use crate::remedy::Operation;

/// The fields that may hold targets.
const FIELDS: [&str; 2] = ["targets", "target"];

/// A task that gets other targets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relocation {
    pub component: String,
    pub from: Vec<String>,
    /// In the order in which they are written: those that stay keep their place.
    pub to: Vec<String>,
    /// The workflow's text afterwards.
    pub text: String,
}

/// Why a component cannot be moved. The workflow is as it was.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum RelocationError {
    #[error("the targets of `{component}` cannot be changed: {reason}")]
    #[diagnostic(
        code(pelato::relocation::not_replaceable),
        help(
            "write them out in its own task, in one line: `targets: [{to}]`; then run {}",
            Operation::Deploy
        )
    )]
    NotReplaceable { component: String, reason: NotReplaceable, to: String },
    /// Nothing would run there.
    #[error("no host has the label {label}={target}")]
    #[diagnostic(code(pelato::relocation::no_host))]
    NoHost {
        target: String,
        label: &'static str,
        /// The nearest target that has hosts, or all of them.
        #[help]
        help: String,
    },
    #[error(transparent)]
    #[diagnostic(transparent)]
    Edit(#[from] EditError),
}

impl Relocation {
    /// Works out the workflow in which a task has other targets.
    ///
    /// # Errors
    /// When its targets are not written out in the task itself.
    pub fn plan(workflow: &Workflow, index: usize, to: &[String]) -> Result<Self, RelocationError> {
        let text = &workflow.source.text;
        let task = &workflow.tasks[index];
        let from: Vec<_> = task.targets.iter().map(|field| field.text.clone()).collect();
        let to = edit::reordered(&from, to);
        let component = task.label(index);
        let failed = |reason| RelocationError::NotReplaceable {
            component: component.clone(),
            reason,
            to: to.join(", "),
        };
        if from == to {
            return Ok(Self { component, from, to, text: text.clone() });
        }
        let document = edit::document(text)?;
        let field = field(task).ok_or_else(|| failed(NotReplaceable::Elsewhere))?;
        let splices = edit::words(text, &document, &task.place.key(field), &from, &to).map_err(failed)?;
        let new = edit::apply(text, &splices).ok_or_else(|| failed(NotReplaceable::Form))?;
        let (mut wanted, found) = (edit::value(text)?, edit::value(&new).ok());
        let value = wanted.get_mut("tasks").and_then(|tasks| tasks.get_mut(index)?.get_mut(field));
        let value = value.ok_or_else(|| failed(NotReplaceable::Elsewhere))?;
        // One word may stand alone.
        *value = match (&*value, to.as_slice()) {
            (Value::Sequence(_), _) | (_, [] | [_, _, ..]) => Value::from(to.clone()),
            (_, [one]) => Value::from(one.as_str()),
        };
        if found != Some(wanted) {
            return Err(failed(NotReplaceable::Shared));
        }
        Ok(Self { component, from, to, text: new })
    }

    /// Whether it has these targets already.
    pub fn is_there(&self) -> bool {
        self.from == self.to
    }

    /// As a plan: to be shown as a diff, or carried out.
    ///
    /// # Errors
    /// Never, as far as is known: the file's name is a path.
    pub fn file_plan(&self, workflow: &Workflow) -> Result<Plan, RelocationError> {
        let path = RelPath::new(FILE).map_err(|error| EditError::Unreadable { reason: error.to_string() })?;
        Ok(Plan::replacing(workflow.root(), path, &workflow.source.text, &self.text))
    }
}

impl fmt::Display for Relocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} → {}", self.component, self.from.join(", "), self.to.join(", "))
    }
}

/// The field with a task's targets.
fn field(task: &Task) -> Option<&'static str> {
    let first = &task.targets.first()?.place;
    FIELDS.into_iter().find(|field| first.is_within(&task.place.key(*field)))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::project::parse;

    fn moved(text: &str, index: usize, to: &[&str]) -> Result<String, String> {
        let (workflow, _) = parse(Path::new("/p/workflow.yaml"), text);
        let to: Vec<_> = to.iter().map(|target| (*target).to_owned()).collect();
        Relocation::plan(&workflow, index, &to).map(|moved| moved.text).map_err(|error| error.to_string())
    }

    const TWO: &str = "project_name: p\ntasks:\n  - name: a\n    targets: [edge]  # near the sensors\n  - {name: b, target: edge}\n";

    #[test]
    fn only_the_targets_of_one_task_change() {
        assert_eq!(moved(TWO, 0, &["cloud"]).unwrap(), TWO.replace("[edge]", "[cloud]"));
        assert_eq!(moved(TWO, 0, &["edge", "cloud"]).unwrap(), TWO.replace("[edge]", "[edge, cloud]"));
        assert_eq!(moved(TWO, 1, &["cloud"]).unwrap(), TWO.replace("target: edge", "target: cloud"));
        assert_eq!(moved(TWO, 1, &["a", "b"]).unwrap(), TWO.replace("target: edge", "target: [a, b]"));
        assert_eq!(moved(TWO, 0, &["edge"]).unwrap(), TWO);
        // The order says nothing.
        let both = TWO.replace("[edge]", "[edge, cloud]");
        assert_eq!(moved(&both, 0, &["cloud", "edge"]).unwrap(), both);
    }

    #[test]
    fn what_others_read_is_not_changed() {
        let shared =
            "project_name: p\ntasks:\n  - name: a\n    targets: &t [edge]\n  - name: b\n    targets: *t\n";
        let error = moved(shared, 0, &["cloud"]).unwrap_err();
        assert!(error.contains("others take it by an alias"), "{error}");
        let error = moved(shared, 1, &["cloud"]).unwrap_err();
        assert!(error.contains("it is taken from elsewhere by an alias"), "{error}");
        let merged = "x-edge: &e\n  targets: [edge]\nproject_name: p\ntasks:\n  - <<: *e\n    name: a\n";
        let error = moved(merged, 0, &["cloud"]).unwrap_err();
        assert_eq!(error, "the targets of `a` cannot be changed: it is not written in the task itself");
        assert!(moved(merged, 0, &["edge"]).is_ok());
    }
}
