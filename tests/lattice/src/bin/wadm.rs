//! wadm, the manager of a lattice's applications. Its flags are wadm's own.

use clap::Parser;
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_env_filter(EnvFilter::from_default_env()).with_ansi(false).init();
    let mut tasks = wadm::start_wadm(wadm::config::WadmConfig::parse()).await?;
    tokio::select! {
        ended = tasks.join_next() => { ended.transpose()?; }
        _ = tokio::signal::ctrl_c() => {}
    }
    Ok(())
}
