//! The components of a template in the embedded host: one for each thing that a function may do.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::stand_in::{Act, module};
use super::tasks::{BREAKS, FAILS, FILTERS};
use super::{CheckFailure, failed};
use crate::build::{self, settings_component};
use crate::catalog::Template;
use crate::catalog::template::ConformanceSection;
use crate::check::{AtLeastOnce, Component, assign_streams};
use crate::conformance::with_help;
use crate::host::observe::{Event, Level, Observer, Outcome};
use crate::host::{Compiler, Environment, Host, HostError, Hosted, Messages, Options};

/// What the function that fails says.
pub(super) const COMPLAINT: &str = "failed on purpose";
/// Longer than a call may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// What is on its way already arrives within this.
const MOMENT: Duration = Duration::from_secs(2);

/// What to do about a message that nobody reads.
const UNREAD: &str = "does `subscriptions` of its capability name what it reads?";

/// Components that run.
pub(super) struct Stage {
    runtime: Runtime,
    host: Option<Host>,
    events: Mutex<UnboundedReceiver<Event>>,
    /// A subject that each component reads, if it reads any.
    subjects: BTreeMap<String, String>,
    /// The path that each component answers, if it answers any.
    paths: BTreeMap<String, String>,
    /// What is sent, and what comes of it.
    pub(super) section: ConformanceSection,
}

/// What came of a message.
pub(super) struct Handled {
    /// How the call ended.
    pub(super) outcome: Outcome,
    /// What was answered to the message's sender.
    pub(super) reply: Option<Vec<u8>>,
    pub(super) logged: Vec<String>,
}

struct Events(UnboundedSender<Event>);

impl Observer for Events {
    fn event(&self, event: Event) {
        // Nobody listens any more: the checks are over.
        let _ = self.0.send(event);
    }
}

/// Where messages go that are given up.
pub(super) fn dead_letters(component: &str) -> String {
    format!("check.{component}.given-up")
}

impl Stage {
    /// Composes the components and starts them.
    pub(super) fn start(
        template: &Template,
        components: &[Component],
        trigger: &[u8],
        cache: &Path,
    ) -> Result<Self, CheckFailure> {
        let skipped = |why: &str| Err(CheckFailure::Skipped(why.to_owned()));
        if components.iter().any(Component::uses_database) {
            return skipped("it writes to a PostgreSQL database, which a check does not touch");
        }
        if !template.receives_messages() && !template.serves_http() {
            return skipped("its events are neither messages nor HTTP requests: the check cannot send one");
        }
        let section = template.manifest.conformance.clone();
        let hosted = components.iter().map(|component| hosted(component, trigger, &section));
        let hosted = hosted.collect::<Result<Vec<_>, _>>()?;
        let subject =
            |hosted: &Hosted| Some((hosted.name.clone(), concrete(&hosted.subscriptions.first()?.subject)));
        let subjects = hosted.iter().filter_map(subject).collect();
        let path = |hosted: &Hosted| Some((hosted.name.clone(), hosted.http_path.clone()?));
        let paths = hosted.iter().filter_map(path).collect();
        let runtime = Builder::new_multi_thread().enable_all().build();
        let runtime =
            runtime.map_err(|error| CheckFailure::Skipped(format!("no threads can be started: {error}")))?;
        let options = Options {
            http: template.serves_http().then_some(SocketAddr::from(([127, 0, 0, 1], 0))),
            compiler: Compiler { cache_dir: Some(cache.to_owned()), ..Compiler::default() },
            ..Options::default()
        };
        let (sender, events) = unbounded_channel();
        let host = runtime.block_on(Host::start(options, hosted, Arc::new(Events(sender))));
        let host = host.map_err(|error| match error {
            HostError::Import { .. } => CheckFailure::Skipped(with_help(&error).replace('\n', ";")),
            other => failed(with_help(&other), "its components must run in the embedded host"),
        })?;
        Ok(Self { runtime, host: Some(host), events: Mutex::new(events), subjects, paths, section })
    }

    fn host(&self) -> Result<&Host, CheckFailure> {
        self.host.as_ref().ok_or_else(|| CheckFailure::Skipped("the host has stopped".to_owned()))
    }

    /// Whether messages can be sent to the components.
    pub(super) fn reads(&self) -> bool {
        !self.subjects.is_empty()
    }

    /// Whether requests can be sent to the components.
    pub(super) fn answers(&self) -> bool {
        !self.paths.is_empty()
    }

    fn subject(&self, component: &str) -> Result<&str, CheckFailure> {
        let subject = self.subjects.get(component).map(String::as_str);
        subject.ok_or_else(|| CheckFailure::Skipped("the template receives no messages".to_owned()))
    }

    /// Sends a message to a component, as somebody who waits for an answer.
    pub(super) fn message(&self, component: &str) -> Result<Handled, CheckFailure> {
        let (host, subject) = (self.host()?, self.subject(component)?);
        let mut events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        while events.try_recv().is_ok() {} // of what was sent before
        self.runtime.block_on(async {
            let message = self.section.message.clone().into_bytes();
            let mut request = std::pin::pin!(host.request(subject, message, PATIENCE));
            let (mut logged, mut reply, mut waits) = (Vec::new(), None, true);
            let outcome = {
                let mut ended = std::pin::pin!(ended(component, &mut events, &mut logged));
                loop {
                    tokio::select! {
                        biased;
                        // A reply may come before the call has ended.
                        answer = &mut request, if waits => match answer {
                            Ok(message) => (reply, waits) = (Some(message.body.to_vec()), false),
                            // The outcome of the call says that.
                            Err(HostError::Filtered { .. } | HostError::Unanswered { .. }) => waits = false,
                            Err(error) => return Err(failed(with_help(&error), UNREAD)),
                        },
                        outcome = &mut ended => break outcome?,
                    }
                }
            };
            if waits && answered(&outcome) {
                let late = tokio::time::timeout(MOMENT, request).await;
                reply = late.ok().and_then(Result::ok).map(|message| message.body.to_vec());
            }
            Ok(Handled { outcome, reply, logged })
        })
    }

