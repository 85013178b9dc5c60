//! The log of a component as messages: the lines that its function writes, and how its calls begin and end.
//!
//! What is published of a call has a limit, and values of secrets are not in it.

use std::borrow::Cow;

use crate::protocol::{COMPONENT_NAME, LOG_SECRETS, LOG_TOPIC, LOG_VERSION, Record, RecordKind};

/// How many lines of a call are published.
const LINES: usize = 100;
/// Longer lines are cut, in bytes.
const LONGEST: usize = 4 << 10;
/// What takes the place of a secret.
const MASK: &str = "***";

/// What the journal needs of the world around it.
pub trait Surroundings {
    /// The value of a setting, if the task has it.
    fn setting(&self, key: &str) -> Option<String>;

    /// The environment of the host, as names and values.
    fn environment(&self) -> Vec<(String, String)>;

    /// Unix time in milliseconds.
    fn time_ms(&self) -> u64;

    /// A clock that never goes back, in microseconds.
    fn elapsed_us(&self) -> u64;

    /// Publishes a message. One that is not taken is lost: a log must not be a reason to fail.
    fn publish(&self, subject: &str, body: Vec<u8>);
}

/// One of the two streams of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// What it says.
    Stdout,
    /// What it complains of.
    Stderr,
}

/// The log of the calls of an instance.
#[derive(Debug)]
pub struct Journal<S> {
    surroundings: S,
    /// Where it goes, and what is the same in all records; read at the first one.
    head: Option<Head>,
    topic: String,
    began_us: u64,
    lines: usize,
    pending: [Vec<u8>; 2],
}

#[derive(Debug)]
struct Head {
    subject: String,
    component: String,
    version: String,
    secrets: Vec<String>,
}

impl Head {
    fn of(surroundings: &impl Surroundings) -> Self {
        let setting = |key| surroundings.setting(key).unwrap_or_default();
        let names = setting(LOG_SECRETS);
        let names: Vec<_> = names.split(',').filter(|name| !name.is_empty()).collect();
        // Nothing else of the environment is of interest.
        let environment = if names.is_empty() { Vec::new() } else { surroundings.environment() };
        let values = environment.iter().filter(|(name, _)| names.contains(&name.as_str()));
        // A secret of several lines is never in one.
        let lines =
            values.flat_map(|(_, value)| value.lines().map(str::trim).filter(|line| !line.is_empty()));
        let mut secrets: Vec<_> = lines.map(str::to_owned).collect();
        // What contains another comes first.
        secrets.sort_unstable_by_key(|secret| core::cmp::Reverse(secret.len()));
        Self {
            subject: setting(LOG_TOPIC),
            component: setting(COMPONENT_NAME),
            version: setting(LOG_VERSION),
            secrets,
        }
    }

    fn masked<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut text = Cow::Borrowed(text);
        for secret in &self.secrets {
            if text.contains(secret.as_str()) {
                text = Cow::Owned(text.replace(secret.as_str(), MASK));
            }
        }
        text
    }

    /// So much of a line is kept while it arrives: a secret that begins within the limit is complete.
    fn kept(&self) -> usize {
        LONGEST + self.secrets.first().map_or(0, String::len)
    }
}

impl<S: Surroundings> Journal<S> {
    /// That of an instance that has not been called.
    pub const fn new(surroundings: S) -> Self {
        Self {
            surroundings,
            head: None,
            topic: String::new(),
            began_us: 0,
            lines: 0,
            pending: [Vec::new(), Vec::new()],
        }
    }

    /// A call begins.
    pub fn began(&mut self, topic: &str) {
        topic.clone_into(&mut self.topic);
        self.lines = 0;
        self.began_us = self.surroundings.elapsed_us();
        self.record(RecordKind::Began, "", None);
    }

    /// A call has ended, or failed.
    pub fn ended(&mut self, failure: Option<&str>) {
        for stream in [Stream::Stdout, Stream::Stderr] {
            if !self.pending(stream).is_empty() {
                self.line(stream);
            }
        }
        let elapsed = self.surroundings.elapsed_us().saturating_sub(self.began_us);
        let kind = if failure.is_some() { RecordKind::Failed } else { RecordKind::Ended };
        self.record(kind, failure.unwrap_or_default(), Some(elapsed));
    }

    /// The function writes.
    pub fn write(&mut self, stream: Stream, bytes: &[u8]) {
        let kept = self.head().kept();
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let pending = self.pending(stream);
            let room = kept.saturating_sub(pending.len());
            let ended = piece.ends_with(b"\n");
            let text = piece.strip_suffix(b"\n").unwrap_or(piece);
            pending.extend_from_slice(text.get(..room).unwrap_or(text));
            if ended {
                self.line(stream);
            }
        }
    }

    fn line(&mut self, stream: Stream) {
        let line = core::mem::take(self.pending(stream));
        if self.lines > LINES {
            return;
        }
        self.lines += 1;
        if self.lines > LINES {
            return self.record(RecordKind::Cut, &format!("more than {LINES} lines"), None);
        }
        let text = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(&line));
        let kind = if stream == Stream::Stdout { RecordKind::Stdout } else { RecordKind::Stderr };
        self.record(kind, &text, None);
    }

    fn pending(&mut self, stream: Stream) -> &mut Vec<u8> {
        let [stdout, stderr] = &mut self.pending;
        if stream == Stream::Stdout { stdout } else { stderr }
    }

    fn head(&mut self) -> &Head {
        self.head.get_or_insert_with(|| Head::of(&self.surroundings))
    }

    fn record(&mut self, kind: RecordKind, text: &str, elapsed_us: Option<u64>) {
        let (time_ms, topic) = (self.surroundings.time_ms(), self.topic.clone());
        let head = self.head();
        let text = shortened(&head.masked(text)).into_owned();
        let (component, version) = (head.component.clone(), head.version.clone());
        let record = Record { component, version, topic, kind, time_ms, text, elapsed_us };
        let subject = head.subject.clone();
        // There is JSON for every record.
        if let Ok(body) = serde_json::to_vec(&record) {
            self.surroundings.publish(&subject, body);
        }
    }
}

/// As much of a text as is published.
fn shortened(text: &str) -> Cow<'_, str> {
    if text.len() <= LONGEST {
        return Cow::Borrowed(text);
    }
    let end = (0..=LONGEST).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    Cow::Owned(format!("{}…", &text[..end]))
}
