//! Where a pack is tried out: small projects in a temporary folder, built as any project is.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use tempfile::TempDir;

use super::{CheckFailure, failed};
use crate::build::{self, JobError, Toolchain, job};
use crate::catalog::{Catalog, Folder, Origin, PACKS_FOLDER, Pack, TEMPLATES_FOLDER, Template};
use crate::check::{self, Component};
use crate::conformance::with_help;
use crate::files::{self, Files, RelPath};
use crate::generate;
use crate::pack::{PackError, content};
use crate::progress::{Event, Progress};
use crate::project::{self, Builder, workflow};
use crate::report::Problem;
use crate::scaffold::{self, NewProject, NewTask};
use crate::trust::Store;

/// How a pack is tried out.
pub struct Options {
    pub build: build::Options,
    /// The templates that it has to work with.
    pub templates: Catalog,
    /// Takes what a person has to know.
    pub progress: Arc<dyn Progress>,
}

/// A pack that is tried out.
pub struct Fixture {
    pub(super) options: Options,
    pub(super) pack: Result<Pack, Problem>,
    folder: TempDir,
    toolchains: Option<BTreeMap<String, Toolchain>>,
    /// What was built, by its name.
    built: BTreeMap<String, Result<Arc<Vec<u8>>, CheckFailure>>,
    offline: Option<Result<Offline, CheckFailure>>,
    projects: usize,
    told: Arc<Mutex<Vec<String>>>,
}

/// A function that was built without a network, and how that was taken away.
type Offline = (Arc<Vec<u8>>, String);

/// How one of the projects is built.
#[derive(Debug, Clone, Default)]
pub(super) struct BuildMode {
    /// Without the network.
    pub offline: bool,
    /// What every compiler is started by.
    pub within: Vec<String>,
    /// In the pack's image.
    pub container: bool,
}

/// Why a task was not built.
#[derive(Debug)]
pub(super) enum NotBuilt {
    /// The user's code was found to be wrong: in these words.
    Rejected(String),
    /// There is no compiler.
    NoCompiler(String),
    /// The pack, or the machine, is at fault.
    Broken(String),
}

impl NotBuilt {
    /// As a failure of a check that needs the task.
    pub fn of(self, what: &str) -> CheckFailure {
        match self {
            Self::NoCompiler(why) => CheckFailure::Skipped(first_line(&why).to_owned()),
            Self::Rejected(why) | Self::Broken(why) => {
                failed(format!("{what} cannot be built:\n{}", why.trim_end()), "")
            }
        }
    }
}

/// What was built before. What failed then is told once.
fn again(known: &Result<Arc<Vec<u8>>, CheckFailure>, what: &str) -> Result<Arc<Vec<u8>>, CheckFailure> {
    known.clone().map_err(|refusal| match refusal {
        CheckFailure::Failed { .. } => CheckFailure::Skipped(format!("{what} is not built")),
        skipped => skipped,
    })
}

pub(super) fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// Keeps what a compiler says; a person sees only what concerns the whole machine.
struct Quiet {
    outer: Arc<dyn Progress>,
    said: Mutex<Vec<String>>,
    told: Arc<Mutex<Vec<String>>>,
}

impl Progress for Quiet {
    fn report(&self, event: Event) {
        match event {
            Event::ComponentFailed { output, .. } => {
                self.said.lock().unwrap_or_else(PoisonError::into_inner).push(output);
            }
            // How much of an image is there is told again and again.
            Event::ImageProgress { .. } => self.outer.report(event),
            other if other.is_general() => {
                let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
                let text = format!("{other:?}");
                if !told.contains(&text) {
                    told.push(text);
                    self.outer.report(other);
                }
            }
            _ => {}
        }
    }
}

impl Fixture {
    /// For the pack in a folder.
    ///
    /// # Errors
    /// When no folder is known for temporary files.
    pub fn new(folder: Folder, options: Options) -> Result<Self, PackError> {
        Ok(Self {
            pack: Pack::load(folder, Origin::Project),
            options,
            folder: tempfile::Builder::new().prefix("pelato-check-").tempdir().map_err(PackError::Fixture)?,
            toolchains: None,
            built: BTreeMap::new(),
            offline: None,
            projects: 0,
            told: Arc::default(),
        })
    }

