//! A new project, optionally with a first task.

use std::path::{Path, PathBuf};

use liquid::model::Value;

use super::starter::{one_line, project_file, text};
use super::task::prepare;
use super::{NewTask, ScaffoldError};
use crate::files::{self, Change, Files, Plan, RelPath};
use crate::project::edit::{append_task, scalar};
use crate::project::settings::{ALL, ENV_FILE};
use crate::project::workflow::FILE;

/// The path of the schema of `workflow.yaml`, for editors: inside the project, so that it works offline and matches
/// the version of PELATO that created it.
pub const SCHEMA_FILE: &str = ".pelato/workflow.schema.json";

#[derive(Debug, Clone)]
pub struct NewProject<'a> {
    /// `project_name`: shown to people.
    pub name: String,
    /// The folder to create; it may exist if it is empty.
    pub folder: PathBuf,
    /// The first task.
    pub task: Option<NewTask<'a>>,
    /// The JSON schema of `workflow.yaml`.
    pub schema: &'a str,
}

/// Plans a new project. [`Plan::text`] returns the new `workflow.yaml`, to be checked before anything is written.
///
/// # Errors
/// When the folder is not empty, or the first task is not valid.
pub fn new(project: &NewProject<'_>) -> Result<Plan, ScaffoldError> {
    let name = project.name.as_str();
    if name.trim().is_empty() {
        return Err(ScaffoldError::Empty {
            what: "name of the project",
            example: "Temperature data analysis",
        });
    }
    vacant(&project.folder)?;
    let mut values = liquid::Object::new();
    values.insert("project_name_yaml".into(), text(&scalar(name)));
    values.insert("project_name_line".into(), text(&one_line(name)));
    values.insert("settings".into(), settings());
    let mut workflow = String::from_utf8_lossy(&project_file("workflow.yaml.liquid", &values)?).into_owned();
    let mut files = Files::new();
    // Liquid cannot test for a name that is not defined.
    values.insert("component_name".into(), Value::Nil);
    values.insert("database".into(), Value::scalar(false));
    if let Some(task) = &project.task {
        let prepared = prepare(task, name)?;
        workflow = append_task(&workflow, &prepared.entry)?;
        for (path, bytes) in prepared.files {
            files.insert(RelPath::new(format!("tasks/{}/{path}", prepared.component_name))?, bytes);
        }
        values.insert("component_name".into(), text(&prepared.component_name));
        values.insert("database".into(), Value::scalar(task.template.uses_database()));
    }
    files.insert(RelPath::new(FILE)?, workflow.into_bytes());
    files.insert(RelPath::new(SCHEMA_FILE)?, project.schema.into());
    files.insert(RelPath::new("README.md")?, project_file("README.md.liquid", &values)?);
    files.insert(RelPath::new(".gitignore")?, project_file("gitignore.liquid", &values)?);
    files
        .insert(RelPath::new(format!("{ENV_FILE}.template"))?, project_file("env.template.liquid", &values)?);
    Ok(Plan { folder: project.folder.clone(), changes: vec![Change::CreateFolder { path: None, files }] })
}

/// Checks that a project can be created in a folder of `parent`, and gives its path.
///
/// # Errors
/// When the name is empty, or the folder exists and is not empty.
pub fn check_folder(parent: &Path, name: &str) -> Result<PathBuf, ScaffoldError> {
    if name.trim().is_empty() {
        return Err(ScaffoldError::Empty { what: "name of the project's folder", example: "my-project" });
    }
    let folder = parent.join(name);
    vacant(&folder)?;
    Ok(folder)
}

fn vacant(folder: &Path) -> Result<(), ScaffoldError> {
    if files::list(files::anywhere(), folder).is_ok_and(|entries| !entries.is_empty()) {
        return Err(ScaffoldError::NotEmpty { folder: folder.display().to_string() });
    }
    Ok(())
}

/// Every setting, for `.env.template`.
fn settings() -> Value {
    let setting = |name: &str, about: &str, default: &str| {
        let mut values = liquid::Object::new();
        values.insert("name".into(), text(name));
        values.insert("about".into(), text(about));
        values.insert("default".into(), text(default));
        Value::Object(values)
    };
    Value::array(ALL.iter().map(|key| setting(key.name, key.about.trim(), key.default.unwrap_or_default())))
}
