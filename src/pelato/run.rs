//! The whole workflow on this machine: start it, swap components when their sources change, stop.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;

use async_nats::ConnectOptions;
use tokio::sync::watch;

use super::Error;
use super::alone::{Presence, announce, is_announced};
use super::building::select;
use super::failures::Failures;
use super::hosting::{RunOptions, hosted, secrets};
use super::operation::Operation;
use super::preparing::Preparing;
use super::socket::Listener;
use super::streams::streams_here;
use super::swap::{Changes, Swap};
use super::tap::Tap;
use super::traces::Traces;
use super::{BuildFlags, Outcome, Pelato};
use crate::build::{BuildError, Built};
use crate::catalog::template::Data;
use crate::check::Component;
use crate::host::observe::Observer;
use crate::host::{self, Bus, Called, Host, HostError, Hosted, Limits, Stopped};
use crate::nats;
use crate::progress::{Event, OperationKind};
use crate::project::settings::{KEYVALUE_DOMAIN, QUICK_START};
use crate::stream::{Consumer, Guard, Kept};

/// The port when neither a flag nor the workflow names one: the original's.
pub const DEFAULT_PORT: u16 = 8000;

/// What is told once everything runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ready {
    /// Where HTTP is served, if a component answers it.
    pub http: Option<SocketAddr>,
    /// The HTTP paths and who answers them.
    pub paths: Vec<(String, String)>,
    /// The topics and who reads them.
    pub topics: Vec<(String, String)>,
}

impl Pelato {
    /// Builds the workflow and runs it until `stop` is done or it is cancelled. `ready` is called once everything runs.
    ///
    /// # Errors
    /// When it cannot be built or started, is cancelled before it runs, may not read one of its topics, or when messages
    /// are left that the NATS server is not known to have; with `once` also when a call failed. What else fails later is
    /// reported and does not end it.
    pub async fn run(
        &self,
        options: RunOptions,
        observer: Arc<dyn Observer>,
        ready: impl FnOnce(&Ready),
        stop: impl Future<Output = ()>,
    ) -> Result<Stopped, Error> {
        // Before anything is read: a change that comes while the first build runs must not be lost.
        let changes = if options.watch { Some(self.changes()?) } else { None };
        let operation = self.begin(OperationKind::Run)?;
        operation.ended(self.run_in(&operation, changes, options, observer, ready, stop).await)
    }

    async fn run_in(
        &self,
        operation: &Arc<Operation>,
        mut changes: Option<Changes>,
        options: RunOptions,
        observer: Arc<dyn Observer>,
        ready: impl FnOnce(&Ready),
        stop: impl Future<Output = ()>,
    ) -> Result<Stopped, Error> {
        let stop = operation.until_stopped(stop);
        tokio::pin!(stop);
        // Before anything is built: other commands wait for it then. Without it everything works, but they do not reach the
        // workflow.
        let listener = Listener::open(&operation.root, &operation.cache).await;
        let is_second = matches!(listener, Ok(None));
        let (built_by, outcome) =
            self.build_first(operation, &options, changes.as_mut(), stop.as_mut()).await?;
        let components = hosted(&outcome, &built_by.settings, &options.bus)?;
        let tap = Tap::default();
        let observer = Traces::marked(tap.beside(observer), &outcome.components);
        let failures = Failures::default();
        let observer = failures.beside(Preparing::beside(observer, Arc::clone(&operation.progress)));
        let start = built_by.start(&options, &outcome, components.clone(), observer);
        let (host, told, kept) = operation.unless_cancelled(start).await?;
        let (stored, guard) = (watch::Sender::new(kept), built_by.guard(&options.bus));
        drop(built_by);
        let _presence = operation.announce(&options.bus, is_second);
        // Asked once before anyone is told that it runs.
        if futures_util::poll!(stop.as_mut()).is_ready() {
            return Ok(host.stop().await);
        }
        ready(&Ready { http: host.http_addr(), ..told });
        let attended = async {
            for (topic, body) in &options.send {
                host.publish(topic, body.clone()).await?;
            }
            match &mut changes {
                Some(changes) => {
                    let progress = operation.progress.as_ref();
                    let swap = Swap { host: &host, options: &options, stored: &stored, progress };
                    self.swap_on_change(swap, components, changes, stop).await;
                }
                None if options.once => {
                    tokio::select! {
                        () = stop => {}
                        () = host.idle() => {}
                    }
                }
                None => stop.await,
            }
            Ok(())
        };
        let ended = tokio::select! {
            ended = attended => ended,
            refused = host.refusal() => Err(refused),
            () = watch_storage(guard.as_ref(), &stored, &host) => Ok(()),
            () = operation.attend(listener.ok().flatten(), &host, &tap) => Ok(()),
        };
        let stopped = host.stop().await;
        ended?;
        let dead_lettered = guard.map_or(0, |guard| guard.explained());
        match (stopped.unsent, stopped.unreadable.saturating_sub(dead_lettered)) {
            (0, 0) if options.once => failures.none().map(|()| stopped),
            (0, 0) => Ok(stopped),
            (0, count) => Err(HostError::Unreadable { count }.into()),
            (count, _) => Err(HostError::Unsent { count }.into()),
        }
    }