    /// The pack, if its manifest is right.
    pub(super) fn pack(&self) -> Result<&Pack, CheckFailure> {
        self.pack.as_ref().map_err(|_| CheckFailure::Skipped("the manifest is wrong".to_owned()))
    }

    /// Whether one task of the pack stands for one that has no folder of its own.
    fn is_in_all(&self, task: &str) -> bool {
        let Ok(Pack { manifest, folder, .. }) = &self.pack else { return false };
        let dir = manifest.conformance.as_ref().map_or("", |section| &section.dir);
        let has = |task: &str| folder.files(&format!("{dir}/{task}")).is_ok_and(|files| !files.is_empty());
        !has(task) && has(ALL)
    }

    /// What stands before the input of a task: its name, if another one stands for it.
    pub(super) fn prefix(&self, task: &str) -> Vec<u8> {
        if self.is_in_all(task) { format!("{task}\n").into_bytes() } else { Vec::new() }
    }

    /// The function of one of the pack's tasks, built once.
    pub(super) fn function(&mut self, task: &'static str) -> Result<Arc<Vec<u8>>, CheckFailure> {
        let task = if self.is_in_all(task) { ALL } else { task };
        if let Some(known) = self.built.get(task) {
            return again(known, &format!("the task `{task}`"));
        }
        let made = self.task(task).and_then(|project| {
            let built = self.make(&project, &BuildMode::default());
            built.map(Arc::new).map_err(|error| error.of(&format!("the task `{task}`")))
        });
        self.built.insert(task.to_owned(), made.clone());
        made
    }

    /// The function of the starter, built once in the ordinary way.
    pub(crate) fn starter(&mut self) -> Result<Arc<Vec<u8>>, CheckFailure> {
        const STARTER: &str = "the starter";
        if let Some(known) = self.built.get(STARTER) {
            return again(known, STARTER);
        }
        let made = self.starter_in(&BuildMode::default()).map(Arc::new);
        self.built.insert(STARTER.to_owned(), made.clone());
        made
    }

    /// The function of the starter, built in a folder of its own without a network, once.
    pub(super) fn starter_offline(&mut self) -> Result<Offline, CheckFailure> {
        if let Some(known) = &self.offline {
            return known.clone();
        }
        let (within, word) = match alone() {
            Ok(within) => (within, "in a network namespace of its own".to_owned()),
            Err(why) => (Vec::new(), format!("with `build.offline` alone, because {why}")),
        };
        let mode = BuildMode { offline: true, within, ..BuildMode::default() };
        let made = self.starter_in(&mode).map(|function| (Arc::new(function), word));
        self.offline = Some(made.clone());
        made
    }

    /// The function of the starter, built in a folder of its own.
    pub(super) fn starter_in(&mut self, mode: &BuildMode) -> Result<Vec<u8>, CheckFailure> {
        let project = self.starter_project()?;
        self.make(&project, mode).map_err(|error| error.of("the starter"))
    }

    /// The compiler of the pack, found once.
    pub(super) fn compiler(&mut self) -> Result<Toolchain, NotBuilt> {
        let name = self.pack.as_ref().map(|pack| pack.manifest.name.clone()).unwrap_or_default();
        if let Some(known) = self.toolchains.as_ref().and_then(|found| found.get(&name)) {
            return Ok(known.clone());
        }
        let project = self.starter_project().map_err(|refusal| match refusal {
            CheckFailure::Skipped(why) | CheckFailure::Failed { why, .. } => NotBuilt::Broken(why),
        })?;
        let quiet = self.quiet();
        let components = components(&project)?;
        let found = build::toolchains(&components, &self.options.build, quiet.as_ref());
        let found = found.map_err(|error| NotBuilt::NoCompiler(with_help(&error)))?;
        let toolchain = found.get(&name).cloned();
        self.toolchains = Some(found);
        toolchain.ok_or_else(|| NotBuilt::NoCompiler("there is none".to_owned()))
    }

