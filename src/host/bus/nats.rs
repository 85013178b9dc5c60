//! The bus of a NATS server.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_nats::client::{PublishErrorKind, RequestErrorKind};
use async_nats::{Client, ConnectErrorKind, ConnectOptions, HeaderMap, Request, ServerAddr, Subscriber};
use futures_util::StreamExt;
use hyper::body::Bytes;

use super::Message;
use super::subject::{Pattern, check_subject};
use crate::host::HostError;
use crate::host::observe::{Event, Observer};
use crate::host::options::{NatsAuth, NatsOptions};
use crate::host::trace::Mark;

/// How many messages of one subscription may wait here before the client calls it slow and drops them.
const BACKLOG: usize = 8192;
/// How long the server may take to answer at first.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a message to ourselves may take before it is given up.
const ROUND_TRIP: Duration = Duration::from_secs(1);
/// How long the last messages may take to leave.
const FAREWELL: Duration = Duration::from_secs(2);

/// The bus.
#[derive(Clone)]
pub(in crate::host) struct Nats {
    client: Client,
}

/// What a subscriber reads from.
pub(in crate::host) struct NatsInbox {
    subscriber: Subscriber,
}

impl Nats {
    /// Connects. Later losses of the connection are repaired in the background, and reported.
    pub async fn connect(options: &NatsOptions, observer: Arc<dyn Observer>) -> Result<Self, HostError> {
        let addresses = addresses(&options.url)?;
        let auth = effective(&options.auth, &addresses);
        let connecting = settings(options, &auth, observer).await?.connect(addresses);
        let client = match tokio::time::timeout(PATIENCE, connecting).await {
            Ok(connected) => connected.map_err(|cause| refusal(options, &cause))?,
            Err(_) => {
                let message = format!("it did not answer within {PATIENCE:?}");
                return Err(HostError::NatsUnreachable { url: shown(&options.url), message });
            }
        };
        Ok(Self { client })
    }

    /// Sends a message.
    pub async fn publish(&self, message: Message) -> Result<(), HostError> {
        check_subject(&message.subject)?;
        let size = message.body.len();
        let subject = message.subject.to_string();
        let headers = headers(message.mark);
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
                RequestErrorKind::NoResponders => HostError::NobodyAnswers { subject },
                RequestErrorKind::MaxPayloadExceeded => {
                    HostError::Bus { message: too_large(size, self.client.max_payload()) }
                }
                _ => HostError::Bus { message: cause.to_string() },
            }),
        }
    }

    /// From now on the inbox gets what matches.
    pub async fn subscribe(&self, pattern: &str, group: Option<&str>) -> Result<NatsInbox, HostError> {
        Pattern::parse(pattern)?;
        let subject = pattern.to_owned();
        let subscribed = match group {
            Some(group) => self.client.queue_subscribe(subject, group.to_owned()).await,
            None => self.client.subscribe(subject).await,
        };
        let subscriber = subscribed.map_err(|cause| HostError::Bus { message: cause.to_string() })?;
        // The server must know before anyone is told that the host runs.
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

    /// Waits until the server has read what was sent so far: a message to ourselves comes back behind it. Servers that
    /// do not permit that are waited for a moment.
    async fn round_trip(&self) {
        let inbox = self.client.new_inbox();
        let Ok(mut echo) = self.client.subscribe(inbox.clone()).await else { return };
        if self.client.publish(inbox, Bytes::new()).await.is_ok() {
            let _ = tokio::time::timeout(ROUND_TRIP, echo.next()).await;
        }
    }

    /// Sends what is still on its way out, and disconnects.
    pub async fn close(&self) {
        // Best effort: without a connection there is nothing to be done.
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

    /// Nothing comes in any more; what is there can still be read.
    pub async fn close(&mut self) {
        // It fails only if the connection is closed, and then nothing comes in either.
        let _ = self.subscriber.drain().await;
    }
}

fn received(message: async_nats::Message) -> Message {
    let mark = message
        .headers
        .as_ref()
        .and_then(|headers| headers.get(Mark::HEADER))
        .and_then(|value| value.as_str().parse().ok())
        .unwrap_or_else(Mark::entering);
    Message {
        subject: message.subject.as_str().into(),
        body: message.payload,
        reply_to: message.reply.map(|reply| reply.to_string()),
        mark,
    }
}

fn headers(mark: Mark) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(Mark::HEADER, mark.to_string().as_str());
    headers
}

/// The client leaves out what an address says about who comes: `user:password@` or, with one word, a token.
fn effective(auth: &NatsAuth, addresses: &[ServerAddr]) -> NatsAuth {
    let named = addresses.iter().find_map(|address| Some((address.username()?, address.password())));
    match (auth, named) {
        (NatsAuth::Anonymous, Some((user, Some(password)))) => {
            NatsAuth::Password { user: decoded(user), password: decoded(password) }
        }
        (NatsAuth::Anonymous, Some((token, None))) => NatsAuth::Token(decoded(token)),
        _ => auth.clone(),
    }
}

/// The text that is meant by one of an address, where `%40` is an `@`.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = digits.filter(|_| first == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(byte.unwrap_or(first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

