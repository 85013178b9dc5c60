//! The facade's part that moves a component to other targets: the workflow and what is deployed change together.

use std::collections::BTreeSet;
use std::path::Path;

use super::operation::Operation;
use super::{Checked, Error, Pelato};
use crate::check::{self, values};
use crate::files;
use crate::platform::{self, Deployed, Manifest, Options, Platform};
use crate::progress::{Event, OperationKind};
use crate::project::relocation::{Relocation, RelocationError};
use crate::project::{self, workflow};
use crate::report::{Rejected, Severity};
use crate::text::suggest;

/// What moving a component would do.
#[derive(Debug)]
pub struct PlannedMove {
    pub relocation: Relocation,
    /// The edit of the workflow.
    pub workflow: files::Plan,
    /// What is deployed, or the manifest of the workflow as it is where no cluster is asked.
    pub before: Option<Manifest>,
    /// What the cluster would be given.
    pub after: Manifest,
    /// What is worth a warning.
    pub warnings: Vec<String>,
}

/// A component that was moved.
#[derive(Debug)]
pub struct Moved {
    pub relocation: Relocation,
    pub deployed: Deployed,
}

/// The workflow before and after.
struct Move {
    before: Checked,
    relocation: Relocation,
    edit: files::Plan,
    after: Checked,
}

impl Pelato {
    /// The targets that a component has and would get; nothing is changed, and nobody is asked.
    ///
    /// # Errors
    /// When there is no such component, a target is not valid, or the workflow cannot be edited or would be wrong.
    pub fn relocation(&self, component: &str, to: &[String]) -> Result<Relocation, Error> {
        Ok(self.look()?.relocate(component, to)?.relocation)
    }

    /// Plans to move a component without asking registry and cluster. A file may name the hosts of each target, where the
    /// manifest depends on them.
    ///
    /// # Errors
    /// As for [`Pelato::relocation`] and [`Pelato::manifest`].
    pub fn plan_move_offline(
        &self,
        component: &str,
        to: &[String],
        hosts: Option<&Path>,
    ) -> Result<PlannedMove, Error> {
        let operation = self.look()?;
        let planned = operation.relocate(component, to)?;
        let before = operation.manifest_of(&planned.before, hosts)?;
        let after = operation.manifest_of(&planned.after, hosts)?;
        let Move { relocation, edit, .. } = planned;
        let warnings = Vec::new();
        Ok(PlannedMove { relocation, workflow: edit, before: Some(before), after, warnings })
    }

    /// Looks at registry and cluster, and plans to move a component; nothing is changed.
    ///
    /// # Errors
    /// When something would fail.
    pub async fn plan_move(&self, component: &str, to: &[String], force: bool) -> Result<PlannedMove, Error> {
        let operation = self.begin(OperationKind::PlanMove)?;
        operation.ended(operation.unless_cancelled(operation.plan_move(component, to, force)).await)
    }

    /// Gives a component other targets, in the workflow and on the cluster. What runs at the old ones is stopped when all
    /// runs at the new ones. The workflow is edited once the cluster has accepted the change; if it does not, the workflow
    /// is as it was.
    ///
    /// # Errors
    /// When something would fail, the cluster refuses, or not everything comes up in time.
    pub async fn move_component(
        &self,
        component: &str,
        to: &[String],
        options: Options,
    ) -> Result<Moved, Error> {
        let operation = self.begin(OperationKind::Move)?;
        operation.ended(operation.move_component(component, to, options).await)
    }
}

impl Operation {
    fn relocate(&self, component: &str, to: &[String]) -> Result<Move, Error> {
        for target in to {
            let invalid = |wrong: values::Wrong| Error::Usage { message: wrong.message, help: wrong.help };
            values::target(target).map_err(invalid)?;
        }
        let before = self.valid()?;
        // All tasks of a workflow without errors are components, in the same order.
        let index = before.components.iter().position(|known| known.name == component);
        let index = index.ok_or_else(|| {
            let known = before.components.iter().map(|component| component.name.as_str());
            Error::UnknownComponent { name: component.to_owned(), help: suggest::help(component, known) }
        })?;
        let mut seen = BTreeSet::new();
        let to: Vec<_> = to.iter().filter(|target| seen.insert(target.as_str())).cloned().collect();
        let relocation = Relocation::plan(&before.workflow, index, &to)?;
        let edit = relocation.file_plan(&before.workflow)?;
        let (workflow, report) = project::parse(&before.workflow.path, &relocation.text);
        let (mut report, components) = check::run(&workflow, report, &self.catalog);
        if report.errors() > 0 {
            report.problems.retain(|problem| problem.severity == Severity::Error);
            return Err(Error::MoveRejected(Rejected(report)));
        }
        Ok(Move { before, relocation, edit, after: Checked { workflow, report, components } })
    }

