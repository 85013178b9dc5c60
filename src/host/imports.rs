//! What components may call: the message bus and the log.

use std::sync::Arc;
use std::time::Duration;

use hyper::body::Bytes;

use super::ack;
use super::bindings::{consumer, logging, types};
use super::bus::Message;
use super::observe::{Event, Level, Sent};
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
        let topic = link.resources.dead_letter_topic.as_deref();
        let failed = self.error.is_some();
        let is_letter = protocol::is_dead_letter(&message.subject, topic, link.reply_to.as_deref(), failed);
        let headers = match &self.error {
            Some(error) if is_letter => ack::dead_letter(&self.call, error),
            _ => Vec::new(),
        };
        let message =
            Message { subject: message.subject.into(), body, reply_to: message.reply_to, mark, headers };
        Ok(match link.broker.publish(message).await {
            Ok(_) if is_ack => Ok(()),
            Ok(parked) => {
                self.record.publish(sent, parked);
                Ok(())
            }
            Err(cause) => Err(cause.to_string()),
        })
    }

    async fn request(
        &mut self,
        subject: String,
        body: Vec<u8>,
        timeout_ms: u32,
    ) -> wasmtime::Result<Result<types::BrokerMessage, String>> {
        let mark = self.next_mark();
        let Some(Link { broker, slot, .. }) = &mut self.link else { return Ok(Err(unlinked())) };
        let body = Bytes::from(body);
        let sent = Sent { subject: subject.clone(), body: body.clone(), reply: false };
        let message = Message { subject: subject.into(), body, reply_to: None, mark, headers: Vec::new() };
        let timeout = Duration::from_millis(timeout_ms.into());
        let answer = slot.while_waiting(broker.request(message, timeout)).await;
        self.record.publish(sent, super::bus::Parked::default());
        Ok(answer.map_err(|cause| cause.to_string()).map(|reply| types::BrokerMessage {
            subject: reply.subject.to_string(),
            body: reply.body.into(),
            reply_to: reply.reply_to,
        }))
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
    /// The trace context of what this call sends.
    fn next_mark(&self) -> TraceContext {
        TraceContext { trace: self.call.trace, hop: self.call.hop.saturating_add(1) }
    }
}

fn unlinked() -> String {
    "a function by itself cannot send messages".to_owned()
}