    /// Builds one component and runs its function once, without what surrounds it.
    ///
    /// # Errors
    /// When there is no such component, it cannot be built, or its function does not end well.
    pub async fn call(
        &self,
        component: &str,
        input: Vec<u8>,
        flags: &BuildFlags,
        limits: &Limits,
        observer: Arc<dyn Observer>,
    ) -> Result<Called, Error> {
        let operation = self.begin(OperationKind::Call)?;
        operation.ended(operation.call(component, input, flags, limits, observer).await)
    }
}

impl Operation {
    /// How components become machine code.
    fn compiler(&self) -> host::Compiler {
        host::Compiler {
            cache_dir: Some(self.cache.join("compiled")),
            quick: self.settings.is_on(QUICK_START),
        }
    }

    /// More names by which HTTP requests reach the hosts of the workflow.
    fn http_hosts(&self) -> Result<Vec<String>, Error> {
        Ok(self.workflow()?.http_hosts.into_iter().map(|field| field.text).collect())
    }

    async fn call(
        self: &Arc<Self>,
        component: &str,
        input: Vec<u8>,
        flags: &BuildFlags,
        limits: &Limits,
        observer: Arc<dyn Observer>,
    ) -> Result<Called, Error> {
        let outcome = self.build_for(&[component.to_owned()], flags, |_, _| ()).await?;
        let pair = outcome.components.first().zip(outcome.built.first());
        let (one, built) = pair.ok_or_else(|| Error::UnknownComponent {
            name: component.to_owned(),
            help: "the workflow has none".to_owned(),
        })?;
        let wasm = built.read_function(one).map_err(BuildError::from)?;
        let input = given(one, &input)?;
        let (compiler, secrets) = (self.compiler(), secrets(one, &self.settings)?);
        let observer = Traces::marked(observer, &outcome.components);
        let observer = Preparing::beside(observer, Arc::clone(&self.progress));
        let called = host::call(component, &wasm, input.into(), &secrets, limits, &compiler, observer);
        self.unless_cancelled(async { Ok(called.await?) }).await
    }

    /// Builds what is to run here, where that blocks nobody. What it lacks for that is said before.
    pub(super) async fn build_for(
        self: &Arc<Self>,
        only: &[String],
        flags: &BuildFlags,
        finished: impl Fn(&Component, &Built) + Send + Sync + 'static,
    ) -> Result<Outcome, Error> {
        let (only, flags) = (only.to_vec(), flags.clone());
        self.blocking(move |operation| {
            // One that does not exist is met again when all is built.
            let wanted = select(operation.components()?, &only);
            wanted.iter().try_for_each(|component| secrets(component, &operation.settings).map(drop))?;
            operation.build(&only, &flags, &finished)
        })
        .await
    }

    /// Lets other processes know that the project runs, and tells if another does and one of the two has no server:
    /// without one, messages do not leave a process. `is_second`: another process is reached by commands.
    fn announce(&self, bus: &Bus, is_second: bool) -> Option<Presence> {
        // Without it everything works, and the other process is not told.
        let (presence, runs_elsewhere) = match bus {
            Bus::InProcess => {
                let (presence, runs_already) = announce(&self.root, &self.cache).ok()?;
                (Some(presence), runs_already || is_second)
            }
            Bus::Nats(_) => (None, is_announced(&self.root, &self.cache).ok()?),
        };
        if runs_elsewhere {
            self.progress.report(Event::RunsElsewhere);
        }
        presence
    }

