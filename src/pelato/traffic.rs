//! The facade's part that sends messages to a workflow, and observes its topics.

use std::collections::BTreeSet;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_nats::client::PublishErrorKind;
use async_nats::jetstream::publish::PublishAck;
use async_nats::{Client, ConnectOptions, Event, Message, RequestErrorKind, Subscriber};
use futures_util::StreamExt;
use futures_util::stream::{SelectAll, Stream};
use tokio::sync::Notify;

use super::operation::Operation;
use super::socket::{Answer, Body, Connection, Request};
use super::{Error, Names, Pelato};
use crate::host::HostError;
use crate::nats::{self, NatsError, Right, Server, denied, subject};
use crate::progress::OperationKind;
use crate::protocol;
use crate::remedy::Operation as Command;
use crate::stream::StreamError;

/// How the topics begin on which senders wait for replies.
const INBOX: &str = "_INBOX.";

/// How the topics begin that no workflow has.
const NOT_OF_WORKFLOWS: [&str; 2] = [INBOX, "$"];

/// How long the server may take to say what it forbids.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long the client may take to pass it on.
const GRACE: Duration = Duration::from_millis(200);

/// Where messages go to or come from.
#[derive(Debug, Clone)]
pub enum Place {
    /// The `pelato run` of this project.
    Run,
    /// The same, if there is one; else the NATS server of the settings.
    Anywhere,
    Nats(Server),
}

/// Where messages went to or come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reached {
    /// A `pelato run` of this project.
    Run,
    /// The NATS server with this address.
    Nats(String),
}

/// What became of a message.
#[derive(Debug)]
pub struct Delivered {
    pub to: Reached,
    /// The reply, if one was waited for.
    pub reply: Option<Vec<u8>>,
    /// None came, because the message was filtered out.
    pub is_filtered: bool,
    /// The workflow has such a topic, as far as that is known.
    pub is_of_workflow: bool,
}

/// A message on a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    pub topic: String,
    pub body: Vec<u8>,
}

impl Pelato {
    /// Sends a message to a topic of the workflow, and waits for a reply for as long as `wait` says.
    ///
    /// # Errors
    /// When the topic is not valid, nobody takes the message, or no reply comes.
    pub async fn send(
        &self,
        topic: &str,
        body: &[u8],
        place: &Place,
        wait: Option<Duration>,
    ) -> Result<Delivered, Error> {
        let operation = self.begin(OperationKind::Send)?;
        let sent = operation.unless_cancelled(operation.send(topic, body, place, wait)).await;
        let is_of_workflow = operation.workflow().map_or(true, |workflow| {
            let topics = Names::of(&workflow, &operation.catalog).topics;
            topics.iter().any(|known| subject::matches(known, topic))
        });
        operation.ended(sent.map(|delivered| Delivered { is_of_workflow, ..delivered }))
    }

    /// Observes topics, which may have wildcards; all of the workflow, if none is named. `begun` is called when all that is
    /// sent from then on is heard. It ends when `heard` returns false, or with the `pelato run` that it observes.
    ///
    /// # Errors
    /// When a topic is not valid, or may not be observed.
    pub async fn tail(
        &self,
        topics: &[String],
        place: &Place,
        begun: impl FnOnce(&Reached, &[String]),
        mut heard: impl FnMut(Heard) -> bool,
    ) -> Result<(), Error> {
        let operation = self.begin(OperationKind::Tail)?;
        operation.ended(operation.unless_cancelled(operation.tail(topics, place, begun, &mut heard)).await)
    }
}

impl Operation {
    async fn send(
        &self,
        topic: &str,
        body: &[u8],
        place: &Place,
        wait: Option<Duration>,
    ) -> Result<Delivered, Error> {
        one_topic(topic)?;
        let (name, content) = (topic.to_owned(), Body::new(body));
        let request = match wait {
            None => Request::Send { topic: name, body: content },
            Some(wait) => {
                let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
                Request::Ask { topic: name, body: content, wait_ms }
            }
        };
        if let Some(mut running) = self.connection(place, &request).await? {
            let answer = running.next().await.map_err(broken)?;
            return answered(topic, answer);
        }
        let connection = NatsConnection::connect(self.server(place)?).await?;
        let reply = match wait {
            Some(wait) => Some(reply(topic, connection.ask(topic, body, wait).await?)?),
            None => {
                let sent = connection.client.publish(topic.to_owned(), body.to_vec().into()).await;
                sent.map_err(|error| match error.kind() {
                    PublishErrorKind::MaxPayloadExceeded => connection.too_large(topic, body),
                    _ => connection.lost(&error),
                })?;
                connection.finish().await?;
                None
            }
        };
        Ok(Delivered { to: connection.reached(), reply, is_filtered: false, is_of_workflow: true })
    }

