//! A new task: an entry in `workflow.yaml` and a starter in `tasks/`.

use std::collections::BTreeMap;
use std::fs;

use liquid::model::Value;
use semver::Version;

use super::starter::{one_line, text};
use super::{ScaffoldError, name, parameters, starter};
use crate::catalog::template::Data;
use crate::catalog::{Flow, Pack, Template};
use crate::check::values;
use crate::files::{Change, FileError, Files, Plan, RelPath};
use crate::project::edit::{self, Content, Entry};
use crate::project::workflow::{FILE, Workflow};

#[derive(Debug, Clone)]
pub struct NewTask<'a> {
    /// Its name, as shown to people.
    pub title: String,
    /// Its component's name; by default derived from the title.
    pub component_name: Option<String>,
    pub template: &'a Template,
    pub pack: &'a Pack,
    /// The template's parameters, by name.
    pub parameters: BTreeMap<String, String>,
    /// Values of the hosts' label `host-type`.
    pub targets: Vec<String>,
    /// Its version; 0.1.0 if not given.
    pub version: Option<Version>,
}

/// A task to be added, as a plan.
#[derive(Debug, Clone)]
pub struct AddTask {
    /// Its component's name: also the name of its folder in `tasks/`.
    pub component_name: String,
    /// The future `workflow.yaml`: to be checked before the plan is executed.
    pub workflow: String,
    /// The files to write.
    pub plan: Plan,
}

/// Plans to add a task to a project.
///
/// # Errors
/// When the task is not valid, its name or folder is in use, or the workflow cannot be edited.
pub fn add_task(workflow: &Workflow, task: &NewTask<'_>) -> Result<AddTask, ScaffoldError> {
    let root = workflow.root();
    let project = workflow.project_name.as_ref().map_or("", |name| name.text.as_str());
    let prepared = prepare(task, project)?;
    let component_name = prepared.component_name;
    let code = vacant(workflow, &component_name)?;
    let before = &workflow.source.text;
    let after = edit::append_task(before, &prepared.entry)?;
    let mut plan = Plan::replacing(root, RelPath::new(FILE)?, before, &after);
    // The code first: a workflow never names code that does not exist.
    plan.changes.insert(0, Change::CreateFolder { path: Some(code), files: prepared.files });
    Ok(AddTask { component_name, workflow: after, plan })
}

/// Whether a task can have a name, as shown to people.
///
/// # Errors
/// When it cannot.
pub fn check_title(title: &str) -> Result<(), ScaffoldError> {
    let refused = |wrong: values::Wrong| ScaffoldError::Title { message: wrong.message, help: wrong.help };
    values::title(title).map(drop).map_err(refused)
}

/// Whether a component can have a name in a workflow that has others.
///
/// # Errors
/// When it cannot.
pub fn check_new_component(workflow: &Workflow, component_name: &str) -> Result<(), ScaffoldError> {
    name::check_component_name(component_name)?;
    vacant(workflow, component_name).map(drop)
}

/// The folder of a new component's code.
fn vacant(workflow: &Workflow, component_name: &str) -> Result<RelPath, ScaffoldError> {
    let component_name = component_name.to_owned();
    let names = workflow.tasks.iter().filter_map(|other| other.component_name.as_ref());
    if names.into_iter().any(|other| other.text == component_name) {
        return Err(ScaffoldError::NameTaken { component_name });
    }
    let code = RelPath::new(format!("tasks/{component_name}"))?;
    if fs::symlink_metadata(code.below(workflow.root())).is_ok() {
        return Err(ScaffoldError::CodeExists { component_name });
    }
    Ok(code)
}

/// Whether these can be the targets of a task.
///
/// # Errors
/// When they cannot.
pub fn check_targets(targets: &[String]) -> Result<Vec<String>, ScaffoldError> {
    let targets = targets.iter().map(|target| target.trim()).filter(|target| !target.is_empty());
    let refused = |wrong: values::Wrong| ScaffoldError::Target { message: wrong.message, help: wrong.help };
    let valid = |target| values::target(target).map(str::to_owned).map_err(refused);
    let targets: Vec<_> = targets.map(valid).collect::<Result<_, _>>()?;
    if targets.is_empty() { Err(ScaffoldError::NoTarget) } else { Ok(targets) }
}

pub(super) struct Prepared {
    pub component_name: String,
    pub entry: Entry,
    /// Relative to the task's folder.
    pub files: Files,
}

pub(super) fn prepare(task: &NewTask<'_>, project: &str) -> Result<Prepared, ScaffoldError> {
    check_title(&task.title)?;
    let targets = check_targets(&task.targets)?;
    let component_name = name::choose(task.component_name.as_deref(), &task.title)?;
    let parameters = parameters::fields(task.template, &task.parameters)?;
    let version = task.version.clone().unwrap_or(Version::new(0, 1, 0));
    let mut fields: Vec<(String, Content)> = Vec::new();
    let mut field = |name: &str, content: Content| fields.push((name.to_owned(), content));
    field("name", Content::Text(task.title.clone()));
    field("type", Content::Text(task.template.manifest.name.clone()));
    field("language", Content::Text(task.pack.manifest.name.clone()));
    field("code", Content::Text(component_name.clone()));
    field("targets", Content::Words(targets));
    fields.extend(parameters);
    fields.push(("component_name".to_owned(), Content::Text(component_name.clone())));
    fields.push(("version".to_owned(), Content::Text(version.to_string())));
    let mut values = liquid::Object::new();
    values.insert("task_name".into(), text(&one_line(&task.title)));
    values.insert("component_name".into(), text(&component_name));
    values.insert("project_name".into(), text(&one_line(project)));
    let data = task.template.manifest.data;
    values.insert("entry".into(), Value::scalar(data == Data::Entry));
    values.insert("list".into(), Value::scalar(data == Data::List));
    if let Some(topic) = first_topic(task).filter(|_| data == Data::Route) {
        // As literals that all languages read: of the topic, and of the topic as JSON.
        let literal = serde_json::Value::from(topic).to_string();
        values.insert("topic_json".into(), text(&serde_json::Value::from(literal.as_str()).to_string()));
        values.insert("topic".into(), text(&literal));
    }
    let files = starter::files(task.pack, &values)?;
    Ok(Prepared { component_name, entry: Entry(fields), files })
}

/// The first of the topics that a task writes to.
fn first_topic(task: &NewTask<'_>) -> Option<String> {
    let written = task.template.manifest.parameters.iter().filter(|(_, one)| one.flow == Some(Flow::Writes));
    let mut values = written.filter_map(|(name, one)| Some(one.values(task.parameters.get(name)?)));
    values.find_map(|values| values.first().map(|topic| (*topic).to_owned()))
}

impl AddTask {
    /// What it changes, as a unified diff.
    pub fn diff(&self) -> String {
        self.plan.diff()
    }

    /// Writes it all, or nothing.
    ///
    /// # Errors
    /// When something cannot be written, or the workflow was changed meanwhile.
    pub fn apply(&self) -> Result<(), FileError> {
        self.plan.apply()
    }
}
