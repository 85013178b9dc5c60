//! `run --watch`: builds what has changed, and swaps each component as soon as it is built.

use std::pin::Pin;
use std::sync::Arc;

use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

use super::hosting::{RunOptions, hosted};
use super::operation::Operation;
use super::watch::Watcher;
use super::{Error, Exit, Outcome, Pelato};
use crate::generate;
use crate::host::{Host, Hosted};
use crate::progress::{Change, Event, OldVersion, OperationKind, Phase, Progress};

/// Changes of what components are made from.
pub(super) struct Changes {
    receiver: UnboundedReceiver<()>,
    _watcher: Watcher,
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

/// What became of a change.
enum Swapped {
    /// These components are other ones than before.
    Done(Vec<String>),
    /// Something else changed meanwhile.
    Outdated,
}

/// Hears which components are built.
struct Finished {
    progress: Arc<dyn Progress>,
    components: UnboundedSender<String>,
}

impl Progress for Finished {
    fn report(&self, event: Event) {
        let built = match &event {
            Event::ComponentFinished { component, phase: Phase::Build, change, .. } => {
                (!matches!(change, Change::Unchanged)).then(|| component.clone())
            }
            _ => None,
        };
        self.progress.report(event);
        if let Some(component) = built {
            // Nobody hears it when the build is dropped.
            let _ = self.components.send(component);
        }
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
        let first = operation.build_for(&options.only, &options.build).await;
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
                let outcome = again.ended(again.build_for(&options.only, &options.build).await)?;
                Ok((again, outcome))
            }
            .await;
        }
    }

    /// Swaps components until `stop` is done. A change that does not build is reported; the old components go on.
    pub(super) async fn swap_on_change(
        &self,
        host: &Host,
        options: &RunOptions,
        mut running: Vec<Hosted>,
        changes: &mut Changes,
        progress: &dyn Progress,
        mut stop: Pin<&mut impl Future<Output = ()>>,
    ) {
        loop {
            tokio::select! {
                () = stop.as_mut() => return,
                () = changes.next() => {}
            }
            let swapped = loop {
                let swapped = tokio::select! {
                    () = stop.as_mut() => return, // and the compiler with it
                    swapped = self.build_and_swap(host, options, &mut running, changes) => swapped,
                };
                if !matches!(swapped, Ok(Swapped::Outdated)) {
                    break swapped;
                }
            };
            match swapped {
                Ok(Swapped::Done(components)) => progress.report(Event::Replaced { components }),
                Ok(Swapped::Outdated) => {}
                Err(error) => {
                    let reason = reason(error, progress);
                    progress.report(Event::NotReplaced { reason });
                }
            }
        }
    }

    /// An operation of its own: settings, packs and templates may have changed as well. A component that is built is
    /// swapped at once; the rest when all are.
    async fn build_and_swap(
        &self,
        host: &Host,
        options: &RunOptions,
        running: &mut Vec<Hosted>,
        changes: &mut Changes,
    ) -> Result<Swapped, Error> {
        let (components, mut finished) = mpsc::unbounded_channel();
        let hear = |progress| Arc::new(Finished { progress, components }) as Arc<dyn Progress>;
        let operation = self.begin_heard(OperationKind::Build, hear)?;
        let (mut early, mut outdated) = (Vec::new(), false);
        let built = {
            let mut build = std::pin::pin!(operation.build_for(&options.only, &options.build));
            loop {
                tokio::select! {
                    biased;
                    built = &mut build => break operation.ended(built),
                    // It is waited for: it holds what the next one needs.
                    () = changes.next(), if !outdated => {
                        outdated = true;
                        operation.cancel.cancel();
                    }
                    Some(name) = finished.recv() => {
                        if let Some(swapped) = self.swap_one(host, running, &name).await {
                            operation.progress.report(Event::Replaced { components: vec![name] });
                            early.push(swapped);
                        }
                    }
                }
            }
        };
        if outdated {
            return Ok(Swapped::Outdated);
        }
        let outcome = built?;
        let components = hosted(&outcome, &options.bus)?;
        operation.store(&outcome, &options.bus).await?;
        let changed = differing(running, &components);
        host.replace(components.clone()).await?;
        *running = components;
        if changed.is_empty() && !early.is_empty() {
            Ok(Swapped::Done(early))
        } else {
            Ok(Swapped::Done(changed))
        }
    }

    /// Swaps a component for what was just built of it, if only its code is another. Returns its name.
    async fn swap_one(&self, host: &Host, running: &mut Vec<Hosted>, name: &str) -> Option<String> {
        let folder = self.root().join(generate::FOLDER).join(name);
        // What goes wrong here is met again when all is built.
        let wasm = tokio::fs::read(folder.join(format!("{name}.wasm"))).await.ok()?;
        let mut components = running.clone();
        let own = components.iter_mut().find(|component| component.name == name)?;
        own.wasm = wasm;
        host.replace(components.clone()).await.ok()?;
        *running = components;
        Some(name.to_owned())
    }
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
