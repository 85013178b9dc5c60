//! Code of two kinds: one that is compiled quickly, so that components start soon, and one that is fast, which replaces it
//! while they run.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::{self, available_parallelism};
use std::time::Instant;

use super::HostError;
use super::code::{Code, Current};
use super::engine::Compute;
use super::observe::{Event, Observer};
use super::options::{Hosted, Options};
use super::state::Resources;
use super::tier::Tier;

pub(super) struct Tiers {
    /// None if components start in optimised code, or the machine has no quick compiler.
    quick: Option<Arc<Tier>>,
    optimised: Arc<Tier>,
    is_over: Arc<AtomicBool>,
}

/// A component that runs in code of the quick compiler.
pub(super) struct Unoptimised {
    place: Weak<Current>,
    code: Arc<Code>,
    hosted: Hosted,
}

impl Unoptimised {
    pub fn new(place: &Arc<Current>, code: &Arc<Code>, hosted: Hosted) -> Self {
        Self { place: Arc::downgrade(place), code: Arc::clone(code), hosted }
    }

    /// Its place, if it still runs in this code.
    fn place(&self) -> Option<Arc<Current>> {
        self.place.upgrade().filter(|place| Arc::ptr_eq(&place.get(), &self.code))
    }
}

impl Tiers {
    /// With room for so many instances in optimised code.
    pub fn make(instances: u32, options: &Options) -> Result<Self, HostError> {
        let cache = options.compiler.cache_dir.as_deref();
        let quick =
            options.compiler.quick.then(|| Compute::quick(cache).and_then(|one| Tier::new(one, true)));
        let quick = quick.and_then(Result::ok).map(Arc::new);
        // Beside calls, one component is compiled on one processor.
        let optimised = Compute::pooled(instances, cache, quick.is_none())?;
        Ok(Self { quick, optimised: Arc::new(Tier::new(optimised, false)?), is_over: Arc::default() })
    }

    /// The code in which a component starts. The quick compiler does not know every instruction.
    pub fn first(&self, hosted: &Hosted, resources: Resources) -> Result<Code, HostError> {
        if let Some(quick) = &self.quick {
            match Code::prepare(quick, hosted, resources.clone()) {
                Err(HostError::Invalid { .. }) => {}
                prepared => return prepared,
            }
        }
        Code::prepare(&self.optimised, hosted, resources)
    }

    /// Compiles components anew in the background, each on one processor, and half of the processors at most. A component
    /// that is replaced meanwhile stays as it is.
    pub fn optimise(&self, components: Vec<Unoptimised>, observer: &Arc<dyn Observer>) {
        let threads =
            available_parallelism().map_or(1, |count| count.get().div_ceil(2)).min(components.len());
        let queue = Arc::new(Mutex::new(VecDeque::from(components)));
        for _ in 0..threads {
            let (tier, observer) = (Arc::clone(&self.optimised), Arc::clone(observer));
            let (queue, is_over) = (Arc::clone(&queue), Arc::clone(&self.is_over));
            let next = move || {
                let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
                queue.pop_front().filter(|_| !is_over.load(Ordering::Acquire))
            };
            let work = move || {
                while let Some(component) = next() {
                    optimise(&component, &tier, &observer);
                }
            };
            // Nobody waits for it. Without it, the component runs in the code that it has.
            let _ = thread::Builder::new().name("pelato-compiler".to_owned()).spawn(work);
        }
    }

    /// Begins no more in the background.
    pub fn stop(&self) {
        self.is_over.store(true, Ordering::Release);
    }
}

impl Drop for Tiers {
    fn drop(&mut self) {
        self.stop();
    }
}

fn optimise(component: &Unoptimised, tier: &Arc<Tier>, observer: &Arc<dyn Observer>) {
    if component.place().is_none() {
        return;
    }
    let start = Instant::now();
    let Ok(code) = Code::prepare(tier, &component.hosted, component.code.resources.clone()) else { return };
    let Some(place) = component.place() else { return };
    if place.replace_this(&component.code, Arc::new(code)) {
        let name = component.hosted.name.clone();
        observer.event(Event::Optimised { component: name, elapsed: start.elapsed() });
    }
}
