//! Waiting until an application runs.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures_util::StreamExt;

use super::{DeployError, Outlook, Plan, Problem, State, Status, Statuses};
use crate::progress::{Change, Event, Phase, Progress};
use crate::remedy::Operation;

/// What to do when something failed.
fn help() -> String {
    format!(
        "fix the cause and run {} again, or return to the previous version with {}; {} shows the current state. If a host cannot fetch an image, check \
         that the host can reach the registry and is authorised",
        Operation::Deploy,
        Operation::Rollback,
        Operation::Status
    )
}

/// Waits until everything of a plan runs that can. `statuses` were asked for before it was carried out.
///
/// # Errors
/// When something failed, or `timeout` is over, or the platform does not answer.
pub async fn until_running(
    mut statuses: Statuses,
    plan: &Plan,
    timeout: Duration,
    progress: &dyn Progress,
) -> Result<Status, DeployError> {
    let start = Instant::now();
    let mut told = Told { progress, start, states: BTreeMap::new() };
    let mut last: Option<Status> = None;
    loop {
        let left = timeout.saturating_sub(start.elapsed());
        let status = match (tokio::time::timeout(left, statuses.next()).await, &last) {
            (Ok(next), _) => next,
            // What was seen last has to do. Something has to be seen.
            (Err(_), Some(last)) => Some(Ok(last.clone())),
            (Err(_), None) => statuses.next().await,
        };
        let ended = || DeployError::Ended { name: plan.name.clone() };
        let status = current(status.ok_or_else(ended)??, plan);
        told.note(&status);
        let late = start.elapsed() >= timeout;
        let (name, help) = (plan.name.clone(), help());
        match status.outlook {
            Outlook::Settled => return Ok(status),
            Outlook::SettledButBusy if late => return Ok(status),
            Outlook::Hopeless => {
                return Err(DeployError::Failed { name, problems: status.problems, help });
            }
            _ if late => {
                let problems = status.problems;
                return Err(DeployError::TooSlow { name, waited: timeout, problems, help });
            }
            _ => last = Some(Status { news: Vec::new(), ..status }),
        }
    }
}

/// The status as it is for a plan: that another version runs well is not what was asked for.
fn current(status: Status, plan: &Plan) -> Status {
    if status.version == plan.version {
        return status;
    }
    let words = format!("{} is deployed, and not {}", status.version, plan.version);
    let problem = Problem { part: status.name.clone(), words };
    let problems = std::iter::once(problem).chain(status.problems.clone()).collect();
    Status { outlook: Outlook::Underway, problems, ..status }
}

/// What people have been told.
struct Told<'a> {
    progress: &'a dyn Progress,
    start: Instant,
    states: BTreeMap<String, State>,
}

