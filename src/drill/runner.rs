//! Holding a drill: probes, the fault, and waiting until it is over.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::sleep;

use super::command::{self, Failed};
use super::hosts::Watch;
use super::live::Live;
use super::mark::Marks;
use super::plan::{Course, Plan};
use super::wire::Wire;
use super::{DrillError, Route};
use crate::cancel::Cancel;
use crate::measurement::readings::{Fault, How, Readings};
use crate::measurement::record::micros;
use crate::nats::{self, Server};
use crate::platform::Platform;
use crate::progress::{Event, FaultSign, Progress};
use crate::remedy::{Argument, Operation};

/// How long between two looks at a command that runs, and at everything else.
const SOON: Duration = Duration::from_millis(2);
const PAUSE: Duration = Duration::from_millis(20);
/// How long between two probes before anything counts.
const WARM_UP: Duration = Duration::from_millis(500);
/// How long the other probes of that time may still come out.
const REST: Duration = Duration::from_secs(1);

pub struct Setup {
    /// What will be done.
    pub plan: Plan,
    /// Where probes go in and come out.
    pub route: Route,
    /// What probes look like.
    pub marks: Marks,
    /// The server of these topics.
    pub server: Server,
    /// What tells of the hosts.
    pub platform: Arc<dyn Platform>,
    /// The workflow's application there.
    pub application: Option<String>,
    /// Whose hosts are to be lost, and to be back before it is over.
    pub target: Option<String>,
    /// Gets something when a person reports that the host is down.
    pub reported: Option<UnboundedReceiver<()>>,
    /// Ends the command that stops a host.
    pub cancel: Cancel,
}

/// Holds a drill. It is over sooner when `stop` is done; whether it was is told with the readings. There are none if that
/// was before the first probe that counts.
///
/// # Errors
/// When the server cannot be used, no probe comes out, or the fault's command fails.
pub async fn hold(
    setup: Setup,
    stop: impl Future<Output = ()>,
    progress: &dyn Progress,
) -> Result<Option<(Readings, bool)>, DrillError> {
    let live = Arc::new(Live::new(setup.marks));
    tokio::pin!(stop);
    let wire = tokio::select! {
        biased;
        () = &mut stop => return Ok(None),
        wire = Wire::connect(&setup.server, &setup.route, &live) => wire?,
    };
    let watch = Watch::start(setup.platform, setup.application, setup.target.clone(), Arc::clone(&live));
    let mut drill = Drill {
        plan: setup.plan,
        route: setup.route,
        server: nats::shown(&setup.server.url),
        live,
        wire,
        watch,
        target: setup.target,
        reported: setup.reported,
        cancel: setup.cancel,
        fault: None,
        progress,
    };
    tokio::select! {
        biased;
        () = &mut stop => return Ok(None),
        warm = drill.warm_up() => warm?,
    }
    let Route { from, to } = &drill.route;
    let (from, to) = (from.clone(), to.clone());
    progress.report(Event::DrillProbing { from, to, rate: drill.plan.rate });
    let start = drill.live.begin();
    let sent = Arc::new(AtomicBool::new(false));
    // It ends with the probe that is due next: nobody waits for that.
    drop(drill.wire.send(&drill.plan, start, &sent));
    let (over, stopped) = tokio::select! {
        over = drill.course() => (over, false),
        () = &mut stop => (Ok(()), true),
    };
    sent.store(true, Ordering::Relaxed);
    over?;
    drill.rest().await;
    Ok(Some((drill.readings(), stopped)))
}

/// A drill that is being held.
struct Drill<'a> {
    plan: Plan,
    route: Route,
    server: String,
    live: Arc<Live>,
    wire: Wire,
    watch: Watch,
    target: Option<String>,
    reported: Option<UnboundedReceiver<()>>,
    cancel: Cancel,
    /// As soon as it is known.
    fault: Option<Fault>,
    progress: &'a dyn Progress,
}

