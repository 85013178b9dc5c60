//! Whether something still waits or runs.

use std::sync::Arc;

use tokio::sync::watch;

/// Counts messages in queues and calls in progress.
#[derive(Debug, Clone)]
pub(super) struct Activity(Arc<watch::Sender<usize>>);

/// Something that waits or runs, for as long as it lives.
#[derive(Debug)]
pub(super) struct Active(Arc<watch::Sender<usize>>);

impl Activity {
    pub fn new() -> Self {
        Self(Arc::new(watch::Sender::new(0)))
    }

    pub fn begin(&self) -> Active {
        self.0.send_modify(|count| *count += 1);
        Active(Arc::clone(&self.0))
    }

    /// Waits until nothing waits or runs. What a call sends begins before the call ends: there is no gap.
    pub async fn over(&self) {
        // The sender lives as long as this.
        let _ = self.0.subscribe().wait_for(|count| *count == 0).await;
    }
}

impl Clone for Active {
    fn clone(&self) -> Self {
        Activity(Arc::clone(&self.0)).begin()
    }
}

impl Drop for Active {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}