    /// Serves other commands of this user, as long as it is not dropped; after another process that they reach now.
    async fn attend(&self, listener: Option<Listener>, host: &Host, tap: &Tap) {
        let listener = match listener {
            Some(listener) => Ok(listener),
            None => Listener::succeed(&self.root, &self.cache).await,
        };
        match listener {
            Ok(listener) => listener.serve(host, tap).await,
            Err(_) => std::future::pending().await,
        }
    }

    /// Starts the host.
    async fn start(
        &self,
        options: &RunOptions,
        outcome: &Outcome,
        components: Vec<Hosted>,
        observer: Arc<dyn Observer>,
    ) -> Result<(Host, Ready, Kept), Error> {
        let kept = self.store(outcome, &options.bus).await?;
        let ports = outcome.components.iter().filter_map(|component| component.http.as_ref()?.port);
        let port = options.port.or(ports.min()).unwrap_or(DEFAULT_PORT);
        let ports: BTreeSet<_> = outcome.components.iter().filter_map(|c| c.http.as_ref()?.port).collect();
        if ports.len() > 1 {
            self.progress.report(Event::PortShared { port });
        }
        let serves_http = components.iter().any(|component| component.http_path.is_some());
        let host_options = host::Options {
            http: serves_http.then_some(SocketAddr::from(([127, 0, 0, 1], port))),
            allow_hosts: options.allow_hosts.iter().cloned().chain(self.http_hosts()?).collect(),
            allow_origins: options.allow_origins.clone(),
            bus: options.bus.clone(),
            database: options.database.clone(),
            bucket_domain: self.settings.text(KEYVALUE_DOMAIN).map(str::to_owned),
            limits: options.limits,
            compiler: self.compiler(),
            ..host::Options::default()
        };
        let told = describe(&components, &streams_here(outcome)?.consumers);
        Ok((Host::start(host_options, components, observer).await?, told, kept))
    }

    /// Has JetStream store the messages of those components that want it.
    pub(super) async fn store(&self, outcome: &Outcome, bus: &Bus) -> Result<Kept, Error> {
        let streams = streams_here(outcome)?;
        match bus {
            Bus::InProcess => {
                if let Some(first) = streams.consumers.first() {
                    self.progress.report(Event::MessagesNotStored { component: first.name.clone() });
                }
            }
            Bus::Nats(_) if streams.is_empty() => {}
            Bus::Nats(server) => {
                let client = nats::connect(server, ConnectOptions::new()).await;
                return self.keep(client.map_err(host::HostError::from)?, &streams).await;
            }
        }
        Ok(Kept::default())
    }
}

/// Sees that messages go on being stored, as long as it is not dropped.
async fn watch_storage(guard: Option<&Guard>, stored: &watch::Sender<Kept>, host: &Host) {
    match guard {
        Some(guard) => guard.watch(stored.subscribe(), host.breaks()).await,
        None => std::future::pending().await,
    }
}

/// What people are told: where a consumer hands messages over is of no interest to them.
fn describe(components: &[Hosted], consumers: &[Consumer]) -> Ready {
    let shown = |subject: &str| {
        let consumer = consumers.iter().find(|consumer| consumer.handed_over.subject == subject);
        consumer.map_or(subject, |consumer| &consumer.source).to_owned()
    };
    let paths = components.iter().filter_map(|c| Some((c.http_path.clone()?, c.name.clone())));
    let topics = components
        .iter()
        .flat_map(|c| c.subscriptions.iter().map(|topic| (shown(&topic.subject), c.name.clone())));
    Ready { http: None, paths: paths.collect(), topics: topics.collect() }
}

/// What a function is given of a message: the same as by its trigger.
fn given(component: &Component, message: &[u8]) -> Result<Vec<u8>, Error> {
    if component.template.manifest.data != Data::Entry {
        return Ok(message.to_vec());
    }
    let wrong = |source| Error::TemplateText { template: component.template.manifest.name.clone(), source };
    let topics = component.clone().at_most_once().subscriptions().map_err(wrong)?;
    let topic = topics.first().map_or("", |topic| topic.subject.as_str());
    host::entry::input(topic, message)
        .map_err(|how| Error::Function { component: component.name.clone(), how })
}