impl Drill<'_> {
    /// Sends probes that do not count until one comes out, and waits for the others.
    async fn warm_up(&self) -> Result<(), DrillError> {
        let start = Instant::now();
        let mut tries = 0;
        let came = || self.live.state().warm.len();
        while came() == 0 {
            if start.elapsed() >= self.plan.warm_up() {
                return Err(self.silent(tries).await);
            }
            self.wire.warm_up(tries).await?;
            tries += 1;
            let next = Instant::now() + WARM_UP.min(self.plan.warm_up());
            while came() == 0 && Instant::now() < next {
                sleep(SOON).await;
            }
        }
        self.progress.report(Event::DrillAnswered { duration: start.elapsed() });
        let end = Instant::now() + REST;
        while came() < tries && Instant::now() < end {
            sleep(SOON).await;
        }
        Ok(())
    }

    /// Why no probe came out, as far as it is known.
    async fn silent(&self, tries: usize) -> DrillError {
        let Route { from, to } = self.route.clone();
        let (messages, example) = self.live.state().foreign.clone();
        if messages > 0 {
            return DrillError::NoProbeId { to, messages, example };
        }
        let complaint = self.live.state().complaint.clone();
        let (reason, help) = if let Some(words) = complaint {
            (
                format!("; the NATS server says: {words}"),
                format!(
                    "the drill needs permission to publish to the first topic and to subscribe to the second; see \
                     NATS_USER and NATS_CREDS in {}",
                    Operation::Config
                ),
            )
        } else if self.wire.nobody_listens().await {
            (
                format!("; `{from}` has no subscriber at {}", self.server),
                format!(
                    "is the workflow deployed ({}), or does {} run it? Does it use this NATS server? {} names another",
                    Operation::Status,
                    Operation::Run.with(Argument::Nats),
                    Argument::Nats.with("URL")
                ),
            )
        } else {
            (
                String::new(),
                format!(
                    "check whether its components run ({}), and whether a function fails or filters the input out ({}); \
                     {} gives another input",
                    Operation::Status,
                    Operation::Call,
                    Argument::Input
                ),
            )
        };
        DrillError::NoProbeArrived { from, to, tries, waited: self.plan.warm_up(), reason, help }
    }

    /// From the first probe until no more have to be sent.
    async fn course(&mut self) -> Result<(), DrillError> {
        match self.plan.course.clone() {
            Course::Calm { duration } => sleep(duration).await,
            Course::Fault { command, before, settle, timeout } => {
                sleep(before).await;
                match command {
                    Some(command) => self.cause(command, timeout).await?,
                    None => self.fault = self.wait_for_fault(timeout).await,
                }
                match &self.fault {
                    Some(fault) => self.wait_for_calm(fault, settle, timeout).await,
                    None => self.progress.report(Event::DrillNoFault { waited: timeout }),
                }
            }
        }
        Ok(())
    }

    /// Runs the command that takes a host away.
    async fn cause(&mut self, command: String, timeout: Duration) -> Result<(), DrillError> {
        self.progress.report(Event::DrillCommandStarted { command: command.clone() });
        let at = self.live.now();
        let fault = Fault { at, until: at, how: How::Command(command.clone()) };
        self.fault = Some(fault.clone());
        let output = match command::run(&command, timeout, &self.cancel).await {
            Ok(Some(output)) => output,
            // Whoever cancels it stops the drill as well.
            Ok(None) => return std::future::pending().await,
            Err(Failed { how, output }) => return Err(DrillError::KillCommand { command, how, output }),
        };
        let until = self.live.now();
        self.progress.report(Event::DrillCommandFinished { duration: until - at, output });
        self.fault = Some(Fault { until, ..fault });
        Ok(())
    }

    /// Waits for what a person does: they tell, or it is seen.
    async fn wait_for_fault(&mut self, timeout: Duration) -> Option<Fault> {
        let since = self.live.now();
        // Whoever pressed it before did not know when.
        while self.reported.as_mut().is_some_and(|told| told.try_recv().is_ok()) {}
        self.progress.report(Event::DrillWaitingForFault);
        let (at, how) = loop {
            let now = self.live.now();
            if self.reported.as_mut().is_some_and(|told| told.try_recv().is_ok()) {
                break (now, How::Reported);
            }
            if let Some(at) = self.live.state().disturbed(now, since, self.plan.late) {
                break (at, How::Probe);
            }
            if let Some(at) = self.watch.vanished(since) {
                break (at, How::Host);
            }
            if now >= since + timeout {
                return None;
            }
            sleep(PAUSE).await;
        };
        let sign = match how {
            How::Probe => FaultSign::Probe,
            How::Host => FaultSign::Host,
            How::Reported | How::Command(_) => FaultSign::Reported,
        };
        self.progress.report(Event::DrillFault { sign, at });
        Some(Fault { at, until: at, how })
    }

    /// Waits until all messages have come through in time for long enough.
    async fn wait_for_calm(&self, fault: &Fault, settle: Duration, timeout: Duration) {
        self.progress.report(Event::DrillSettling { late: self.plan.late, settle });
        loop {
            let now = self.live.now();
            let is_calm = self.live.state().is_calm(now, fault.until, self.plan.late, settle);
            let away = self.target.as_ref().filter(|target| !self.watch.is_back(target));
            if is_calm && away.is_none() {
                return;
            }
            if now >= fault.at + timeout {
                let target = away.filter(|_| is_calm).cloned();
                self.progress.report(Event::DrillNotSettled { waited: timeout, target });
                return;
            }
            sleep(PAUSE).await;
        }
    }

    /// Waits for the last probes, and for some that come twice.
    async fn rest(&self) {
        let start = Instant::now();
        let least = self.plan.late.min(self.plan.grace);
        while start.elapsed() < self.plan.grace {
            if start.elapsed() >= least && !self.live.state().is_waiting() {
                return;
            }
            sleep(PAUSE).await;
        }
    }

    fn readings(&self) -> Readings {
        let rounded = |time: Duration| Duration::from_micros(micros(time));
        let state = self.live.state();
        Readings {
            from: self.route.from.clone(),
            to: self.route.to.clone(),
            rate: self.plan.rate,
            late: rounded(self.plan.late),
            probes: state.probes.clone(),
            fault: self.fault.clone().map(|fault| Fault {
                at: rounded(fault.at),
                until: rounded(fault.until),
                ..fault
            }),
            foreign: state.foreign.0,
            away: state.away.clone(),
            hosts: self.watch.hosts(),
            lag: rounded(state.lag),
        }
    }
}
