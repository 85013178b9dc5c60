//! The WebAssembly engine: how components are compiled and where their instances live.

use std::fs;
use std::path::Path;

use wasmtime::component::{Component, HasSelf, Linker};
use wasmtime::{
    Cache, CacheConfig, Config, Enabled, Engine, InstanceAllocationStrategy, OptLevel,
    PoolingAllocationConfig, Strategy,
};

use super::HostError;
use super::bindings::{consumer, logging, postgres, query, store, types};
use super::state::State;
use super::ticker::Ticker;
use crate::files;

/// Linear memories of one composed component: trigger, function and settings have one each; one to spare.
const MEMORIES: u32 = 4;
/// Tables of one composed component: likewise, and those of the shims.
const TABLES: u32 = 16;
/// Core instances of one composed component: those three, the WASI adapter, and the shims between them; plenty.
const CORE_INSTANCES: u32 = 64;
/// Entries of a table: every function that something points to. Interpreters have tens of thousands. Address space only.
const TABLE_ELEMENTS: usize = 200_000;
/// Memory that an instance leaves behind warm, to be wiped instead of mapped anew: page faults are what a short call
/// of a Go function spends most of its time on.
const KEEP_RESIDENT: usize = 8 << 20;

/// The stack of a function in code that was compiled quickly: its frames are several times as large as in optimised code.
const QUICK_STACK: usize = 4 << 20;
/// The stack of the thread of such a call: that, and room for what the host does in its calls.
const QUICK_THREAD_STACK: usize = QUICK_STACK + (2 << 20);

pub(super) struct Compute {
    pub engine: Engine,
    pub ticker: Ticker,
}

impl Compute {
    /// Compiles several times as quickly, into code that is about half as fast. Fails on processors that it does not know.
    pub fn quick(cache_dir: Option<&Path>) -> Result<Self, HostError> {
        let mut config = config(cache_dir)?;
        config.strategy(Strategy::Winch).max_wasm_stack(QUICK_STACK).async_stack_size(QUICK_THREAD_STACK);
        Self::new(Engine::new(&config).map_err(|cause| failure(&cause))?)
    }

    /// For many calls: room for `instances` components at a time, set aside in advance. `alone` says that it may use all
    /// processors for one component.
    pub fn pooled(instances: u32, cache_dir: Option<&Path>, alone: bool) -> Result<Self, HostError> {
        let mut config = config(cache_dir)?;
        config.parallel_compilation(alone);
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(instances)));
        match Engine::new(&config) {
            Ok(engine) => Self::new(engine),
            // The pool takes address space, which some machines limit. Without it everything works, only slower.
            Err(_) => Self::single(cache_dir),
        }
    }

    pub fn single(cache_dir: Option<&Path>) -> Result<Self, HostError> {
        Self::new(Engine::new(&config(cache_dir)?).map_err(|cause| failure(&cause))?)
    }

    fn new(engine: Engine) -> Result<Self, HostError> {
        let ticker =
            Ticker::start(&engine).map_err(|cause| HostError::Engine { message: cause.to_string() })?;
        Ok(Self { engine, ticker })
    }

    /// Compiles a component, or takes it from the cache. Takes seconds of computing: not for a thread that serves others.
    pub fn compile(&self, name: &str, wasm: &[u8]) -> Result<Component, HostError> {
        Component::from_binary(&self.engine, wasm)
            .map_err(|cause| HostError::Invalid { component: name.to_owned(), message: format!("{cause:#}") })
    }

    /// WASI without files, network and environment.
    pub fn wasi(&self) -> Result<Linker<State>, HostError> {
        let mut linker = Linker::new(&self.engine);
        wasmtime_wasi::p2::add_to_linker_async(&mut linker).map_err(|cause| failure(&cause))?;
        Ok(linker)
    }

    pub fn platform(&self) -> Result<Linker<State>, HostError> {
        let mut linker = self.wasi()?;
        let added = wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)
            .and_then(|()| types::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state))
            .and_then(|()| consumer::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state))
            .and_then(|()| store::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state))
            .and_then(|()| postgres::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state))
            .and_then(|()| query::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state))
            .and_then(|()| logging::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state));
        added.map_err(|cause| failure(&cause))?;
        Ok(linker)
    }
}

fn config(cache_dir: Option<&Path>) -> Result<Config, HostError> {
    let mut config = Config::new();
    config.epoch_interruption(true).cranelift_opt_level(OptLevel::Speed).memory_init_cow(true);
    if let Some(dir) = cache_dir {
        config.cache(Some(cache(dir)?));
    }
    Ok(config)
}

fn cache(dir: &Path) -> Result<Cache, HostError> {
    let fault = |message: String| HostError::Cache { path: dir.to_owned(), message };
    files::create_folder(files::anywhere(), dir).map_err(|cause| fault(cause.to_string()))?;
    let dir = fs::canonicalize(dir).map_err(|cause| fault(cause.to_string()))?;
    let mut config = CacheConfig::new();
    config.with_directory(dir);
    Cache::new(config).map_err(|cause| fault(format!("{cause:#}")))
}

fn pool(instances: u32) -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(instances)
        .total_core_instances(instances * CORE_INSTANCES)
        .max_core_instances_per_component(CORE_INSTANCES)
        .max_core_instance_size(16 << 20)
        .total_memories(instances * MEMORIES)
        .max_memories_per_component(16)
        .total_tables(instances * TABLES)
        .max_tables_per_component(TABLES * 4)
        .table_elements(TABLE_ELEMENTS)
        .total_stacks(instances)
        .linear_memory_keep_resident(KEEP_RESIDENT)
        .table_keep_resident(64 << 10)
        .pagemap_scan(Enabled::Auto);
    pool
}

fn failure(cause: &wasmtime::Error) -> HostError {
    HostError::Engine { message: format!("{cause:#}") }
}
