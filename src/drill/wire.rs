//! The drill's connection to the NATS server: who sends and who listens.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use async_nats::client::RequestErrorKind;
use async_nats::connection::State as Connection;
use async_nats::{Client, ConnectOptions, Event, Request, Subscriber};
use futures_util::StreamExt;
use tokio::runtime::Handle;

use super::live::Live;
use super::mark::Number;
use super::plan::Plan;
use super::{DrillError, Route};
use crate::nats;

/// How many messages may wait to be read.
const BACKLOG: usize = 1 << 17;
/// How soon a lost connection is tried again.
const AGAIN: Duration = Duration::from_millis(100);
/// A probe that cannot be handed over in this time is not sent.
const HANDED_OVER: Duration = Duration::from_millis(100);
/// How long a server may take to say that nobody listens.
const ANSWER: Duration = Duration::from_secs(1);

pub struct Wire {
    client: Client,
    route: Route,
    live: Arc<Live>,
}

impl Wire {
    /// Connects, and listens from now on.
    ///
    /// # Errors
    /// When the server cannot be used.
    pub async fn connect(server: &nats::Server, route: &Route, live: &Arc<Live>) -> Result<Self, DrillError> {
        let told = Arc::clone(live);
        let settings = ConnectOptions::new()
            .subscription_capacity(BACKLOG)
            .max_reconnects(None)
            .reconnect_delay_callback(|_| AGAIN)
            .event_callback(move |event| {
                match event {
                    Event::Connected => told.connected(true),
                    Event::Disconnected => told.connected(false),
                    Event::ServerError(words) => told.complained(words.to_string()),
                    _ => {}
                }
                std::future::ready(())
            });
        let client = nats::connect(server, settings).await?;
        let bus = |message: String| DrillError::Server { message };
        let subscribed = client.subscribe(route.to.clone()).await.map_err(|error| bus(error.to_string()))?;
        client.flush().await.map_err(|error| bus(error.to_string()))?;
        tokio::spawn(listen(subscribed, Arc::clone(live)));
        Ok(Self { client, route: route.clone(), live: Arc::clone(live) })
    }

    /// Sends one probe before anything counts.
    ///
    /// # Errors
    /// When the server does not take it.
    pub async fn warm_up(&self, number: usize) -> Result<(), DrillError> {
        let input = self.live.input(Number::WarmUp(number));
        let sent = self.client.publish(self.route.from.clone(), input.into()).await;
        sent.map_err(|error| DrillError::Server { message: error.to_string() })
    }

    /// Whether the server says that nobody listens where probes go in.
    pub async fn nobody_listens(&self) -> bool {
        let request = Request::new().payload(self.live.input(Number::WarmUp(0)).into()).timeout(Some(ANSWER));
        let answered = self.client.send_request(self.route.from.clone(), request).await;
        answered.is_err_and(|error| error.kind() == RequestErrorKind::NoResponders)
    }

    /// Sends probes from `start` on, until it is stopped: a thread of its own, whose sleep is exact to less than a
    /// millisecond.
    pub fn send(&self, plan: &Plan, start: Instant, stop: &Arc<AtomicBool>) -> thread::JoinHandle<()> {
        let (client, live, from) = (self.client.clone(), Arc::clone(&self.live), self.route.from.clone());
        let (plan, stop, runtime) = (plan.clone(), Arc::clone(stop), Handle::current());
        thread::spawn(move || {
            for number in 0.. {
                let due = plan.due(number);
                thread::sleep((start + due).saturating_duration_since(Instant::now()));
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                // The client would keep it until the connection is back.
                let connected = client.connection_state() == Connection::Connected;
                live.due(due, connected, start.elapsed().saturating_sub(due));
                if connected {
                    let publish = client.publish(from.clone(), live.input(Number::Probe(number)).into());
                    let sent = runtime.block_on(async { tokio::time::timeout(HANDED_OVER, publish).await });
                    if !matches!(sent, Ok(Ok(()))) {
                        live.not_sent();
                    }
                }
            }
        })
    }
}

async fn listen(mut messages: Subscriber, live: Arc<Live>) {
    while let Some(message) = messages.next().await {
        live.came(&message.payload, Instant::now());
    }
}
