//! The provider of `wasmcloud:messaging` over NATS, as a process of its own that a host starts.

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    wasmcloud_provider_messaging_nats::run().await
}
