//! Buckets of a NATS server.

use async_nats::jetstream::context::GetStreamErrorKind;
use async_nats::jetstream::kv::Store;
use async_nats::jetstream::stream::{Config, DiscardPolicy};
use async_nats::jetstream::{Context, ErrorCode, with_domain};
use futures_util::TryStreamExt;
use hyper::body::Bytes;

use crate::host::HostError;

pub(super) struct NatsBuckets {
    context: Context,
}

impl NatsBuckets {
    pub fn new(client: &async_nats::Client, domain: Option<&str>) -> Self {
        let context = match domain {
            Some(domain) => with_domain(client.clone(), domain),
            None => async_nats::jetstream::new(client.clone()),
        };
        Self { context }
    }

    /// The bucket with this name, and whether it was created.
    pub async fn open(&self, name: &str) -> Result<(Store, bool), HostError> {
        let failed = |message: String| HostError::Bucket { bucket: name.to_owned(), message };
        let made = match self.context.get_stream(stream(name).name).await {
            Ok(_) => false,
            Err(cause) => match cause.kind() {
                GetStreamErrorKind::JetStream(answer)
                    if answer.error_code() == ErrorCode::STREAM_NOT_FOUND =>
                {
                    let made = self.context.create_stream(stream(name)).await;
                    made.map_err(|cause| failed(cause.to_string()))?;
                    true
                }
                GetStreamErrorKind::JetStream(answer) => return Err(failed(answer.to_string())),
                // Nobody answers for JetStream.
                GetStreamErrorKind::Request => {
                    return Err(HostError::NoJetStream { bucket: name.to_owned() });
                }
                _ => return Err(failed(cause.to_string())),
            },
        };
        let store = self.context.get_key_value(name).await.map_err(|cause| failed(cause.to_string()))?;
        Ok((store, made))
    }
}

/// The stream behind a bucket, as all NATS clients create it. Written by hand, because the client library first
/// requests the account information, which needs a permission, and cannot parse the response of servers before 2.10.
fn stream(bucket: &str) -> Config {
    Config {
        name: format!("KV_{bucket}"),
        subjects: vec![format!("$KV.{bucket}.>")],
        max_messages_per_subject: 1,
        discard: DiscardPolicy::New,
        allow_rollup: true,
        allow_direct: true,
        deny_delete: true,
        num_replicas: 1,
        ..Config::default()
    }
}

/// Sets a key's value, and waits until the server has confirmed it.
pub(super) async fn put(store: &Store, key: &str, value: Bytes) -> Result<(), String> {
    store.put(key, value).await.map(drop).map_err(|cause| cause.to_string())
}

pub(super) async fn keys(store: &Store) -> Result<Vec<String>, String> {
    let keys = store.keys().await.map_err(|cause| cause.to_string())?;
    keys.try_collect().await.map_err(|cause| cause.to_string())
}
