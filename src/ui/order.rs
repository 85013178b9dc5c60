//! The causal order of what is told about one message: what a call caused is told after the call, although it may end
//! before.

use std::collections::{BTreeMap, HashMap};

use crate::host::TraceId;
use crate::host::observe::Event;

/// Holds events back until the calls that they result from have ended. A call has a time limit, so none is held forever.
pub(super) struct Order<T> {
    traces: HashMap<TraceId, Progress<T>>,
}

/// How far one message has come.
struct Progress<T> {
    /// How many calls of each number on the path go on.
    open: BTreeMap<u32, usize>,
    held: Vec<(u32, T)>,
}

impl<T> Order<T> {
    pub fn new() -> Self {
        Self { traces: HashMap::new() }
    }

    /// What can be told, in order, once this event has happened.
    pub fn take(&mut self, event: &Event, told: T) -> Vec<T> {
        let (trace, hop) = match event {
            Event::Started { call }
            | Event::Ended { call, .. }
            | Event::Line { call, .. }
            | Event::OutputCut { call, .. }
            | Event::Log { call, .. } => (call.trace, call.hop),
            Event::Unread { trace, hop, .. } => (*trace, *hop),
            _ => return vec![told],
        };
        let progress = self.traces.entry(trace).or_insert_with(Progress::new);
        match event {
            Event::Started { .. } => {
                *progress.open.entry(hop).or_default() += 1;
                return Vec::new();
            }
            Event::Ended { .. } => progress.end(hop),
            _ => {}
        }
        progress.held.push((hop, told));
        let ready = progress.ready();
        if progress.open.is_empty() {
            self.traces.remove(&trace);
        }
        ready
    }

    /// Everything that is held back.
    pub fn rest(&mut self) -> Vec<T> {
        let held = self.traces.drain().flat_map(|(_, progress)| progress.held);
        held.map(|(_, told)| told).collect()
    }
}

impl<T> Progress<T> {
    fn new() -> Self {
        Self { open: BTreeMap::new(), held: Vec::new() }
    }

    fn end(&mut self, hop: u32) {
        if let Some(count) = self.open.get_mut(&hop) {
            *count -= 1;
            if *count == 0 {
                self.open.remove(&hop);
            }
        }
    }

    /// What results from no call that goes on; earlier calls first.
    fn ready(&mut self) -> Vec<T> {
        let first = self.open.keys().next().copied().unwrap_or(u32::MAX);
        let (mut ready, held): (Vec<_>, Vec<_>) = self.held.drain(..).partition(|(hop, _)| *hop <= first);
        self.held = held;
        ready.sort_by_key(|(hop, _)| *hop);
        ready.into_iter().map(|(_, told)| told).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::host::observe::{Call, Outcome, Times, Trigger};

    fn call(trace: TraceId, hop: u32) -> Arc<Call> {
        let input = Vec::new().into();
        Arc::new(Call { trace, hop, component: "c".into(), trigger: Trigger::Direct, input })
    }

    fn started(call: &Arc<Call>) -> Event {
        Event::Started { call: Arc::clone(call) }
    }

    fn ended(call: &Arc<Call>) -> Event {
        let (outcome, times) = (Outcome::Filtered, Times::default());
        Event::Ended { call: Arc::clone(call), outcome, times, disposition: None }
    }

    #[test]
    fn what_a_call_caused_is_told_after_it() {
        let mut order = Order::new();
        let trace = TraceId::fresh();
        let (first, second) = (call(trace, 1), call(trace, 2));
        let unread = Event::Unread { trace, hop: 3, subject: "out".into(), body: Vec::new().into() };
        assert!(order.take(&started(&first), 0).is_empty());
        assert!(order.take(&started(&second), 0).is_empty());
        assert!(order.take(&unread, 3).is_empty());
        assert!(order.take(&ended(&second), 2).is_empty());
        assert_eq!(order.take(&ended(&first), 1), [1, 2, 3]);
        assert!(order.traces.is_empty());
    }

    #[test]
    fn other_messages_do_not_wait_and_nothing_is_lost() {
        let mut order = Order::new();
        let (slow, quick) = (call(TraceId::fresh(), 1), call(TraceId::fresh(), 1));
        let later = call(slow.trace, 2);
        for call in [&slow, &quick, &later] {
            order.take(&started(call), 0);
        }
        assert_eq!(order.take(&ended(&quick), 1), [1]);
        assert_eq!(order.take(&Event::BusLost, 2), [2]);
        assert!(order.take(&ended(&later), 3).is_empty());
        assert_eq!(order.rest(), [3]);
        // Without its beginning, an end is told at once.
        assert_eq!(order.take(&ended(&slow), 4), [4]);
    }
}
