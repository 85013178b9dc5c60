//! Calls that messages start.

use std::sync::Arc;
use std::time::Instant;

use tokio::sync::{Semaphore, mpsc, watch};
use wasmtime::Store;

use super::ack::Unacknowledged;
use super::bindings::{MessagingPre, types::BrokerMessage};
use super::bus::{Message, Messages};
use super::core::{Admission, Core};
use super::observe::{Call, Event, Outcome, Sent, Stored, Trigger};
use super::run::Work;
use super::service::Service;
use super::state::State;

struct HandleMessage<'a> {
    handler: &'a MessagingPre<State>,
    message: BrokerMessage,
}

impl Work for HandleMessage<'_> {
    type Output = Result<(), String>;

    async fn run(self, store: &mut Store<State>) -> wasmtime::Result<Self::Output> {
        let instance = self.handler.instantiate_async(&mut *store).await?;
        store.data().record.instantiated();
        instance.wasmcloud_messaging_handler().call_handle_message(store, &self.message).await
    }
}

/// An order to a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Read,
    /// Process what has arrived, then end.
    Finish,
    /// Start nothing more.
    Halt,
}

/// A subscription that is read.
pub(super) struct Reading {
    pub service: Arc<Service>,
    pub messages: Messages,
    /// As many as may be in flight; the rest waits in the queue, where it is counted.
    pub places: Arc<Semaphore>,
    pub orders: watch::Receiver<Order>,
}

/// Reads a subscription and calls the component for each message, until it is told to end. Returns the number of
/// unread messages.
pub(super) async fn read(core: Arc<Core>, reading: Reading, token: mpsc::Sender<()>) -> usize {
    let Reading { service, mut messages, places, mut orders } = reading;
    let mut finishing = false;
    loop {
        let order = *orders.borrow_and_update();
        match order {
            Order::Halt => break,
            Order::Finish if !finishing => {
                finishing = true;
                messages.close().await;
            }
            Order::Finish | Order::Read => {}
        }
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await.ok()?;
            Some((place, messages.next().await?))
        };
        let (place, message) = tokio::select! {
            biased;
            changed = orders.changed() => match changed {
                Ok(()) => continue,
                // The host is gone.
                Err(_) => break,
            },
            next = next => match next {
                Some(next) => next,
                None => break,
            },
        };
        let (core, service, token) = (Arc::clone(&core), Arc::clone(&service), token.clone());
        let received = Instant::now();
        core.threads().clone().spawn(async move {
            handle(&core, &service, message, received).await;
            drop((place, token));
        });
    }
    messages.unread()
}

async fn handle(core: &Core, service: &Service, mut message: Message, received: Instant) {
    let active = message.active.take();
    let code = service.code.get();
    let Some(handler) = &code.messaging else {
        // The component was replaced by one that reads no messages.
        let (trace, subject) = (message.mark.trace, message.subject);
        core.observer.event(Event::Dropped { trace, subject, subscriber: Arc::clone(&service.name) });
        return;
    };
    let call = Arc::new(Call {
        trace: message.mark.trace,
        hop: message.mark.hop,
        component: Arc::clone(&service.name),
        trigger: Trigger::Message { subject: Arc::clone(&message.subject) },
        input: message.body.clone(),
    });
    let (reply_to, resources) = (message.reply_to.clone(), code.resources.clone());
    let admission = Admission { call: Arc::clone(&call), received, reply_to, resources };
    let message = BrokerMessage {
        subject: message.subject.to_string(),
        body: message.body.into(),
        reply_to: message.reply_to,
    };
    let stored = message.reply_to.as_deref().and_then(|ack| Unacknowledged::of(core, ack));
    let work = core.call(admission, &code.tier, HandleMessage { handler, message });
    let mut done = match &stored {
        Some(stored) => stored.in_progress(work).await,
        None => work.await,
    };
    if let (Some(stored), Err(_)) = (&stored, &done.result) {
        done.disposition = stored.redeliver().await;
    }
    let outcome = match done.result {
        Ok(Ok(())) => succeeded(done.sent, done.stored),
        Ok(Err(message)) => Outcome::failed(message, done.failed_outside),
        Err(cut_off) => cut_off,
    };
    if let Some(active) = &active {
        active.ended(&call.component, &outcome);
    }
    core.observer.event(Event::Ended { call, outcome, times: done.times, disposition: done.disposition });
    // The slot is held meanwhile: this is how a full queue slows down its senders.
    done.parked.delivered().await;
}

/// The outcome of a call that went well.
pub(super) fn succeeded(sent: Vec<Sent>, stored: Vec<Stored>) -> Outcome {
    if !stored.is_empty() {
        Outcome::Stored { stored, sent }
    } else if sent.is_empty() {
        Outcome::Filtered
    } else if sent.iter().all(|sent| sent.reply) {
        Outcome::Replied
    } else {
        Outcome::Sent(sent)
    }
}