    async fn plan_move(&self, component: &str, to: &[String], force: bool) -> Result<PlannedMove, Error> {
        let planned = self.relocate(component, to)?;
        let platform = self.platform()?;
        there(platform.as_ref(), &planned.relocation).await?;
        let wanted = self.wanted_of(&planned.after)?;
        let plan = self.plan(platform.as_ref(), wanted.application, force).await?;
        let other = match plan.unchanged {
            true => None,
            false => self.other_changes(platform.as_ref(), &planned, force).await,
        };
        Ok(PlannedMove {
            relocation: planned.relocation,
            workflow: planned.edit,
            before: plan.deployed,
            after: plan.manifest,
            warnings: plan.warnings.into_iter().chain(other).collect(),
        })
    }

    async fn move_component(&self, component: &str, to: &[String], options: Options) -> Result<Moved, Error> {
        let lock = self.lock_workflow()?;
        let planned = self.relocate(component, to)?;
        let platform = self.platform()?;
        let prepare = async {
            there(platform.as_ref(), &planned.relocation).await?;
            let plan =
                self.prepare(platform.as_ref(), self.wanted_of(&planned.after)?, options.force).await?;
            if !plan.unchanged {
                let other = self.other_changes(platform.as_ref(), &planned, options.force).await;
                other.into_iter().for_each(|message| self.progress.report(Event::DeployWarning { message }));
            }
            Ok(plan)
        };
        let plan = self.unless_cancelled(prepare).await?;
        if self.cancel.is_cancelled() {
            return Err(Error::Cancelled);
        }
        // From here until the workflow says the same as the cluster nothing cancels it: it takes a moment.
        let accepted = platform::accept(platform.as_ref(), &plan).await?;
        let Move { relocation, edit, .. } = planned;
        if !relocation.is_there() {
            edit.apply().map_err(|source| Error::MoveUnwritten {
                component: relocation.component.clone(),
                targets: relocation.to.join(", "),
                source,
            })?;
        }
        drop(lock);
        let progress = self.progress.as_ref();
        let settle =
            async { Ok(platform::settle(platform.as_ref(), &plan, accepted, options.wait, progress).await?) };
        Ok(Moved { relocation, deployed: self.unless_cancelled(settle).await? })
    }

    /// A warning if the workflow had changes already that would be deployed, too.
    async fn other_changes(&self, platform: &dyn Platform, planned: &Move, force: bool) -> Option<String> {
        // What is wrong has been said about the workflow as it will be.
        let before = self.wanted_of(&planned.before).ok()?.application;
        let plan = self.plan(platform, before, force).await.ok()?;
        (plan.deployed.is_some() && !plan.unchanged).then(|| {
            format!(
                "{} or the settings have other changes since the last deployment: they are deployed, too",
                workflow::FILE
            )
        })
    }
}

/// Sees that a host of each target is there: what runs elsewhere is stopped in favour of it.
async fn there(platform: &dyn Platform, relocation: &Relocation) -> Result<(), Error> {
    platform.connect().await?;
    let hosts = platform.hosts().await?;
    let known: BTreeSet<_> = hosts.iter().filter_map(|host| host.target.as_deref()).collect();
    match relocation.to.iter().find(|target| !known.contains(target.as_str())) {
        None => Ok(()),
        Some(target) => Err(RelocationError::NoHost {
            target: target.clone(),
            label: platform.about().label,
            help: match known.len() {
                0 => "no host is connected: start one".to_owned(),
                _ => format!("{}; otherwise start a host there first", suggest::help(target, known)),
            },
        }
        .into()),
    }
}
