//! `run --watch`: builds what has changed, and swaps each component as soon as it is built.

use std::pin::Pin;
use std::sync::Arc;

use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::sync::watch;

use super::hosting::{RunOptions, hosted, hosted_one};
use super::operation::Operation;
use super::watch::Watcher;
use super::{Error, Exit, Outcome, Pelato};
use crate::build::Work;
use crate::host::{Host, Hosted};
use crate::progress::{Event, OldVersion, OperationKind, Progress};
use crate::stream::Kept;

/// Changes of what components are made from.
pub(super) struct Changes {
    receiver: UnboundedReceiver<()>,
    _watcher: Watcher,
}

/// Where components are swapped.
#[derive(Clone, Copy)]
pub(super) struct Swap<'a> {
    pub host: &'a Host,
    pub options: &'a RunOptions,
    /// What JetStream does for the components that run.
    pub stored: &'a watch::Sender<Kept>,
    pub progress: &'a dyn Progress,
}

impl Changes {
    /// Waits for a change. One build serves all until then.
    async fn next(&mut self) {
        if self.receiver.recv().await.is_none() {
            std::future::pending::<()>().await; // the watcher's thread has ended
        }
        while self.receiver.try_recv().is_ok() {}
    }
}

impl Pelato {
    /// Watches the sources.
    pub(super) fn changes(&self) -> Result<Changes, Error> {
        let (changed, receiver) = mpsc::unbounded_channel();
        let watcher = Watcher::start(self.root(), self.options.user.as_deref(), move || {
            let _ = changed.send(());
        })?;
        Ok(Changes { receiver, _watcher: watcher })
    }

    /// Builds. If the project is at fault and its changes are watched, waits for one and tries again. Packs, templates
    /// and settings may change as well: each try is an operation of its own.
    pub(super) async fn build_first(
        &self,
        operation: &Arc<Operation>,
        options: &RunOptions,
        changes: Option<&mut Changes>,
        mut stop: Pin<&mut impl Future<Output = ()>>,
    ) -> Result<(Arc<Operation>, Outcome), Error> {
        let first = operation.build_for(&options.only, &options.build, |_, _| ()).await;
        let mut built = first.map(|outcome| (Arc::clone(operation), outcome));
        let Some(changes) = changes else { return built };
        loop {
            let error = match built {
                Err(error) if is_for_the_project(&error) => error,
                built => return built,
            };
            let reason = reason(error, operation.progress.as_ref());
            operation.progress.report(Event::NotStarted { reason });
            tokio::select! {
                biased;
                () = operation.cancel.cancelled() => return Err(Error::Cancelled),
                () = stop.as_mut() => return Err(Error::Cancelled),
                () = changes.next() => {}
            }
            built = async {
                let again = self.begin(OperationKind::Build)?;
                let outcome = again.build_for(&options.only, &options.build, |_, _| ()).await;
                let outcome = again.ended(outcome)?;
                Ok((again, outcome))
            }
            .await;
        }
    }

    /// Swaps components until `stop` is done. A change that does not build is reported; the old components go on.
    pub(super) async fn swap_on_change(
        &self,
        swap: Swap<'_>,
        mut running: Vec<Hosted>,
        changes: &mut Changes,
        mut stop: Pin<&mut impl Future<Output = ()>>,
    ) {
        let mut is_outdated = false;
        loop {
            if !is_outdated {
                tokio::select! {
                    () = stop.as_mut() => return,
                    () = changes.next() => {}
                }
            }
            let swapped = tokio::select! {
                () = stop.as_mut() => return, // and the compiler with it
                swapped = self.build_and_swap(&swap, &mut running, changes) => swapped,
            };
            is_outdated = swapped.unwrap_or_else(|error| {
                let reason = reason(error, swap.progress);
                swap.progress.report(Event::NotReplaced { reason });
                false
            });
        }
    }

    /// An operation of its own: settings, packs and templates may have changed as well. A component that is built is
    /// swapped at once; the rest when all are. Whether something else changed meanwhile, so that it has to be done again.
    async fn build_and_swap(
        &self,
        swap: &Swap<'_>,
        running: &mut Vec<Hosted>,
        changes: &mut Changes,
    ) -> Result<bool, Error> {
        let Swap { host, options, stored, progress } = *swap;
        let (components, mut finished) = mpsc::unbounded_channel();
        let bus = options.bus.clone();
        let operation = self.begin(OperationKind::Build)?;
        let (mut has_swapped, mut outdated) = (false, false);
        let settings = operation.settings.clone();
        let built = {
            let build = operation.build_for(&options.only, &options.build, move |component, built| {
                // What goes wrong here is met again when all is built; and nobody hears it when the build is dropped.
                if built.work != Work::Nothing
                    && let Ok(new) = hosted_one(component, built, &settings, &bus)
                {
                    let _ = components.send(new);
                }
            });
            let mut build = std::pin::pin!(build);
            loop {
                tokio::select! {
                    biased;
                    built = &mut build => break operation.ended(built),
                    // It is waited for: it holds what the next one needs.
                    () = changes.next(), if !outdated => {
                        outdated = true;
                        operation.cancel.cancel();
                    }
                    Some(new) = finished.recv() => {
                        if let Some(name) = swap_one(host, running, new).await {
                            operation.progress.report(Event::Replaced { components: vec![name] });
                            has_swapped = true;
                        }
                    }
                }
            }
        };
        if outdated {
            return Ok(true);
        }
        let outcome = built?;
        let components = hosted(&outcome, &operation.settings, &options.bus)?;
        stored.send_replace(operation.store(&outcome, &options.bus).await?);
        let changed = differing(running, &components);
        host.replace(components.clone()).await?;
        *running = components;
        if !(changed.is_empty() && has_swapped) {
            progress.report(Event::Replaced { components: changed });
        }
        Ok(false)
    }
}

/// Swaps a component for what was just built of it, if only its code is another: else it may need what is not there
/// yet. Returns its name.
async fn swap_one(host: &Host, running: &mut Vec<Hosted>, new: Hosted) -> Option<String> {
    let at = running.iter().position(|component| component.is_wired_as(&new))?;
    let name = new.name.clone();
    let mut components = running.clone();
    components[at] = new;
    // What goes wrong here is met again when all is built.
    host.replace(components.clone()).await.ok()?;
    *running = components;
    Some(name)
}

/// The components that are new, other ones than before, or gone.
fn differing(before: &[Hosted], after: &[Hosted]) -> Vec<String> {
    let of = |list: &'_ [Hosted], name: &str| list.iter().position(|component| component.name == name);
    let is_other =
        |component: &&Hosted| of(before, &component.name).is_none_or(|at| before[at] != **component);
    let other = after.iter().filter(is_other).map(|component| component.name.clone());
    let gone = before.iter().filter(|component| of(after, &component.name).is_none());
    other.chain(gone.map(|component| format!("{} (removed)", component.name))).collect()
}

/// Whether a change of the project can help.
fn is_for_the_project(error: &Error) -> bool {
    let named = matches!(error, Error::UnknownComponent { .. });
    !named && !error.is_cancelled() && matches!(error.exit(), Exit::Project | Exit::Build)
}

/// Why the old components go on, or none do. Problems of the workflow are reported by themselves.
fn reason(error: Error, progress: &dyn Progress) -> OldVersion {
    match error {
        Error::Rejected(rejected) => {
            rejected.0.problems.into_iter().for_each(|problem| progress.report(Event::Problem(problem)));
            OldVersion::Workflow
        }
        error => OldVersion::Failed { error: error.to_string() },
    }
}
