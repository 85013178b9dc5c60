//! The facade's part that has JetStream store messages, and sees that it does.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use async_nats::{Client, ConnectOptions};
use tokio::sync::OnceCell;

use super::operation::Operation;
use super::{Error, Outcome};
use crate::check::Component;
use crate::host::{self, Bus};
use crate::nats::{self, subject};
use crate::platform::{Problem, State, Status};
use crate::project::settings::{CALL_TIMEOUT, JETSTREAM_DOMAIN};
use crate::stream::{Consumer, ConsumerManager, Domains, Fault, Guard, Kept, StreamError, Streams};

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

    /// Has JetStream store messages of what is deployed, each topic where its hosts are.
    pub(super) async fn keep_deployed(&self, client: &Client, streams: &Streams) -> Result<(), Error> {
        Ok(self.domains(client).keep(streams, self.call_timeout(), self.progress.as_ref()).await?)
    }

    /// What keeps messages of what runs here, at a NATS server.
    fn consumer_manager(&self, client: Client) -> ConsumerManager {
        ConsumerManager::new(client, self.settings.text(JETSTREAM_DOMAIN))
    }

    /// What keeps messages of what is deployed.
    pub(super) fn domains(&self, client: &Client) -> Domains {
        let others = self.settings.target_domains().into_values().collect();
        Domains::new(client, self.settings.text(JETSTREAM_DOMAIN), &others)
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
        let mut streams = streams(components, |component| component.replicas.saturating_mul(calls))?;
        streams.homes = homes(components, &streams, &self.settings.target_domains());
        Ok(streams)
    }

    /// Components whose preferred target stores their messages nobody knows where.
    pub(super) fn homeless(&self, components: &[Component]) -> Vec<String> {
        let domains = self.settings.target_domains();
        let is_homeless = |one: &&Component| {
            let target = one.prefer.as_ref().filter(|_| one.at_least_once.is_some());
            target.is_some_and(|target| !domains.contains_key(target))
        };
        let words = |one: &Component| {
            let (name, target) = (&one.name, one.prefer.as_deref().unwrap_or_default());
            format!(
                "`{name}` prefers {target}, and TARGET_DOMAINS does not say which JetStream domain the NATS server of \
                 {target} has: hosts beside the server that stores the messages come first"
            )
        };
        components.iter().filter(is_homeless).map(words).collect()
    }

    /// The name of the workflow's application, and a look at what JetStream does for its components that have no errors.
    pub(super) fn stream_look(self: &Arc<Self>) -> Result<(String, StreamLook), Error> {
        let checked = self.check()?;
        let name = self.application_of(&checked.workflow)?;
        let streams = self.streams_deployed(&checked.components)?;
        let prefers = checked.components.iter().filter_map(|one| Some((one.name.clone(), one.order()?)));
        let prefers = prefers.collect();
        Ok((name, StreamLook { streams, prefers, operation: Arc::clone(self), manager: OnceCell::new() }))
    }
}

/// What JetStream does for a workflow, looked at as often as its application is.
pub(super) struct StreamLook {
    streams: Streams,
    /// The order of targets of those components that prefer one.
    prefers: BTreeMap<String, String>,
    operation: Arc<Operation>,
    manager: OnceCell<Domains>,
}

impl StreamLook {
    /// Adds to a status what keeps messages of its components from being stored or from arriving.
    pub async fn beside(&self, mut status: Status) -> Status {
        for part in &mut status.parts {
            if let Some(order) = self.prefers.get(&part.name) {
                let known = part.reason.take().map(|reason| format!("{reason}; ")).unwrap_or_default();
                part.reason = Some(format!("{known}{order}"));
            }
        }
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
        let connect = || async { Ok::<_, Error>(operation.domains(&operation.topics().await?)) };
        let manager = self.manager.get_or_try_init(connect).await?;
        let look = manager.look(streams, operation.call_timeout()).await?;
        let problem = |fault: Fault| Problem {
            words: format!("{}: {}", fault.what, fault.what.remedy()),
            part: fault.component,
        };
        Ok(look.faults.into_iter().map(problem).collect())
    }
}

