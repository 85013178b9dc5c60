//! Whether messages that have to stay within a site do. A stream in the site's JetStream domain receives probes, and sends
//! others back: a server whose configuration keeps a topic within the site denies its probes, too.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use async_nats::jetstream::stream::{Config, LastRawMessageErrorKind, Republish, StorageType};
use async_nats::{Client, Subscriber};
use futures_util::StreamExt;
use tokio::time::{Instant, timeout_at};

use super::{ConsumerManager, PATIENCE, StreamError};

/// What the subjects of probes begin with that cross only if their topic does, and of those that always do.
const WITHIN: &str = "pelato.site";
const ANYWHERE: &str = "pelato.probe";
/// How long a probe is waited for before it is sent again.
const PAUSE: Duration = Duration::from_millis(500);
/// What stands for the wildcards of a topic.
const WORD: &str = "probe";

/// The subjects of all probes of a topic.
pub fn probed(topic: &str) -> String {
    format!("{WITHIN}.*.{topic}")
}

/// The topics among these whose messages pass between the site of a JetStream domain and the server of the client. None
/// if that server is at the site itself: nothing can be found out from there.
///
/// # Errors
/// When the site does not answer.
pub async fn crossing(
    client: &Client,
    domain: &str,
    topics: &BTreeSet<String>,
) -> Result<Option<BTreeSet<String>>, StreamError> {
    let here = ConsumerManager::new(client.clone(), None).context.query_account().await;
    if here.is_ok_and(|account| account.domain.as_deref() == Some(domain)) {
        return Ok(None);
    }
    let inbox = client.new_inbox();
    let id = inbox.rsplit('.').next().unwrap_or_default().to_owned();
    let site = ConsumerManager::new(client.clone(), Some(domain));
    let probe = Probe { client, site: &site, stream: format!("PELATO_probe_{id}"), id };
    let found = probe.look(topics).await;
    // It stores nothing for longer than a minute, should it stay.
    let _ = site.context.delete_stream(&probe.stream).await;
    found.map(Some)
}

struct Probe<'a> {
    client: &'a Client,
    site: &'a ConsumerManager,
    /// Part of all its subjects: several may look at the same time.
    id: String,
    stream: String,
}

impl Probe<'_> {
    async fn look(&self, topics: &BTreeSet<String>) -> Result<BTreeSet<String>, StreamError> {
        let places: BTreeMap<_, _> = topics.iter().map(|topic| (place(topic), topic)).collect();
        let (inwards, outwards) = (format!("{WITHIN}.{}i", self.id), format!("{WITHIN}.{}o", self.id));
        let failed = |message: String| self.site.absent(message);
        let heard = self.client.subscribe(format!("{outwards}.>")).await;
        let mut heard = heard.map_err(|error| failed(error.to_string()))?;
        self.create(&inwards, &outwards).await?;
        // Only when one has come back do the servers know of all subscriptions; what is denied shows in the next round.
        let mut found = BTreeSet::new();
        for _ in 0..2 {
            found.extend(self.round(&places, (&inwards, &outwards), &mut heard).await?);
        }
        let stream = self.site.stream(&self.stream).await?;
        for (place, topic) in &places {
            match stream.get_last_raw_message_by_subject(&format!("{inwards}.{place}")).await {
                Ok(_) => drop(found.insert((*topic).clone())),
                Err(error) if error.kind() == LastRawMessageErrorKind::NoMessageFound => {}
                Err(error) => return Err(failed(error.to_string())),
            }
        }
        Ok(found)
    }

    async fn create(&self, inwards: &str, outwards: &str) -> Result<(), StreamError> {
        let republish = Republish {
            source: format!("{ANYWHERE}.{}.>", self.id),
            destination: format!("{outwards}.>"),
            headers_only: false,
        };
        let created = self.site.context.create_stream(Config {
            name: self.stream.clone(),
            // In this order the servers hear of them.
            subjects: vec![format!("{inwards}.>"), republish.source.clone()],
            storage: StorageType::Memory,
            max_age: Duration::from_secs(60),
            republish: Some(republish),
            ..Config::default()
        });
        created.await.map(drop).map_err(|error| self.site.absent(error.to_string()))
    }

    /// Sends all probes until the last one has come back. The topics of the others that have come back.
    async fn round(
        &self,
        places: &BTreeMap<String, &String>,
        (inwards, outwards): (&str, &str),
        heard: &mut Subscriber,
    ) -> Result<BTreeSet<String>, StreamError> {
        let (end, mut found) = (Instant::now() + PATIENCE, BTreeSet::new());
        loop {
            let there = places.keys().map(|place| format!("{inwards}.{place}"));
            // No topic is denied that has the id in the place of its first word.
            let back = places.keys().chain([&self.id]).map(|place| format!("{ANYWHERE}.{}.{place}", self.id));
            for subject in there.chain(back) {
                let sent = self.client.publish(subject, "".into()).await;
                sent.map_err(|error| self.site.absent(error.to_string()))?;
            }
            let pause = end.min(Instant::now() + PAUSE);
            while let Ok(Some(message)) = timeout_at(pause, heard.next()).await {
                let place = message.subject.as_str().strip_prefix(outwards).unwrap_or_default();
                match places.get(place.trim_start_matches('.')) {
                    Some(topic) => drop(found.insert((*topic).clone())),
                    None => return Ok(found),
                }
            }
            if Instant::now() >= end {
                return Err(self.site.absent("no probe has come back".to_owned()));
            }
        }
    }
}

/// A subject that a topic takes.
fn place(topic: &str) -> String {
    let word = |token| if matches!(token, "*" | ">") { WORD } else { token };
    topic.split('.').map(word).collect::<Vec<_>>().join(".")
}
