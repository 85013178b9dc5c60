//! The interfaces of `wit/`, as Rust. The `wasi:*` ones come with wasmtime.

// Generated code: the lints are for hand-written code.
#[allow(unsafe_code, clippy::all)]
mod messaging {
    wasmtime::component::bindgen!({
        path: "src/host/wit",
        world: "pelato:host/messaging",
        imports: { default: async | trappable },
        exports: { default: async },
        with: { "wasi:keyvalue/store.bucket": crate::host::keyvalue::Opened },
    });
}

// Generated code: the lints are for hand-written code.
#[allow(unsafe_code, clippy::all)]
mod function {
    wasmtime::component::bindgen!({
        path: "src/host/wit",
        world: "pelato:host/function",
        exports: { default: async },
    });
}

pub(super) use function::FunctionPre;
pub(super) use messaging::MessagingPre;
pub(super) use messaging::wasi::keyvalue::store;
pub(super) use messaging::wasi::logging::logging;
pub(super) use messaging::wasmcloud::messaging::{consumer, types};
pub(super) use messaging::wasmcloud::postgres::{query, types as postgres};
