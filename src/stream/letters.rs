//! Dead letters: what streams store of messages that components could not process.

use async_nats::HeaderMap;
use async_nats::jetstream::stream::{InfoError, RetentionPolicy};
use futures_util::TryStreamExt;

use super::stored::Stored;
use super::{ConsumerManager, StreamError};
use crate::nats::{fits, subject};
use crate::protocol;

/// By this header a stream knows a message that it has stored already.
const MESSAGE_ID: &str = "Nats-Msg-Id";
/// Headers that say what a server is to do with a message: they were for the first time it was sent.
const FOR_THE_SERVER: &str = "nats-";
/// Headers of dead letters.
const OURS: &str = "pelato-";

/// A dead letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// Its number in the stream.
    pub number: u64,
    /// When it was stored, in RFC 3339.
    pub time: String,
    /// The component that could not process it, if it says so.
    pub component: Option<String>,
    /// The topic that it had been sent to, if it says so.
    pub sent_to: Option<String>,
    /// Why it could not be processed, if it says so.
    pub error: Option<String>,
    /// All of its headers.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl DeadLetter {
    fn new(stored: &Stored) -> Result<Self, base64::DecodeError> {
        let headers = stored.headers();
        let header = |wanted: &str| {
            let found = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
            found.map(|(_, value)| value.clone()).filter(|value| !value.is_empty())
        };
        Ok(Self {
            number: stored.seq,
            time: stored.time.clone(),
            component: header(protocol::COMPONENT_HEADER),
            sent_to: header(protocol::SUBJECT_HEADER),
            error: header(protocol::ERROR_HEADER),
            body: stored.body()?,
            headers,
        })
    }

    /// The headers that it had when it was sent first.
    fn first_headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            let lower = name.to_ascii_lowercase();
            if !lower.starts_with(OURS) && !lower.starts_with(FOR_THE_SERVER) {
                headers.append(name.as_str(), value.as_str());
            }
        }
        headers
    }
}

/// The dead letters of a topic.
pub struct DeadLetters<'a> {
    /// JetStream where the topic is stored.
    manager: &'a ConsumerManager,
    /// The stream that stores it; none if there is none, and so no dead letter.
    stream: Option<String>,
    topic: String,
    /// How many there are.
    pub count: usize,
    /// The number of the last message of the stream.
    last: u64,
}

impl<'a> DeadLetters<'a> {
    /// Those that are stored now.
    pub(super) async fn of(manager: &'a ConsumerManager, topic: &str) -> Result<Self, StreamError> {
        let stream = manager.stream_name_of(topic).await?;
        let mut letters = Self { manager, stream, topic: topic.to_owned(), count: 0, last: 0 };
        let Some(stream) = &letters.stream else { return Ok(letters) };
        let absent = |error: InfoError| manager.absent(error.to_string());
        let subjects = manager.stream(stream).await?.info_with_subjects(topic).await.map_err(absent)?;
        letters.last = subjects.info.state.last_sequence;
        let counts: Vec<(String, usize)> = subjects.try_collect().await.map_err(absent)?;
        letters.count = counts.iter().map(|(_, count)| count).sum();
        Ok(letters)
    }

    /// The first one with this number or a higher one; none of those that came after [`DeadLetters::of`].
    ///
    /// # Errors
    /// When JetStream does not answer.
    pub async fn next(&self, number: u64) -> Result<Option<DeadLetter>, StreamError> {
        let Some(stream) = &self.stream else { return Ok(None) };
        let stored = self.manager.next_stored(stream, &self.topic, number.max(1)).await?;
        let letter = stored.filter(|stored| stored.seq <= self.last).map(|stored| DeadLetter::new(&stored));
        letter.transpose().map_err(|error| self.manager.absent(error.to_string()))
    }

    /// The one with this number.
    ///
    /// # Errors
    /// When JetStream does not answer, or has none of this number.
    pub async fn get(&self, number: u64) -> Result<DeadLetter, StreamError> {
        let found = self.next(number).await?.filter(|letter| letter.number == number);
        found.ok_or_else(|| self.lacks(number))
    }