    /// A new project with the starter in it.
    fn starter_project(&mut self) -> Result<PathBuf, CheckFailure> {
        let root = self.next();
        let pack = self.pack()?;
        let plain = plain_template()?;
        let topics = [("source_topic", "in"), ("dest_topic", "out")];
        let task = NewTask {
            title: "Starter".to_owned(),
            component_name: Some("starter".to_owned()),
            template: &plain,
            pack,
            parameters: topics.map(|(name, topic)| (name.to_owned(), topic.to_owned())).into(),
            targets: vec!["edge".to_owned()],
            version: None,
        };
        let project =
            NewProject { name: "Starter".to_owned(), folder: root.clone(), task: Some(task), schema: "{}" };
        let plan = scaffold::new(&project).map_err(|error| failed(with_help(&error), "fix the starter"))?;
        plan.apply().map_err(|error| unwritten(&error))?;
        self.bring(&root)?;
        Ok(root)
    }

    /// A new project with one of the pack's tasks in it.
    pub(super) fn task(&mut self, task: &'static str) -> Result<PathBuf, CheckFailure> {
        let root = self.next();
        let about =
            crate::pack::TASKS.iter().find(|known| known.name == task).map_or("", |known| known.about);
        let pack = self.pack()?;
        let Some(section) = &pack.manifest.conformance else {
            let help = "add it to pack.toml: `dir = \"conformance\"` and `panics`; `operation:explain pack-check` has the tasks";
            return Err(failed("the manifest has no [conformance]", help));
        };
        let folder = format!("{}/{task}", section.dir);
        let mut values = liquid::Object::new();
        for name in ["component_name", "task_name", "project_name"] {
            values.insert(name.into(), liquid::model::Value::scalar(task));
        }
        let code = scaffold::pack_files(pack, &folder, &values);
        let code = code.map_err(|_| {
            failed(format!("{folder}/ is missing"), format!("write a task whose function {about}"))
        })?;
        let mut files = Files::new();
        let path = |name: &str| RelPath::new(name).map_err(|error| unwritten(&error));
        let name = &pack.manifest.name;
        let text = format!(
            "project_name: {task}\ntasks:\n  - name: {task}\n    type: {PLAIN}\n    language: {name}\n    code: {task}\n    \
             targets: [edge]\n    source_topic: in\n    dest_topic: out\n    component_name: {task}\n    version: 0.1.0\n"
        );
        files.insert(path(workflow::FILE)?, text.into_bytes());
        for (file, bytes) in code {
            files.insert(path(&format!("tasks/{task}/{file}"))?, bytes);
        }
        files::create_tree(files::anywhere(), &root, &files).map_err(|error| unwritten(&error))?;
        self.bring(&root)?;
        Ok(root)
    }

    fn next(&mut self) -> PathBuf {
        self.projects += 1;
        self.folder.path().join(format!("project-{}", self.projects))
    }

    /// Puts the pack, and the template that surrounds its tasks, into a project: those of the user do not count here.
    fn bring(&self, root: &Path) -> Result<(), CheckFailure> {
        let pack = self.pack()?;
        let unreadable = |error: PackError| failed(error.to_string(), "check that its files can be read");
        if let Folder::Disk(_) = pack.folder {
            let files = content::read(&pack.folder).map_err(unreadable)?;
            let place = root.join(PACKS_FOLDER).join(&pack.manifest.name);
            files::create_folder(root, &root.join(PACKS_FOLDER))
                .map_err(|error| failed(error.to_string(), "check that the disk is not full"))?;
            files::create_tree(root, &place, &files).map_err(|error| unwritten(&error))?;
        }
        debug_assert!(!root.join(TEMPLATES_FOLDER).exists());
        Ok(())
    }

    fn quiet(&self) -> Arc<Quiet> {
        Arc::new(Quiet {
            outer: Arc::clone(&self.options.progress),
            said: Mutex::default(),
            told: Arc::clone(&self.told),
        })
    }

