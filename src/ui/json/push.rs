//! `push`.

use serde::Serialize;

use super::SCHEMA;
use crate::pelato::PlannedPush;
use crate::push::{Pushed, Work};

/// `push --dry-run`
#[derive(Debug, Serialize)]
pub struct PushPlan {
    schema: u32,
    components: Vec<PushStep>,
}

#[derive(Debug, Serialize)]
struct PushStep {
    component: String,
    image: String,
    work: &'static str,
}

impl PushPlan {
    pub fn new(planned: &[PlannedPush], force: bool) -> Self {
        let one = |planned: &PlannedPush| PushStep {
            component: planned.component.clone(),
            image: planned.image.clone(),
            work: match planned.work {
                None => "build first",
                Some(Work::New) => "push",
                Some(Work::Nothing) => "nothing",
                Some(Work::Replace) if force => "replace",
                Some(Work::Replace) => "refuse",
            },
        };
        Self { schema: SCHEMA, components: planned.iter().map(one).collect() }
    }

    /// For a table: component, work, image.
    pub fn rows(&self) -> Vec<[String; 3]> {
        let row = |step: &PushStep| [step.component.clone(), step.work.to_owned(), step.image.clone()];
        self.components.iter().map(row).collect()
    }
}

/// `push`
#[derive(Debug, Serialize)]
pub struct Push {
    schema: u32,
    components: Vec<PushedComponent>,
}

#[derive(Debug, Serialize)]
struct PushedComponent {
    component: String,
    version: String,
    bytes: u64,
    #[serde(flatten)]
    image: PushedImage,
}

/// Where a component is in the registry, and how it came there.
#[derive(Debug, Clone, Serialize)]
pub(super) struct PushedImage {
    image: String,
    digest: String,
    push: &'static str,
    push_seconds: f64,
}

impl PushedImage {
    pub fn new(pushed: &Pushed) -> Self {
        Self {
            image: pushed.image.clone(),
            digest: pushed.digest.clone(),
            push: match pushed.work {
                Work::New => "pushed",
                Work::Nothing => "unchanged",
                Work::Replace => "replaced",
            },
            push_seconds: (pushed.elapsed.as_secs_f64() * 1000.0).round() / 1000.0,
        }
    }
}

impl PushedImage {
    /// What was done, and the digest's beginning, as other tools show it.
    pub fn brief(&self) -> [String; 2] {
        [self.push.to_owned(), self.digest.chars().take("sha256:".len() + 12).collect()]
    }
}

impl Push {
    pub fn new(pushed: &[Pushed]) -> Self {
        let one = |pushed: &Pushed| PushedComponent {
            component: pushed.component.clone(),
            version: pushed.version.to_string(),
            bytes: pushed.bytes,
            image: PushedImage::new(pushed),
        };
        Self { schema: SCHEMA, components: pushed.iter().map(one).collect() }
    }

    /// For a table: component, work, size, time, digest (its beginning, as other tools show it), image.
    pub fn rows(&self) -> Vec<[String; 6]> {
        let row = |one: &PushedComponent| {
            let [work, digest] = one.image.brief();
            let size = format!("{:.2} MB", one.bytes as f64 / 1e6);
            let time = format!("{:.2} s", one.image.push_seconds);
            [one.component.clone(), work, size, time, digest, one.image.image.clone()]
        };
        self.components.iter().map(row).collect()
    }
}
