//! What `pelato infra` writes, used: parsed, checked by the servers that read it, and run with real servers.
//!
//! Debian's `nats-server` and `docker-registry` are needed: without them these tests fail, they do not skip.

mod compose;
mod kubernetes;
mod wasmcloud;
