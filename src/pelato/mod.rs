//! The facade: a project and everything that can be done with it.

mod brush;
mod changed;
mod conformance;
mod deploy;
mod doctor;
mod drill;
mod error;
mod graph;
mod infra;
mod library;
mod push;
mod report;
mod run;
mod scaffold;
mod watch;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::build::{self, Built, Toolchain};
use crate::catalog::Catalog;
use crate::check::{self, Component};
use crate::generate::{self, Generated, Lock};
use crate::interrupt::Interrupt;
use crate::metrics;
use crate::pack;
use crate::platform::Platform;
use crate::progress::{Event, Progress};
use crate::project::lock_file::{self, LockFile, LockedImage};
use crate::project::settings::{
    CONTAINER_CPUS, CONTAINER_MEMORY, CONTAINER_PIDS, CONTAINER_TIMEOUT, ENABLE_METRICS, PARALLEL_BUILD,
};
use crate::project::{self, Settings, Workflow};
use crate::remedy::{Argument, Restriction};
use crate::report::{Rejected, Report};
use crate::text::suggest;
use crate::text::with_causes;

pub use brush::{BrushOptions, Brushed, Phase};
pub use changed::{Changed, Left, Why};
pub use conformance::Conformance;
pub use drill::DrillOptions;
pub use error::{Error, Exit, PromptError};
pub use infra::InfraOptions;
pub use library::{Library, Made, Owner};
pub use push::PlannedPush;
pub use report::{Comparison, ReportOptions};
pub use run::{Ready, RunOptions};
pub use scaffold::new_project;

/// What a project is opened with.
pub struct Options {
    /// The project's folder, with `workflow.yaml` in it.
    pub root: PathBuf,
    pub settings: Settings,
    /// The user's own folder with language packs and templates, if there is one.
    pub user: Option<PathBuf>,
    pub cache: PathBuf,
    /// Takes the events of all stages.
    pub progress: Arc<dyn Progress>,
    /// That somebody wants the work to end: containers are removed then.
    pub interrupt: Interrupt,
    /// What it is deployed to; none for the one that the settings mean.
    pub platform: Option<Arc<dyn Platform>>,
}

/// A project that is open.
pub struct Pelato {
    root: PathBuf,
    settings: Settings,
    catalog: Catalog,
    user: Option<PathBuf>,
    cache: PathBuf,
    progress: Arc<dyn Progress>,
    interrupt: Interrupt,
    platform: Option<Arc<dyn Platform>>,
}

pub struct Checked {
    pub workflow: Workflow,
    /// What is wrong or suspicious.
    pub report: Report,
    /// The tasks without errors, in the order of the workflow.
    pub components: Vec<Component>,
}

/// How to build, as flags say.
#[derive(Debug, Clone, Default)]
pub struct BuildFlags {
    /// How many components at a time; else as many as there are processors, or one if `PARALLEL_BUILD` is off.
    pub jobs: Option<usize>,
    /// What forbids installing anything.
    pub no_install: Option<Restriction>,
    /// The network is not to be used.
    pub offline: bool,
    /// Where compilers are looked for; the environment's PATH.
    pub path: std::ffi::OsString,
    /// What compiles, if a flag says so; else the setting.
    pub builder: Option<project::Builder>,
    /// Where a container engine may be, the most probable first.
    pub engines: Vec<String>,
    /// Whether the toolchain images that registries have now are wanted, whatever is remembered of them.
    pub newest_images: bool,
}

/// What building would do for a component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedBuild {
    pub component: String,
    /// Why it would be compiled.
    pub compile: Option<String>,
    /// Why it would be composed.
    pub compose: Option<String>,
}

/// What is to be generated, and the right to do it.
struct Sources {
    components: Vec<Component>,
    planned: Vec<generate::Planned>,
    folder: PathBuf,
    _lock: Lock,
}

/// What generating and building brought.
pub struct Outcome {
    /// How many tasks the workflow has, whether they were selected or not.
    pub tasks: usize,
    /// The components, in the order of the workflow.
    pub components: Vec<Component>,
    pub generated: Generated,
    /// The artifacts, in the same order as the components.
    pub built: Vec<Built>,
    /// How long reading and generating took.
    pub generate_time: Duration,
    /// How long building took.
    pub build_time: Duration,
}

