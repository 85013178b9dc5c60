//! Where a template is tried out: a small project in a temporary folder.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use tempfile::TempDir;

use super::stage::Stage;
use super::tasks::TASKS;
use super::{CheckFailure, failed};
use crate::build;
use crate::catalog::{
    Catalog, Folder, Kind, Origin, Pack, Parameter, TEMPLATES_FOLDER, Template, template::MANIFEST,
};
use crate::check::{self, Component};
use crate::conformance::with_help;
use crate::files;
use crate::progress::Progress;
use crate::project::{self, Settings};
use crate::remedy::Operation;
use crate::report::Problem;
use crate::scaffold::{self, NewProject, NewTask};
use crate::template::TemplateError;

/// How a template is tried out.
pub struct Options {
    /// How functions of the language packs are built.
    pub build: build::Options,
    pub settings: Settings,
    /// The language packs that it has to work with.
    pub packs: Vec<Pack>,
    /// The folders whose `pelato.lock` pins packs of others: the project's, and the user's own.
    pub pinned: (PathBuf, Option<PathBuf>),
    /// Takes what a person has to know.
    pub progress: Arc<dyn Progress>,
}

/// A template that is tried out.
pub struct Fixture {
    pub(super) options: Options,
    pub(super) template: Result<Template, Problem>,
    folder: TempDir,
    trigger: Option<Result<Vec<u8>, CheckFailure>>,
    components: Option<Result<Vec<Component>, CheckFailure>>,
    stage: Option<Result<Stage, CheckFailure>>,
}

/// Where components are to run.
const TARGET: &str = "edge";

impl Fixture {
    /// For the template in a folder.
    ///
    /// # Errors
    /// When no folder is known for temporary files.
    pub fn new(folder: Folder, options: Options) -> Result<Self, TemplateError> {
        let place = tempfile::Builder::new().prefix("pelato-check-").tempdir();
        Ok(Self {
            template: Template::load(folder, Origin::Project),
            options,
            folder: place.map_err(TemplateError::Fixture)?,
            trigger: None,
            components: None,
            stage: None,
        })
    }

    /// The template, if its manifest is right.
    pub(super) fn template(&self) -> Result<&Template, CheckFailure> {
        self.template.as_ref().map_err(|_| CheckFailure::Skipped("the manifest is wrong".to_owned()))
    }

    /// Its trigger, as a component. That it is none is told once.
    pub(super) fn trigger(&mut self) -> Result<Vec<u8>, CheckFailure> {
        if let Some(known) = &self.trigger {
            return known.clone().map_err(|_| CheckFailure::Skipped("the trigger is wrong".to_owned()));
        }
        let template = self.template()?;
        let read = build::trigger(template).map_err(|error| failed(with_help(&error), ""));
        let sound = read.and_then(|bytes| match build::interfaces(&bytes) {
            Ok(_) => Ok(bytes),
            Err(error) => Err(failed(error.to_string(), "see `operation:explain templates`")),
        });
        self.trigger = Some(sound.clone());
        sound
    }

    /// The components of the small project. What is wrong with them is told once.
    pub(super) fn components(&mut self) -> Result<Vec<Component>, CheckFailure> {
        if let Some(known) = &self.components {
            return known.clone().map_err(|_| CheckFailure::Skipped("its tasks are wrong".to_owned()));
        }
        let made = self.project();
        self.components = Some(made.clone());
        made
    }

    /// The small project with its components running in the embedded host.
    pub(super) fn stage(&mut self) -> Result<&Stage, CheckFailure> {
        let again = self.stage.is_some();
        if !again {
            let started = self.components().and_then(|components| {
                let trigger = self.trigger()?;
                let cache = self.options.build.cache.join("compiled");
                Stage::start(self.template()?, &components, &trigger, &cache)
            });
            self.stage = Some(started);
        }
        match &self.stage {
            Some(Ok(stage)) => Ok(stage),
            Some(Err(CheckFailure::Failed { .. })) if again => {
                Err(CheckFailure::Skipped("it does not run".to_owned()))
            }
            Some(Err(refusal)) => Err(refusal.clone()),
            None => Err(CheckFailure::Skipped("it was not started".to_owned())),
        }
    }

    /// Makes a project with a task for each thing that a function may do, as `new` and `add-task` make it.
    fn project(&self) -> Result<Vec<Component>, CheckFailure> {
        let root = self.folder.path().join("project");
        let catalog = Catalog::built_in();
        let template = self.template()?;
        let Some(pack) = catalog.packs.iter().next() else {
            return Err(CheckFailure::Skipped("there is no language pack".to_owned()));
        };
        let wrong = |error: &dyn miette::Diagnostic| {
            failed(with_help(error), format!("a task as {} writes it must be valid", Operation::AddTask))
        };
        for (index, name) in TASKS.iter().enumerate() {
            let task = NewTask {
                title: (*name).to_owned(),
                component_name: Some((*name).to_owned()),
                template,
                pack,
                parameters: values(template, name),
                targets: vec![TARGET.to_owned()],
                version: None,
            };
            if index == 0 {
                let new = NewProject {
                    name: "Check".to_owned(),
                    folder: root.clone(),
                    task: Some(task),
                    schema: "{}",
                };
                let plan = scaffold::new(&new).map_err(|error| wrong(&error))?;
                plan.apply().map_err(|error| wrong(&error))?;
                self.bring(&root)?;
            } else {
                let (workflow, _) = project::read(&root).map_err(|error| wrong(&error))?;
                let added = scaffold::add_task(&workflow, &task).map_err(|error| wrong(&error))?;
                added.apply().map_err(|error| wrong(&error))?;
            }
        }
        let (workflow, report) = project::read(&root).map_err(|error| wrong(&error))?;
        let (report, components) = check::run(&workflow, report, &Catalog::load(Some(&root), None));
        match report.problems.iter().find(|problem| problem.severity == crate::report::Severity::Error) {
            None => Ok(components),
            Some(problem) => Err(failed(
                format!("a task of the template is rejected: {}: {}", problem.rule, problem.message),
                problem.help.clone().unwrap_or_default(),
            )),
        }
    }

    /// Puts what counts of the template into the project: those of the user do not count here.
    fn bring(&self, root: &std::path::Path) -> Result<(), CheckFailure> {
        let template = self.template()?;
        let Folder::Disk(_) = template.folder else { return Ok(()) };
        let place: PathBuf = root.join(TEMPLATES_FOLDER).join(&template.manifest.name);
        let bytes = template.folder.read(MANIFEST);
        let written = bytes.and_then(|bytes| {
            files::create_folder(files::anywhere(), &place)?;
            files::overwrite(&place, &place.join(MANIFEST), &bytes).map_err(std::io::Error::other)
        });
        written.map_err(|error| failed(error.to_string(), "check that the disk is not full"))
    }
}

/// A value for each parameter of a task that has to give one. Tasks differ in those in which they may.
fn values(template: &Template, task: &str) -> BTreeMap<String, String> {
    let wanted = template.manifest.parameters.iter().filter(|(_, parameter)| parameter.default.is_none());
    wanted.map(|(name, parameter)| (name.to_owned(), value(name, parameter, task))).collect()
}

pub(super) fn value(name: &str, parameter: &Parameter, task: &str) -> String {
    match parameter.kind {
        Kind::Subject => format!("check.{task}.{name}"),
        Kind::Integer => parameter.example().to_owned(),
        Kind::String if parameter.pattern.is_some() || parameter.example.is_some() => {
            parameter.example().to_owned()
        }
        Kind::String => format!("{task}-{name}"),
    }
}
