//! Tells as progress that the host makes components ready: compiling one for this machine takes seconds.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use crate::host::observe::{Event as HostEvent, Observer};
use crate::progress::{Event, Progress};

/// A component that takes longer is not in the cache: people are told what they wait for.
const SLOW: Duration = Duration::from_secs(1);

/// Passes all other events of a host on.
pub(super) struct Preparing {
    observer: Arc<dyn Observer>,
    progress: Arc<dyn Progress>,
    /// Tells that the present component takes long.
    timer: Mutex<Option<JoinHandle<()>>>,
}

impl Preparing {
    pub fn beside(observer: Arc<dyn Observer>, progress: Arc<dyn Progress>) -> Arc<dyn Observer> {
        Arc::new(Self { observer, progress, timer: Mutex::default() })
    }

    fn set(&self, timer: Option<JoinHandle<()>>) {
        let mut present = self.timer.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(previous) = std::mem::replace(&mut *present, timer) {
            previous.abort();
        }
    }
}

impl Observer for Preparing {
    fn event(&self, event: HostEvent) {
        match event {
            HostEvent::Preparing { component } => {
                self.progress.report(Event::Preparing { component: component.clone(), slow: false });
                let progress = Arc::clone(&self.progress);
                let timer = Handle::try_current().ok().map(|runtime| {
                    runtime.spawn(async move {
                        tokio::time::sleep(SLOW).await;
                        progress.report(Event::Preparing { component, slow: true });
                    })
                });
                self.set(timer);
            }
            HostEvent::Prepared { component, elapsed } => {
                self.set(None);
                self.progress.report(Event::Prepared { component, duration: elapsed });
            }
            other => self.observer.event(other),
        }
    }
}

impl Drop for Preparing {
    fn drop(&mut self) {
        self.set(None);
    }
}