impl Told<'_> {
    fn note(&mut self, status: &Status) {
        for problem in &status.news {
            let (part, reason) = (problem.part.clone(), problem.words.clone());
            self.progress.report(Event::PartFailed { part, reason });
        }
        for part in &status.parts {
            let before = self.states.insert(part.name.clone(), part.state);
            if part.state == State::Running && before != Some(State::Running) {
                self.progress.report(Event::ComponentFinished {
                    component: part.name.clone(),
                    phase: Phase::Deploy,
                    change: Change::Running { version: part.wanted.clone(), hosts: part.hosts.clone() },
                    duration: self.start.elapsed(),
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::sync::Mutex;

    use futures_util::stream;

    use super::*;
    use crate::platform::{Manifest, Part, PartKind};

    const LONG: Duration = Duration::from_secs(3600);

    #[derive(Default)]
    struct Heard(Mutex<Vec<String>>);

    impl Progress for Heard {
        fn report(&self, event: Event) {
            let words = match event {
                Event::PartFailed { part, reason } => format!("{part}: {reason}"),
                Event::ComponentFinished {
                    component, change: Change::Running { version, hosts }, ..
                } => match hosts.as_slice() {
                    [] => format!("{component} {version}"),
                    hosts => format!("{component} {version} on {}", hosts.join(", ")),
                },
                other => format!("{other:?}"),
            };
            self.0.lock().unwrap().push(words);
        }
    }

    fn plan() -> Plan {
        Plan {
            name: "app".into(),
            version: "2-b".into(),
            manifest: Manifest { documents: Vec::new() },
            deployed: None,
            stored: false,
            unchanged: false,
            warnings: Vec::new(),
        }
    }

    fn status(version: &str, state: State, outlook: Outlook) -> Status {
        let part = Part {
            name: "a".into(),
            kind: PartKind::Component,
            wanted: "1.0.0".into(),
            running: ["1.0.0".to_owned()].into(),
            hosts: vec!["h".into()],
            instances: 1,
            replicas: 1,
            state,
            reason: None,
        };
        let problems = if state == State::Running { Vec::new() } else { vec![part.problem()] };
        Status {
            name: "app".into(),
            version: version.into(),
            state,
            message: String::new(),
            parts: vec![part],
            missing: Vec::new(),
            outlook,
            problems,
            news: Vec::new(),
        }
    }

    fn block_on<T>(work: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(work)
    }

    fn follow(seen: Vec<Status>, timeout: Duration, heard: &Heard) -> Result<Status, DeployError> {
        let seen = stream::iter(seen.into_iter().map(Ok)).boxed();
        block_on(until_running(seen, &plan(), timeout, heard))
    }

    #[test]
    fn it_ends_when_the_version_that_is_meant_runs() {
        let heard = Heard::default();
        let before = status("1-a", State::Running, Outlook::Settled);
        let starting = status("2-b", State::Starting, Outlook::Underway);
        let mut failing = starting.clone();
        failing.news = vec![Problem { part: "a".into(), words: "no image".into() }];
        let after = status("2-b", State::Running, Outlook::Settled);
        let seen = follow(vec![before, failing, starting, after.clone()], LONG, &heard).unwrap();
        assert_eq!(seen, after);
        let heard = heard.0.into_inner().unwrap();
        assert_eq!(heard, ["a 1.0.0 on h", "a: no image", "a 1.0.0 on h"]);
    }

    #[test]
    fn what_is_hopeless_is_not_waited_for() {
        let seen = vec![status("2-b", State::Starting, Outlook::Hopeless)];
        let error = follow(seen, LONG, &Heard::default()).unwrap_err();
        assert!(matches!(error, DeployError::Failed { .. }), "{error}");
        assert!(error.to_string().ends_with("a: 1 of 1 replicas of 1.0.0 run"), "{error}");
    }

    #[test]
    fn when_the_time_is_over_what_was_seen_last_counts() {
        let now = |seen: Status| {
            let endless = stream::iter([Ok(seen)]).chain(stream::pending()).boxed();
            block_on(until_running(endless, &plan(), Duration::ZERO, &Heard::default()))
        };
        assert!(now(status("2-b", State::Running, Outlook::SettledButBusy)).is_ok());
        let error = now(status("2-b", State::Starting, Outlook::Underway)).unwrap_err();
        assert!(matches!(error, DeployError::TooSlow { .. }), "{error}");
        let error = now(status("1-a", State::Running, Outlook::Settled)).unwrap_err();
        assert!(error.to_string().contains("1-a is deployed, and not 2-b"), "{error}");
    }

    #[test]
    fn news_are_told_once_also_when_the_time_is_over() {
        let mut failing = status("2-b", State::Starting, Outlook::Underway);
        failing.news = vec![Problem { part: "a".into(), words: "no image".into() }];
        let endless = stream::iter([Ok(failing)]).chain(stream::pending()).boxed();
        let heard = Heard::default();
        let error = block_on(until_running(endless, &plan(), Duration::from_millis(50), &heard)).unwrap_err();
        assert!(matches!(error, DeployError::TooSlow { .. }), "{error}");
        assert_eq!(heard.0.into_inner().unwrap(), ["a: no image"]);
    }

    #[test]
    fn busy_hosts_are_waited_for_while_there_is_time() {
        let seen = status("2-b", State::Running, Outlook::SettledButBusy);
        let endless = stream::iter([Ok(seen)]).chain(stream::pending()).boxed();
        let heard = Heard::default();
        let plan = plan();
        let mut waiting = pin!(until_running(endless, &plan, LONG, &heard));
        block_on(async { assert!(futures_util::poll!(waiting.as_mut()).is_pending()) });
    }

    #[test]
    fn a_stream_that_ends_is_an_error() {
        let error = follow(Vec::new(), LONG, &Heard::default()).unwrap_err();
        assert!(matches!(error, DeployError::Ended { .. }), "{error}");
    }
}
