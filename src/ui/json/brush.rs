//! `brush`.

use std::path::Path;

use serde::Serialize;

use super::deploy::Deployed;
use super::{Build, SCHEMA, Status};
use crate::pelato::Brushed;

/// `brush`
#[derive(Debug, Serialize)]
pub struct Brush {
    schema: u32,
    phases: Vec<TimedPhase>,
    seconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    build: Option<Build>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deploy: Option<Deployed>,
}

#[derive(Debug, Serialize)]
struct TimedPhase {
    phase: &'static str,
    seconds: f64,
}

impl Brush {
    /// Of what came of it; artifacts are named relative to the project.
    pub fn new(brushed: &Brushed, root: &Path) -> Self {
        let timed = |(phase, time): &(crate::pelato::Phase, std::time::Duration)| TimedPhase {
            phase: phase.name(),
            seconds: rounded(time.as_secs_f64()),
        };
        let build =
            brushed.outcome.as_ref().map(|outcome| Build::new(outcome, root).with_pushed(&brushed.pushed));
        Self {
            schema: SCHEMA,
            phases: brushed.phases.iter().map(timed).collect(),
            seconds: rounded(brushed.total().as_secs_f64()),
            build,
            deploy: brushed.deployed.as_ref().map(Deployed::new),
        }
    }

    /// Whether there is something to say of single components.
    pub fn has_components(&self) -> bool {
        self.build.is_some() || self.status().is_some()
    }

    fn status(&self) -> Option<&Status> {
        self.deploy.as_ref().and_then(Deployed::status)
    }

    /// For a table: component, version, size, build, push, digest, state, hosts.
    pub fn rows(&self) -> Vec<[String; 8]> {
        let none = || "-".to_owned();
        let on_hosts = |name: &str| self.status().and_then(|status| status.component(name));
        if let Some(build) = &self.build {
            let row = |[name, version, size, work, push, digest]: [String; 6]| {
                let [state, hosts] = on_hosts(&name).unwrap_or_else(|| [none(), none()]);
                [name, version, size, work, push, digest, state, hosts]
            };
            return build.brushed().into_iter().map(row).collect();
        }
        let names = self.status().map(Status::components).unwrap_or_default();
        let row = |(name, version): (String, String)| {
            let [state, hosts] = on_hosts(&name).unwrap_or_else(|| [none(), none()]);
            [name, version, none(), none(), none(), none(), state, hosts]
        };
        names.into_iter().map(row).collect()
    }

    /// For a table: phase, time.
    pub fn phases(&self) -> Vec<[String; 2]> {
        let phases = self.phases.iter().map(|phase| (phase.phase, phase.seconds));
        let all = phases.chain([("all", self.seconds)]);
        all.map(|(name, seconds)| [name.to_owned(), format!("{seconds:.2} s")]).collect()
    }
}

/// Seconds with three decimals.
fn rounded(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
}
