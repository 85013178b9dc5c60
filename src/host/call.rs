//! `pelato call`: a function by itself, once.

use std::sync::Arc;
use std::time::Instant;

use hyper::body::Bytes;
use wasmtime::Store;

use super::HostError;
use super::bindings::FunctionPre;
use super::code::link;
use super::engine::Compute;
use super::observe::{Call, Event, Observer, Outcome, Times};
use super::options::{Compiler, Environment, Limits};
use super::run::{Work, run};
use super::state::State;

#[derive(Debug)]
pub struct Called {
    /// Its output (empty: the input is filtered out), or how it failed: [`Outcome::Failed`], [`Outcome::Trapped`],
    /// [`Outcome::TimedOut`] or [`Outcome::OutOfMemory`].
    pub result: Result<Vec<u8>, Outcome>,
    /// Where the time went; `queued` is what it took to load, and if need be to compile, the component.
    pub times: Times,
}

/// Input for a function.
struct Exec<'a> {
    function: &'a FunctionPre<State>,
    input: &'a [u8],
}

impl Work for Exec<'_> {
    type Output = Result<Vec<u8>, String>;

    async fn run(self, store: &mut Store<State>) -> wasmtime::Result<Self::Output> {
        let instance = self.function.instantiate_async(&mut *store).await?;
        store.data().record.instantiated();
        instance.pelato_task_handler().call_exec(store, self.input).await
    }
}

/// Runs a function component (it exports `pelato:task/handler@0.1.0` and imports only WASI) once. What it writes is
/// reported to `observer` as [`Event::Line`](super::observe::Event::Line).
///
/// # Errors
/// If it cannot be run at all. How the function itself fails is in [`Called::result`].
pub async fn call(
    name: &str,
    wasm: &[u8],
    input: Bytes,
    environment: &Environment,
    limits: &Limits,
    compiler: &Compiler,
    observer: Arc<dyn Observer>,
) -> Result<Called, HostError> {
    let begun = Instant::now();
    // Compiles for seconds: whoever waits can give up meanwhile.
    let (own, bytes, compiler) = (name.to_owned(), wasm.to_vec(), compiler.clone());
    let prepared = tokio::task::spawn_blocking(move || prepare(&compiler, &own, &bytes));
    observer.event(Event::Preparing { component: name.to_owned() });
    let prepared = prepared.await.map_err(|cause| HostError::Engine { message: cause.to_string() })?;
    let (compute, function) = prepared?;
    observer.event(Event::Prepared { component: name.to_owned(), elapsed: begun.elapsed() });
    let call = Arc::new(Call::direct(name, input.clone()));
    let state = State::new(call, limits.memory, observer, environment, None);
    let work = Exec { function: &function, input: &input };
    let (result, times) = run(&compute, limits, state, begun.elapsed(), work).await;
    let result = match result {
        Ok(Ok(output)) => Ok(output),
        Ok(Err(message)) => Err(Outcome::failed(message, false)),
        Err(cut_off) => Err(cut_off),
    };
    Ok(Called { result, times })
}

/// Compiles a function and finds its imports. The quick compiler does not know every instruction.
pub(super) fn prepare(
    compiler: &Compiler,
    name: &str,
    wasm: &[u8],
) -> Result<(Compute, FunctionPre<State>), HostError> {
    let cache = compiler.cache_dir.as_deref();
    if compiler.quick
        && let Ok(compute) = Compute::quick(cache)
    {
        match prepare_on(&compute, name, wasm) {
            Err(HostError::Invalid { .. }) => {}
            prepared => return Ok((compute, prepared?)),
        }
    }
    let compute = Compute::single(cache)?;
    let function = prepare_on(&compute, name, wasm)?;
    Ok((compute, function))
}

fn prepare_on(compute: &Compute, name: &str, wasm: &[u8]) -> Result<FunctionPre<State>, HostError> {
    let component = compute.compile(name, wasm)?;
    let pre = link(&compute.wasi()?, name, &component)?;
    FunctionPre::new(pre).map_err(|_| HostError::Export {
        component: name.to_owned(),
        interface: "pelato:task/handler@0.1.0",
        purpose: "be called",
    })
}