    async fn tail(
        &self,
        topics: &[String],
        place: &Place,
        begun: impl FnOnce(&Reached, &[String]),
        heard: &mut impl FnMut(Heard) -> bool,
    ) -> Result<(), Error> {
        topics.iter().try_for_each(|topic| valid(topic))?;
        let topics = match topics {
            [] => Names::of(&self.workflow()?, &self.catalog).topics,
            named => named.to_vec(),
        };
        let topics = distinct(topics);
        // Replies and what servers say are not for whoever observes everything.
        let not_wanted =
            NOT_OF_WORKFLOWS.iter().filter(|of| !topics.iter().any(|topic| topic.starts_with(**of)));
        let not_wanted: Vec<_> = not_wanted.copied().collect();
        let mut heard = |one: Heard| not_wanted.iter().any(|of| one.topic.starts_with(of)) || heard(one);
        if let Some(mut running) = self.connection(place, &Request::Tail { topics: topics.clone() }).await? {
            observed(running.next().await.map_err(broken)?)?;
            begun(&Reached::Run, &topics);
            while let Some(Answer::Message { topic, body }) = running.next().await.map_err(broken)? {
                if !heard(Heard { topic, body: body.bytes().map_err(broken)? }) {
                    break;
                }
            }
            return Ok(());
        }
        let connection = NatsConnection::connect(self.server(place)?).await?;
        let mut all = connection.observe(topics.clone()).await?;
        begun(&connection.reached(), &topics);
        while let Some(message) = connection.next(&mut all).await? {
            // JetStream hands over what it has stored: it was heard when it was sent.
            if message.reply.as_deref().is_some_and(protocol::is_ack) {
                continue;
            }
            if !heard(Heard { topic: message.subject.to_string(), body: message.payload.to_vec() }) {
                break;
            }
        }
        Ok(())
    }

    /// A connection to the `pelato run` of this project.
    pub(super) async fn connection(
        &self,
        place: &Place,
        request: &Request,
    ) -> Result<Option<Connection>, Error> {
        let running = || async { Connection::begin(&self.root, &self.cache, request).await.map_err(broken) };
        match place {
            Place::Run => running().await?.ok_or(Error::NoRun).map(Some),
            Place::Anywhere => running().await,
            Place::Nats(_) => Ok(None),
        }
    }

    pub(super) fn server(&self, place: &Place) -> Result<Server, Error> {
        match place {
            Place::Run | Place::Anywhere => Ok(self.settings.nats()?),
            Place::Nats(server) => Ok(server.clone()),
        }
    }
}

/// Whether `pelato run` answers that it is observed.
pub(super) fn observed(answer: Option<Answer>) -> Result<(), Error> {
    match answer {
        Some(Answer::Done) => Ok(()),
        Some(Answer::Failed { message, help }) => Err(Error::Running { message, help }),
        _ => Err(broken(io::ErrorKind::UnexpectedEof.into())),
    }
}

/// What became of a message, as `pelato run` answers.
fn answered(topic: &str, answer: Option<Answer>) -> Result<Delivered, Error> {
    let to = Reached::Run;
    let delivered = |reply, is_filtered| Delivered { to, reply, is_filtered, is_of_workflow: true };
    match answer {
        Some(Answer::Done) => Ok(delivered(None, false)),
        Some(Answer::Filtered) => Ok(delivered(None, true)),
        Some(Answer::Message { body, .. }) => {
            Ok(delivered(Some(reply(topic, body.bytes().map_err(broken)?)?), false))
        }
        Some(Answer::Unanswered { component, how }) => Err(HostError::Unanswered { component, how }.into()),
        Some(Answer::Failed { message, help }) => Err(Error::Running { message, help }),
        Some(Answer::Logged(_)) | None => Err(broken(io::ErrorKind::UnexpectedEof.into())),
    }
}

/// A reply, unless it is a stream's acknowledgement: a stream answers what it stores.
fn reply(topic: &str, reply: Vec<u8>) -> Result<Vec<u8>, Error> {
    match serde_json::from_slice(&reply) {
        Ok(PublishAck { stream, .. }) => Err(Error::StoredTopic { topic: topic.to_owned(), stream }),
        Err(_) => Ok(reply),
    }
}

/// The topics, without those that others among them cover: else a message would be heard twice.
fn distinct(topics: Vec<String>) -> Vec<String> {
    let all: BTreeSet<String> = topics.into_iter().collect();
    let is_covered = |topic: &String| all.iter().any(|other| other != topic && subject::covers(other, topic));
    all.iter().filter(|topic| !is_covered(topic)).cloned().collect()
}

/// Whether messages can be sent to a topic.
pub(super) fn one_topic(topic: &str) -> Result<(), Error> {
    valid(topic)?;
    match subject::has_wildcards(topic) {
        false => Ok(()),
        true => Err(Error::Usage {
            message: format!("`{topic}` stands for many topics"),
            help: "name one topic, without `*` and `>`".to_owned(),
        }),
    }
}

fn valid(topic: &str) -> Result<(), Error> {
    subject::validate(topic).map_err(|error| Error::Usage {
        message: format!("`{topic}` is not a valid topic: {error}"),
        help: "write it like `room.celsius`".to_owned(),
    })
}