    /// Hands a message to a component as JetStream does; what it answered, and what went to the dead-letter topic.
    pub(super) fn stored(&self, component: &str) -> Result<(Option<String>, Option<Vec<u8>>), CheckFailure> {
        let (host, subject) = (self.host()?, self.subject(component)?);
        let mut events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        while events.try_recv().is_ok() {}
        // The numbers: handed over once, and what else a stream counts.
        let ack = format!("$JS.ACK.check.{component}.1.1.1.1.0");
        let wrong = |error: HostError| failed(with_help(&error), "");
        self.runtime.block_on(async {
            let mut acks = host.subscribe(&ack).await.map_err(wrong)?;
            let mut letters = host.subscribe(&dead_letters(component)).await.map_err(wrong)?;
            let message = self.section.message.clone().into_bytes();
            host.hand_over(subject, message, &ack).await.map_err(wrong)?;
            ended(component, &mut events, &mut Vec::new()).await?;
            let answer = next(&mut acks).await.map(|body| String::from_utf8_lossy(&body).into_owned());
            // It is sent first.
            let letter = match answer.as_deref() {
                Some(crate::protocol::DEAD_LETTERED) => next(&mut letters).await,
                _ => None,
            };
            Ok((answer, letter))
        })
    }

    /// Posts to a component: the status and the body.
    pub(super) fn post(&self, component: &str) -> Result<(u16, Vec<u8>), CheckFailure> {
        let path = self.paths.get(component);
        let path =
            path.ok_or_else(|| CheckFailure::Skipped("the template answers no HTTP requests".to_owned()))?;
        let Some(address) = self.host()?.http_addr() else {
            return Err(CheckFailure::Skipped("HTTP is not served".to_owned()));
        };
        let answer = post(address, path, self.section.message.as_bytes());
        answer.map_err(|error| {
            failed(format!("no answer to a POST: {error}"), "a trigger must answer each request")
        })
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if let Some(host) = self.host.take() {
            self.runtime.block_on(host.stop());
        }
    }
}

/// A component with the function that its name says.
fn hosted(
    component: &Component,
    trigger: &[u8],
    section: &ConformanceSection,
) -> Result<Hosted, CheckFailure> {
    let act = match component.name.as_str() {
        FILTERS => Act::Give(""),
        FAILS => Act::Fail(COMPLAINT),
        BREAKS => Act::Break,
        _ => Act::Give(&section.result),
    };
    let kept = AtLeastOnce { max_deliver: 1, dead_letter_topic: dead_letters(&component.name) };
    let mut kept = [Component { at_least_once: Some(kept), ..component.clone() }];
    assign_streams(&mut kept);
    let [kept] = kept;
    let (settings, stored_topics) = (kept.settings(), kept.streams.writes);
    let wrong = |error: &dyn miette::Diagnostic| failed(with_help(error), "");
    let function = build::wrap(&module(act)).map_err(|error| wrong(&error))?;
    let settings = settings_component(&settings).map_err(|error| wrong(&error))?;
    let wasm = build::compose(trigger, &function, &settings).map_err(|error| wrong(&error))?;
    let text = |error: crate::check::NeedError| failed(error.to_string(), "");
    Ok(Hosted {
        name: component.name.clone(),
        wasm: wasm.into(),
        subscriptions: component.subscriptions().map_err(text)?,
        http_path: component.http.as_ref().map(|http| http.path.clone()),
        allow_origins: Vec::new(),
        bucket: component.bucket().map_err(text)?,
        database: false,
        table: None,
        environment: Environment::default(),
        dead_letter_topic: Some(dead_letters(&component.name)),
        stored_topics,
    })
}

/// A subject that a pattern takes.
fn concrete(pattern: &str) -> String {
    let parts = pattern.split('.').map(|part| if matches!(part, "*" | ">") { "any" } else { part });
    parts.collect::<Vec<_>>().join(".")
}

/// How the next call of a component ends.
async fn ended(
    component: &str,
    events: &mut UnboundedReceiver<Event>,
    logged: &mut Vec<String>,
) -> Result<Outcome, CheckFailure> {
    let end = async {
        while let Some(event) = events.recv().await {
            match event {
                Event::Ended { call, outcome, .. } if &*call.component == component => return Some(outcome),
                Event::Log { call, level: Level::Error | Level::Critical, message, .. }
                    if &*call.component == component =>
                {
                    logged.push(message);
                }
                _ => {}
            }
        }
        None
    };
    match tokio::time::timeout(PATIENCE, end).await {
        Ok(Some(outcome)) => Ok(outcome),
        _ => Err(failed("a message was sent to it, and nothing happened", UNREAD)),
    }
}

fn answered(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Sent(sent) | Outcome::Stored { sent, .. } => sent.iter().any(|sent| sent.reply),
        Outcome::Replied => true,
        _ => false,
    }
}

async fn next(messages: &mut Messages) -> Option<Vec<u8>> {
    let message = tokio::time::timeout(MOMENT, messages.next()).await;
    Some(message.ok()??.body.to_vec())
}

/// One request on a connection of its own.
fn post(address: SocketAddr, path: &str, body: &[u8]) -> std::io::Result<(u16, Vec<u8>)> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let length = body.len();
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n"
    )?;
    stream.write_all(body)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let broken = || std::io::Error::other("it is not HTTP");
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").ok_or_else(broken)?;
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(broken)?;
    Ok((status, answer[end + 4..].to_vec()))
}
