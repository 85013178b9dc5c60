//! The facade's part for dead letters: looking at them, sending them again, deleting them.

use std::collections::{BTreeMap, BTreeSet};

use super::operation::Operation;
use super::traffic::one_topic;
use super::{Error, Pelato};
use crate::check::Component;
use crate::nats::subject;
use crate::progress::OperationKind;
use crate::remedy::Argument;
use crate::stream::{DeadLetter, DeadLetters, Domains, Streams};
use crate::text::suggest;

/// The dead letters of a workflow.
#[derive(Debug, Default)]
pub struct Listed {
    /// The oldest of each topic.
    pub letters: Vec<Addressed>,
    /// How many there are; of a topic that several components share, all.
    pub total: usize,
}

/// A dead letter and where it is.
#[derive(Debug)]
pub struct Addressed {
    /// The topic of the dead letters.
    pub topic: String,
    /// The component that could not process it, unless that is not known.
    pub component: Option<String>,
    pub letter: DeadLetter,
}

/// A dead letter that was sent again.
#[derive(Debug)]
pub struct Resent {
    pub number: u64,
    pub topic: String,
}

/// How many dead letters were left because they do not say which of several components they are of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Unowned {
    pub count: usize,
}

/// Which dead letters of a component.
#[derive(Debug, Clone, Copy)]
pub enum Selected<'a> {
    /// All that are known to be its own, as they are now.
    All,
    /// Those with these numbers.
    Numbers(&'a [u64]),
}

impl Pelato {
    /// The dead letters of some components, or of all: at most `limit` of each topic.
    ///
    /// # Errors
    /// When a component has none by its delivery, or JetStream does not answer.
    pub async fn dead_letters(&self, components: &[String], limit: usize) -> Result<Listed, Error> {
        let operation = self.begin(OperationKind::DeadLetters)?;
        operation.ended(operation.unless_cancelled(operation.list_letters(components, limit)).await)
    }

    /// One dead letter of a component, or one that does not say which component it is of.
    ///
    /// # Errors
    /// When there is none of this number, or it is of another component.
    pub async fn dead_letter(&self, component: &str, number: u64) -> Result<DeadLetter, Error> {
        let operation = self.begin(OperationKind::DeadLetters)?;
        let looking = async {
            let topics = DeadLetterTopics::open(&operation).await?;
            let letters = topics.of(component).await?;
            topics.get(&letters, component, number).await
        };
        operation.ended(operation.unless_cancelled(looking).await)
    }

    /// Sends dead letters of a component to the topics that they had been sent to, or to another, and deletes each when a
    /// stream has stored it. `done` is told of each.
    ///
    /// # Errors
    /// When one cannot be sent or its topic is not known: that one and those after it are still dead letters.
    pub async fn retry_dead_letters(
        &self,
        component: &str,
        selected: Selected<'_>,
        to: Option<&str>,
        mut done: impl FnMut(Resent),
    ) -> Result<Unowned, Error> {
        let operation = self.begin(OperationKind::RetryDeadLetters)?;
        let retrying = async {
            to.map_or(Ok(()), one_topic)?;
            let topics = DeadLetterTopics::open(&operation).await?;
            topics
                .each(component, selected, async |letters, letter| {
                    let topic = topics.destination(component, &letter, to)?;
                    let readers = topics.domains.manager_of(&topic, &topics.streams.homes).await?;
                    letters.send_again(&letter, &topic, readers).await?;
                    done(Resent { number: letter.number, topic });
                    Ok(())
                })
                .await
        };
        operation.ended(operation.unless_cancelled(retrying).await)
    }

    /// Deletes dead letters of a component. `done` is told the number of each.
    ///
    /// # Errors
    /// When one cannot be deleted.
    pub async fn drop_dead_letters(
        &self,
        component: &str,
        selected: Selected<'_>,
        mut done: impl FnMut(u64),
    ) -> Result<Unowned, Error> {
        let operation = self.begin(OperationKind::DropDeadLetters)?;
        let dropping = async {
            let topics = DeadLetterTopics::open(&operation).await?;
            topics
                .each(component, selected, async |letters, letter| {
                    letters.delete(letter.number).await?;
                    done(letter.number);
                    Ok(())
                })
                .await
        };
        operation.ended(operation.unless_cancelled(dropping).await)
    }
}

impl Operation {
    async fn list_letters(&self, components: &[String], limit: usize) -> Result<Listed, Error> {
        let topics = DeadLetterTopics::open(self).await?;
        let mut owners_of = BTreeMap::<&str, Vec<&str>>::new();
        for (component, topic) in &topics.by_component {
            owners_of.entry(topic).or_default().push(component);
        }
        for component in components {
            topics.topic(component)?;
        }
        let is_wanted =
            |component: &str| components.is_empty() || components.iter().any(|one| one == component);
        let mut listed = Listed::default();
        for (topic, owners) in owners_of {
            if !owners.iter().any(|owner| is_wanted(owner)) {
                continue;
            }
            let letters = topics.domains.dead_letters(topic, &topics.streams.homes).await?;
            listed.total += letters.count;
            let (mut number, mut room) = (1, limit);
            while room > 0
                && let Some(letter) = letters.next(number).await?
            {
                number = letter.number + 1;
                let component = topics.owner(&letter, &owners);
                if component.as_deref().is_none_or(is_wanted) {
                    listed.letters.push(Addressed { topic: topic.to_owned(), component, letter });
                    room -= 1;
                }
            }
        }
        Ok(listed)
    }
}

