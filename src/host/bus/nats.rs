//! The bus of a NATS server.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use async_nats::client::{PublishErrorKind, RequestErrorKind};
use async_nats::{Client, ConnectOptions, HeaderMap, Request};
use tokio::sync::watch;

use super::nats_inbox::{NatsInbox, received};
use super::nats_thread::NatsThread;
use super::receipt::{Denials, Receipt, Receipts};
use super::subject::{Pattern, check_subject};
use super::{Closed, Message};
use crate::host::HostError;
use crate::host::observe::{Event, Observer};
use crate::host::trace::TraceContext;
use crate::nats::{self, NatsError, Right};
use crate::protocol::is_ack;

/// How many messages of one subscription the client holds until they are taken into its inbox: more than arrive until
/// then. It would drop others without counting them.
const BACKLOG: usize = 1 << 20;
/// How long a refusal may come after the round trip that follows what is refused.
const REFUSAL: Duration = Duration::from_millis(20);
/// How long sending the last messages may take.
const FAREWELL: Duration = Duration::from_secs(2);

pub(in crate::host) struct Nats {
    client: Client,
    thread: NatsThread,
    receipts: Receipts,
    /// Who is connected, in words.
    user: String,
    /// A subject that this user may not subscribe to.
    refused: watch::Receiver<Option<String>>,
    observer: Arc<dyn Observer>,
    /// How many messages found no room.
    lost: Arc<AtomicUsize>,
}

impl Nats {
    /// Connects. Lost connections are restored in the background, and reported.
    pub async fn connect(server: &nats::Server, observer: Arc<dyn Observer>) -> Result<Self, HostError> {
        let (refusal, refused) = watch::channel(None);
        let (user, denials) = (nats::user(server), Arc::<Denials>::default());
        let reporter = Reporter {
            lost: AtomicBool::new(false),
            observer: Arc::clone(&observer),
            user: user.clone(),
            denials: Arc::clone(&denials),
            refusal,
        };
        let settings = ConnectOptions::new()
            .subscription_capacity(BACKLOG)
            .max_reconnects(None)
            .event_callback(move |event| {
                reporter.report(&event);
                std::future::ready(())
            });
        let thread = NatsThread::start(Arc::clone(&observer))?;
        let client = thread.connect(server, settings).await?;
        let receipts = Receipts::start(client.clone(), thread.handle(), denials, Arc::clone(&observer));
        Ok(Self { client, thread, receipts, user, refused, observer, lost: Arc::default() })
    }

    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Sends a message. The receipt says whether the server has read it; there is none for acknowledgements, because
    /// the server delivers again what was not acknowledged.
    pub async fn publish(&self, message: Message) -> Result<Option<Receipt>, HostError> {
        check_subject(&message.subject)?;
        let (size, is_ack) = (message.body.len(), is_ack(&message.subject));
        let subject = message.subject.to_string();
        // The client would store it, and send it some time, or never.
        let Some(connection) = self.receipts.connection() else {
            if !is_ack {
                self.receipts.unsent();
            }
            return Err(HostError::Disconnected { subject });
        };
        let sending = self.receipts.sending(connection, &subject);
        let headers = self.headers(&message);
        let sent = match message.reply_to {
            Some(reply) => {
                self.client
                    .publish_with_reply_and_headers(subject.clone(), reply, headers, message.body)
                    .await
            }
            None => self.client.publish_with_headers(subject.clone(), headers, message.body).await,
        };
        sent.map_err(|cause| match cause.kind() {
            PublishErrorKind::MaxPayloadExceeded => self.too_large(subject, size),
            _ => HostError::Bus { message: cause.to_string() },
        })?;
        Ok((!is_ack).then(|| self.receipts.expect(sending)))
    }

