//! On a real lattice, whose programs are built without optimisation: hosts compile components slower than those that
//! people run. See docs/contributing/lattice.md.

use std::time::Duration;

use super::failover::{Failover, Kept, LONGEST};
use super::figure::Figure;
use super::project::Project;
use crate::support::address;
use crate::support::lattice::{Lattice, Setup};

const TASKS: usize = 20;
const RUNS: usize = 3;

/// Twenty tasks, half of which answer HTTP, on one target.
pub fn deploy() -> Vec<Figure> {
    let Some(lattice) = Lattice::with(&Setup { hosts: &["edge"], ..Setup::default() }) else {
        return Vec::new();
    };
    let port = address::reserve().port();
    let http = |index: usize| {
        if index.is_multiple_of(2) { format!("    http: {{port: {port}}}\n") } else { String::new() }
    };
    let project = Project::with(TASKS, &["http_producer_nats", "processor_nats"], http, lattice.settings());
    project.pelato(&["push"]);
    let (mut noted, mut running, mut removed, mut providers) = (vec![], vec![], vec![], vec![]);
    for _ in 0..RUNS {
        noted.push(project.time(&["deploy", "--no-wait"]));
        let waited = project.time(&["deploy"]);
        running.push(noted[noted.len() - 1] + waited);
        providers.push(lattice.provider_processes().len());
        removed.push(project.time(&["remove", "--no-wait"]));
        project.pelato(&["remove"]);
        assert!(lattice.is_empty(), "{}", lattice.left());
    }
    vec![
        Figure::times("`deploy --no-wait` of 20 components: put and acknowledged", noted)
            .goal("≤ 0.3 s")
            .original("4.9 s"),
        Figure::times("… until all run: one host fetches and compiles them", running),
        Figure::times("`remove --no-wait` of 20 components: acknowledged", removed).goal("≤ 1 s"),
        Figure::counts("processes of providers for 20 tasks", providers).goal("≤ 2"),
    ]
}

/// One task on two hosts, 50 messages a second, and the host that works is lost.
pub fn failover() -> Vec<Figure> {
    let (mut gaps, mut losses) = (vec![], vec![]);
    for _ in 0..RUNS {
        let Some(failover) = Failover::measure("    placement: every-host\n", Duration::from_secs(20)) else {
            return Vec::new();
        };
        gaps.push(failover.gap);
        losses.push(failover.lost);
    }
    let default = Failover::measure("", LONGEST);
    let each = "a host lost, `placement: every-host`";
    let mut figures = vec![
        Figure::times(&format!("{each}: until the next message is processed"), gaps)
            .goal("≤ 0.5 s")
            .original("23 s"),
        Figure::counts(&format!("{each}: messages lost, at 50/s"), losses),
    ];
    figures.extend(default.into_iter().flat_map(|failover| {
        let name = match failover.gap == LONGEST {
            true => "a host lost, default placement: given up, nothing is processed",
            false => "a host lost, default placement: until the next message is processed",
        };
        let gap = Figure::times(name, vec![failover.gap]).original("23 s");
        [gap, Figure::counts("a host lost, default placement: messages lost, at 50/s", vec![failover.lost])]
    }));
    figures
}

/// The same for messages that must not be lost, with both kinds of providers.
pub fn kept() -> Vec<Figure> {
    [("providers that are processes", false), ("providers inside the hosts", true)]
        .into_iter()
        .flat_map(|(providers, inside)| kept_with(providers, inside))
        .collect()
}

fn kept_with(providers: &str, inside: bool) -> Vec<Figure> {
    let runs: Vec<_> = (0..RUNS).map_while(|_| Kept::measure(inside)).collect();
    if runs.is_empty() {
        return Vec::new();
    }
    let counts = |name: &str, of: fn(&Kept) -> usize| {
        let name = format!("a host lost, `delivery: at-least-once`, {providers}, 50/s for a minute: {name}");
        Figure::counts(&name, runs.iter().map(of).collect())
    };
    let times = |name: &str, of: fn(&Kept) -> Duration| {
        Figure::times(&format!("… {name}"), runs.iter().map(of).collect())
    };
    vec![
        counts("messages sent", |kept| kept.sent),
        counts("messages lost", |kept| kept.lost).goal("0"),
        counts("messages that came twice", |kept| kept.duplicated),
        times("the longest time without a message", |kept| kept.gap).goal("≤ 0.5 s").original("23 s"),
        times("the slowest message, which the host had in its hands", |kept| kept.slowest),
    ]
}
