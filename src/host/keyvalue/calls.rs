//! What components may call: `wasi:keyvalue/store`.

use std::sync::Arc;

use hyper::body::Bytes;
use wasmtime::component::Resource;

use super::Opened;
use crate::host::bindings::store;
use crate::host::observe::Stored;
use crate::host::state::{Link, State};

/// A name by which every component may open its bucket, whatever the bucket's own name is.
const LINK: &str = "default";

type Answer<T> = wasmtime::Result<Result<T, store::Error>>;

impl store::Host for State {
    async fn open(&mut self, identifier: String) -> Answer<Resource<Opened>> {
        let bucket = self.link.as_ref().and_then(|link| link.resources.bucket.as_ref());
        match bucket {
            Some(bucket) if identifier == bucket.name() || identifier == LINK => {
                let bucket = Arc::clone(bucket);
                Ok(Ok(self.keep(bucket)?))
            }
            _ => Ok(Err(store::Error::NoSuchStore)),
        }
    }
}

impl store::HostBucket for State {
    async fn get(&mut self, bucket: Resource<Opened>, key: String) -> Answer<Option<Vec<u8>>> {
        let bucket = self.opened(&bucket)?;
        let value = self.while_waiting(bucket.get(&key)).await;
        Ok(value.map(|value| value.map(Into::into)).map_err(store::Error::Other))
    }

    async fn set(&mut self, bucket: Resource<Opened>, key: String, value: Vec<u8>) -> Answer<()> {
        let bucket = self.opened(&bucket)?;
        let value = Bytes::from(value);
        let set = self.while_waiting(bucket.set(&key, value.clone())).await;
        if set.is_ok() {
            self.record.store(Stored { place: format!("{}/{key}", bucket.name()), body: value });
        }
        Ok(set.map_err(store::Error::Other))
    }

    async fn delete(&mut self, bucket: Resource<Opened>, key: String) -> Answer<()> {
        let bucket = self.opened(&bucket)?;
        let deleted = self.while_waiting(bucket.delete(&key)).await;
        Ok(deleted.map_err(store::Error::Other))
    }

    async fn exists(&mut self, bucket: Resource<Opened>, key: String) -> Answer<bool> {
        let bucket = self.opened(&bucket)?;
        let value = self.while_waiting(bucket.get(&key)).await;
        Ok(value.map(|value| value.is_some()).map_err(store::Error::Other))
    }

    async fn list_keys(&mut self, bucket: Resource<Opened>, _: Option<u64>) -> Answer<store::KeyResponse> {
        let bucket = self.opened(&bucket)?;
        // All keys at once: there is no next page.
        let keys = self.while_waiting(bucket.keys()).await;
        Ok(keys.map(|keys| store::KeyResponse { keys, cursor: None }).map_err(store::Error::Other))
    }

    async fn drop(&mut self, bucket: Resource<Opened>) -> wasmtime::Result<()> {
        self.forget(bucket)
    }
}

impl State {
    /// Lets other calls compute while this one waits for an answer from outside, and notes whether that failed.
    pub(in crate::host) async fn while_waiting<T, E>(
        &mut self,
        answer: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let answer = match &mut self.link {
            Some(Link { slot, .. }) => slot.while_waiting(answer).await,
            None => answer.await,
        };
        self.record.noted(answer)
    }
}
