//! An engine in use: the connection, who we are to it, what a container may use.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};

use super::connect::{self, Found};
use super::error::ContainerError;
use super::sweep::{self, OwnerLabel};
use crate::cancel::Cancel;

/// What a container may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Memory, in MiB.
    pub memory: u64,
    /// Processors; 0 is all of them.
    pub processors: u64,
    pub processes: u64,
    /// How long a compiler may take.
    pub time: Duration,
}

#[derive(Clone)]
pub struct Engine {
    shared: Arc<Shared>,
}

struct Shared {
    found: Found,
    mark: OwnerLabel,
    limits: Limits,
    cancel: Cancel,
    background: Background,
}

/// A runtime that ends with the last user of the engine. That may be somebody else's asynchronous code, which must not
/// be blocked.
struct Background {
    handle: Handle,
    runtime: Option<Runtime>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Engine({})", self.shared.found.address)
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Engine {
    /// Connects to the first of these engines that answers, and removes what killed ones of us left behind there.
    ///
    /// # Errors
    /// When none answers.
    pub fn connect(addresses: &[String], limits: Limits, cancel: &Cancel) -> Result<Self, ContainerError> {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.map_err(|error| ContainerError::Engine {
            phase: "starting a thread",
            message: error.to_string(),
        })?;
        let background = Background { handle: runtime.handle().clone(), runtime: Some(runtime) };
        let found = on(&background.handle, cancel.run(connect::connect(addresses)));
        let found = found.unwrap_or(Err(ContainerError::Cancelled))?;
        let (mark, cancel) = (OwnerLabel::of_this_process(), cancel.clone());
        let shared = Shared { found, mark, limits, cancel, background };
        let engine = Self { shared: Arc::new(shared) };
        engine.wait(sweep::sweep(engine.docker(), engine.mark()))?;
        Ok(engine)
    }

    pub fn address(&self) -> &str {
        &self.shared.found.address
    }

    pub(super) fn docker(&self) -> &bollard::Docker {
        &self.shared.found.docker
    }

    pub(super) fn mark(&self) -> &OwnerLabel {
        &self.shared.mark
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.shared.limits
    }

    pub(super) fn cancel(&self) -> &Cancel {
        &self.shared.cancel
    }

    /// Waits for something that the engine does.
    pub(super) fn wait<T: Send>(&self, work: impl Future<Output = T> + Send) -> T {
        on(&self.shared.background.handle, work)
    }
}

/// Waits on a thread of its own: the caller may be part of another runtime, which must not be blocked on.
fn on<T: Send>(handle: &Handle, work: impl Future<Output = T> + Send) -> T {
    std::thread::scope(|scope| match scope.spawn(|| handle.block_on(work)).join() {
        Ok(done) => done,
        Err(panic) => std::panic::resume_unwind(panic),
    })
}
