//! What components may call: the message bus and the log.

use std::sync::Arc;
use std::time::Duration;

use hyper::body::Bytes;

use super::ack;
use super::bindings::{consumer, logging, types};
use super::bus::{Broker, Message, Parked};
use super::observe::{Disposition, Event, Level, Sent};
use super::state::{Link, State};
use super::trace::TraceContext;
use crate::protocol;

impl types::Host for State {}

impl consumer::Host for State {
    async fn publish(&mut self, message: types::BrokerMessage) -> wasmtime::Result<Result<(), String>> {
        let mark = self.next_mark();
        let Some(link) = &self.link else { return Ok(Err(unlinked())) };
        let body = Bytes::from(message.body);
        let reply = link.reply_to.as_deref() == Some(message.subject.as_str());
        let sent = Sent { subject: message.subject.clone(), body: body.clone(), reply };
        // An acknowledgement to JetStream is not a message that a component reads.
        let is_ack = protocol::is_ack(&message.subject);
        let headers = self.headers(link, &message.subject);
        let message = Message {
            subject: message.subject.into(),
            body,
            reply_to: message.reply_to,
            mark,
            headers,
            active: None,
        };
        let is_log = protocol::is_log(&message.subject);
        Ok(match link.broker.publish(message).await {
            // It is for whoever observes the workflow, not a step of the message's path.
            _ if is_log => Ok(()),
            Ok(_) if is_ack => {
                if let Some(disposition) = ack::told(&sent.body) {
                    self.record.dispose(disposition);
                }
                Ok(())
            }
            Ok(parked) => {
                self.record.publish(sent, parked);
                Ok(())
            }
            Err(cause) => self.record.noted(Err(cause.to_string())),
        })
    }

    async fn request(
        &mut self,
        subject: String,
        body: Vec<u8>,
        timeout_ms: u32,
    ) -> wasmtime::Result<Result<types::BrokerMessage, String>> {
        let mark = self.next_mark();
        let headers = self.link.as_ref().map(|link| self.headers(link, &subject)).unwrap_or_default();
        // Nothing else has any.
        let is_dead_letter = !headers.is_empty();
        let Some(Link { broker, slot, resources, .. }) = &mut self.link else { return Ok(Err(unlinked())) };
        let body = Bytes::from(body);
        let sent = Sent { subject: subject.clone(), body: body.clone(), reply: false };
        let is_stored = resources.stored_topics.contains(&subject);
        let message = Message { subject: subject.into(), body, reply_to: None, mark, headers, active: None };
        let timeout = Duration::from_millis(timeout_ms.into());
        let answer = match broker {
            // Messages within this process are not stored: its queues take the place of the stream.
            Broker::InProcess(bus) if is_stored => {
                let subject = Arc::clone(&message.subject);
                bus.publish(&message).map(|parked| (acknowledged(subject, mark), parked))
            }
            broker => slot
                .while_waiting(broker.request(message, timeout))
                .await
                .map(|reply| (reply, Parked::default())),
        };
        Ok(match answer {
            Ok((reply, parked)) => {
                // What a stream has refused is not on its way.
                let stored = if is_stored || is_dead_letter { protocol::stored(&reply.body) } else { Ok(()) };
                if is_dead_letter && stored.is_ok() {
                    let topic = sent.subject.clone();
                    self.record.dispose(Disposition::DeadLettered { topic });
                }
                if !is_stored || self.record.noted(stored).is_ok() {
                    self.record.publish(sent, parked);
                }
                let (subject, body) = (reply.subject.to_string(), reply.body.into());
                Ok(types::BrokerMessage { subject, body, reply_to: reply.reply_to })
            }
            Err(cause) => self.record.noted(Err(cause.to_string())),
        })
    }
}

impl logging::Host for State {
    async fn log(&mut self, level: logging::Level, context: String, message: String) -> wasmtime::Result<()> {
        if matches!(level, logging::Level::Error | logging::Level::Critical) {
            self.error = Some(message.clone());
        }
        if self.output.admit(context.len() + message.len() + 1) {
            let level = match level {
                logging::Level::Trace => Level::Trace,
                logging::Level::Debug => Level::Debug,
                logging::Level::Info => Level::Info,
                logging::Level::Warn => Level::Warn,
                logging::Level::Error => Level::Error,
                logging::Level::Critical => Level::Critical,
            };
            self.observer.event(Event::Log { call: Arc::clone(&self.call), level, context, message });
        }
        Ok(())
    }
}

impl State {
    /// The headers of what this call publishes, beside its trace context.
    fn headers(&self, link: &Link, subject: &str) -> Vec<(&'static str, String)> {
        let (topic, reply_to) = (link.resources.dead_letter_topic.as_deref(), link.reply_to.as_deref());
        match &self.error {
            Some(error) if protocol::is_dead_letter(subject, topic, reply_to, true) => {
                ack::dead_letter(&self.call, error)
            }
            _ => Vec::new(),
        }
    }

    /// The trace context of what this call sends.
    fn next_mark(&self) -> TraceContext {
        TraceContext { trace: self.call.trace, hop: self.call.hop.saturating_add(1) }
    }
}

/// A stream's acknowledgement, where there is none.
fn acknowledged(subject: Arc<str>, mark: TraceContext) -> Message {
    let body = protocol::acknowledgement().into();
    Message { subject, body, reply_to: None, mark, headers: Vec::new(), active: None }
}

fn unlinked() -> String {
    "a function by itself cannot send messages".to_owned()
}