/// Where the dead letters of a workflow are.
struct DeadLetterTopics {
    domains: Domains,
    streams: Streams,
    /// The topic of each component's dead letters.
    by_component: BTreeMap<String, String>,
    /// All components.
    components: Vec<String>,
}

impl DeadLetterTopics {
    async fn open(operation: &Operation) -> Result<Self, Error> {
        let checked = operation.valid()?;
        let streams = operation.streams_deployed(&checked.components)?;
        let topic =
            |one: &Component| Some((one.name.clone(), one.at_least_once.as_ref()?.dead_letter_topic.clone()));
        let by_component = checked.components.iter().filter_map(topic).collect();
        let components = checked.components.iter().map(|one| one.name.clone()).collect();
        let domains = operation.domains(&operation.topics().await?);
        Ok(Self { domains, streams, by_component, components })
    }

    /// The topic of a component's dead letters.
    fn topic(&self, component: &str) -> Result<&str, Error> {
        if let Some(topic) = self.by_component.get(component) {
            return Ok(topic);
        }
        if self.components.iter().any(|known| known == component) {
            return Err(Error::NoDeadLetters { component: component.to_owned() });
        }
        let known = self.components.iter().map(String::as_str);
        Err(Error::UnknownComponent { name: component.to_owned(), help: suggest::help(component, known) })
    }

    async fn of(&self, component: &str) -> Result<DeadLetters<'_>, Error> {
        Ok(self.domains.dead_letters(self.topic(component)?, &self.streams.homes).await?)
    }

    /// The component that could not process a dead letter. On hosts messages have no headers: there it is the one that
    /// uses the topic, if it is one.
    fn owner(&self, letter: &DeadLetter, owners: &[&str]) -> Option<String> {
        let only = || if let [only] = owners { Some((*only).to_owned()) } else { None };
        letter.component.clone().or_else(only)
    }

    /// A dead letter of a component by its number. One that does not say which component it is of can be any's.
    async fn get(
        &self,
        letters: &DeadLetters<'_>,
        component: &str,
        number: u64,
    ) -> Result<DeadLetter, Error> {
        let letter = letters.get(number).await?;
        match letter.component.clone().filter(|other| other != component) {
            Some(other) => Err(Error::DeadLetterOfOther { number, component: component.to_owned(), other }),
            None => Ok(letter),
        }
    }

    /// Does something with dead letters of a component, the oldest first.
    async fn each(
        &self,
        component: &str,
        selected: Selected<'_>,
        mut work: impl AsyncFnMut(&DeadLetters<'_>, DeadLetter) -> Result<(), Error>,
    ) -> Result<Unowned, Error> {
        let letters = self.of(component).await?;
        let mut left = Unowned::default();
        match selected {
            Selected::Numbers(numbers) => {
                // All are looked at before the first is changed.
                let mut found = Vec::new();
                for number in numbers.iter().copied().collect::<BTreeSet<_>>() {
                    found.push(self.get(&letters, component, number).await?);
                }
                for letter in found {
                    work(&letters, letter).await?;
                }
            }
            Selected::All => {
                let topic = self.topic(component)?;
                let owners = self.by_component.iter().filter(|(_, own)| *own == topic);
                let owners: Vec<_> = owners.map(|(owner, _)| owner.as_str()).collect();
                let mut number = 1;
                while let Some(letter) = letters.next(number).await? {
                    number = letter.number + 1;
                    match self.owner(&letter, &owners).as_deref() {
                        Some(owner) if owner == component => work(&letters, letter).await?,
                        Some(_) => {}
                        None => left.count += 1,
                    }
                }
            }
        }
        Ok(left)
    }

    /// Where a dead letter is sent again.
    fn destination(&self, component: &str, letter: &DeadLetter, to: Option<&str>) -> Result<String, Error> {
        let sources = self.streams.consumers.iter().filter(|consumer| consumer.component == component);
        let sources: Vec<_> = sources.map(|consumer| consumer.source.as_str()).collect();
        let topic = match (to, &letter.sent_to, sources.as_slice()) {
            (Some(topic), ..) => topic,
            (None, Some(topic), _) => topic,
            (None, None, [only]) if !subject::has_wildcards(only) => only,
            _ => {
                let (number, component) = (letter.number, component.to_owned());
                return Err(Error::DeadLetterUnaddressed { number, component, topics: sources.join("`, `") });
            }
        };
        if sources.iter().any(|source| subject::matches(source, topic)) {
            return Ok(topic.to_owned());
        }
        Err(Error::Usage {
            message: format!("`{component}` does not read `{topic}`"),
            help: format!("name a topic that it reads with {}: `{}`", Argument::To, sources.join("`, `")),
        })
    }
}
