//! The facade's part that has JetStream store messages, and sees that it does.

use std::sync::Arc;
use std::time::Duration;

use async_nats::{Client, ConnectOptions};
use tokio::sync::OnceCell;

use super::operation::Operation;
use super::{Error, Outcome};
use crate::check::Component;
use crate::host::{self, Bus};
use crate::nats;
use crate::platform::{Problem, State, Status};
use crate::project::settings::{CALL_TIMEOUT, JETSTREAM_DOMAIN};
use crate::stream::{Consumer, ConsumerManager, Fault, Guard, Kept, StreamError, Streams};

impl Operation {
    /// The NATS server of the topics.
    pub(super) async fn topics(&self) -> Result<Client, Error> {
        let connected = nats::connect(&self.settings.nats()?, ConnectOptions::new()).await;
        Ok(connected.map_err(StreamError::from)?)
    }

    /// Has JetStream store messages.
    pub(super) async fn keep(&self, client: Client, streams: &Streams) -> Result<Kept, Error> {
        let manager = self.consumer_manager(client);
        Ok(manager.keep(streams, self.call_timeout(), self.progress.as_ref()).await?)
    }

    /// What keeps messages, at a NATS server.
    pub(super) fn consumer_manager(&self, client: Client) -> ConsumerManager {
        ConsumerManager::new(client, self.settings.text(JETSTREAM_DOMAIN))
    }

    pub(super) fn call_timeout(&self) -> Duration {
        self.settings.time(CALL_TIMEOUT).unwrap_or_default()
    }

    /// Looks after what stores the messages of a workflow that runs here; none if nothing does.
    pub(super) fn guard(&self, bus: &Bus) -> Option<Guard> {
        let Bus::Nats(server) = bus else { return None };
        let domain = self.settings.text(JETSTREAM_DOMAIN).map(str::to_owned);
        Some(Guard::new(server.clone(), domain, self.call_timeout(), Arc::clone(&self.progress)))
    }

    /// What JetStream has to do for components on a platform.
    pub(super) fn streams_deployed(&self, components: &[Component]) -> Result<Streams, Error> {
        let calls = self.calls_per_replica();
        streams(components, |component| component.replicas.saturating_mul(calls))
    }

    /// The name of the workflow's application, and a look at what JetStream does for its components that have no errors.
    pub(super) fn stream_look(self: &Arc<Self>) -> Result<(String, StreamLook), Error> {
        let checked = self.check()?;
        let name = self.application_of(&checked.workflow)?;
        let streams = self.streams_deployed(&checked.components)?;
        Ok((name, StreamLook { streams, operation: Arc::clone(self), manager: OnceCell::new() }))
    }
}

/// What JetStream does for a workflow, looked at as often as its application is.
pub(super) struct StreamLook {
    streams: Streams,
    operation: Arc<Operation>,
    manager: OnceCell<ConsumerManager>,
}

impl StreamLook {
    /// Adds to a status what keeps messages of its components from being stored or from arriving.
    pub async fn beside(&self, mut status: Status) -> Status {
        let deployed = |component: &str| status.parts.iter().any(|part| part.name == component);
        let streams = self.streams.only(deployed);
        if streams.is_empty() {
            return status;
        }
        match self.look(&streams).await {
            Ok(faults) => faults.into_iter().for_each(|problem| status.add(problem, State::Unhealthy)),
            Err(error) => {
                let words = format!("whether its messages are stored is not known: {error}");
                for part in streams.components() {
                    let problem = Problem { part: part.to_owned(), words: words.clone() };
                    status.add(problem, State::Running);
                }
            }
        }
        status
    }

    async fn look(&self, streams: &Streams) -> Result<Vec<Problem>, Error> {
        let operation = &self.operation;
        let connect = || async { Ok::<_, Error>(operation.consumer_manager(operation.topics().await?)) };
        let manager = self.manager.get_or_try_init(connect).await?;
        let look = manager.look(streams, operation.call_timeout()).await?;
        let problem = |fault: Fault| Problem {
            words: format!("{}: {}", fault.what, fault.what.remedy()),
            part: fault.component,
        };
        Ok(look.faults.into_iter().map(problem).collect())
    }
}

/// What JetStream has to do for the components in this process.
pub(super) fn streams_here(outcome: &Outcome) -> Result<Streams, Error> {
    let at_once = u32::try_from(host::Options::default().max_concurrent).unwrap_or(u32::MAX);
    streams(&outcome.components, |_| at_once)
}

/// What JetStream has to do for components. `in_flight` is how many messages one processes at once.
fn streams(components: &[Component], in_flight: impl Fn(&Component) -> u32) -> Result<Streams, Error> {
    let mut streams = Streams::default();
    for component in components {
        let consumers = component.consumers().map_err(|source| Error::TemplateText {
            template: component.template.manifest.name.clone(),
            source,
        })?;
        let limit = in_flight(component);
        streams.consumers.extend(
            consumers
                .into_iter()
                .map(|consumer| Consumer { max_in_flight: consumer.max_in_flight.min(limit), ..consumer }),
        );
        streams.written.extend(component.written());
    }
    Ok(streams)
}
