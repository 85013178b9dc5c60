//! The bus of a NATS server.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_nats::client::{PublishErrorKind, RequestErrorKind};
use async_nats::{Client, ConnectOptions, HeaderMap, Request, Subscriber};
use futures_util::StreamExt;
use hyper::body::Bytes;

use super::Message;
use super::subject::{Pattern, check_subject};
use crate::host::HostError;
use crate::host::observe::{Event, Observer};
use crate::host::trace::TraceContext;
use crate::nats;

/// How many messages of one subscription may wait before the client reports a slow consumer and drops them.
const BACKLOG: usize = 8192;
/// How long the server may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a message to this client itself may take.
const ROUND_TRIP: Duration = Duration::from_secs(1);
/// How long sending the last messages may take.
const FAREWELL: Duration = Duration::from_secs(2);

#[derive(Clone)]
pub(in crate::host) struct Nats {
    client: Client,
}

/// What a subscriber reads from.
pub(in crate::host) struct NatsInbox {
    subscriber: Subscriber,
}

impl Nats {
    /// Connects. Lost connections are restored in the background, and reported.
    pub async fn connect(server: &nats::Server, observer: Arc<dyn Observer>) -> Result<Self, HostError> {
        let lost = Arc::new(AtomicBool::new(false));
        let settings = ConnectOptions::new()
            .subscription_capacity(BACKLOG)
            .max_reconnects(None)
            .event_callback(move |event| {
                report(&event, &lost, observer.as_ref());
                std::future::ready(())
            });
        Ok(Self { client: nats::connect(server, settings).await? })
    }

    pub fn client(&self) -> &Client {
        &self.client
    }

    pub async fn publish(&self, message: Message) -> Result<(), HostError> {
        check_subject(&message.subject)?;
        let size = message.body.len();
        let subject = message.subject.to_string();
        let mut headers = headers(message.mark);
        message.headers.iter().for_each(|(name, value)| headers.insert(*name, value.as_str()));
        let sent = match message.reply_to {
            Some(reply) => {
                self.client.publish_with_reply_and_headers(subject, reply, headers, message.body).await
            }
            None => self.client.publish_with_headers(subject, headers, message.body).await,
        };
        sent.map_err(|cause| HostError::Bus {
            message: match cause.kind() {
                PublishErrorKind::MaxPayloadExceeded => too_large(size, self.client.max_payload()),
                _ => cause.to_string(),
            },
        })
    }

    /// Sends a message and waits for the answer.
    pub async fn request(&self, message: Message, timeout: Duration) -> Result<Message, HostError> {
        check_subject(&message.subject)?;
        let size = message.body.len();
        let subject = message.subject.to_string();
        let request =
            Request::new().payload(message.body).headers(headers(message.mark)).timeout(Some(timeout));
        match self.client.send_request(subject.clone(), request).await {
            Ok(reply) => Ok(received(reply)),
            Err(cause) => Err(match cause.kind() {
                RequestErrorKind::TimedOut => HostError::NoAnswer { subject, timeout },
                RequestErrorKind::NoResponders => HostError::NoReader { subject },
                RequestErrorKind::MaxPayloadExceeded => {
                    HostError::Bus { message: too_large(size, self.client.max_payload()) }
                }
                _ => HostError::Bus { message: cause.to_string() },
            }),
        }
    }

    /// From now on the inbox receives matching messages.
    pub async fn subscribe(&self, pattern: &str, group: Option<&str>) -> Result<NatsInbox, HostError> {
        Pattern::parse(pattern)?;
        let subject = pattern.to_owned();
        let subscribed = match group {
            Some(group) => self.client.queue_subscribe(subject, group.to_owned()).await,
            None => self.client.subscribe(subject).await,
        };
        let subscriber = subscribed.map_err(|cause| HostError::Bus { message: cause.to_string() })?;
        // The server must know the subscription before the host reports that it runs.
        let flushed = tokio::time::timeout(PATIENCE, self.client.flush()).await;
        match flushed {
            Ok(Ok(())) => {
                self.round_trip().await;
                Ok(NatsInbox { subscriber })
            }
            Ok(Err(cause)) => Err(HostError::Bus { message: cause.to_string() }),
            Err(_) => {
                Err(HostError::Bus { message: format!("the server did not answer within {PATIENCE:?}") })
            }
        }
    }

    /// Waits until the server has read what was sent so far: a message to this client itself comes back after it. If
    /// the server does not permit that, waits for a moment.
    async fn round_trip(&self) {
        let inbox = self.client.new_inbox();
        let Ok(mut echo) = self.client.subscribe(inbox.clone()).await else { return };
        if self.client.publish(inbox, Bytes::new()).await.is_ok() {
            let _ = tokio::time::timeout(ROUND_TRIP, echo.next()).await;
        }
    }

    /// Sends pending messages, and disconnects.
    pub async fn close(&self) {
        // Best effort: without a connection nothing can be done.
        let _ = tokio::time::timeout(FAREWELL, async {
            let _ = self.client.flush().await;
            let _ = self.client.drain().await;
        })
        .await;
    }
}

impl NatsInbox {
    /// The next message; none when the subscription has ended.
    pub async fn next(&mut self) -> Option<Message> {
        self.subscriber.next().await.map(received)
    }

    /// Closes it for new messages; those already received can still be read.
    pub async fn close(&mut self) {
        // It fails only if the connection is closed, and then no message arrives either.
        let _ = self.subscriber.drain().await;
    }
}

fn received(message: async_nats::Message) -> Message {
    let mark = message
        .headers
        .as_ref()
        .and_then(|headers| headers.get(TraceContext::HEADER))
        .and_then(|value| value.as_str().parse().ok())
        .unwrap_or_else(TraceContext::entering);
    Message {
        subject: message.subject.as_str().into(),
        body: message.payload,
        reply_to: message.reply.map(|reply| reply.to_string()),
        mark,
        headers: Vec::new(),
    }
}

fn headers(mark: TraceContext) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(TraceContext::HEADER, mark.to_string().as_str());
    headers
}

fn report(event: &async_nats::Event, lost: &AtomicBool, observer: &dyn Observer) {
    use async_nats::Event as Nats;
    match event {
        Nats::Connected if lost.swap(false, Ordering::Relaxed) => observer.event(Event::BusRestored),
        Nats::Disconnected if !lost.swap(true, Ordering::Relaxed) => observer.event(Event::BusLost),
        Nats::Connected | Nats::Disconnected | Nats::Draining | Nats::Closed => {}
        Nats::SlowConsumer(_) => observer.event(Event::BusTrouble {
            message: format!(
                "messages arrive faster than they are processed: more than {BACKLOG} are waiting, and some are lost"
            ),
        }),
        Nats::LameDuckMode => {
            observer.event(Event::BusTrouble { message: "the server is about to shut down".to_owned() });
        }
        Nats::ServerError(cause) => observer.event(Event::BusTrouble { message: cause.to_string() }),
        Nats::ClientError(cause) => observer.event(Event::BusTrouble { message: cause.to_string() }),
    }
}

fn too_large(size: usize, limit: usize) -> String {
    format!("a message of {size} bytes is larger than the server accepts ({limit} bytes)")
}