    /// Sends a message and waits for the answer.
    pub async fn request(&self, message: Message, timeout: Duration) -> Result<Message, HostError> {
        check_subject(&message.subject)?;
        let size = message.body.len();
        let subject = message.subject.to_string();
        // It would be sent later, when nobody waits for the reply any more.
        if self.receipts.connection().is_none() {
            return Err(HostError::Disconnected { subject });
        }
        let headers = self.headers(&message);
        let request = Request::new().payload(message.body).headers(headers).timeout(Some(timeout));
        match self.client.send_request(subject.clone(), request).await {
            Ok(reply) => Ok(received(reply)),
            Err(cause) => Err(match cause.kind() {
                RequestErrorKind::TimedOut => HostError::NoAnswer { subject, timeout },
                RequestErrorKind::NoResponders => HostError::NoReader { subject },
                RequestErrorKind::MaxPayloadExceeded => self.too_large(subject, size),
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
        match self.receipts.round_trip().await {
            true => {
                self.soon_refused().await?;
                self.thread.read(pattern);
                let label = group.unwrap_or(pattern).into();
                Ok(NatsInbox::new(subscriber, label, Arc::clone(&self.observer), Arc::clone(&self.lost)))
            }
            false => Err(HostError::Bus { message: "the server does not answer".to_owned() }),
        }
    }

    /// Waits until the server refuses a subscription.
    pub async fn refusal(&self) -> HostError {
        let mut refused = self.refused.clone();
        match refused.wait_for(Option::is_some).await.ok().and_then(|refused| refused.clone()) {
            Some(subject) => {
                NatsError::NotPermitted { user: self.user.clone(), subject, right: Right::Subscribe }.into()
            }
            None => std::future::pending().await,
        }
    }

    /// How often a message that cannot be read has ended the connection.
    pub fn breaks(&self) -> watch::Receiver<usize> {
        self.thread.breaks()
    }

    /// The headers of a message; none if it has no room for them: better without them than not at all.
    fn headers(&self, message: &Message) -> HeaderMap {
        let headers = headers(message);
        if nats::fits(&self.client, &headers, message.body.len()) { headers } else { HeaderMap::new() }
    }

    fn too_large(&self, subject: String, size: usize) -> HostError {
        HostError::TooLarge { subject, size, limit: self.client.max_payload() }
    }

    /// The client passes a refusal on shortly after the round trip: nicer if it is known before anything runs.
    async fn soon_refused(&self) -> Result<(), HostError> {
        match tokio::time::timeout(REFUSAL, self.refusal()).await {
            Ok(refused) => Err(refused),
            Err(_) => Ok(()),
        }
    }

    /// Sends pending messages, and disconnects.
    pub async fn close(&self) -> Closed {
        let unsent = self.receipts.finish(FAREWELL).await;
        // Best effort: without a connection nothing can be done.
        let _ = tokio::time::timeout(FAREWELL, self.client.drain()).await;
        let unreadable = *self.breaks().borrow();
        Closed { unsent, lost: self.lost.load(Ordering::Relaxed), unreadable }
    }
}

fn headers(message: &Message) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(TraceContext::HEADER, message.mark.to_string().as_str());
    message.headers.iter().for_each(|(name, value)| headers.insert(*name, value.as_str()));
    headers
}

/// Passes on what the client tells about the connection.
struct Reporter {
    lost: AtomicBool,
    observer: Arc<dyn Observer>,
    /// Who is connected, in words.
    user: String,
    denials: Arc<Denials>,
    refusal: watch::Sender<Option<String>>,
}

impl Reporter {
    fn report(&self, event: &async_nats::Event) {
        use async_nats::Event as Nats;
        let trouble = |message: String| self.observer.event(Event::BusTrouble { message });
        match event {
            Nats::Connected if self.lost.swap(false, Ordering::Relaxed) => {
                self.observer.event(Event::BusRestored);
            }
            Nats::Disconnected if !self.lost.swap(true, Ordering::Relaxed) => {
                self.observer.event(Event::BusLost)
            }
            // Slow consumers are counted where messages are lost.
            Nats::Connected | Nats::Disconnected | Nats::Draining | Nats::Closed | Nats::SlowConsumer(_) => {}
            Nats::LameDuckMode => trouble("the server is about to shut down".to_owned()),
            Nats::ServerError(cause) => match nats::denied(cause) {
                // Replies do without: no topic of the workflow is there.
                Some((Right::Subscribe, subject)) if !subject.starts_with("_INBOX.") => {
                    self.refusal.send_replace(Some(subject));
                }
                Some((right, subject)) => {
                    self.denials.add(&subject);
                    trouble(NatsError::NotPermitted { user: self.user.clone(), subject, right }.to_string());
                }
                None => trouble(cause.to_string()),
            },
            Nats::ClientError(cause) => trouble(cause.to_string()),
        }
    }
}
