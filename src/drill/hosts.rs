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

impl Seen {
    /// Whether it is lost, and nothing of its target runs what it ran.
    fn is_missed(&self, target: &str) -> bool {
        self.host.target == target && self.host.vanished.is_some() && self.host.back.is_none()
    }
}

/// What of an application a host runs: it tells them in any order.
fn running(host: &Host, application: &str) -> BTreeSet<String> {
    let own = host.running.iter().filter(|running| running.application == application);
    own.map(|running| running.component.clone()).collect()
}

impl Watch {
    /// Watches from now on, in the background. Without a platform that answers there is nothing to see. A host of the target
    /// is back also as another one that runs what it ran: it may have got a new key when it was started again.
    pub fn start(
        platform: Arc<dyn Platform>,
        application: Option<String>,
        target: Option<String>,
        live: Arc<Live>,
    ) -> Self {
        let watch = Self::default();
        let watching = watch.clone();
        tokio::spawn(async move {
            let Ok(hosts) = platform.hosts().await else { return };
            let application = application.unwrap_or_default();
            watching.first(&hosts, &application);
            loop {
                tokio::time::sleep(PAUSE).await;
                let known = watching.known();
                let looked = live.now();
                // Without a connection nothing is known of any host.
                let Ok(answering) = platform.answering(&known).await else { continue };
                watching.look(&answering, looked);
                let Some(target) = target.as_ref().filter(|target| watching.misses(target)) else { continue };
                if let Ok(hosts) = platform.hosts().await {
                    let hosts: Vec<_> =
                        hosts.into_iter().filter(|host| answering.contains(&host.id)).collect();
                    watching.replaced(target, &hosts, &application, looked);
                }
            }
        });
        watch
    }

    fn first(&self, hosts: &[Host], application: &str) {
        let mut seen = self.seen();
        for host in hosts {
            let watched = readings::Host {
                name: host.name.clone(),
                target: host.target.clone().unwrap_or_default(),
                ran: running(host, application).into_iter().collect(),
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

    /// Notes which hosts of a target have others in their place.
    fn replaced(&self, target: &str, hosts: &[Host], application: &str, looked: Duration) {
        let there = hosts.iter().filter(|host| host.target.as_deref() == Some(target));
        let there: Vec<_> = there.map(|host| running(host, application)).collect();
        for seen in self.seen().values_mut().filter(|seen| seen.is_missed(target)) {
            if there.iter().any(|running| seen.host.ran.iter().all(|component| running.contains(component))) {
                seen.host.back = Some(looked);
            }
        }
    }

    fn misses(&self, target: &str) -> bool {
        self.seen().values().any(|seen| seen.is_missed(target))
    }

    /// Whether hosts of a target were lost, and all of what they ran runs there again.
    pub fn is_back(&self, target: &str) -> bool {
        let was_lost = |seen: &Seen| seen.host.target == target && seen.host.vanished.is_some();
        self.seen().values().any(was_lost) && !self.misses(target)
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
    use crate::platform::Running;

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

    #[test]
    fn a_host_of_the_target_that_runs_the_same_replaces_one_that_is_lost() {
        let host = |id: &str, target: &str, components: &[&str]| {
            let running = components
                .iter()
                .map(|name| Running { application: "app".into(), component: (*name).to_owned() });
            Host { id: id.into(), name: id.into(), target: Some(target.into()), running: running.collect() }
        };
        let (watch, seconds) = (Watch::default(), Duration::from_secs);
        watch.first(&[host("pi", "edge", &["b", "a"]), host("vm", "cloud", &["a", "b"])], "app");
        assert!(!watch.is_back("edge"), "nothing was lost yet");
        (1..=2).for_each(|at| watch.look(&["vm".to_owned()].into(), seconds(at)));
        assert!(watch.misses("edge") && !watch.is_back("edge") && !watch.misses("cloud"));
        watch.replaced(
            "edge",
            &[host("vm", "cloud", &["a", "b"]), host("pi-2", "edge", &["a"])],
            "app",
            seconds(3),
        );
        assert!(watch.misses("edge"), "b does not run there");
        watch.replaced("edge", &[host("pi-2", "edge", &["a", "b"])], "app", seconds(4));
        assert!(watch.is_back("edge"));
        assert_eq!(watch.hosts()[0].back, Some(seconds(4)));
    }
}
