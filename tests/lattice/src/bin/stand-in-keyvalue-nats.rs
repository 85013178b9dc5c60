//! Stands in for wasmCloud's provider of key-value buckets, which is no crate: the same interface and configuration, as
//! far as triggers and manifests of PELATO use them.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::Context as _;
use async_nats::jetstream::{self, kv};
use bindings::exports::wrpc::keyvalue::store;
use bytes::Bytes;
use tokio::sync::RwLock;
use wasmcloud_provider_sdk::{
    Context, LinkConfig, Provider, get_connection, run_provider, serve_provider_exports,
};

mod bindings {
    wit_bindgen_wrpc::generate!({
        world: "keyvalue",
        path: "wit",
        with: { "wrpc:keyvalue/store@0.2.0-draft": generate },
    });
}

/// The buckets, by component and link.
#[derive(Clone, Default)]
struct Keeper {
    buckets: Arc<RwLock<HashMap<(String, String), kv::Store>>>,
}

impl Provider for Keeper {
    async fn receive_link_config_as_target(&self, link: LinkConfig<'_>) -> anyhow::Result<()> {
        let bucket = link.config.get("bucket").context("no bucket")?;
        let client = async_nats::connect(link.config.get("cluster_uri").context("no cluster_uri")?).await?;
        let context = match link.config.get("js_domain") {
            Some(domain) => jetstream::with_domain(client, domain),
            None => jetstream::new(client),
        };
        if link.config.get("enable_bucket_auto_create").is_some_and(|value| value == "true") {
            let config = kv::Config { bucket: bucket.clone(), ..Default::default() };
            // It may be there already.
            let _ = context.create_key_value(config).await;
        }
        let store = context.get_key_value(bucket).await?;
        let key = (link.source_id.to_owned(), link.link_name.to_owned());
        self.buckets.write().await.insert(key, store);
        Ok(())
    }
}

impl store::Handler<Option<Context>> for Keeper {
    async fn set(
        &self,
        context: Option<Context>,
        bucket: String,
        key: String,
        value: Bytes,
    ) -> anyhow::Result<Result<(), store::Error>> {
        let component = context.and_then(|context| context.component).unwrap_or_default();
        let buckets = self.buckets.read().await;
        let Some(store) = buckets.get(&(component, bucket)) else {
            return Ok(Err(store::Error::NoSuchStore));
        };
        Ok(store.put(key, value).await.map(drop).map_err(|cause| store::Error::Other(cause.to_string())))
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let keeper = Keeper::default();
    let shutdown = run_provider(keeper.clone(), "stand-in-keyvalue-nats").await?;
    let connection = get_connection();
    let client = connection.get_wrpc_client(connection.provider_key()).await?;
    serve_provider_exports(&client, keeper, shutdown, bindings::serve).await
}
