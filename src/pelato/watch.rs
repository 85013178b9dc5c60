//! Tells when something in a project changes that its components are made from.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use super::Error;
use crate::catalog::{PACKS_FOLDER, TEMPLATES_FOLDER};
use crate::check::code::TASKS;
use crate::project::settings::ENV_FILE;
use crate::project::workflow;
use crate::remedy::Argument;

/// Editors write a file in several steps; only when nothing has happened for so long, the change is told.
const QUIET: Duration = Duration::from_millis(60);

/// What components are made from, in a project's folder.
const SOURCES: [&str; 5] = [workflow::FILE, ENV_FILE, TASKS, PACKS_FOLDER, TEMPLATES_FOLDER];

/// Watches until it is dropped.
pub struct Watcher {
    _inner: Arc<Mutex<RecommendedWatcher>>,
}

impl Watcher {
    /// Watches the project in `root`, and the packs and templates in the folder `user`; `changed` is called from another
    /// thread, once for each burst of changes.
    ///
    /// # Errors
    /// When the system does not let us watch.
    pub fn start(
        root: &Path,
        user: Option<&Path>,
        changed: impl Fn() + Send + 'static,
    ) -> Result<Self, Error> {
        let failed = |error: notify::Error| Error::System {
            what: format!("cannot watch {}", root.display()),
            help: format!(
                "run without {}; on Linux, `fs.inotify.max_user_watches` may be too low",
                Argument::Watch
            ),
            source: std::io::Error::other(error),
        };
        let root = root.canonicalize().map_err(|error| failed(notify::Error::io(error)))?;
        // What does not exist yet is watched by its name, as far as something above it is.
        let user = user.map(|user| user.canonicalize().unwrap_or_else(|_| user.to_owned()));
        let sources = Sources { root, user };
        let watched = sources.clone();
        let (sender, events) = mpsc::channel();
        let tell = move |event: notify::Result<notify::Event>| {
            if event.is_ok_and(|event| watched.matter(&event)) {
                let _ = sender.send(());
            }
        };
        let mut inner = notify::recommended_watcher(tell).map_err(failed)?;
        inner.watch(&sources.root, RecursiveMode::NonRecursive).map_err(failed)?;
        sources.watch(&mut inner).map_err(failed)?;
        let inner = Arc::new(Mutex::new(inner));
        let watched = Arc::downgrade(&inner);
        thread::spawn(move || {
            while events.recv().is_ok() {
                loop {
                    match events.recv_timeout(QUIET) {
                        Ok(()) => {}
                        Err(RecvTimeoutError::Timeout) => break,
                        Err(RecvTimeoutError::Disconnected) => return,
                    }
                }
                // A folder may be new, or another one in the place of the one that was watched.
                let Some(inner) = watched.upgrade() else { return };
                let mut inner = inner.lock().unwrap_or_else(PoisonError::into_inner);
                // What cannot be watched is told by the next run.
                let _ = sources.watch(&mut inner);
                drop(inner);
                changed();
            }
        });
        Ok(Self { _inner: inner })
    }
}

/// Where sources are.
#[derive(Clone)]
struct Sources {
    root: PathBuf,
    user: Option<PathBuf>,
}

impl Sources {
    fn watch(&self, inner: &mut RecommendedWatcher) -> notify::Result<()> {
        let own = [TASKS, PACKS_FOLDER, TEMPLATES_FOLDER].map(|folder| self.root.join(folder));
        for folder in own.into_iter().chain(self.of_user()).filter(|folder| folder.is_dir()) {
            inner.watch(&folder, RecursiveMode::Recursive)?;
        }
        Ok(())
    }

    fn of_user(&self) -> impl Iterator<Item = PathBuf> {
        let folders = [PACKS_FOLDER, TEMPLATES_FOLDER];
        self.user.iter().flat_map(move |user| folders.map(|folder| user.join(folder)))
    }

    /// Reading is no change, and `gen/` is not looked at. What pins third-party code (`go.mod`) is written among the sources:
    /// that is a change, and the build that it sets off has nothing to do.
    fn matter(&self, event: &notify::Event) -> bool {
        let is_source = |path: &PathBuf| {
            let first = path.strip_prefix(&self.root).ok().and_then(|path| path.iter().next());
            first.is_some_and(|name| SOURCES.iter().any(|source| name == *source))
                || self.of_user().any(|folder| path.starts_with(folder))
        };
        !matches!(event.kind, EventKind::Access(_)) && event.paths.iter().any(is_source)
    }
}
