//! What `run` and `call` print of what happens in the host: a line for each call, and what functions write.
//!
//! The host's threads only hand their events over; one thread prints. If it cannot keep up, lines are left out, and
//! how many is said: a slow terminal must not slow the workflow.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use super::json::{DispositionLine, RunLine, SCHEMA, SentLine, StoredLine};
use super::order::Order;
use super::{Level, Ui};
use crate::host::observe::in_words;
use crate::host::observe::{
    Call, Disposition, Event, Observer, Outcome, Refusal, Sent, Stored, Trigger, Unobserved,
};
use crate::remedy::Argument;
use crate::stream;
use crate::text::{list, quoted};
use crate::ui::worded;
use crate::web::{Origin, host_of};

/// How many events may wait to be printed.
const WAITING: usize = 10_000;

/// Prints the events of a host until it is finished.
pub struct Trace {
    observer: Arc<dyn Observer>,
    printer: Option<(JoinHandle<()>, SyncSender<Line>)>,
}

/// An event and when it was told; nothing: the end.
type Line = Option<(Instant, Event)>;

impl Trace {
    /// What the host is to tell its events.
    pub fn observer(&self) -> Arc<dyn Observer> {
        Arc::clone(&self.observer)
    }

    /// Prints what is still waiting.
    pub fn finish(self) {
        if let Some((printer, sender)) = self.printer {
            // Calls that were cut off may hold on to their end: ours says when it is over.
            let _ = sender.send(None);
            let _ = printer.join();
        }
    }
}

impl Ui {
    /// A trace of everything that happens, with a line on stdout for each call; none at all with `-q`.
    pub fn trace(self: &Arc<Self>) -> Trace {
        if self.options.level == Level::Quiet && !self.json() {
            return Trace { observer: Arc::new(Unobserved), printer: None };
        }
        let (sender, events) = sync_channel(WAITING);
        let skipped = Arc::new(AtomicUsize::new(0));
        let sink =
            Sink { sender: Mutex::new(sender.clone()), skipped: Arc::clone(&skipped), json: self.json() };
        let ui = Arc::clone(self);
        let printer = thread::spawn(move || print_all(&ui, &events, &skipped));
        Trace { observer: Arc::new(sink), printer: Some((printer, sender)) }
    }

    /// Only what the function itself writes, on stderr: for `call`.
    pub fn lines(self: &Arc<Self>) -> Arc<dyn Observer> {
        struct Lines(Arc<Ui>);
        impl Observer for Lines {
            fn event(&self, event: Event) {
                match event {
                    Event::Line { detail: true, .. } if !self.0.shows_details() => {}
                    Event::Line { text, .. } => self.0.output(&text),
                    Event::OutputCut { limit, .. } => self.0.warning(cut(limit)),
                    _ => {}
                }
            }
        }
        Arc::new(Lines(Arc::clone(self)))
    }
}

struct Sink {
    sender: Mutex<SyncSender<Line>>,
    /// How many lines were left out.
    skipped: Arc<AtomicUsize>,
    /// Every event is a line.
    json: bool,
}

