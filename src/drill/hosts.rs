//! Watching the hosts while probes go through it: which one vanishes, and when that is noticed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::live::Live;
use crate::measurement::readings;
use crate::platform::{Host, Platform};

/// How long between two looks.
const PAUSE: Duration = Duration::from_secs(1);
/// A host that did not answer so often in a row has vanished: one that is busy may be late once.
const SILENCES: u32 = 2;

/// The hosts, by their keys.
#[derive(Debug, Clone, Default)]
pub struct Watch {
    seen: Arc<Mutex<BTreeMap<String, Seen>>>,
}

#[derive(Debug, Default)]
struct Seen {
    host: readings::Host,
    /// How often in a row it has not answered, and when that was first.
    silent: (u32, Duration),
}

impl Watch {
    /// Watches from now on, in the background. Without a platform that answers there is nothing to see.
    pub fn start(platform: Arc<dyn Platform>, application: Option<String>, live: Arc<Live>) -> Self {
        let watch = Self::default();
        let watching = watch.clone();
        tokio::spawn(async move {
            let Ok(hosts) = platform.hosts().await else { return };
            watching.first(&hosts, application.as_deref().unwrap_or_default());
            loop {
                tokio::time::sleep(PAUSE).await;
                let known = watching.known();
                let looked = live.now();
                // Without a connection nothing is known of any host.
                if let Ok(answering) = platform.answering(&known).await {
                    watching.look(&answering, looked);
                }
            }
        });
        watch
    }

    fn first(&self, hosts: &[Host], application: &str) {
        let mut seen = self.seen();
        for host in hosts {
            // A host tells them in any order.
            let ran: BTreeSet<_> = host
                .running
                .iter()
                .filter(|running| running.application == application)
                .map(|running| running.component.clone())
                .collect();
            let watched = readings::Host {
                name: host.name.clone(),
                target: host.target.clone().unwrap_or_default(),
                ran: ran.into_iter().collect(),
                ..readings::Host::default()
            };
            seen.insert(host.id.clone(), Seen { host: watched, ..Seen::default() });
        }
    }

    fn known(&self) -> BTreeSet<String> {
        self.seen().keys().cloned().collect()
    }

    /// Notes who answered at a look.
    fn look(&self, answering: &BTreeSet<String>, looked: Duration) {
        for (id, seen) in self.seen().iter_mut() {
            if answering.contains(id) {
                seen.silent = (0, Duration::ZERO);
                if seen.host.vanished.is_some() && seen.host.back.is_none() {
                    seen.host.back = Some(looked);
                }
                continue;
            }
            let (times, first) = seen.silent;
            seen.silent = (times + 1, if times == 0 { looked } else { first });
            if seen.silent.0 >= SILENCES && seen.host.vanished.is_none() {
                seen.host.vanished = Some(seen.silent.1);
            }
        }
    }

    /// The hosts, as they have been seen.
    pub fn hosts(&self) -> Vec<readings::Host> {
        self.seen().values().map(|seen| seen.host.clone()).collect()
    }

    /// When the first one vanished, since a time.
    pub fn vanished(&self, since: Duration) -> Option<Duration> {
        self.seen().values().filter_map(|seen| seen.host.vanished).filter(|at| *at >= since).min()
    }

    fn seen(&self) -> MutexGuard<'_, BTreeMap<String, Seen>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_vanish_and_come_back() {
        let host = |id: &str| Host { id: id.into(), name: id.into(), ..Host::default() };
        let watch = Watch::default();
        watch.first(&[host("aaaaaaa"), host("b")], "app");
        let seconds = Duration::from_secs;
        let look = |there: &[&str], at| {
            watch.look(&there.iter().map(|id| (*id).to_owned()).collect(), seconds(at));
        };
        look(&["aaaaaaa", "b", "stranger"], 1);
        look(&["b"], 2); // late once
        look(&["aaaaaaa", "b"], 3);
        look(&["b"], 4);
        assert_eq!(watch.vanished(seconds(0)), None);
        look(&["b"], 5);
        look(&["b"], 6);
        assert_eq!(watch.vanished(seconds(0)), Some(seconds(4)), "since the first time it was silent");
        assert_eq!(watch.vanished(seconds(5)), None);
        look(&["aaaaaaa", "b"], 7);
        let hosts = watch.hosts();
        assert_eq!(
            (hosts[0].name.as_str(), hosts[0].vanished, hosts[0].back),
            ("aaaaaaa", Some(seconds(4)), Some(seconds(7)))
        );
        assert_eq!(hosts[1], readings::Host { name: "b".into(), ..readings::Host::default() });
    }
}