async fn settings(
    options: &NatsOptions,
    auth: &NatsAuth,
    observer: Arc<dyn Observer>,
) -> Result<ConnectOptions, HostError> {
    let mut settings = ConnectOptions::new()
        .name("pelato")
        .subscription_capacity(BACKLOG)
        .connection_timeout(PATIENCE)
        .max_reconnects(None);
    settings = match auth {
        NatsAuth::Anonymous => settings,
        NatsAuth::Password { user, password } => settings.user_and_password(user.clone(), password.clone()),
        NatsAuth::Token(token) => settings.token(token.clone()),
        NatsAuth::CredentialsFile(path) => settings
            .credentials_file(path)
            .await
            .map_err(|cause| HostError::NatsFile { path: path.clone(), cause })?,
    };
    if let Some(path) = &options.root_certificates {
        // The client would report an unreadable file as a TLS error without its name.
        std::fs::metadata(path).map_err(|cause| HostError::NatsFile { path: path.clone(), cause })?;
        settings = settings.add_root_certificates(path.clone());
    }
    let lost = Arc::new(AtomicBool::new(false));
    Ok(settings.event_callback(move |event| {
        report(&event, &lost, observer.as_ref());
        std::future::ready(())
    }))
}

fn report(event: &async_nats::Event, lost: &AtomicBool, observer: &dyn Observer) {
    use async_nats::Event as Nats;
    match event {
        Nats::Connected if lost.swap(false, Ordering::Relaxed) => observer.event(Event::BusRestored),
        Nats::Disconnected if !lost.swap(true, Ordering::Relaxed) => observer.event(Event::BusLost),
        Nats::Connected | Nats::Disconnected | Nats::Draining | Nats::Closed => {}
        Nats::SlowConsumer(_) => observer.event(Event::BusTrouble {
            message: format!(
                "messages come faster than they are processed: more than {BACKLOG} wait, and some are lost"
            ),
        }),
        Nats::LameDuckMode => {
            observer.event(Event::BusTrouble { message: "the server is about to shut down".to_owned() });
        }
        Nats::ServerError(cause) => observer.event(Event::BusTrouble { message: cause.to_string() }),
        Nats::ClientError(cause) => observer.event(Event::BusTrouble { message: cause.to_string() }),
    }
}

fn addresses(url: &str) -> Result<Vec<ServerAddr>, HostError> {
    url.split(',')
        .map(|part| {
            part.trim().parse().map_err(|cause: std::io::Error| HostError::NatsAddress {
                url: shown(url),
                message: cause.to_string(),
            })
        })
        .collect()
}

fn refusal(options: &NatsOptions, cause: &async_nats::ConnectError) -> HostError {
    let url = shown(&options.url);
    let message = chain(cause);
    match cause.kind() {
        ConnectErrorKind::AuthorizationViolation | ConnectErrorKind::Authentication => {
            HostError::NatsAuth { url, message }
        }
        ConnectErrorKind::ServerParse => HostError::NatsAddress { url, message },
        _ => HostError::NatsUnreachable { url, message },
    }
}

/// The error with its causes: the outermost says too little.
fn chain(cause: &dyn std::error::Error) -> String {
    let mut text = cause.to_string();
    let mut next = cause.source();
    while let Some(cause) = next {
        let part = cause.to_string();
        if !text.contains(&part) {
            text = format!("{text}: {part}");
        }
        next = cause.source();
    }
    text
}

/// The address without the password that may be in it.
fn shown(url: &str) -> String {
    let parts = url.split(',').map(|part| match (part.split_once("://"), part.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://{host}"),
        (None, Some((_, host))) => host.to_owned(),
        _ => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join(",")
}

fn too_large(size: usize, limit: usize) -> String {
    format!("a message of {size} bytes is larger than the server takes ({limit} bytes)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_say_who_comes() {
        let words = |auth: &NatsAuth, url: &str| match effective(auth, &addresses(url).unwrap()) {
            NatsAuth::Anonymous => vec![],
            NatsAuth::Password { user, password } => vec![user, password],
            NatsAuth::Token(token) => vec![token],
            NatsAuth::CredentialsFile(path) => vec![path.display().to_string()],
        };
        let anonymous = NatsAuth::Anonymous;
        assert!(words(&anonymous, "nats://host").is_empty());
        assert_eq!(words(&anonymous, "nats://me:s%40%3a%c3%a9%@host"), ["me", "s@:é%"]);
        assert_eq!(words(&anonymous, "nats://host,nats://me:secret@other"), ["me", "secret"]);
        assert_eq!(words(&anonymous, "nats://token@host"), ["token"]);
        assert_eq!(words(&NatsAuth::Token("given".into()), "nats://a:b@host"), ["given"]);
    }

    #[test]
    fn passwords_in_addresses_are_not_shown() {
        assert_eq!(shown("nats://me:secret@host:4222"), "nats://host:4222");
        assert_eq!(shown("me:se@cret@host,tls://a:b@c"), "host,tls://c");
        assert_eq!(shown("nats://host:4222"), "nats://host:4222");
    }

    #[test]
    fn several_addresses_are_one_cluster() {
        assert_eq!(addresses("nats://a:1, nats://b:2").expect("addresses").len(), 2);
        assert!(addresses("nats://a:1,").is_err() || addresses("http:// x").is_err());
    }
}
