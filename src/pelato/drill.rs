//! The facade's part that rehearses a fault.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use tokio::sync::mpsc::UnboundedReceiver;

use super::Error;
use super::Pelato;
use super::operation::Operation;
use crate::check::Flow;
use crate::drill::slo::{self, Objective, Verdict};
use crate::drill::{self, DrillError, Marks, Plan, Route, Setup};
use crate::measurement::analysis::Report;
use crate::measurement::{self, Readings, record};
use crate::progress::OperationKind;
use crate::project::settings::GivenNats;
use crate::text::suggest;

pub struct DrillOptions {
    /// The topic that probes are sent to; else the one by which messages enter the workflow.
    pub from: Option<String>,
    /// The topic that they come out of; else the one by which they leave it.
    pub to: Option<String>,
    /// What a probe is, with a place for its mark.
    pub input: String,
    /// The NATS server of the topics; else that of the settings.
    pub nats: Option<String>,
    /// What will be done.
    pub plan: Plan,
    /// Whose hosts are to be lost, and to be back before it is over.
    pub target: Option<String>,
    /// Objectives, such as `gap<=0.5s, lost<=0`.
    pub objectives: Vec<String>,
    /// The file that the readings will be written to: see [`Drilled::record`].
    pub record: Option<PathBuf>,
    /// Gets something when a person reports that the host is down.
    pub reported: Option<UnboundedReceiver<()>>,
}

/// A drill that was held.
#[derive(Debug)]
pub struct Drilled {
    pub readings: Readings,
    pub report: Report,
    /// What became of the objectives, in their order.
    pub verdicts: Vec<Verdict>,
    /// Whether it was stopped before its end.
    pub stopped: bool,
}

impl Drilled {
    /// Writes the readings to a file, which `pelato report` reads.
    ///
    /// # Errors
    /// When the file is somebody else's, or cannot be written.
    pub fn record(&self, path: &Path) -> Result<(), Error> {
        Ok(record::write(path, &self.readings).map_err(DrillError::from)?)
    }

    /// Whether it went as it should have.
    ///
    /// # Errors
    /// When it was stopped, or an objective was missed.
    pub fn success(&self) -> Result<(), Error> {
        if self.stopped {
            return Err(DrillError::Stopped.into());
        }
        let missed = self.verdicts.iter().filter(|verdict| !verdict.met).map(ToString::to_string);
        match missed.collect::<Vec<_>>() {
            missed if missed.is_empty() => Ok(()),
            missed => Err(DrillError::Missed { missed, all: self.verdicts.len() }.into()),
        }
    }
}

impl Pelato {
    /// Where the probes of a drill would go in and come out. Everything is checked that can be before it begins.
    ///
    /// # Errors
    /// When the workflow has errors, a value is wrong, or the topics are not clear.
    pub fn plan_drill(&self, options: &DrillOptions) -> Result<Route, Error> {
        checked(options)?;
        self.look()?.drill_route(options)
    }

    /// Sends probes through the running workflow while a host is taken away. It is over sooner when `stop` is done
    /// or it is cancelled.
    ///
    /// # Errors
    /// When the workflow has errors, or the drill cannot be held.
    pub async fn drill(
        &self,
        options: DrillOptions,
        stop: impl Future<Output = ()>,
    ) -> Result<Drilled, Error> {
        let operation = self.begin(OperationKind::Drill)?;
        operation.ended(operation.drill(options, stop).await)
    }
}

impl Operation {
    fn drill_route(&self, DrillOptions { from, to, target, .. }: &DrillOptions) -> Result<Route, Error> {
        let components = self.components()?;
        let targets: BTreeSet<_> =
            components.iter().flat_map(|one| &one.targets).map(String::as_str).collect();
        if let Some(target) = target.as_ref().filter(|target| !targets.contains(target.as_str())) {
            let help = suggest::help(target, targets);
            return Err(DrillError::NoTarget { target: target.clone(), help }.into());
        }
        Ok(drill::route(&Flow::of(&components), from.as_deref(), to.as_deref())?)
    }

    async fn drill(&self, options: DrillOptions, stop: impl Future<Output = ()>) -> Result<Drilled, Error> {
        let stop = self.until_stopped(stop);
        let objectives = checked(&options)?;
        let route = self.drill_route(&options)?;
        let setup = Setup {
            plan: options.plan,
            route,
            marks: Marks::new(&options.input)?,
            server: self.settings.nats_with(GivenNats { url: options.nats, credentials: None })?,
            platform: self.platform()?,
            application: self.application().ok(),
            target: options.target,
            reported: options.reported,
            cancel: self.cancel.clone(),
        };
        let held = drill::hold(setup, stop, self.progress.as_ref()).await?;
        let (readings, stopped) = held.ok_or(Error::Cancelled)?;
        let report = measurement::analyse(&readings);
        let verdicts = objectives.iter().map(|objective| objective.evaluate(&report)).collect();
        Ok(Drilled { readings, report, verdicts, stopped })
    }
}

/// The objectives, which all can be met; and the file for the readings can be written.
fn checked(options: &DrillOptions) -> Result<Vec<Objective>, DrillError> {
    let parsed = options.objectives.iter().map(|text| slo::parse(text)).collect::<Result<Vec<_>, _>>()?;
    let objectives: Vec<_> = parsed.into_iter().flatten().collect();
    let has_fault = options.plan.has_fault();
    if let Some(objective) = objectives.iter().find(|objective| !has_fault && objective.needs_fault()) {
        return Err(DrillError::NeedsFault { objective: objective.text.clone() });
    }
    options.plan.check()?;
    if let Some(path) = &options.record {
        record::prepare(path)?;
    }
    Ok(objectives)
}
