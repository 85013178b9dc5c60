//! What `pelato infra` writes, run with real servers.

mod leaves;
mod mirror;
mod sites;
mod tls;
mod wasmcloud;
