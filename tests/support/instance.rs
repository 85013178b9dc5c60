//! One instance of a component in wasmtime.

use std::sync::LazyLock;
use wasmtime::component::{Component, Func, Instance, Linker, ResourceTable};
use wasmtime::{Engine, Store};
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

/// Compiling what Go wrote takes seconds, and is kept; what takes milliseconds would only fill the disk. The quick
/// compiler is five times as fast, and has large stack frames.
static CACHED: LazyLock<Engine> = LazyLock::new(|| {
    let mut cache = wasmtime::CacheConfig::new();
    cache.with_directory(super::kept("wasmtime"));
    let mut config = wasmtime::Config::new();
    config.cache(Some(wasmtime::Cache::new(cache).unwrap()));
    config.strategy(wasmtime::Strategy::Winch).max_wasm_stack(1 << 20);
    Engine::new(&config).unwrap()
});
static PLAIN: LazyLock<Engine> = LazyLock::new(Engine::default);

/// What the host has in its environment.
const HOSTS_ENVIRONMENT: [(&str, &str); 2] = [("API_KEY", "the host's"), ("HOME", "/root")];

pub struct State {
    wasi: WasiCtx,
    table: ResourceTable,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

/// A running component and what it printed.
pub struct Running {
    store: Store<State>,
    instance: Instance,
    stderr: MemoryOutputPipe,
}

/// What a function answers; the outer error is a trap.
pub type Answer = wasmtime::Result<Result<Vec<u8>, String>>;

impl Running {
    pub fn new(component: &[u8]) -> Self {
        Self::with(component, |_| {})
    }

    /// With more than WASI in the linker.
    pub fn with(component: &[u8], more: impl FnOnce(&mut Linker<State>)) -> Self {
        Self::start(component, more).unwrap()
    }

    /// The same, where it may trap as it starts.
    pub fn start(component: &[u8], more: impl FnOnce(&mut Linker<State>)) -> wasmtime::Result<Self> {
        let engine = if component.len() > 1_000_000 { &CACHED } else { &PLAIN };
        let component = Component::new(engine, component).unwrap();
        let mut linker = Linker::new(engine);
        wasmtime_wasi::p2::add_to_linker_sync(&mut linker).unwrap();
        more(&mut linker);
        let stderr = MemoryOutputPipe::new(1 << 20);
        let wasi = WasiCtx::builder().envs(&HOSTS_ENVIRONMENT).stderr(stderr.clone()).build();
        let mut store = Store::new(engine, State { wasi, table: ResourceTable::new() });
        let instance = linker.instantiate(&mut store, &component)?;
        Ok(Self { store, instance, stderr })
    }

    pub fn func(&mut self, interface: &str, name: &str) -> Func {
        let interface = self.instance.get_export_index(&mut self.store, None, interface).unwrap();
        let index = self.instance.get_export_index(&mut self.store, Some(&interface), name).unwrap();
        self.instance.get_func(&mut self.store, index).unwrap()
    }

    /// Calls the user's function.
    pub fn exec(&mut self, input: &[u8]) -> Answer {
        self.exec_of("pelato:task/handler@0.1.0", input)
    }

    pub fn exec_of(&mut self, interface: &str, input: &[u8]) -> Answer {
        let exec = self.func(interface, "exec").typed::<(&[u8],), (Result<Vec<u8>, String>,)>(&self.store)?;
        Ok(exec.call(&mut self.store, (input,))?.0)
    }

    /// Asks for a setting.
    pub fn get_of(&mut self, interface: &str, key: &str) -> Option<String> {
        let get = self.func(interface, "get").typed::<(&str,), (Option<String>,)>(&self.store).unwrap();
        get.call(&mut self.store, (key,)).unwrap().0
    }

    pub fn store(&mut self) -> &mut Store<State> {
        &mut self.store
    }

    pub fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.stderr.contents()).into_owned()
    }
}
