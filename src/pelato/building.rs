//! Checking, generating and building: what all operations on a project's components begin with.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::operation::Operation;
use super::{BuildFlags, Checked, Error, Outcome, PlannedBuild};
use crate::build::{self, Toolchain};
use crate::check::{self, Component};
use crate::generate::{self, Generated, Lock};
use crate::metrics;
use crate::progress::{Event, Reason};
use crate::project;
use crate::project::lock_file::{self, LockFile, LockedImage};
use crate::project::settings::{
    CONTAINER_CPUS, CONTAINER_MEMORY, CONTAINER_PIDS, CONTAINER_TIMEOUT, ENABLE_METRICS, PARALLEL_BUILD,
};
use crate::remedy::Argument;
use crate::report::Rejected;
use crate::text::suggest;
use crate::text::with_causes;

/// What is to be generated, and the right to do it.
pub(super) struct Sources {
    pub components: Vec<Component>,
    pub planned: Vec<generate::Planned>,
    pub folder: PathBuf,
    _lock: Lock,
}

impl Checked {
    /// The same, unless the workflow has errors.
    pub(super) fn accepted(self) -> Result<Self, Error> {
        match self.report.errors() {
            0 => Ok(self),
            _ => Err(Error::Rejected(Rejected(self.report))),
        }
    }
}

impl Operation {
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
    pub(super) fn valid(&self) -> Result<Checked, Error> {
        self.check()?.accepted()
    }

    /// Writes the sources of all components below `gen/`.
    ///
    /// # Errors
    /// When the workflow has errors or a file cannot be written.
    pub fn generate(&self) -> Result<(Vec<Component>, Generated), Error> {
        self.may_record()?;
        let start = Instant::now();
        let (components, generated) = self.write_sources()?;
        let time = start.elapsed();
        let tasks = components.len();
        self.record(&metrics::Run { tasks, generate: Some(time), total: time, ..metrics::Run::default() })?;
        Ok((components, generated))
    }

    pub(super) fn write_sources(&self) -> Result<(Vec<Component>, Generated), Error> {
        let Sources { components, planned, folder, _lock } = self.sources(&[])?;
        let generated = generate::apply(&folder, &planned)?;
        Ok((components, generated))
    }

    /// Reads what is to be generated, and holds `gen/` for it. What is wrong is found before `gen/` is made.
    pub(super) fn sources(&self, only: &[String]) -> Result<Sources, Error> {
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
        let taken = Lock::take(generated, &self.cancel, self.progress.as_ref());
        let taken = taken.map_err(|source| Error::System {
            what: format!("cannot lock {}", generated.display()),
            help: "check that you have write permission there".to_owned(),
            source,
        });
        taken?.ok_or(Error::Cancelled)
    }

    /// Says what `build` would do, and why. Compilers are asked for their version; nothing is installed, and no file of the
    /// project is written.
    pub fn plan_build(&self, only: &[String], flags: &BuildFlags) -> Result<Vec<PlannedBuild>, Error> {
        let all = self.components()?;
        known(&all, only)?;
        let planned = generate::plan(&all)?;
        let components = select(all, only);
        let flags =
            BuildFlags { no_install: flags.no_install.or(Some(Argument::DryRun.into())), ..flags.clone() };
        let toolchains = self.toolchains(&components, &self.build_options(&flags))?;
        let plan =
            build::plan(&components, &toolchains, &planned, &self.root.join(generate::FOLDER), &self.store)?;
        let jobs = plan.jobs.iter().map(|job| PlannedBuild {
            component: job.component.name.clone(),
            compile: job.compile.clone(),
            compose: job.compile.clone().map(|_| Reason::Function).or_else(|| job.compose()),
        });
        Ok(jobs.collect())
    }

    /// Generates and builds all components, or only those named.
    ///
    /// # Errors
    /// When the workflow has errors, a name is unknown, or a component cannot be built.
    pub fn build(
        &self,
        only: &[String],
        flags: &BuildFlags,
        finished: build::Finished<'_>,
    ) -> Result<Outcome, Error> {
        self.may_record()?;
        let outcome = self.make(only, flags, finished)?;
        self.record(&metrics::Run {
            tasks: outcome.tasks,
            generate: Some(outcome.generate_time),
            build: Some(outcome.build_time),
            total: outcome.generate_time + outcome.build_time,
            ..metrics::Run::default()
        })?;
        Ok(outcome)
    }

    /// The compilers of the components' packs. Nothing of a pack is run before it is known to
    /// be what was added, and allowed.
    pub(super) fn toolchains(
        &self,
        components: &[Component],
        options: &build::Options,
    ) -> Result<BTreeMap<String, Toolchain>, Error> {
        self.allow_packs(components.iter().map(|component| component.pack.as_ref()))?;
        let toolchains = build::toolchains(components, options, self.progress.as_ref())?;
        self.remember_images(build::fetched(&toolchains));
        Ok(toolchains)
    }

    /// How to build, as flags and settings say.
    pub(crate) fn build_options(&self, flags: &BuildFlags) -> build::Options {
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
            cancel: self.cancel.clone(),
        }
    }

    /// Writes into `pelato.lock` which images were fetched. A build goes on without it.
    pub(super) fn remember_images<'a>(&self, images: impl Iterator<Item = (&'a str, &'a LockedImage)>) {
        for (pack, image) in images {
            let remember = || {
                let _lock = self.lock_workflow()?;
                Ok::<_, Error>(LockFile::read(&self.root)?.update_image(pack, image)?)
            };
            if let Err(error) = remember() {
                let reason = with_causes(&error, "; ");
                self.progress.report(Event::ImageNotRemembered { image: image.image.clone(), reason });
            }
        }
    }

    fn container_limits(&self) -> build::container::Limits {
        let number = |key| self.settings.number(key).unwrap_or_default();
        build::container::Limits {
            memory: number(CONTAINER_MEMORY),
            processors: number(CONTAINER_CPUS),
            processes: number(CONTAINER_PIDS),
            time: self.settings.time(CONTAINER_TIMEOUT).unwrap_or_default(),
        }
    }

    /// Sees before the work that its times can be recorded after it, if they are to be.
    pub(super) fn may_record(&self) -> Result<(), Error> {
        match self.settings.is_on(ENABLE_METRICS) {
            true => Ok(metrics::check(&self.root)?),
            false => Ok(()),
        }
    }

    pub(super) fn record(&self, run: &metrics::Run) -> Result<(), Error> {
        if self.settings.is_on(ENABLE_METRICS) {
            let _lock = self.lock_workflow()?;
            metrics::append(&self.root, run)?;
        }
        Ok(())
    }
}

/// Whether all of these names are components.
pub(super) fn known(all: &[Component], only: &[String]) -> Result<(), Error> {
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
pub(super) fn select(all: Vec<Component>, only: &[String]) -> Vec<Component> {
    let wanted = |component: &Component| only.is_empty() || only.contains(&component.name);
    all.into_iter().filter(wanted).collect()
}
