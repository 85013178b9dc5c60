//! A function called many times in one instance, for `pelato pack check`.

use std::sync::Arc;
use std::time::Duration;

use wasmtime::Store;

use super::HostError;
use super::bindings::FunctionPre;
use super::call::prepare;
use super::observe::{Call, Observer, Outcome};
use super::options::{Compiler, Environment, Limits};
use super::run::{Work, run};
use super::state::State;

/// Calls of one function in one instance.
pub struct Series<'a> {
    pub count: usize,
    /// The input of each, by its number from 0.
    pub input: &'a (dyn Fn(usize) -> Vec<u8> + Sync),
    /// Receives each result, the function's output or its error; `false` ends the series.
    pub answer: &'a mut (dyn FnMut(usize, Result<Vec<u8>, String>) -> bool + Send),
}

struct Calls<'a> {
    function: FunctionPre<State>,
    series: Series<'a>,
}

impl Work for Calls<'_> {
    type Output = ();

    async fn run(self, store: &mut Store<State>) -> wasmtime::Result<()> {
        let instance = self.function.instantiate_async(&mut *store).await?;
        store.data().record.instantiated();
        for call in 0..self.series.count {
            let input = (self.series.input)(call);
            let answer = instance.pelato_task_handler().call_exec(&mut *store, &input).await?;
            if !(self.series.answer)(call, answer) {
                break;
            }
        }
        Ok(())
    }
}

/// Calls a function component (it exports `pelato:task/handler@0.1.0` and imports only WASI) many times in one
/// instance. The time limit applies to all calls together. The inner error says how one of them was aborted, which
/// ends the instance.
///
/// # Errors
/// If the component cannot be run.
pub async fn series(
    name: &str,
    wasm: &[u8],
    series: Series<'_>,
    limits: &Limits,
    compiler: &Compiler,
    observer: Arc<dyn Observer>,
) -> Result<Result<(), Outcome>, HostError> {
    let (compute, function) = prepare(compiler, name, wasm)?;
    let call = Arc::new(Call::direct(name, Default::default()));
    let state = State::new(call, limits.memory, observer, &Environment::default(), None);
    let work = Calls { function, series };
    Ok(run(&compute, limits, state, Duration::ZERO, work).await.0)
}
