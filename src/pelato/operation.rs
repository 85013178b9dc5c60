//! One operation on a project: what it reads once at its beginning, and how it is cancelled.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use super::{Error, Options, Pelato};
use crate::cancel::{Cancel, Tracked, joined};
use crate::catalog::{Catalog, PACKS_FOLDER, TEMPLATES_FOLDER};
use crate::check::code::TASKS;
use crate::files;
use crate::generate::FOLDER;
use crate::platform::Platform;
use crate::progress::{Ended, Event, OperationKind, Progress, Reporter, Silent};
use crate::project::Settings;
use crate::trust::{Consent, Store};

/// A project as it is while one operation lasts. The facade's methods begin one each.
pub(crate) struct Operation {
    /// The project's folder.
    pub root: PathBuf,
    /// The effective settings.
    pub settings: Settings,
    /// The packs and templates that the project can use.
    pub catalog: Catalog,
    /// The user's own folder with packs and templates.
    pub user: Option<PathBuf>,
    /// PELATO's cache folder.
    pub cache: PathBuf,
    /// What this user allows, and the user's key.
    pub store: Store,
    /// Asks a person for consent, or gives it.
    pub consent: Arc<dyn Consent>,
    /// What is deployed to; none for the one that the settings mean.
    pub platform: Option<Arc<dyn Platform>>,
    /// Takes its events.
    pub progress: Arc<dyn Progress>,
    /// Cancels it alone.
    pub cancel: Cancel,
    /// What it is and when it began, if its beginning and end are told.
    begun: Option<(OperationKind, Instant)>,
    /// How it ended, once that is known.
    outcome: OnceLock<Ended>,
    /// It is waited for when the process is to end.
    _tracked: Option<Tracked>,
}

impl Drop for Operation {
    fn drop(&mut self) {
        if let Some((kind, start)) = self.begun {
            // Whoever drops it before its end cancels it.
            let ended = self.outcome.get().copied().unwrap_or(Ended::Cancelled);
            self.progress.report(Event::OperationFinished { kind, ended, duration: start.elapsed() });
        }
    }
}

impl Pelato {
    /// Reads settings and catalog for something that neither takes long nor leaves anything to clean up.
    pub(super) fn look(&self) -> Result<Operation, Error> {
        self.operation(Arc::new(Silent), None, None)
    }

    /// Begins an operation that can be cancelled, and tells so.
    pub(super) fn begin(&self, kind: OperationKind) -> Result<Arc<Operation>, Error> {
        let tracked = self.options.cancel.track();
        if self.options.cancel.is_cancelled() {
            return Err(Error::Cancelled);
        }
        let number = self.begun.fetch_add(1, Ordering::Relaxed) + 1;
        let reporter = Reporter::new(number, Arc::clone(&self.options.events));
        reporter.report(Event::OperationStarted { kind });
        let begun = Some((kind, Instant::now()));
        let operation = self.operation(Arc::new(reporter.clone()), begun, Some(tracked));
        if operation.is_err() {
            let duration = begun.map(|(_, start)| start.elapsed()).unwrap_or_default();
            reporter.report(Event::OperationFinished { kind, ended: Ended::Failed, duration });
        }
        Ok(Arc::new(operation?))
    }

    fn operation(
        &self,
        progress: Arc<dyn Progress>,
        begun: Option<(OperationKind, Instant)>,
        tracked: Option<Tracked>,
    ) -> Result<Operation, Error> {
        let Options { root, user, cache, state, consent, cancel, platform, .. } = self.options.as_ref();
        sweep(root);
        Ok(Operation {
            root: root.clone(),
            settings: self.settings()?,
            catalog: Catalog::load(Some(root), user.as_deref()),
            user: user.clone(),
            cache: cache.clone(),
            store: Store::new(state.clone()),
            consent: Arc::clone(consent),
            platform: platform.clone(),
            progress,
            cancel: cancel.child(),
            begun,
            outcome: OnceLock::new(),
            _tracked: tracked,
        })
    }
}

/// Removes what killed commands have left in the project.
fn sweep(root: &Path) {
    let folders = [".", TASKS, FOLDER, PACKS_FOLDER, TEMPLATES_FOLDER].map(|name| root.join(name));
    folders.iter().filter(|folder| files::is_inside(root, folder)).for_each(|folder| files::sweep(folder));
}

impl Operation {
    /// Notes how the operation ended; nothing is changed about it.
    pub fn ended<T>(&self, result: Result<T, Error>) -> Result<T, Error> {
        let ended = match &result {
            Ok(_) => Ended::Done,
            Err(error) if error.is_cancelled() => Ended::Cancelled,
            Err(_) => Ended::Failed,
        };
        // The first one counts; there is only one.
        let _ = self.outcome.set(ended);
        result
    }

    /// Does work that blocks and is all of the operation.
    pub async fn alone<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.ended(self.blocking(work).await)
    }

    /// Does work that blocks where that disturbs nobody. If this is dropped, the work is cancelled; it cleans up and
    /// gives its locks back by itself.
    pub async fn blocking<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let guard = self.cancel.guard();
        let operation = Arc::clone(self);
        let done = tokio::task::spawn_blocking(move || work(&operation)).await;
        guard.disarm();
        joined(done).unwrap_or(Err(Error::Cancelled))
    }

    /// Waits for `stop`, but not when it is cancelled.
    pub async fn until_stopped(&self, stop: impl Future<Output = ()>) {
        tokio::select! {
            // If both are, whoever stops it learns of it.
            biased;
            () = stop => {}
            () = self.cancel.cancelled() => {}
        }
    }

    /// Waits for work that can be dropped at any point: the next operation finds nothing that is half done.
    pub async fn unless_cancelled<T>(
        &self,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        self.cancel.run(work).await.unwrap_or(Err(Error::Cancelled))
    }
}
