//! A NATS client that is not PELATO: what comes in and goes out of a lattice, and what its hosts say.

use std::collections::BTreeMap;
use std::time::Duration;

use async_nats::{Client, ConnectOptions, Subscriber};
use futures_util::StreamExt;
use serde_json::Value;
use tokio::runtime::Runtime;

/// A message has to come within this time.
const PATIENCE: Duration = Duration::from_secs(20);

/// A connection.
pub struct Bus {
    runtime: Runtime,
    client: Client,
}

/// What comes in on a topic.
pub struct Topic<'a> {
    bus: &'a Bus,
    messages: Subscriber,
}

/// What a host says that it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inventory {
    pub id: String,
    pub target: String,
    /// Instances and image, by the name in the lattice.
    pub components: BTreeMap<String, (u64, String)>,
    /// The images, by the name in the lattice.
    pub providers: BTreeMap<String, String>,
}

impl Bus {
    /// Connects; none if the server does not let us in yet.
    pub fn connect(url: &str, login: Option<(&str, &str)>) -> Option<Self> {
        let options = match login {
            Some((user, password)) => {
                ConnectOptions::with_user_and_password(user.to_owned(), password.to_owned())
            }
            None => ConnectOptions::new(),
        };
        Self::with(url, options)
    }

    /// The same with these options.
    pub fn with(url: &str, options: ConnectOptions) -> Option<Self> {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let client = runtime.block_on(options.connect(url)).ok()?;
        Some(Self { runtime, client })
    }

    pub fn publish(&self, topic: &str, text: &str) {
        self.runtime.block_on(async {
            self.client.publish(topic.to_owned(), text.to_owned().into()).await.unwrap();
            self.client.flush().await.unwrap();
        });
    }

    pub fn subscribe(&self, topic: &str) -> Topic<'_> {
        let messages = self.runtime.block_on(async {
            let messages = self.client.subscribe(topic.to_owned()).await.unwrap();
            self.client.flush().await.unwrap();
            messages
        });
        Topic { bus: self, messages }
    }

    /// The answer to a request; none if nobody answers.
    pub fn request(&self, topic: &str, payload: &str) -> Option<Value> {
        let request = self.client.request(topic.to_owned(), payload.to_owned().into());
        let answer = self.runtime.block_on(async { tokio::time::timeout(PATIENCE, request).await });
        answer.ok()?.ok().map(|answer| serde_json::from_slice(&answer.payload).unwrap())
    }

    /// Whether the server knows of nobody who listens to a topic.
    pub fn nobody_listens(&self, topic: &str) -> bool {
        let request = self.client.request(topic.to_owned(), "".into());
        let answer = self.runtime.block_on(async { tokio::time::timeout(PATIENCE, request).await });
        let error = answer.ok().and_then(Result::err);
        error.is_some_and(|error| error.kind() == async_nats::RequestErrorKind::NoResponders)
    }

    /// What each host runs. Hosts have to be so many.
    pub fn inventories(&self, lattice: &str, hosts: usize) -> Option<Vec<Inventory>> {
        let found = self.runtime.block_on(async {
            let inbox = self.client.new_inbox();
            let mut answers = self.client.subscribe(inbox.clone()).await.unwrap();
            let ping = format!("wasmbus.ctl.v1.{lattice}.host.ping");
            self.client.publish_with_reply(ping, inbox, "".into()).await.unwrap();
            let mut found = Vec::new();
            while found.len() < hosts {
                let answer = tokio::time::timeout(Duration::from_secs(2), answers.next()).await.ok()??;
                let answer: Value = serde_json::from_slice(&answer.payload).ok()?;
                found.push(answer["response"]["id"].as_str()?.to_owned());
            }
            Some(found)
        })?;
        let inventory = |id: String| {
            let answer = self.request(&format!("wasmbus.ctl.v1.{lattice}.host.get.{id}"), "")?;
            Some(Inventory::read(&answer["response"]))
        };
        let mut found: Vec<_> = found.into_iter().map(inventory).collect::<Option<_>>()?;
        found.sort_by_key(|inventory| (inventory.target.clone(), inventory.id.clone()));
        Some(found)
    }
}

impl Inventory {
    fn read(host: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let components = list(&host["components"]).into_iter().map(|each| {
            (text(&each["id"]), (each["max_instances"].as_u64().unwrap_or(1), text(&each["image_ref"])))
        });
        let providers = list(&host["providers"]).into_iter();
        Self {
            id: text(&host["host_id"]),
            target: text(&host["labels"]["host-type"]),
            components: components.collect(),
            providers: providers.map(|each| (text(&each["id"]), text(&each["image_ref"]))).collect(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.components.is_empty() && self.providers.is_empty()
    }
}

impl Topic<'_> {
    /// The next message, which has to come.
    pub fn next(&mut self) -> String {
        self.within(PATIENCE).expect("no message came")
    }

    /// The next message, if one comes in time.
    pub fn within(&mut self, patience: Duration) -> Option<String> {
        let next = async { tokio::time::timeout(patience, self.messages.next()).await.ok()? };
        let message = self.bus.runtime.block_on(next)?;
        Some(String::from_utf8_lossy(&message.payload).into_owned())
    }
}
