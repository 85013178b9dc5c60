//! Key-value buckets: in this process, or of a NATS server.

mod calls;
mod nats;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use hyper::body::Bytes;

use super::HostError;
use super::bus::Broker;
use super::observe::{Event, Observer};
use nats::NatsBuckets;

/// All buckets. They are stored in the same place as the messages.
pub(super) struct Buckets {
    place: Place,
    observer: Arc<dyn Observer>,
}

enum Place {
    InProcess(Mutex<BTreeMap<String, Arc<Bucket>>>),
    Nats(NatsBuckets),
}

/// What a component holds when it has opened its bucket.
pub type Opened = Arc<Bucket>;

pub struct Bucket {
    name: String,
    entries: Entries,
}

enum Entries {
    InProcess(Mutex<BTreeMap<String, Bytes>>),
    Nats(Box<async_nats::jetstream::kv::Store>),
}

impl Buckets {
    /// The buckets beside the messages; `domain` is a JetStream domain other than the server's own.
    pub fn beside(broker: &Broker, domain: Option<&str>, observer: Arc<dyn Observer>) -> Self {
        let place = match broker {
            Broker::InProcess(_) => Place::InProcess(Mutex::default()),
            Broker::Nats(bus) => Place::Nats(NatsBuckets::new(bus.client(), domain)),
        };
        Self { place, observer }
    }

    /// The bucket with this name, created if there is none.
    pub async fn open(&self, name: &str) -> Result<Arc<Bucket>, HostError> {
        match &self.place {
            Place::InProcess(buckets) => {
                let mut buckets = buckets.lock().unwrap_or_else(PoisonError::into_inner);
                let made = || Arc::new(Bucket::new(name, Entries::InProcess(Mutex::default())));
                Ok(Arc::clone(buckets.entry(name.to_owned()).or_insert_with(made)))
            }
            Place::Nats(server) => {
                let (store, made) = server.open(name).await?;
                if made {
                    self.observer.event(Event::BucketMade { bucket: name.to_owned() });
                }
                Ok(Arc::new(Bucket::new(name, Entries::Nats(Box::new(store)))))
            }
        }
    }
}

impl Bucket {
    fn new(name: &str, entries: Entries) -> Self {
        Self { name: name.to_owned(), entries }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    async fn get(&self, key: &str) -> Result<Option<Bytes>, String> {
        check(key)?;
        match &self.entries {
            Entries::InProcess(entries) => Ok(locked(entries).get(key).cloned()),
            Entries::Nats(store) => store.get(key).await.map_err(|cause| cause.to_string()),
        }
    }

    async fn set(&self, key: &str, value: Bytes) -> Result<(), String> {
        check(key)?;
        match &self.entries {
            Entries::InProcess(entries) => drop(locked(entries).insert(key.to_owned(), value)),
            Entries::Nats(store) => nats::put(store, key, value).await?,
        }
        Ok(())
    }

    async fn delete(&self, key: &str) -> Result<(), String> {
        check(key)?;
        match &self.entries {
            Entries::InProcess(entries) => drop(locked(entries).remove(key)),
            Entries::Nats(store) => store.delete(key).await.map_err(|cause| cause.to_string())?,
        }
        Ok(())
    }

    async fn keys(&self) -> Result<Vec<String>, String> {
        match &self.entries {
            Entries::InProcess(entries) => Ok(locked(entries).keys().cloned().collect()),
            Entries::Nats(store) => nats::keys(store).await,
        }
    }
}

fn locked(entries: &Mutex<BTreeMap<String, Bytes>>) -> std::sync::MutexGuard<'_, BTreeMap<String, Bytes>> {
    entries.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Validates a key by NATS's rules, also for buckets in this process.
fn check(key: &str) -> Result<(), String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_/=.".contains(c);
    if key.chars().all(fits) && !key.split('.').any(str::is_empty) {
        return Ok(());
    }
    Err(format!("{key:?} is not a valid key of a NATS bucket"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bucket() -> Bucket {
        Bucket::new("b", Entries::InProcess(Mutex::default()))
    }

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
    }

    #[test]
    fn what_is_set_is_there_until_it_is_deleted() {
        let bucket = bucket();
        block_on(async {
            assert_eq!(bucket.get("a").await, Ok(None));
            bucket.set("a", "1".into()).await.unwrap();
            bucket.set("a", "2".into()).await.unwrap();
            bucket.set("b.c", Bytes::new()).await.unwrap();
            assert_eq!(bucket.get("a").await, Ok(Some("2".into())));
            assert_eq!(bucket.keys().await.unwrap(), ["a", "b.c"]);
            bucket.delete("a").await.unwrap();
            bucket.delete("a").await.unwrap();
            assert_eq!(bucket.keys().await.unwrap(), ["b.c"]);
            assert!(bucket.set("a b", "1".into()).await.is_err());
        });
    }

    proptest! {
        /// By the rule that NATS documents: `^[-/_=\.a-zA-Z0-9]+$`, and no empty tokens.
        #[test]
        fn keys_are_those_of_nats(key in "[a-zA-Z0-9/_=. ä*>-]{0,6}") {
            let whole = !key.starts_with('.') && !key.ends_with('.') && !key.contains("..");
            let characters = regex::Regex::new(r"\A[-/_=.a-zA-Z0-9]+\z").unwrap().is_match(&key);
            prop_assert_eq!(check(&key).is_ok(), whole && characters);
        }
    }
}
