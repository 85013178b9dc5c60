//! What all calls share.

use std::sync::Arc;
use std::time::Instant;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::mpsc;

use super::HostError;
use super::activity::Activity;
use super::bus::{Broker, Parked};
use super::database::Databases;
use super::keyvalue::Buckets;
use super::observe::{Call, Event, Observer, Outcome, Times};
use super::optimise::Tiers;
use super::options::{Hosted, Limits, Options};
use super::run::{Work, run};
use super::slots::{Slot, Slots};
use super::state::{Link, Resources, State};
use super::tier::Tier;

/// How many tasks a thread runs before it polls timers and input: functions run for a tick each.
const EVENT_INTERVAL: u32 = 5;

/// What all calls share.
pub(super) struct Core {
    pub tiers: Tiers,
    pub broker: Broker,
    pub activity: Activity,
    pub buckets: Buckets,
    pub databases: Databases,
    pub observer: Arc<dyn Observer>,
    pub limits: Limits,
    pub slots: Slots,
    pub max_concurrent: usize,
    /// They run functions. HTTP and NATS are served by the caller's, so that functions cannot starve them.
    threads: Threads,
}

/// Threads beside those of the caller.
pub(super) struct Threads {
    pub handle: Handle,
    // Always present until dropped.
    runtime: Option<Runtime>,
}

/// A call before it has an instance.
pub(super) struct Admission {
    pub call: Arc<Call>,
    pub received: Instant,
    pub reply_to: Option<String>,
    pub resources: Resources,
}

/// A call that has ended.
pub(super) struct Done<T> {
    pub result: Result<T, Outcome>,
    pub sent: Vec<super::observe::Sent>,
    pub stored: Vec<super::observe::Stored>,
    /// Something that the component called has failed: a server or a database.
    pub failed_outside: bool,
    pub times: Times,
    pub parked: Parked,
    pub disposition: Option<super::observe::Disposition>,
}

impl Core {
    pub async fn start(options: &Options, observer: Arc<dyn Observer>) -> Result<Self, HostError> {
        let instances = u32::try_from(Slots::instances(options.max_concurrent)).unwrap_or(u32::MAX);
        let tiers = Tiers::make(instances, options)?;
        let activity = Activity::new();
        let broker =
            Broker::open(&options.bus, &options.limits, activity.clone(), Arc::clone(&observer)).await?;
        let domain = options.bucket_domain.as_deref();
        Ok(Self {
            tiers,
            buckets: Buckets::beside(&broker, domain, Arc::clone(&observer)),
            databases: Databases::at(options.database.clone()),
            broker,
            activity,
            observer,
            limits: options.limits,
            slots: Slots::new(options.max_concurrent),
            max_concurrent: options.max_concurrent.max(1),
            threads: Threads::start(
                Builder::new_multi_thread().thread_name("pelato-function").event_interval(EVENT_INTERVAL),
            )?,
        })
    }

    /// What a component may use; created or connected to if necessary.
    pub async fn resources(&self, hosted: &Hosted) -> Result<Resources, HostError> {
        let bucket = match &hosted.bucket {
            Some(name) => Some(self.buckets.open(name).await?),
            None => None,
        };
        let database = match hosted.database {
            true => Some(self.databases.open(&hosted.name, hosted.table.as_deref()).await?),
            false => None,
        };
        let dead_letter_topic = hosted.dead_letter_topic.as_deref().map(Arc::from);
        let stored_topics = hosted.stored_topics.as_slice().into();
        let environment = hosted.environment.clone();
        Ok(Resources { bucket, database, dead_letter_topic, stored_topics, environment })
    }

    /// Where functions run.
    pub fn threads(&self) -> &Handle {
        &self.threads.handle
    }

    /// Waits for a slot, and does the work in a new instance.
    pub async fn call<W: Work>(&self, admission: Admission, tier: &Tier, work: W) -> Done<W::Output> {
        let slot = self.slots.enter().await;
        let queued = admission.received.elapsed();
        self.observer.event(Event::Started { call: Arc::clone(&admission.call) });
        let state = self.state(admission, slot);
        let record = Arc::clone(&state.record);
        let (result, times) = run(&tier.compute, &self.limits, state, queued, work).await;
        let (sent, stored) = (record.take_sent(), record.take_stored());
        let (parked, disposition) = (record.take_parked(), record.take_disposition());
        Done { result, sent, stored, failed_outside: record.failed_outside(), times, parked, disposition }
    }

    fn state(&self, admission: Admission, slot: Slot) -> State {
        let Admission { call, reply_to, resources, .. } = admission;
        let environment = resources.environment.clone();
        let link = Link { broker: self.broker.clone(), slot, resources, reply_to };
        State::new(call, self.limits.memory, Arc::clone(&self.observer), &environment, Some(link))
    }
}

impl Threads {
    pub fn start(builder: &mut Builder) -> Result<Self, HostError> {
        let started = builder.enable_all().build();
        let runtime = started.map_err(|cause| HostError::Engine { message: cause.to_string() })?;
        Ok(Self { handle: runtime.handle().clone(), runtime: Some(runtime) })
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        // The ordinary shutdown waits for running tasks, which an asynchronous caller must not do.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Counts calls in progress: each has a token, and a waiter is notified when the last token is dropped.
#[derive(Debug)]
pub(super) struct UnderWay {
    token: mpsc::Sender<()>,
    gone: mpsc::Receiver<()>,
}

impl UnderWay {
    pub fn new() -> Self {
        let (token, gone) = mpsc::channel(1);
        Self { token, gone }
    }

    pub fn token(&self) -> mpsc::Sender<()> {
        self.token.clone()
    }

    /// Waits until no call is in progress.
    pub async fn over(self) {
        let Self { token, mut gone } = self;
        drop(token);
        // Nothing is ever sent: this ends when the last token is dropped.
        gone.recv().await;
    }
}
