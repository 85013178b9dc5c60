//! Moving replicas apart: the operator chooses hosts at random, and gives one host two replicas while another has none.

use std::time::{Duration, Instant};

use super::cluster::{Changes, Cluster};
use super::look::{Stored, look};
use super::names;
use super::status::Look;
use crate::platform::{DeployError, State};

/// So often it is tried: with two hosts, one of 65,000 deployments stays as it is.
const TRIES: usize = 16;
/// So long it may take, all in all.
const LIMIT: Duration = Duration::from_secs(60);
const TICK: Duration = Duration::from_secs(1);

/// Moves replicas apart as well as it can be done. Whether any was moved, and the application after that.
///
/// # Errors
/// When the cluster does not answer.
pub async fn apart(cluster: &Cluster, application: &str) -> Result<(bool, Look), DeployError> {
    let mut waiting = Waiting {
        cluster,
        application,
        changes: cluster.changes(&names::selector(application)),
        stored: None,
        end: Instant::now() + LIMIT,
    };
    let mut moved = false;
    let mut tries = 0;
    loop {
        let (look, is_settled) = waiting.settled().await?;
        let doubles = look.doubles();
        if !is_settled || doubles.is_empty() || tries == TRIES {
            return Ok((moved, look));
        }
        tries += 1;
        for double in doubles {
            // Where the right for it is missing, all stays as it is: `pelato status` tells.
            if cluster.replace(&double.workload).await.is_err() {
                return Ok((moved, look));
            }
            moved = true;
        }
    }
}

struct Waiting<'a> {
    cluster: &'a Cluster,
    application: &'a str,
    changes: Changes,
    stored: Stored,
    end: Instant,
}

impl Waiting<'_> {
    /// The application as soon as everything runs that can, or the time is over; whether it was the former.
    async fn settled(&mut self) -> Result<(Look, bool), DeployError> {
        loop {
            let look = look(self.cluster, self.application, &mut self.stored).await?;
            let is_settled =
                look.replicas().iter().all(|one| matches!(one.state, State::Running | State::Waiting));
            if is_settled || Instant::now() >= self.end {
                return Ok((look, is_settled));
            }
            self.changes.next(TICK).await;
        }
    }
}
