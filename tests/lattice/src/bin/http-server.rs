//! The provider of `wasi:http`, as a process of its own that a host starts.

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    wasmcloud_provider_http_server::run().await
}
