//! Built components go to their registry, and `pelato.lock` remembers them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Error;
use super::building::{known, select};
use super::operation::Operation;
use super::{BuildFlags, Outcome, Pelato};
use crate::build::Toolchain;
use crate::check::Component;
use crate::progress::OperationKind;
use crate::project::LockFile;
use crate::project::settings::REGISTRY_URL;
use crate::push::{self, Caller, PushError, Pushed, Source, Work};
use crate::remedy::Argument;
use crate::{build, entry, generate};

/// What pushing would do for a component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedPush {
    pub component: String,
    pub image: String,
    /// What would be done; none where it would have to be built first.
    pub work: Option<Work>,
}

impl Pelato {
    /// Whether a registry is set.
    ///
    /// # Errors
    /// When a setting is wrong.
    pub fn has_registry(&self) -> Result<bool, Error> {
        Ok(self.settings()?.text(REGISTRY_URL).is_some())
    }

    /// Whether everything but the registry itself is ready for a push: better known before a build than after it.
    ///
    /// # Errors
    /// When a setting or `pelato.lock` is wrong.
    pub fn ready_to_push(&self) -> Result<(), Error> {
        self.look()?.ready_to_push()
    }

    /// Says what `push` would do. Nothing is written, installed or sent.
    ///
    /// # Errors
    /// As for [`Pelato::plan_build`] and [`Pelato::push`]; a refusal is part of the plan.
    pub async fn plan_push(&self, only: &[String], flags: &BuildFlags) -> Result<Vec<PlannedPush>, Error> {
        let operation = self.begin(OperationKind::PlanPush)?;
        operation.ended(operation.unless_cancelled(operation.plan_push(only, flags)).await)
    }

    /// Pushes what was built. What is in the registry already is not sent again.
    ///
    /// # Errors
    /// When the registry has other content under a version (unless `force`), a setting or `pelato.lock` is wrong, the
    /// registry fails, or it is cancelled. What was pushed until then is remembered.
    pub async fn push(&self, outcome: &Outcome, force: bool) -> Result<Vec<Pushed>, Error> {
        let operation = self.begin(OperationKind::Push)?;
        operation.ended(operation.push(outcome, force).await)
    }
}

impl Operation {
    /// Who asks registries.
    pub(super) fn caller(&self) -> Caller<'_> {
        Caller { cancel: &self.cancel, progress: self.progress.as_ref() }
    }

    pub(super) fn ready_to_push(&self) -> Result<(), Error> {
        push::check(&self.settings)?;
        LockFile::read(&self.root)?;
        Ok(())
    }

    async fn plan_push(
        self: &Arc<Self>,
        only: &[String],
        flags: &BuildFlags,
    ) -> Result<Vec<PlannedPush>, Error> {
        self.ready_to_push()?;
        let lock_file = LockFile::read(&self.root)?;
        let (only, flags) = (only.to_vec(), flags.clone());
        let planned = self.blocking(move |operation| operation.plan_for_push(&only, flags)).await?;
        let PlanForPush { components, toolchains, planned } = planned;
        let plan =
            build::plan(&components, &toolchains, &planned, &self.root.join(generate::FOLDER), &self.store)?;
        let mut finished: Vec<_> = plan.jobs.iter().filter_map(Source::finished).collect();
        finished.extend(entry_of(&components));
        let works = push::plan(&self.settings, &finished, &lock_file, self.caller()).await?;
        let works: BTreeMap<_, _> = finished.iter().map(|source| source.name.as_str()).zip(works).collect();
        let one = |name: &str, image| {
            let work = works.get(name).copied();
            Ok(PlannedPush { component: name.to_owned(), image, work })
        };
        let planned =
            components.iter().map(|component| one(&component.name, push::image(&self.settings, component)?));
        let entry = entry_of(&components).map(|entry| one(&entry.name, push::entry_image(&self.settings)?));
        Ok(planned.chain(entry).collect::<Result<_, PushError>>()?)
    }

    /// The components, their compilers and sources. Compilers are asked for their version.
    fn plan_for_push(&self, only: &[String], flags: BuildFlags) -> Result<PlanForPush, Error> {
        let all = self.components()?;
        known(&all, only)?;
        let planned = generate::plan(&all)?;
        let components = select(all, only);
        let no_install = flags.no_install.or(Some(Argument::DryRun.into()));
        let options = self.build_options(&BuildFlags { no_install, ..flags });
        let toolchains = self.toolchains(&components, &options)?;
        Ok(PlanForPush { components, toolchains, planned })
    }

    /// Pushes. When it is cancelled, what was pushed until then is remembered.
    pub(super) async fn push(&self, outcome: &Outcome, force: bool) -> Result<Vec<Pushed>, Error> {
        let lock_file = LockFile::read(&self.root)?;
        let pairs = outcome.components.iter().zip(&outcome.built);
        let mut sources: Vec<_> = pairs.map(|(component, built)| Source::built(component, built)).collect();
        sources.extend(entry_of(&outcome.components));
        let how = push::How { force, caller: self.caller() };
        let (pushed, ended) = push::push(&self.settings, &sources, &lock_file, how).await?;
        if !pushed.is_empty() {
            self.remember(&pushed)?;
        }
        ended?;
        Ok(pushed)
    }

    /// Writes into `pelato.lock` what was pushed; it may have changed meanwhile.
    fn remember(&self, pushed: &[Pushed]) -> Result<(), Error> {
        let _lock = self.lock_workflow()?;
        let workflow = self.workflow()?;
        let names = workflow.tasks.iter().filter_map(|task| task.component_name.as_ref());
        let mut names: BTreeSet<_> = names.map(|field| field.text.as_str()).collect();
        // A workflow that is wrong by now may have such tasks as well as not.
        if self.components().map_or(true, |all| entry_of(&all).is_some()) {
            names.insert(entry::IMAGE);
        }
        let new = pushed.iter().map(|one| (one.component.clone(), one.locked.clone())).collect();
        Ok(LockFile::read(&self.root)?.update(&new, &names)?)
    }
}

/// The HTTP entry, if a component needs it. It belongs to the workflow whatever that is deployed to.
fn entry_of(components: &[Component]) -> Option<Source> {
    components.iter().any(|component| component.http.is_some()).then(Source::entry)
}

/// What a look into the registry begins with.
struct PlanForPush {
    components: Vec<Component>,
    toolchains: BTreeMap<String, Toolchain>,
    planned: Vec<generate::Planned>,
}