impl Observer for Sink {
    fn event(&self, event: Event) {
        let is_line = self.json || !matches!(event, Event::Started { .. } | Event::Log { .. });
        let sent =
            self.sender.lock().is_ok_and(|sender| sender.try_send(Some((Instant::now(), event))).is_ok());
        if !sent && is_line {
            self.skipped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn print_all(ui: &Ui, events: &Receiver<Line>, skipped: &AtomicUsize) {
    let start = Instant::now();
    let print = |(at, event): (Instant, Event)| {
        let seconds = at.saturating_duration_since(start).as_secs_f64();
        if ui.json() {
            as_json(seconds, &event).into_iter().for_each(|line| ui.result_json(&line));
        } else if let Some(text) = as_text(ui, &event) {
            ui.result(format!("{seconds:9.3}  {text}"));
        }
    };
    let mut order = Order::new();
    while let Ok(Some((at, event))) = events.recv() {
        order.take(&event.clone(), (at, event)).into_iter().for_each(print);
        match skipped.swap(0, Ordering::Relaxed) {
            0 => {}
            n => {
                // The ends of calls may be among them.
                order.rest().into_iter().for_each(print);
                ui.warning(format!("{n} lines were left out: they arrived faster than they can be printed"));
            }
        }
    }
    order.rest().into_iter().for_each(print);
}

fn as_text(ui: &Ui, event: &Event) -> Option<String> {
    Some(match event {
        // Told as progress.
        Event::Preparing { .. }
        | Event::Prepared { .. }
        | Event::Optimised { .. }
        | Event::Started { .. } => return None,
        Event::Ended { call, outcome, times, disposition } => {
            let time = ui.dim(&format!("{:.1} ms", (times.instantiate + times.call).as_secs_f64() * 1e3));
            let ended = match outcome {
                Outcome::Sent(sent) => ui.good(&format!("→ {}", targets(sent))),
                Outcome::Stored { stored, sent } => ui.good(&format!("→ {}", places(stored, sent))),
                Outcome::Replied => ui.good("→ reply"),
                Outcome::Filtered => "filtered out".to_owned(),
                bad => {
                    let next = disposition.as_ref().map(next).unwrap_or_default();
                    ui.bad(&format!("{}{next}", worded(&in_words(bad))))
                }
            };
            let from = started_by(call);
            format!("{}  {from} → {}  {ended}  {time}", mark(call), call.component)
        }
        Event::Line { detail: true, .. } if !ui.shows_details() => return None,
        Event::Line { call, text, .. } => format!("{}  {} | {text}", mark(call), call.component),
        Event::OutputCut { call, limit } => format!("{}  {} | {}", mark(call), call.component, cut(*limit)),
        // The outcome of the call says the same.
        Event::Log { .. } => return None,
        Event::Answered { trace, method, path, status, elapsed, component } => {
            let nobody = if component.is_none() { ": no component has this path" } else { "" };
            let text = format!("HTTP {status} to {method} {path}{nobody}");
            let text = if *status < 400 { ui.dim(&text) } else { ui.bad(&text) };
            format!(
                "{}  {text}  {}",
                short(&trace.to_string()),
                ui.dim(&format!("{:.1} ms", elapsed.as_secs_f64() * 1e3))
            )
        }
        Event::Refused { trace, reason, .. } => {
            format!("{}  {}", short(&trace.to_string()), ui.bad(&worded(&refused(reason))))
        }
        Event::Unread { trace, subject, .. } => {
            format!("{}  {}", short(&trace.to_string()), ui.dim(&format!("{subject}: no task reads it")))
        }
        Event::Oversized { trace, subject, size } => {
            let text =
                format!("{subject}: {size} B is more than NATS servers accept unless configured (1 MiB)");
            format!("{}  {}", short(&trace.to_string()), ui.bad(&text))
        }
        Event::Dropped { trace, subject, subscriber } => {
            let text = format!("{subject}: dropped for {subscriber}, which has too many unread messages");
            format!("{}  {}", short(&trace.to_string()), ui.bad(&text))
        }
        Event::BucketMade { bucket } => format!("the bucket {bucket} did not exist and was created"),
        Event::Unconfirmed { count } => ui.bad(&unconfirmed(*count)),
        Event::Flooded { subscriber, room, lost } => ui.bad(&flooded(subscriber, *room, *lost)),
        Event::Unreadable { patterns } => ui.bad(&unreadable(patterns)),
        Event::BusLost => ui.bad("lost the connection to the NATS server; reconnecting"),
        Event::BusRestored => ui.good("reconnected to the NATS server"),
        Event::BusTrouble { message } => ui.bad(&format!("NATS: {message}")),
    })
}

fn as_json(seconds: f64, event: &Event) -> Option<RunLine<'_>> {
    let line = |event: &'static str, what: String| RunLine {
        schema: SCHEMA,
        seconds,
        event,
        trace: None,
        component: None,
        hop: None,
        what,
        outcome: None,
        sent: Vec::new(),
        stored: Vec::new(),
        disposition: None,
        milliseconds: None,
    };
    Some(match event {
        // Told as progress.
        Event::Preparing { .. } | Event::Prepared { .. } | Event::Optimised { .. } => return None,
        Event::Started { call } => with_call(call, line("started", started_by(call))),
        Event::Ended { call, outcome, times, disposition } => RunLine {
            disposition: disposition.as_ref().map(DispositionLine::new),
            outcome: Some(kind(outcome)),
            sent: sent(outcome).iter().map(SentLine::new).collect(),
            stored: stored(outcome).iter().map(StoredLine::new).collect(),
            milliseconds: Some((times.instantiate + times.call).as_secs_f64() * 1e3),
            ..with_call(call, line("call", what_happened(call, outcome)))
        },
        Event::Line { call, text, .. } => with_call(call, line("output", text.clone())),
        Event::OutputCut { call, limit } => with_call(call, line("output", cut(*limit))),
        Event::Log { call, message, .. } => with_call(call, line("log", message.clone())),
        Event::Answered { trace, component, method, path, status, elapsed } => RunLine {
            trace: Some(trace.to_string()),
            component: component.as_deref(),
            milliseconds: Some(elapsed.as_secs_f64() * 1e3),
            ..line("answer", format!("{status} {method} {path}"))
        },
        Event::Refused { trace, method, path, reason } => {
            let what = format!("{method} {path}: {}", worded(&refused(reason)));
            RunLine { trace: Some(trace.to_string()), ..line("refused", what) }
        }
        Event::Unread { trace, subject, .. } => {
            RunLine { trace: Some(trace.to_string()), ..line("unread", subject.to_string()) }
        }
        Event::Oversized { trace, subject, .. } => {
            RunLine { trace: Some(trace.to_string()), ..line("oversized", subject.to_string()) }
        }
        Event::Dropped { trace, subject, .. } => {
            RunLine { trace: Some(trace.to_string()), ..line("dropped", subject.to_string()) }
        }
        Event::BucketMade { bucket } => line("bucket", bucket.clone()),
        Event::Unconfirmed { count } => line("unconfirmed", unconfirmed(*count)),
        Event::Flooded { subscriber, room, lost } => {
            RunLine { component: Some(subscriber), ..line("flooded", flooded(subscriber, *room, *lost)) }
        }
        Event::Unreadable { patterns } => line("unreadable", unreadable(patterns)),
        Event::BusLost => line("bus", "lost".to_owned()),
        Event::BusRestored => line("bus", "restored".to_owned()),
        Event::BusTrouble { message } => line("bus", message.clone()),
    })
}

fn with_call<'a>(call: &'a Arc<Call>, line: RunLine<'static>) -> RunLine<'a> {
    RunLine {
        trace: Some(call.trace.to_string()),
        component: Some(&call.component),
        hop: Some(call.hop),
        ..line
    }
}

fn what_happened(call: &Call, outcome: &Outcome) -> String {
    match outcome {
        Outcome::Sent(_) | Outcome::Stored { .. } | Outcome::Replied | Outcome::Filtered => started_by(call),
        bad => format!("{}: {}", started_by(call), worded(&in_words(bad))),
    }
}

/// What becomes of the message of a call that failed.
fn next(disposition: &Disposition) -> String {
    match disposition {
        Disposition::Redelivered { delay } => format!("; tried again in {} s", delay.as_secs_f64()),
        Disposition::DeadLettered { topic } => format!(" → {topic}"),
    }
}

fn kind(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Sent(_) => "sent",
        Outcome::Stored { .. } => "stored",
        Outcome::Replied => "replied",
        Outcome::Filtered => "filtered",
        Outcome::Failed { .. } => "failed",
        Outcome::Trapped { .. } => "trapped",
        Outcome::TimedOut { .. } => "timed-out",
        Outcome::OutOfMemory { .. } => "out-of-memory",
    }
}

