//! A wasmCloud host.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use tracing_subscriber::EnvFilter;
use wasmcloud_host::wasmbus::{Features, Host};
use wasmcloud_host::{WasmbusHostConfig, oci, url::Url};

#[derive(Parser)]
struct Args {
    /// The NATS server of the lattice.
    #[arg(long)]
    nats: Url,
    #[arg(long, default_value = "default")]
    lattice: String,
    /// NAME=VALUE; may be repeated.
    #[arg(long)]
    label: Vec<String>,
    /// Registries that are read over plain http.
    #[arg(long)]
    insecure: Vec<String>,
    /// Certificates that registries' certificates may be signed by, beside the usual.
    #[arg(long)]
    registry_ca: Vec<PathBuf>,
    /// `REGISTRY USER PASSWORD`
    #[arg(long, num_args = 3)]
    registry_login: Vec<String>,
    /// Seconds between signs of life; wasmCloud's own default is 30.
    #[arg(long, default_value_t = 30)]
    heartbeat: u64,
    /// Seconds that a call may take; wasmCloud's own default is 600.
    #[arg(long, default_value_t = 600)]
    max_execution_time: u64,
    /// Do without the providers that are built into the host.
    #[arg(long)]
    no_builtin: bool,
    /// The JetStream domain of the lattice's own data.
    #[arg(long)]
    js_domain: Option<String>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_env_filter(EnvFilter::from_default_env()).with_ansi(false).init();
    let args = Args::parse();
    let pairs = args.label.iter().filter_map(|label| label.split_once('='));
    let labels: HashMap<_, _> = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let login = |at: usize| args.registry_login.get(at).cloned();
    let builtin = || Features::new().enable_builtin_http_server().enable_builtin_messaging_nats();
    let (host, shutdown) = Host::new(WasmbusHostConfig {
        ctl_nats_url: args.nats.clone(),
        rpc_nats_url: args.nats,
        lattice: args.lattice.into(),
        labels,
        js_domain: args.js_domain,
        heartbeat_interval: Some(Duration::from_secs(args.heartbeat)),
        max_execution_time: Duration::from_secs(args.max_execution_time),
        // providers of the rig itself: file:///…/http-server
        allow_file_load: true,
        oci_opts: oci::Config {
            allowed_insecure: args.insecure,
            additional_ca_paths: args.registry_ca,
            oci_registry: login(0),
            oci_user: login(1),
            oci_password: login(2),
            ..Default::default()
        },
        experimental_features: if args.no_builtin { Features::new() } else { builtin() },
        ..Default::default()
    })
    .await?;
    tokio::signal::ctrl_c().await?;
    drop(host);
    shutdown.await
}
