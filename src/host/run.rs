//! One call in an instance of its own, within its limits.

use std::fmt;
use std::time::Duration;

use tokio::time::Instant;
use wasmtime::{Store, Trap, UpdateDeadline};
use wasmtime_wasi::I32Exit;

use super::engine::Compute;
use super::observe::{Outcome, Times};
use super::options::Limits;
use super::record::Record;
use super::state::State;

/// What is done with an instance.
pub(super) trait Work: Send {
    type Output: Send;

    /// Makes the instance and calls it.
    fn run(self, store: &mut Store<State>) -> impl Future<Output = wasmtime::Result<Self::Output>> + Send;
}

/// Marks the error that the engine returns as a timeout.
#[derive(Debug)]
struct TimeIsUp;

impl fmt::Display for TimeIsUp {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("the time is up")
    }
}

impl std::error::Error for TimeIsUp {}

/// Does the work in a new instance, which is dropped afterwards. The error is one of the outcomes of an aborted call.
pub(super) async fn run<W: Work>(
    compute: &Compute,
    limits: &Limits,
    state: State,
    queued: Duration,
    work: W,
) -> (Result<W::Output, Outcome>, Times) {
    let (record, output) = (std::sync::Arc::clone(&state.record), std::sync::Arc::clone(&state.output));
    let started = Instant::now();
    let deadline = started + limits.time;
    let _ticking = compute.ticker.tick();
    let mut store = Store::new(&compute.engine, state);
    store.limiter(|state| &mut state.memory);
    store.set_epoch_deadline(1);
    // Checked here, too: a function that only computes may keep the runtime from noticing the timeout.
    store.epoch_deadline_callback(move |_| match Instant::now() >= deadline {
        true => Err(TimeIsUp.into()),
        false => Ok(UpdateDeadline::Yield(1)),
    });
    let ran = tokio::time::timeout_at(deadline, work.run(&mut store)).await;
    // What was written last may say why it was aborted.
    output.finish();
    let result = match ran {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(cause)) => Err(match (cut_off(&cause, &record, limits), output.explanation()) {
            (Outcome::Trapped { message }, Some(explanation)) => {
                Outcome::Trapped { message: format!("{message} ({explanation})") }
            }
            (outcome, _) => outcome,
        }),
        Err(_) => Err(Outcome::TimedOut { limit: limits.time }),
    };
    let ended = Instant::now();
    drop(store);
    let called = record.instantiated_at().map_or(ended, Instant::from_std);
    let times = Times { queued, instantiate: called - started, call: ended - called };
    (result, times)
}

fn cut_off(cause: &wasmtime::Error, record: &Record, limits: &Limits) -> Outcome {
    if cause.downcast_ref::<TimeIsUp>().is_some() {
        return Outcome::TimedOut { limit: limits.time };
    }
    // Languages handle a failed allocation differently: they trap, exit, or return an error. The reason is the same.
    if record.memory_refused() {
        return Outcome::OutOfMemory { limit: limits.memory };
    }
    let message = if let Some(I32Exit(_)) = cause.downcast_ref() {
        // WASI 0.2 distinguishes only success and failure, so any other code would be invented.
        "it exited instead of returning".to_owned()
    } else if let Some(trap) = cause.downcast_ref::<Trap>() {
        match trap {
            Trap::StackOverflow => "its recursion is too deep: call stack exhausted".to_owned(),
            trap => trap.to_string().trim_start_matches("wasm trap: ").to_owned(),
        }
    } else {
        cause.root_cause().to_string()
    };
    Outcome::Trapped { message }
}