pub(super) fn broken(source: io::Error) -> Error {
    Error::System {
        what: format!("the connection to {} of this project has ended", Command::Run),
        help: "start it again, and repeat the command".to_owned(),
        source,
    }
}

/// A connection to a NATS server that hears what it forbids.
pub(super) struct NatsConnection {
    client: Client,
    server: Server,
    forbidden: Arc<Mutex<Option<(Right, String)>>>,
    /// Is told that something is forbidden, or that the connection is closed.
    told: Arc<Notify>,
}

impl NatsConnection {
    pub(super) async fn connect(server: Server) -> Result<Self, Error> {
        let (forbidden, told) = (Arc::<Mutex<Option<(Right, String)>>>::default(), Arc::<Notify>::default());
        let (heard, tell) = (Arc::clone(&forbidden), Arc::clone(&told));
        let options = ConnectOptions::new().event_callback(move |event| {
            match &event {
                // Inboxes are asked for here alone.
                Event::ServerError(error) => {
                    if let Some(what) = denied(error).filter(|(_, subject)| !subject.starts_with(INBOX)) {
                        *heard.lock().unwrap_or_else(PoisonError::into_inner) = Some(what);
                        tell.notify_one();
                    }
                }
                Event::Draining | Event::Closed => tell.notify_one(),
                _ => {}
            }
            std::future::ready(())
        });
        let client = nats::connect(&server, options).await.map_err(StreamError::from)?;
        Ok(Self { client, server, forbidden, told })
    }

    pub(super) fn reached(&self) -> Reached {
        Reached::Nats(nats::shown(&self.server.url))
    }

    /// The messages of some topics, as soon as all that is sent from then on is heard.
    pub(super) async fn observe(&self, topics: Vec<String>) -> Result<SelectAll<Subscriber>, Error> {
        let mut all = SelectAll::new();
        for topic in topics {
            all.push(self.client.subscribe(topic).await.map_err(|error| self.lost(&error))?);
        }
        self.settle().await?;
        Ok(all)
    }

    /// Waits until the server has taken everything, and goes on.
    async fn settle(&self) -> Result<(), Error> {
        self.echo().await?;
        // The answer may be here before the client has passed on what came before it.
        let _ = tokio::time::timeout(GRACE, self.told.notified()).await;
        self.allowed()
    }

    /// Waits until the server has taken everything, and ends.
    async fn finish(&self) -> Result<(), Error> {
        self.echo().await?;
        // The client passes on in order what the server said: that it has ended is the last.
        let _ = self.client.drain().await;
        let _ = tokio::time::timeout(PATIENCE, self.told.notified()).await;
        self.allowed()
    }

    /// The next message of some subscriptions, unless the server forbids one of them.
    pub(super) async fn next(
        &self,
        messages: &mut (impl Stream<Item = Message> + Unpin),
    ) -> Result<Option<Message>, Error> {
        loop {
            tokio::select! {
                message = messages.next() => return Ok(message),
                () = self.told.notified() => self.allowed()?,
            }
        }
    }

    /// The server says what it forbids before it answers this. Without a right on inboxes the time has to do.
    async fn echo(&self) -> Result<(), Error> {
        self.client.flush().await.map_err(|error| self.lost(&error))?;
        let echo = self.client.request(self.client.new_inbox(), "".into());
        let _ = tokio::time::timeout(PATIENCE, echo).await;
        Ok(())
    }

    fn allowed(&self) -> Result<(), Error> {
        let forbidden = self.forbidden.lock().unwrap_or_else(PoisonError::into_inner).take();
        match forbidden {
            None => Ok(()),
            Some((right, subject)) => Err(StreamError::from(NatsError::NotPermitted {
                user: nats::user(&self.server),
                subject,
                right,
            })
            .into()),
        }
    }

    async fn ask(&self, topic: &str, body: &[u8], timeout: Duration) -> Result<Vec<u8>, Error> {
        let asked = self.client.request(topic.to_owned(), body.to_vec().into());
        match tokio::time::timeout(timeout, asked).await {
            Ok(Ok(reply)) => Ok(reply.payload.to_vec()),
            Ok(Err(error)) if error.kind() == RequestErrorKind::NoResponders => {
                Err(HostError::NoReader { subject: topic.to_owned() }.into())
            }
            Ok(Err(error)) if error.kind() == RequestErrorKind::MaxPayloadExceeded => {
                Err(self.too_large(topic, body))
            }
            _ => {
                self.settle().await?;
                Err(HostError::NoAnswer { subject: topic.to_owned(), timeout }.into())
            }
        }
    }

    fn too_large(&self, topic: &str, body: &[u8]) -> Error {
        let (subject, limit) = (topic.to_owned(), self.client.max_payload());
        HostError::TooLarge { subject, size: body.len(), limit }.into()
    }

    fn lost(&self, error: &dyn std::error::Error) -> Error {
        let url = nats::shown(&self.server.url);
        StreamError::from(NatsError::Unreachable { url, message: error.to_string() }).into()
    }
}