impl Pelato {
    /// Opens a project. Nothing is read of it yet but its packs and templates.
    pub fn open(options: Options) -> Self {
        let catalog = Catalog::load(Some(&options.root), options.user.as_deref());
        Self {
            root: options.root,
            settings: options.settings,
            catalog,
            user: options.user,
            cache: options.cache,
            progress: options.progress,
            interrupt: options.interrupt,
            platform: options.platform,
        }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The packs and templates that the project can use.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The packs and templates of the project and the user, and new ones.
    pub fn library(&self) -> Library {
        Library::new(self.root.clone(), self.user.clone())
    }

    pub fn cache(&self) -> &Path {
        &self.cache
    }

    /// Reads and checks the workflow.
    ///
    /// # Errors
    /// When there is no workflow file; what is wrong in it is in the report.
    pub fn check(&self) -> Result<Checked, Error> {
        let (workflow, report) = project::read(&self.root)?;
        let (report, components) = check::run(&workflow, report, &self.catalog);
        Ok(Checked { workflow, report, components })
    }

    /// The components of a workflow without errors.
    ///
    /// # Errors
    /// When there is no workflow, or it has errors.
    pub fn components(&self) -> Result<Vec<Component>, Error> {
        Ok(self.valid()?.components)
    }

    /// The workflow, if it has no errors.
    fn valid(&self) -> Result<Checked, Error> {
        let checked = self.check()?;
        match checked.report.errors() {
            0 => Ok(checked),
            _ => Err(Error::Rejected(Rejected(checked.report))),
        }
    }

    /// Plans what `generate` would write.
    ///
    /// # Errors
    /// When the workflow has errors or the sources cannot be planned.
    pub fn plan_generate(&self) -> Result<Vec<generate::Planned>, Error> {
        Ok(generate::plan(&self.components()?)?)
    }

    /// Writes the sources of all components below `gen/`.
    ///
    /// # Errors
    /// When the workflow has errors or a file cannot be written.
    pub fn generate(&self) -> Result<(Vec<Component>, Generated), Error> {
        let start = Instant::now();
        let (components, generated) = self.write_sources()?;
        let time = start.elapsed();
        let tasks = components.len();
        self.record(&metrics::Run { tasks, generate: Some(time), total: time, ..metrics::Run::default() })?;
        Ok((components, generated))
    }

    fn write_sources(&self) -> Result<(Vec<Component>, Generated), Error> {
        let Sources { components, planned, folder, _lock } = self.sources(&[])?;
        let generated = generate::apply(&folder, &planned)?;
        Ok((components, generated))
    }

    /// Reads what is to be generated, and holds `gen/` for it. What is wrong is found before `gen/` is made.
    fn sources(&self, only: &[String]) -> Result<Sources, Error> {
        let read = || {
            let components = self.components()?;
            known(&components, only)?;
            let planned = generate::plan(&components)?;
            Ok::<_, Error>((components, planned))
        };
        let (mut components, mut planned) = read()?;
        let folder = generate::prepare(&self.root)?;
        let lock = self.lock(&folder)?;
        if lock.waited {
            // What was read may be old by now.
            (components, planned) = read()?;
        }
        Ok(Sources { components, planned, folder, _lock: lock })
    }

    fn lock(&self, generated: &Path) -> Result<Lock, Error> {
        Lock::take(generated, self.progress.as_ref()).map_err(|source| Error::System {
            what: format!("cannot lock {}", generated.display()),
            help: "check that you have write permission there".to_owned(),
            source,
        })
    }

    /// Says what `build` would do, and why; nothing is written or installed.
    ///
    /// # Errors
    /// As for [`Pelato::build`].
    pub fn plan_build(&self, only: &[String], flags: &BuildFlags) -> Result<Vec<PlannedBuild>, Error> {
        let all = self.components()?;
        known(&all, only)?;
        let planned = generate::plan(&all)?;
        let components = select(all, only);
        let flags =
            BuildFlags { no_install: flags.no_install.or(Some(Argument::DryRun.into())), ..flags.clone() };
        let toolchains = self.toolchains(&components, &self.build_options(&flags))?;
        let plan = build::plan(&components, &toolchains, &planned, &self.root.join(generate::FOLDER))?;
        let jobs = plan.jobs.iter().map(|job| PlannedBuild {
            component: job.component.name.clone(),
            compile: job.compile.clone(),
            compose: job.compile.clone().map(|_| "the function changes".to_owned()).or_else(|| job.compose()),
        });
        Ok(jobs.collect())
    }

    /// Generates and builds all components, or only those named.
    ///
    /// # Errors
    /// When the workflow has errors, a name is unknown, or a component cannot be built.
    pub fn build(&self, only: &[String], flags: &BuildFlags) -> Result<Outcome, Error> {
        let outcome = self.make(only, flags)?;
        self.record(&metrics::Run {
            tasks: outcome.tasks,
            generate: Some(outcome.generate_time),
            build: Some(outcome.build_time),
            total: outcome.generate_time + outcome.build_time,
            ..metrics::Run::default()
        })?;
        Ok(outcome)
    }

    /// The compilers of the components' packs. Nothing of a pack is run before it is known to be what was added.
    fn toolchains(
        &self,
        components: &[Component],
        options: &build::Options,
    ) -> Result<BTreeMap<String, Toolchain>, Error> {
        let packs = components.iter().map(|component| component.pack.as_ref());
        pack::verify(packs, &self.root, self.user.as_deref())?;
        let toolchains = build::toolchains(components, options, self.progress.as_ref())?;
        self.remember_images(build::fetched(&toolchains));
        Ok(toolchains)
    }

    /// How to build, as flags and settings say.
    fn build_options(&self, flags: &BuildFlags) -> build::Options {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let default = if self.settings.is_on(PARALLEL_BUILD) { processors } else { 1 };
        build::Options {
            jobs: flags.jobs.unwrap_or(default),
            cache: self.cache.clone(),
            path: flags.path.clone(),
            no_install: flags.no_install,
            offline: flags.offline,
            builder: flags.builder.unwrap_or_else(|| self.settings.builder()),
            engines: flags.engines.clone(),
            limits: self.container_limits(),
            images: LockFile::read(&self.root)
                .map(|file| file.images().clone())
                .map_err(|error| format!("{}: {error}", lock_file::FILE)),
            newest_images: flags.newest_images,
            interrupt: self.interrupt.clone(),
        }
    }

    /// Writes into `pelato.lock` which images were fetched. A build goes on without it.
    fn remember_images<'a>(&self, images: impl Iterator<Item = (&'a str, &'a LockedImage)>) {
        for (pack, image) in images {
            let remember = || {
                let _lock = self.lock_workflow()?;
                Ok::<_, Error>(LockFile::read(&self.root)?.update_image(pack, image)?)
            };
            if let Err(error) = remember() {
                let words = with_causes(&error, "; ");
                let words = format!("{} was not recorded in {}: {words}", image.image, lock_file::FILE);
                self.progress.report(Event::Warning(words));
            }
        }
    }

