//! New projects and tasks: planned, checked as a whole, then written.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use super::operation::Operation;
use super::{Error, Library, Pelato};
use crate::catalog::Catalog;
use crate::check;
use crate::check::code::TASKS;
use crate::check::schema;
use crate::files::Plan;
use crate::project::bump::{self, Bump, Kind, Selection};
use crate::project::{self, Workflow, workflow};
use crate::report::{Rejected, Report, Severity};
use crate::scaffold::{self, AddTask, Git, NewTask, ScaffoldError};
use crate::trust::Store;

/// What the rules about code begin with: the code of a task that is only planned is not there yet.
const ABOUT_CODE: &str = "code-";

/// How long between two tries to lock the workflow.
const LOCK_PAUSE: Duration = Duration::from_millis(20);

/// A project to be created.
#[derive(Debug, Clone)]
pub struct NewProject<'a> {
    /// Its name, as shown to people; by default that of its folder.
    pub name: Option<String>,
    /// Does not exist, or is empty.
    pub folder: PathBuf,
    pub task: Option<NewTask<'a>>,
    /// Whether it becomes a git repository, unless it is inside one.
    pub git: bool,
}

/// A project that was created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    pub folder: PathBuf,
    /// The files that were written, relative to the folder.
    pub files: Vec<String>,
    /// What became of the repository, if there was to be one.
    pub git: Option<Git>,
}

impl Library {
    /// Sees that a project can be created in a folder of `parent`, and gives its path.
    ///
    /// # Errors
    /// When the name is empty, or the folder exists and is not empty.
    pub fn vacant_project(parent: &Path, name: &str) -> Result<PathBuf, Error> {
        Ok(scaffold::check_folder(parent, name)?)
    }

    /// Plans a project with these packs and templates; nothing is written.
    ///
    /// # Errors
    /// When the folder is not empty, or the first task cannot be one.
    pub fn plan_project(project: &NewProject<'_>, catalog: &Catalog) -> Result<Plan, Error> {
        let NewProject { name, folder, task, .. } = project.clone();
        let of_folder = || folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let name = name.unwrap_or_else(of_folder);
        let schema = schema::text(catalog);
        let plan = scaffold::new(&scaffold::NewProject { name, folder, task, schema: &schema })?;
        let text = plan.text(workflow::FILE).unwrap_or_default();
        object(&plan.folder.join(workflow::FILE), text, catalog, &Report::default())?;
        Ok(plan)
    }

    /// Creates a project with these packs and templates. It is the user's own: its builds may run its code.
    ///
    /// # Errors
    /// When the first task cannot be one, or the files cannot be written. Then nothing is.
    pub fn new_project(project: NewProject<'_>, catalog: &Catalog, store: &Store) -> Result<Created, Error> {
        let plan = Self::plan_project(&project, catalog)?;
        let NewProject { folder, git, .. } = project;
        plan.apply().map_err(ScaffoldError::from)?;
        // Who cannot remember it is asked later.
        let _ = store.own(&folder);
        let git = git.then(|| scaffold::init(&folder));
        Ok(Created { folder, files: plan.paths(), git })
    }
}

impl Pelato {
    /// What the user wrote, if it is a workflow at all.
    ///
    /// # Errors
    /// When there is no workflow, or it cannot be read as one.
    pub fn workflow(&self) -> Result<Workflow, Error> {
        self.look()?.workflow()
    }

    /// Plans a new task; nothing is written.
    ///
    /// # Errors
    /// When the task cannot be one, or would be wrong in the workflow.
    pub fn plan_task(&self, task: &NewTask<'_>) -> Result<AddTask, Error> {
        self.look()?.plan_task(task)
    }

    /// Plans a new task and writes it.
    ///
    /// # Errors
    /// As [`Pelato::plan_task`], and when a file cannot be written. Then none is.
    pub fn add_task(&self, task: &NewTask<'_>) -> Result<AddTask, Error> {
        let operation = self.look()?;
        let _lock = operation.lock_workflow()?;
        let added = operation.plan_task(task)?;
        added.apply()?;
        // In a project of somebody else's, this task is the user's own; who cannot remember it is asked later.
        if !operation.is_own(self.root()).unwrap_or(false) {
            let _ = operation.store.own(&self.root().join(TASKS).join(&added.component_name));
        }
        Ok(added)
    }

    /// Gives components new versions. With `dry_run` nothing is written.
    ///
    /// # Errors
    /// When a component is unknown, or a version cannot be changed. Then none is.
    pub fn bump(
        &self,
        selection: &Selection,
        kind: &Kind,
        allow_backwards: bool,
        dry_run: bool,
    ) -> Result<Vec<Bump>, Error> {
        let operation = self.look()?;
        let _lock = operation.lock_workflow()?;
        let workflow = operation.workflow()?;
        let bumps = bump::plan(&workflow, selection, kind, allow_backwards)?;
        let plan = bump::file_plan(&workflow, &bumps)?;
        if !dry_run {
            plan.apply()?;
        }
        Ok(bumps)
    }
}

impl Operation {
    pub(super) fn workflow(&self) -> Result<Workflow, Error> {
        let (workflow, report) = project::read(&self.root)?;
        match report.errors() {
            0 => Ok(workflow),
            _ => Err(Error::Rejected(Rejected(report))),
        }
    }

    fn plan_task(&self, task: &NewTask<'_>) -> Result<AddTask, Error> {
        let before = self.check()?;
        let added = scaffold::add_task(&before.workflow, task)?;
        object(&before.workflow.path, &added.workflow, &self.catalog, &before.report)?;
        Ok(added)
    }

    /// One edit of the workflow at a time: the next one begins with what this one has written. The folder is locked,
    /// not the file, which is replaced by every edit. Edits are short: they are waited for, until it is cancelled.
    #[allow(clippy::disallowed_methods, reason = "a folder that is locked, not read")]
    pub(super) fn lock_workflow(&self) -> Result<File, Error> {
        let failed = |source| Error::System {
            what: format!("cannot lock {}", self.root.display()),
            help: "check that the folder exists and that you have read permission".to_owned(),
            source,
        };
        let folder = File::open(&self.root).map_err(failed)?;
        loop {
            match folder.try_lock() {
                Ok(()) => return Ok(folder),
                Err(TryLockError::WouldBlock) if self.cancel.is_cancelled() => return Err(Error::Cancelled),
                Err(TryLockError::WouldBlock) => thread::sleep(LOCK_PAUSE),
                Err(TryLockError::Error(source)) => return Err(failed(source)),
            }
        }
    }
}

/// Refuses a planned workflow that has errors which the present one has not.
fn object(path: &Path, text: &str, catalog: &Catalog, before: &Report) -> Result<(), Error> {
    let (workflow, report) = project::parse(path, text);
    let (mut report, _) = check::run(&workflow, report, catalog);
    let known = |message: &str| before.problems.iter().any(|problem| problem.message == message);
    report.problems.retain(|problem| {
        problem.severity == Severity::Error
            && !problem.rule.starts_with(ABOUT_CODE)
            && !known(&problem.message)
    });
    if report.problems.is_empty() { Ok(()) } else { Err(Error::TaskRejected(Rejected(report))) }
}
