//! Everything from sources to hosts, as one run.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Error;
use super::building::select;
use super::operation::Operation;
use super::{BuildFlags, Outcome, Pelato};
use crate::platform::{self, Deployed};
use crate::progress::{self, Event, OperationKind};
use crate::push::Pushed;
use crate::remedy::Argument;
use crate::{build, generate, metrics};

/// A phase of `brush`, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Phase {
    /// Write the sources of the components below gen/.
    Gen,
    /// Compile, wrap and compose them.
    Build,
    /// Push them to the registry.
    Push,
    /// Run them on the hosts.
    Deploy,
}

impl Phase {
    /// All of them, in order.
    pub const ALL: [Self; 4] = [Self::Gen, Self::Build, Self::Push, Self::Deploy];

    /// As events name it.
    fn as_event(self) -> progress::Phase {
        match self {
            Self::Gen => progress::Phase::Gen,
            Self::Build => progress::Phase::Build,
            Self::Push => progress::Phase::Push,
            Self::Deploy => progress::Phase::Deploy,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Gen => "gen",
            Self::Build => "build",
            Self::Push => "push",
            Self::Deploy => "deploy",
        }
    }
}

#[derive(Debug, Clone)]
pub struct BrushOptions {
    /// The first phase.
    pub from: Phase,
    /// The last phase.
    pub to: Phase,
    pub build: BuildFlags,
    /// Replace an image in the registry that has the same version.
    pub force_push: bool,
    /// How to deploy.
    pub deploy: platform::Options,
}

#[derive(Default)]
pub struct Brushed {
    /// The phases and how long they took.
    pub phases: Vec<(Phase, Duration)>,
    pub outcome: Option<Outcome>,
    pub pushed: Vec<Pushed>,
    pub deployed: Option<Deployed>,
}

impl Brushed {
    /// How long a phase took, if it was part of it.
    pub fn time(&self, phase: Phase) -> Option<Duration> {
        self.phases.iter().find(|(done, _)| *done == phase).map(|(_, time)| *time)
    }

    /// How long all of it took.
    pub fn total(&self) -> Duration {
        self.phases.iter().map(|(_, time)| *time).sum()
    }
}

impl Pelato {
    /// Generates, builds, pushes and deploys; or some of these, in this order. The first that fails ends it.
    ///
    /// # Errors
    /// Those of the phases; and when a later phase is to begin with what has not been built.
    pub async fn brush(&self, options: &BrushOptions) -> Result<Brushed, Error> {
        let operation = self.begin(OperationKind::Brush)?;
        operation.ended(operation.brush(options).await)
    }
}

impl Operation {
    async fn brush(self: &Arc<Self>, options: &BrushOptions) -> Result<Brushed, Error> {
        let wanted = |phase: Phase| (options.from..=options.to).contains(&phase);
        // What a later phase lacks is better known before a long build than after it.
        let components = self.components()?;
        self.may_record()?;
        if wanted(Phase::Push) {
            self.ready_to_push()?;
        }
        if wanted(Phase::Deploy) {
            self.may_deploy()?;
        }
        let mut brushed = Brushed::default();
        for phase in Phase::ALL.into_iter().filter(|phase| wanted(*phase)) {
            self.progress.report(Event::PhaseStarted { phase: phase.as_event() });
            let start = Instant::now();
            self.phase(phase, options, &mut brushed).await?;
            let duration = start.elapsed();
            self.progress.report(Event::PhaseFinished { phase: phase.as_event(), duration });
            brushed.phases.push((phase, duration));
        }
        self.record(&metrics::Run {
            tasks: components.len(),
            generate: brushed.time(Phase::Gen),
            build: brushed.time(Phase::Build),
            deploy: brushed.time(Phase::Deploy),
            total: brushed.total(),
        })?;
        Ok(brushed)
    }

    async fn phase(
        self: &Arc<Self>,
        phase: Phase,
        options: &BrushOptions,
        brushed: &mut Brushed,
    ) -> Result<(), Error> {
        let flags = options.build.clone();
        match phase {
            Phase::Gen => drop(self.blocking(Self::write_sources).await?),
            Phase::Build => {
                brushed.outcome = Some(self.blocking(move |it| it.make(&[], &flags, &|_, _| ())).await?);
            }
            Phase::Push => {
                let outcome = match brushed.outcome.take() {
                    Some(outcome) => outcome,
                    None => self.blocking(move |it| it.finished(&flags)).await?,
                };
                brushed.pushed = self.push(&outcome, options.force_push).await?;
                brushed.outcome = Some(outcome);
            }
            Phase::Deploy => {
                let deployed = self.unless_cancelled(self.deploy_unrecorded(options.deploy)).await?;
                brushed.deployed = Some(deployed.0);
            }
        }
        Ok(())
    }

    /// The artifacts that are there, if each is what its sources make.
    fn finished(&self, flags: &BuildFlags) -> Result<Outcome, Error> {
        let flags =
            BuildFlags { no_install: flags.no_install.or(Some(Argument::From.into())), ..flags.clone() };
        let stale = self.plan_build(&[], &flags)?.into_iter().find_map(|planned| {
            let why = planned.compile.or(planned.compose)?;
            Some(Error::NotBuilt { component: planned.component, why: why.to_string() })
        });
        match stale {
            Some(error) => Err(error),
            None => self.make(&[], &flags, &|_, _| ()),
        }
    }

    /// Generates and builds; nothing is recorded.
    pub(super) fn make(
        &self,
        only: &[String],
        flags: &BuildFlags,
        finished: build::Finished<'_>,
    ) -> Result<Outcome, Error> {
        let start = Instant::now();
        let sources = self.sources(only)?;
        let tasks = sources.components.len();
        let components = select(sources.components, only);
        let generated = generate::apply(&sources.folder, &sources.planned)?;
        let generate_time = start.elapsed();
        let options = self.build_options(flags);
        let toolchains = self.toolchains(&components, &options)?;
        let plan = build::plan(&components, &toolchains, &sources.planned, &sources.folder, &self.store)?;
        let compiled = plan.jobs.iter().filter(|job| job.compile.is_some());
        self.allow_builds(compiled.map(|job| (job.component, job.files)))?;
        let built = build::run(plan, &options, self.progress.as_ref(), finished)?;
        let build_time = start.elapsed() - generate_time;
        Ok(Outcome { tasks, components, generated, built, generate_time, build_time })
    }
}