    /// Builds the only task of a project as any project is built, and gives its function.
    pub(super) fn make(&mut self, root: &Path, mode: &BuildMode) -> Result<Vec<u8>, NotBuilt> {
        let broken = |error: &dyn std::error::Error| NotBuilt::Broken(error.to_string());
        let quiet = self.quiet();
        let components = components(root)?;
        let toolchains = match mode.container {
            true => {
                let options = build::Options { builder: Builder::Container, ..self.options.build.clone() };
                build::toolchains(&components, &options, quiet.as_ref())
                    .map_err(|error| NotBuilt::NoCompiler(with_help(&error)))?
            }
            false => {
                self.compiler()?;
                self.toolchains.clone().unwrap_or_default()
            }
        };
        let planned = generate::plan(&components).map_err(|error| broken(&error))?;
        let folder = generate::prepare(root).map_err(|error| broken(&error))?;
        generate::apply(&folder, &planned).map_err(|error| broken(&error))?;
        // Nothing that is built here outlives the check.
        let store = Store::new(self.folder.path().join("state"));
        let plan = build::plan(&components, &toolchains, &planned, &folder, &store)
            .map_err(|error| broken(&error))?;
        let trigger = build::trigger(&components[0].template).map_err(|error| broken(&error))?;
        let own_caches = self.folder.path().join("own-caches");
        let context = build::BuildContext {
            cache: &self.options.build.cache,
            own_caches: &own_caches,
            key: &plan.key,
            offline: mode.offline || self.options.build.offline,
            within: &mode.within,
            kept: None,
            cancel: &self.options.build.cancel,
            progress: quiet.as_ref(),
            resolving: &Mutex::new(()),
        };
        let job = plan.jobs.into_iter().next().ok_or_else(|| NotBuilt::Broken("no task".to_owned()))?;
        let built = job::run(job, &trigger, context).map_err(|error| {
            let said = quiet.said.lock().unwrap_or_else(PoisonError::into_inner).join("\n");
            match error {
                JobError::Rejected(_) => NotBuilt::Rejected(said),
                other => NotBuilt::Broken(with_help(&other)),
            }
        })?;
        built.read_function(&components[0]).map_err(|error| broken(&error))
    }
}

/// What starts a program without a network, if this machine lets us.
fn alone() -> Result<Vec<String>, String> {
    const UNSHARE: [&str; 3] = ["unshare", "-rn", "--"];
    let mut probe = Command::new(UNSHARE[0]);
    let probe = probe.args(&UNSHARE[1..]).arg("true").stdin(Stdio::null()).output();
    match probe {
        Ok(output) if output.status.success() => Ok(UNSHARE.map(str::to_owned).into()),
        Ok(output) => {
            let words = String::from_utf8_lossy(&output.stderr);
            Err(format!("`unshare -rn` fails here: {}", first_line(&words)))
        }
        Err(_) => Err("there is no program `unshare` here".to_owned()),
    }
}

/// The task that stands for those without a folder of their own.
const ALL: &str = "all";
/// The template that surrounds the pack's tasks.
const PLAIN: &str = "processor_nats";

fn plain_template() -> Result<Template, CheckFailure> {
    Catalog::built_in()
        .templates
        .get(PLAIN)
        .cloned()
        .map_err(|error| CheckFailure::Skipped(error.to_string()))
}

fn unwritten(error: &files::FileError) -> CheckFailure {
    failed(with_help(error), "check that the disk is not full")
}

/// The components of a project, read and checked as those of any project; or what is wrong with it.
fn components(root: &Path) -> Result<Vec<Component>, NotBuilt> {
    let (workflow, report) = project::read(root).map_err(|error| NotBuilt::Rejected(with_help(&error)))?;
    let (report, components) = check::run(&workflow, report, &Catalog::load(Some(root), None));
    if report.errors() == 0 {
        return Ok(components);
    }
    let problems = report.problems.iter().map(|problem| with_help(problem));
    Err(NotBuilt::Rejected(problems.collect::<Vec<_>>().join("\n")))
}
