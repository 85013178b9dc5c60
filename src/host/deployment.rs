//! Which components run, and how they are replaced.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;

use super::HostError;
use super::bus::in_process::Entry;
use super::core::{Core, UnderWay};
use super::message::{Order, Reading, read};
use super::optimise::Unoptimised;
use super::service::{Part, Plan, Route, Routes, Running, Service};
use crate::nats::Subscription;

/// Which components run.
#[derive(Default)]
pub(super) struct Deployment {
    services: HashMap<String, Arc<Service>>,
    readers: HashMap<(String, Subscription), Reader>,
}

struct Reader {
    entry: Option<Entry>,
    orders: watch::Sender<Order>,
    task: JoinHandle<usize>,
}

impl Deployment {
    /// The code that runs.
    pub fn running(&self) -> Running {
        self.services.iter().map(|(name, service)| (name.clone(), service.code.get())).collect()
    }

    /// Makes the plan's components the running ones. Components that stay keep their queues; new ones begin to read
    /// before removed ones end; and removed ones still process what they received.
    pub async fn apply(
        &mut self,
        plan: Plan,
        core: &Arc<Core>,
        routes: &RwLock<Arc<Routes>>,
        under_way: &UnderWay,
    ) -> Result<(), HostError> {
        let keys = |part: &Part| -> Vec<_> {
            part.subscriptions.iter().map(|subscription| (part.name.clone(), subscription.clone())).collect()
        };
        // Steps that can fail come first, so that a failure changes nothing.
        let mut fresh = Vec::new();
        for key in plan.parts.iter().flat_map(keys) {
            if !self.readers.contains_key(&key) && !fresh.iter().any(|(other, _)| *other == key) {
                let messages = core.broker.attach(&key.1.subject, key.1.queue.as_deref()).await?;
                fresh.push((key, messages));
            }
        }
        let kept: Vec<_> = plan.parts.iter().flat_map(keys).collect();
        let mut answering = Routes::new();
        let mut services = HashMap::new();
        let mut unoptimised = Vec::new();
        for part in plan.parts {
            let runs =
                self.services.get(&part.name).is_some_and(|one| Arc::ptr_eq(&one.code.get(), &part.code));
            let service = self.service(&part);
            if let Some(hosted) = part.better.filter(|_| !runs) {
                unoptimised.push(Unoptimised::new(&service.code, &part.code, hosted));
            }
            if let Some(path) = part.http_path {
                let allow_origins = part.allow_origins;
                answering.insert(path, Route { service: Arc::clone(&service), allow_origins });
            }
            services.insert(part.name, service);
        }
        self.services = services;
        *routes.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(answering);
        for (key, messages) in fresh {
            let Some(service) = self.services.get(&key.0).map(Arc::clone) else { continue };
            let (orders, received) = watch::channel(Order::Read);
            let entry = messages.entry();
            // Where JetStream limits how many are in flight, none may wait unread: it would be redelivered.
            let in_flight = match &service.code.get().resources.dead_letter_topic {
                Some(_) => Semaphore::MAX_PERMITS,
                None => core.max_concurrent,
            };
            let places = Arc::new(Semaphore::new(in_flight));
            let reader = Reading { service, messages, places, orders: received };
            let task = tokio::spawn(read(Arc::clone(core), reader, under_way.token()));
            self.readers.insert(key, Reader { entry, orders, task });
        }
        self.dismiss(&kept);
        core.tiers.optimise(unoptimised, &core.observer);
        Ok(())
    }

    fn service(&self, part: &Part) -> Arc<Service> {
        match self.services.get(&part.name) {
            Some(service) => {
                service.code.replace(Arc::clone(&part.code));
                Arc::clone(service)
            }
            None => Arc::new(Service::new(&part.name, Arc::clone(&part.code))),
        }
    }

    fn dismiss(&mut self, kept: &[(String, Subscription)]) {
        self.readers.retain(|key, reader| {
            let stays = kept.contains(key);
            if !stays {
                // All at once: removed components receive nothing that is sent from now on.
                reader.entry.as_ref().inspect(|entry| entry.close());
                let orders = reader.orders.clone();
                orders.send_replace(Order::Finish);
                // The sender must live until the reader has finished.
                tokio::spawn(async move { orders.closed().await });
            }
            stays
        });
    }

    /// Starts no more calls. Returns the number of unread messages.
    pub async fn halt(self) -> usize {
        let mut unread = 0;
        for reader in self.readers.into_values() {
            reader.orders.send_replace(Order::Halt);
            // It can only fail when the runtime ends.
            unread += reader.task.await.unwrap_or_default();
        }
        unread
    }
}