    fn lacks(&self, number: u64) -> StreamError {
        StreamError::NoDeadLetter { number, topic: self.topic.clone() }
    }

    /// Sends one to a topic of `readers`, with the headers that it had, and deletes it once a stream has stored it.
    /// If it is interrupted in between and repeated within two minutes, the stream stores it once; twice, if it is so large
    /// that it has no room for its id.
    ///
    /// # Errors
    /// When nobody reads the topic or it cannot be stored: then it is a dead letter still; or when it cannot be deleted.
    pub async fn send_again(
        &self,
        letter: &DeadLetter,
        topic: &str,
        readers: &ConsumerManager,
    ) -> Result<(), StreamError> {
        let number = letter.number;
        let unsent =
            |message: String| StreamError::DeadLetterUnsent { number, topic: topic.to_owned(), message };
        if !readers.is_read(topic).await? {
            return Err(unsent("no consumer reads it, so it would be lost".to_owned()));
        }
        let mut headers = letter.first_headers();
        let without_id = headers.clone();
        headers.insert(MESSAGE_ID, format!("pelato.{}.{number}.{}", self.topic, letter.time).as_str());
        if !fits(&readers.context.client(), &headers, letter.body.len()) {
            headers = without_id;
        }
        let body = letter.body.clone().into();
        let sent = readers.context.publish_with_headers(topic.to_owned(), headers, body).await;
        let acknowledged = sent.map_err(|error| unsent(error.to_string()))?.await;
        acknowledged.map_err(|error| unsent(error.to_string()))?;
        self.delete(number).await
    }

    /// Deletes one. One that is gone already is deleted.
    ///
    /// # Errors
    /// When JetStream refuses.
    pub async fn delete(&self, number: u64) -> Result<(), StreamError> {
        let Some(stream) = &self.stream else { return Err(self.lacks(number)) };
        match self.manager.stream(stream).await?.delete_message(number).await {
            Ok(_) => Ok(()),
            // Somebody else was faster.
            Err(_) if self.next(number).await?.is_none_or(|letter| letter.number != number) => Ok(()),
            Err(error) => {
                let (stream, message) = (stream.clone(), error.to_string());
                Err(StreamError::DeadLetterKept { number, stream, message })
            }
        }
    }
}

impl ConsumerManager {
    /// Whether a consumer reads what is sent to a topic: a stream of interest acknowledges also what it drops.
    async fn is_read(&self, topic: &str) -> Result<bool, StreamError> {
        let Some(stream) = self.stream_of(topic).await? else { return Ok(false) };
        if stream.config.retention != RetentionPolicy::Interest {
            return Ok(true);
        }
        let mut consumers = self.stream(&stream.config.name).await?.consumers();
        while let Some(consumer) =
            consumers.try_next().await.map_err(|error| self.absent(error.to_string()))?
        {
            let filter = &consumer.config.filter_subject;
            // Without one it reads everything, or what several filters say, which this client does not know.
            if filter.is_empty() || subject::matches(filter, topic) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(headers: &[(&str, &str)]) -> DeadLetter {
        let pairs = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        DeadLetter {
            number: 1,
            time: String::new(),
            component: None,
            sent_to: None,
            error: None,
            headers: pairs.collect(),
            body: Vec::new(),
        }
    }

    #[test]
    fn only_the_senders_own_headers_are_sent_again() {
        let all =
            [("Unit", "C"), ("unit", "F"), ("Pelato-Error", "x"), ("NATS-Msg-Id", "1"), ("nats-x", "y")];
        let headers = letter(&all).first_headers();
        let mut left: Vec<_> =
            headers.iter().map(|(name, values)| (name.to_string(), values.len())).collect();
        left.sort();
        assert_eq!(left.iter().map(|(_, count)| count).sum::<usize>(), 2, "{left:?}");
        assert!(left.iter().all(|(name, _)| name.eq_ignore_ascii_case("unit")), "{left:?}");
    }
}