fn sent(outcome: &Outcome) -> &[Sent] {
    match outcome {
        Outcome::Sent(sent) | Outcome::Stored { sent, .. } => sent,
        _ => &[],
    }
}

fn stored(outcome: &Outcome) -> &[Stored] {
    match outcome {
        Outcome::Stored { stored, .. } => stored,
        _ => &[],
    }
}

fn places(stored: &[Stored], sent: &[Sent]) -> String {
    let stored = stored.iter().map(|stored| format!("{} {}", stored.place, preview(&stored.body)));
    stored.chain((!sent.is_empty()).then(|| targets(sent))).collect::<Vec<_>>().join(", ")
}

fn targets(sent: &[Sent]) -> String {
    let one = |sent: &Sent| match sent.reply {
        true => format!("reply {}", preview(&sent.body)),
        false => format!("{} {}", sent.subject, preview(&sent.body)),
    };
    sent.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// A message on one line: its beginning if it is text, else its size.
fn preview(body: &[u8]) -> String {
    const LENGTH: usize = 100;
    let Ok(text) = std::str::from_utf8(body) else { return format!("({} bytes)", body.len()) };
    let line: String =
        text.trim_end().chars().take(LENGTH).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().count() > LENGTH { format!("{line}… ({} bytes)", body.len()) } else { line }
}

fn started_by(call: &Call) -> String {
    match &call.trigger {
        Trigger::Http { method, path } => format!("{method} {path}"),
        Trigger::Message { subject } => subject.to_string(),
        Trigger::Direct => "call".to_owned(),
    }
}

/// The message's mark, and how far it has come: `3fa2c1 ·2`.
fn mark(call: &Call) -> String {
    format!("{} ·{}", short(&call.trace.to_string()), call.hop)
}

/// Enough of a mark to tell messages apart by eye.
fn short(trace: &str) -> String {
    trace.chars().take(6).collect()
}

/// Why a request is not answered, and what would permit it if that is meant.
fn refused(reason: &Refusal) -> String {
    match reason {
        Refusal::Host { host } => {
            let told = format!("refused: {} is not a name of this machine", quoted(host));
            match host_of(host) {
                Some(host) => format!("{told} ({} permits it)", Argument::AllowHost.with(host)),
                None => told,
            }
        }
        Refusal::Origin { origin } => {
            let told = format!("refused: sent by a page of {}", quoted(origin));
            match origin.parse::<Origin>() {
                Ok(origin) => format!("{told} ({} permits it)", Argument::AllowOrigin.with(origin)),
                Err(_) => told,
            }
        }
        Refusal::Site => "refused: sent by a page of another site".to_owned(),
    }
}

/// What a component is handed by a consumer is stored: it is named by those who dead-letter it.
fn unreadable(patterns: &[String]) -> String {
    let topics: Vec<_> = patterns.iter().filter(|pattern| !stream::is_handed_over(pattern)).collect();
    let lost = match topics.as_slice() {
        [] => String::new(),
        [topic] => format!(": unless a stream stores it, it came on `{topic}` and is lost"),
        several => format!(": unless a stream stores it, it came on one of {} and is lost", list(several)),
    };
    format!(
        "a message ended the connection to the NATS server, because its headers or its subject are not valid UTF-8, or \
         a header has no colon{lost}"
    )
}

fn unconfirmed(count: usize) -> String {
    let messages = if count == 1 { "a message" } else { &format!("{count} messages") };
    format!("the NATS server is not known to have taken {messages}")
}

fn flooded(subscriber: &str, room: usize, lost: usize) -> String {
    let lost = if lost == 1 { "1 message is lost" } else { &format!("{lost} messages are lost") };
    format!(
        "{lost} for {subscriber}: more than {room} waited, because they arrive faster than they are processed"
    )
}

fn cut(limit: usize) -> String {
    format!("(the function wrote more than {limit} bytes; the rest is not shown)")
}
