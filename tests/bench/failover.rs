//! What happens to a flow of messages when a host loses power.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::project::{Project, READING};
use crate::support::lattice::{Bus, Lattice, Program, Setup, wait_for};

/// It is not waited longer for the first message.
pub const LONGEST: Duration = Duration::from_secs(120);
/// 50 messages a second.
const PAUSE: Duration = Duration::from_millis(20);
/// How long the flow is watched before, and after the first message that comes through again.
const CALM: Duration = Duration::from_secs(3);

/// What happened.
pub struct Failover {
    /// From the kill to the first message that was sent after it and processed.
    pub gap: Duration,
    /// Messages that were sent, before and after, and never came out.
    pub lost: usize,
}

/// What a minute of messages that are delivered at least once has lost, and what it has cost.
pub struct Kept {
    pub sent: usize,
    pub lost: usize,
    /// Messages that came out more than once.
    pub duplicated: usize,
    /// The longest time from the kill on in which nothing came out.
    pub gap: Duration,
    /// How long the slowest message took: one that the host had in its hands.
    pub slowest: Duration,
}

/// Readings of the flow: the number of each that was sent or came out, and when.
struct Flow {
    sent: Vec<Instant>,
    /// By number; none if it never came out.
    came: Vec<Option<Instant>>,
}

impl Failover {
    /// Two hosts, one task with these lines; kills the host that runs it. None if there is no rig.
    pub fn measure(placement: &str, patience: Duration) -> Option<Self> {
        let setup = Setup { hosts: &["edge", "edge"], ..Setup::default() };
        let mut lattice = Lattice::with(&setup)?;
        let project = Project::with(1, &["processor_nats"], |_| placement.to_owned(), lattice.settings());
        project.pelato(&["push"]);
        project.pelato(&["deploy"]);
        let victim = lattice.hosts.iter().position(runs_component).unwrap();
        let url = lattice.nats_url();
        warm_up(&lattice.bus);
        let done = AtomicBool::new(false);
        let (flow, killed) = thread::scope(|scope| {
            let flow = scope.spawn(|| Flow::run(&url, &done));
            thread::sleep(CALM);
            let killed = Instant::now();
            lattice.hosts[victim].kill();
            wait_for_life(&lattice.bus, patience);
            thread::sleep(CALM);
            done.store(true, Ordering::Relaxed);
            (flow.join().unwrap(), killed)
        });
        Some(flow.judge(killed, patience))
    }
}

impl Kept {
    /// Two hosts that share the messages, 50 a second for a minute, and one of them is killed in the middle of it: a drill,
    /// as people hold it; with providers that are processes, or those inside the hosts. None if there is no rig.
    pub fn measure(inside: bool) -> Option<Self> {
        let setup = Setup { hosts: &["edge", "edge"], ..Setup::default() };
        let lattice = Lattice::with(&setup)?;
        let lines = "    placement: every-host\n    delivery: at-least-once\n";
        let mut settings = lattice.settings();
        if inside {
            settings.retain(|(name, _)| *name != "MESSAGING_PROVIDER");
            settings.push(("MESSAGING_PROVIDER", "builtin".to_owned()));
        }
        settings.push(("CALL_TIMEOUT", "25".to_owned()));
        let project = Project::with(1, &["processor_nats"], |_| lines.to_owned(), settings);
        project.pelato(&["push"]);
        project.pelato(&["deploy"]);
        let kill = format!("kill -9 -{}", lattice.hosts[0].id());
        // What is redelivered comes 30 s after the kill: the drill still sends then, and counts what comes twice.
        let times = ["--before", "25s", "--settle", "34s", "--grace", "2m"];
        let drill = [&["drill", "--json", "--kill-command", &kill][..], &times].concat();
        let report: Value = serde_json::from_slice(&project.pelato(&drill).stdout).unwrap();
        let phases = report["phases"].as_array().unwrap();
        let all = phases.iter().find(|phase| phase["phase"] == "all").unwrap();
        let count = |figure: &str| usize::try_from(all[figure].as_u64().unwrap()).unwrap();
        let time = |value: &Value, seconds: f64| Duration::from_secs_f64(value.as_f64().unwrap() * seconds);
        Some(Self {
            sent: count("sent"),
            lost: count("lost"),
            duplicated: count("duplicated"),
            gap: time(&report["gap"]["seconds"], 1.0),
            slowest: time(&all["latency"]["max_ms"], 1e-3),
        })
    }
}

/// Whether the component of the task has been started there.
fn runs_component(host: &Program) -> bool {
    host.log().contains("component started")
}

fn reading(number: usize) -> String {
    READING.replace("living_room", &format!("n{number}"))
}

/// The number of a reading that came out.
fn number(text: &str) -> Option<usize> {
    text.split("\"n").nth(1)?.split('"').next()?.parse().ok()
}

fn warm_up(bus: &Bus) {
    let mut out = bus.subscribe("bench.0.out");
    wait_for("an answer", || {
        bus.publish("bench.0.in", READING);
        out.within(Duration::from_millis(500))
    });
    while out.within(Duration::from_secs(1)).is_some() {}
}

/// Waits until a message comes out that was sent a while after the kill.
fn wait_for_life(bus: &Bus, patience: Duration) {
    let end = Instant::now() + patience;
    thread::sleep(Duration::from_millis(300));
    let mut out = bus.subscribe("bench.0.out");
    let _ = out.within(end.saturating_duration_since(Instant::now()));
}

impl Flow {
    /// Sends and listens until it is done, and a moment longer for what is under way.
    fn run(url: &str, done: &AtomicBool) -> Self {
        let (sender, listener) = (Bus::connect(url, None).unwrap(), Bus::connect(url, None).unwrap());
        let mut out = listener.subscribe("bench.0.out");
        let start = Instant::now();
        thread::scope(|scope| {
            let sending = scope.spawn(|| {
                let mut sent = Vec::new();
                while !done.load(Ordering::Relaxed) {
                    sent.push(Instant::now());
                    sender.publish("bench.0.in", &reading(sent.len() - 1));
                    let next = start + PAUSE * u32::try_from(sent.len()).unwrap();
                    thread::sleep(next.saturating_duration_since(Instant::now()));
                }
                sent
            });
            let mut came = Vec::new();
            while !sending.is_finished() {
                came.extend(out.within(Duration::from_millis(100)).map(|text| (text, Instant::now())));
            }
            while let Some(text) = out.within(Duration::from_secs(2)) {
                came.push((text, Instant::now()));
            }
            let sent = sending.join().unwrap();
            let mut when = vec![None; sent.len()];
            for (text, at) in came {
                when[number(&text).unwrap()].get_or_insert(at);
            }
            Self { sent, came: when }
        })
    }

    fn judge(&self, killed: Instant, patience: Duration) -> Failover {
        let after = self.sent.iter().zip(&self.came).filter(|(sent, _)| **sent >= killed);
        let first = after.filter_map(|(_, came)| *came).min();
        let gap = first.map_or(patience, |first| first - killed);
        Failover { gap, lost: self.came.iter().filter(|came| came.is_none()).count() }
    }
}