/// The domain of each topic: where hosts are to come first that read it, else where it is written, else where it is read.
/// None where that is the usual one, or not one.
fn homes(
    components: &[Component],
    streams: &Streams,
    domains: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let reads = |one: &Component, topic: &str| {
        let sources = streams.consumers.iter().filter(|consumer| consumer.component == one.name);
        sources.map(|consumer| &consumer.source).any(|source| subject::overlaps(source, topic))
    };
    let writes =
        |one: &Component, topic: &str| one.streams.writes.iter().any(|own| subject::overlaps(topic, own));
    let home = |topic: &str| {
        // A stream for a topic with wildcards stores others, too.
        let wide = streams.consumers.iter().find(|consumer| subject::matches(&consumer.source, topic));
        let topic = wide.map_or(topic, |consumer| consumer.source.as_str());
        let those = |wanted: &dyn Fn(&Component) -> bool| {
            let homes = components.iter().filter(|one| wanted(one)).map(Component::home);
            homes.map(|target| domains.get(target?)).collect::<BTreeSet<_>>()
        };
        let preferring = those(&|one| one.prefer.is_some() && reads(one, topic));
        let near = [preferring, those(&|one| writes(one, topic)), those(&|one| reads(one, topic))];
        let near = near.into_iter().find(|homes| !homes.is_empty())?;
        if near.len() == 1 { near.into_iter().next().flatten().cloned() } else { None }
    };
    streams.topics().into_iter().filter_map(|topic| Some((topic.to_owned(), home(topic)?))).collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::rules::testing::{check_in, project, task, workflow};

    fn homes_of(tasks: &[&[&str]]) -> Vec<(String, String)> {
        let folder = project();
        let tasks: Vec<_> = tasks
            .iter()
            .enumerate()
            .map(|(index, lines)| {
                let own = [format!("name: T{index}"), format!("component_name: t{index}")];
                task(&[&own.iter().map(String::as_str).collect::<Vec<_>>(), *lines].concat())
            })
            .collect();
        let (report, components) = check_in(folder.path(), &workflow(&tasks));
        assert_eq!(report.errors(), 0, "{report:?}");
        let domains = BTreeMap::from([("edge".to_owned(), "site-a".to_owned())]);
        let streams = streams(&components, |_| 1).unwrap();
        homes(&components, &streams, &domains).into_iter().collect()
    }

    const KEPT: &str = "delivery: at-least-once";
    const FIRST: [&str; 2] = ["targets: [edge, cloud]", "prefer: edge"];
    const EDGE: &str = "targets: [edge]";
    const CLOUD: &str = "targets: [cloud]";

    fn at_site(topics: &[&str]) -> Vec<(String, String)> {
        topics.iter().map(|topic| ((*topic).to_owned(), "site-a".to_owned())).collect()
    }

    #[test]
    fn what_a_task_reads_is_stored_where_its_hosts_come_first() {
        let first = [&FIRST[..], &[KEPT, "source_topic: a", "dest_topic: b"]].concat();
        assert_eq!(homes_of(&[&first]), at_site(&["a", "b", "dead.t0"]));
        // Even if it is written elsewhere.
        let before = [CLOUD, KEPT, "source_topic: z", "dest_topic: a"];
        assert_eq!(homes_of(&[&first, &before]), at_site(&["a", "b", "dead.t0"]));
        // A topic is stored with those that a wildcard takes.
        let wide = [&FIRST[..], &[KEPT, "source_topic: in.*", "dest_topic: b"]].concat();
        let before = [CLOUD, KEPT, "source_topic: z", "dest_topic: in.a"];
        assert_eq!(homes_of(&[&wide, &before]), at_site(&["b", "dead.t0", "in.*", "in.a"]));
    }

    #[test]
    fn all_else_is_stored_where_it_is_written_or_read() {
        let edge = [EDGE, KEPT, "source_topic: a", "dest_topic: b"];
        let cloud = [CLOUD, KEPT, "source_topic: b", "dest_topic: c"];
        assert_eq!(homes_of(&[&edge, &cloud]), at_site(&["a", "b", "dead.t0"]));
        // Two writers that are not at one place.
        let other = [CLOUD, KEPT, "source_topic: x", "dest_topic: b"];
        assert_eq!(homes_of(&[&edge, &cloud, &other]), at_site(&["a", "dead.t0"]));
        assert_eq!(
            homes_of(&[&[&FIRST[..1], &[KEPT]].concat()]),
            at_site(&[]),
            "at none of the two more than at the other"
        );
        assert_eq!(homes_of(&[&[EDGE]]), at_site(&[]), "nothing is stored");
    }
}
