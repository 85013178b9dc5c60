//! Tells when something in a project changes that its components are made from.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use super::Error;
use crate::catalog::{PACKS_FOLDER, TEMPLATES_FOLDER};
use crate::check::code::TASKS;
use crate::project::workflow;
use crate::remedy::Argument;

/// Editors write a file in several steps; only when nothing has happened for so long, the change is told.
const QUIET: Duration = Duration::from_millis(60);

/// What components are made from, in a project's folder.
const SOURCES: [&str; 4] = [workflow::FILE, TASKS, PACKS_FOLDER, TEMPLATES_FOLDER];

/// Watches until it is dropped.
pub struct Watcher {
    _inner: RecommendedWatcher,
}

impl Watcher {
    /// Watches the project in `root`; `changed` is called from another thread, once for each burst of changes.
    ///
    /// # Errors
    /// When the system does not let us watch.
    pub fn start(root: &Path, changed: impl Fn() + Send + 'static) -> Result<Self, Error> {
        let failed = |error: notify::Error| Error::System {
            what: format!("cannot watch {}", root.display()),
            help: format!(
                "run without {}; on Linux, `fs.inotify.max_user_watches` may be too low",
                Argument::Watch
            ),
            source: std::io::Error::other(error),
        };
        let root = root.canonicalize().map_err(|error| failed(notify::Error::io(error)))?;
        let watched = root.clone();
        let (sender, events) = mpsc::channel();
        let tell = move |event: notify::Result<notify::Event>| {
            if event.is_ok_and(|event| matters(&watched, &event)) {
                let _ = sender.send(());
            }
        };
        let mut inner = notify::recommended_watcher(tell).map_err(failed)?;
        inner.watch(&root, RecursiveMode::NonRecursive).map_err(failed)?;
        for folder in [TASKS, PACKS_FOLDER, TEMPLATES_FOLDER] {
            let folder = root.join(folder);
            if folder.is_dir() {
                inner.watch(&folder, RecursiveMode::Recursive).map_err(failed)?;
            }
        }
        thread::spawn(move || {
            while events.recv().is_ok() {
                loop {
                    match events.recv_timeout(QUIET) {
                        Ok(()) => {}
                        Err(RecvTimeoutError::Timeout) => break,
                        Err(RecvTimeoutError::Disconnected) => return,
                    }
                }
                changed();
            }
        });
        Ok(Self { _inner: inner })
    }
}

/// Reading is no change, and what PELATO itself writes must not set it off again.
fn matters(root: &Path, event: &notify::Event) -> bool {
    let is_source = |path: &PathBuf| {
        let first = path.strip_prefix(root).ok().and_then(|path| path.iter().next());
        first.is_some_and(|name| SOURCES.iter().any(|source| name == *source))
    };
    !matches!(event.kind, EventKind::Access(_)) && event.paths.iter().any(is_source)
}