    fn container_limits(&self) -> build::container::Limits {
        let number = |key| self.settings.number(key).unwrap_or_default();
        build::container::Limits {
            memory: number(CONTAINER_MEMORY),
            processors: number(CONTAINER_CPUS),
            processes: number(CONTAINER_PIDS),
            time: Duration::from_secs(number(CONTAINER_TIMEOUT)),
        }
    }

    fn record(&self, run: &metrics::Run) -> Result<(), Error> {
        if self.settings.is_on(ENABLE_METRICS) {
            metrics::append(&self.root, run)?;
        }
        Ok(())
    }
}

/// Whether all of these names are components.
fn known(all: &[Component], only: &[String]) -> Result<(), Error> {
    let names = || all.iter().map(|component| component.name.as_str());
    match only.iter().find(|name| names().all(|known| known != name.as_str())) {
        None => Ok(()),
        Some(wrong) => Err(Error::UnknownComponent {
            name: wrong.clone(),
            help: suggest::help(wrong, names().collect::<Vec<_>>()),
        }),
    }
}

/// The components of these names, in the order of the workflow; all if none is named.
fn select(all: Vec<Component>, only: &[String]) -> Vec<Component> {
    let wanted = |component: &Component| only.is_empty() || only.contains(&component.name);
    all.into_iter().filter(wanted).collect()
}
