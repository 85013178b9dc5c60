//! JetStream in several domains: a site with a NATS server of its own stores messages itself, and goes on when it is cut
//! off.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use async_nats::Client;

use super::{ConsumerManager, DeadLetters, Look, StreamError, Streams};
use crate::progress::{Event, Progress};

/// JetStream in the usual domain and in others. Each topic is stored in one of them: servers pass messages on to whoever
/// takes them, so two streams would both store them.
pub struct Domains {
    /// The first is the usual one.
    managers: Vec<ConsumerManager>,
}

/// What there is to do in one domain: an index of `managers`.
type Shares = BTreeMap<usize, Streams>;

impl Domains {
    pub fn new(client: &Client, usual: Option<&str>, others: &BTreeSet<String>) -> Self {
        let others = others.iter().map(String::as_str).filter(|name| Some(*name) != usual).map(Some);
        let names = std::iter::once(usual).chain(others);
        Self { managers: names.map(|name| ConsumerManager::new(client.clone(), name)).collect() }
    }

    /// As [`ConsumerManager::keep`], each topic in its domain.
    ///
    /// # Errors
    /// The same; and when a domain that has to store something does not answer.
    pub async fn keep(
        &self,
        streams: &Streams,
        call_timeout: Duration,
        progress: &dyn Progress,
    ) -> Result<(), StreamError> {
        for (index, share) in self.shares(streams).await? {
            let manager = &self.managers[index];
            for (topic, home) in share.homes.iter().filter(|(_, home)| Some(*home) != manager.domain.as_ref())
            {
                progress.report(Event::DeployWarning { message: elsewhere(topic, home, manager) });
            }
            manager.keep(&share, call_timeout, progress).await?;
        }
        Ok(())
    }

    /// As [`ConsumerManager::look`].
    ///
    /// # Errors
    /// The same.
    pub async fn look(&self, streams: &Streams, call_timeout: Duration) -> Result<Look, StreamError> {
        let mut all = Look::default();
        for (index, share) in self.shares(streams).await? {
            all.merge(self.managers[index].look(&share, call_timeout).await?);
        }
        Ok(all)
    }

    /// As [`ConsumerManager::forget`]. What a site has that is not there stays.
    ///
    /// # Errors
    /// When the usual domain does not answer.
    pub async fn forget(&self, handed_over: &[String]) -> Result<BTreeSet<String>, StreamError> {
        let mut used = BTreeSet::new();
        for (index, manager) in self.managers.iter().enumerate() {
            match manager.forget(handed_over).await {
                Ok(its) => used.extend(its),
                Err(error) if index == 0 => return Err(error),
                Err(_) => {}
            }
        }
        Ok(used)
    }

    /// The dead letters on a topic. `homes` has the domains of topics that have their own.
    ///
    /// # Errors
    /// When JetStream does not answer.
    pub async fn dead_letters(
        &self,
        topic: &str,
        homes: &BTreeMap<String, String>,
    ) -> Result<DeadLetters<'_>, StreamError> {
        DeadLetters::of(self.manager_of(topic, homes).await?, topic).await
    }

    /// JetStream where a topic is stored.
    pub async fn manager_of(
        &self,
        topic: &str,
        homes: &BTreeMap<String, String>,
    ) -> Result<&ConsumerManager, StreamError> {
        let index = match self.managers.len() {
            1 => 0,
            _ => self.place(topic, homes.get(topic)).await?,
        };
        Ok(&self.managers[index])
    }

    /// What each domain has to do. Each share has the homes of its topics.
    async fn shares(&self, streams: &Streams) -> Result<Shares, StreamError> {
        let mut shares = Shares::new();
        if let [_] = self.managers.as_slice() {
            shares.insert(0, streams.clone());
            return Ok(shares);
        }
        let mut places = BTreeMap::new();
        for topic in streams.topics() {
            let index = self.place(topic, streams.homes.get(topic)).await?;
            let share: &mut Streams = shares.entry(index).or_default();
            share.homes.extend(
                streams.homes.get_key_value(topic).map(|(topic, home)| (topic.clone(), home.clone())),
            );
            places.insert(topic, index);
        }
        let of = |topic: &str| places.get(topic).copied().unwrap_or_default();
        for consumer in &streams.consumers {
            shares.entry(of(&consumer.source)).or_default().consumers.push(consumer.clone());
        }
        for written in &streams.written {
            shares.entry(of(&written.topic)).or_default().written.push(written.clone());
        }
        Ok(shares)
    }

    /// Where a topic is stored: where a stream has it already, else at home.
    async fn place(&self, topic: &str, home: Option<&String>) -> Result<usize, StreamError> {
        let is_home = |manager: &ConsumerManager| manager.domain.as_ref() == home;
        let home = home.and_then(|_| self.managers.iter().position(is_home)).unwrap_or_default();
        let others = (0..self.managers.len()).filter(|index| *index != home);
        for index in std::iter::once(home).chain(others) {
            match self.managers[index].stream_name_of(topic).await {
                Ok(Some(_)) => return Ok(index),
                Ok(None) => {}
                Err(error) if index == home => return Err(error),
                // A site that is cut off: what it has stored stays there.
                Err(_) => {}
            }
        }
        Ok(home)
    }
}

fn elsewhere(topic: &str, home: &str, manager: &ConsumerManager) -> String {
    let domain = manager.domain.as_ref().map_or("the server's own".to_owned(), |name| format!("`{name}`"));
    format!(
        "`{topic}` is stored in the JetStream domain {domain}, where there is a stream already, and not in `{home}`: \
         hosts there come first. Delete that stream once it is empty, and deploy again"
    )
}
