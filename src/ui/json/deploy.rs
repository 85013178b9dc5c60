//! `deploy`, `rollback`, `status` and `remove`.

use serde::Serialize;

use super::SCHEMA;
use crate::pelato::Error;
use crate::platform::{self, Outlook, PartKind, Plan};
use crate::ui::worded;

/// `deploy --dry-run`
#[derive(Debug, Serialize)]
pub struct Deployment {
    schema: u32,
    application: String,
    version: String,
    unchanged: bool,
    manifest: platform::Manifest,
    deployed: Option<platform::Manifest>,
    warnings: Vec<String>,
}

impl Deployment {
    pub fn new(plan: &Plan) -> Self {
        Self {
            schema: SCHEMA,
            application: plan.name.clone(),
            version: plan.version.clone(),
            unchanged: plan.unchanged,
            manifest: plan.manifest.clone(),
            deployed: plan.deployed.clone(),
            warnings: plan.warnings.clone(),
        }
    }
}

/// `deploy --dry-run --offline`
#[derive(Debug, Serialize)]
pub struct Manifest {
    schema: u32,
    manifest: platform::Manifest,
}

impl Manifest {
    /// Of what would be deployed.
    pub fn new(manifest: platform::Manifest) -> Self {
        Self { schema: SCHEMA, manifest }
    }
}

/// `deploy` and `rollback`
#[derive(Debug, Serialize)]
pub struct Deployed {
    schema: u32,
    application: String,
    version: String,
    unchanged: bool,
    acknowledged_seconds: f64,
    seconds: f64,
    status: Option<Status>,
}

impl Deployed {
    /// Of what was deployed.
    pub fn new(deployed: &platform::Deployed) -> Self {
        Self {
            schema: SCHEMA,
            application: deployed.name.clone(),
            version: deployed.version.clone(),
            unchanged: deployed.unchanged,
            acknowledged_seconds: deployed.acknowledged.as_secs_f64(),
            seconds: deployed.elapsed.as_secs_f64(),
            status: deployed.status.as_ref().map(Status::new),
        }
    }

    /// How it is, if it was waited for.
    pub fn status(&self) -> Option<&Status> {
        self.status.as_ref()
    }

    pub fn words(&self) -> String {
        let name = format!("{} {}", self.application, self.version);
        match &self.status {
            None => {
                format!("{name}: the cluster accepted the request after {:.2} s", self.acknowledged_seconds)
            }
            Some(status) => format!("{name}: {} after {:.2} s", status.counted(), self.seconds),
        }
    }
}

/// `status`
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Status {
    schema: u32,
    application: String,
    version: String,
    state: String,
    message: String,
    parts: Vec<Part>,
    missing: Vec<String>,
    outlook: &'static str,
    problems: Vec<Problem>,
}

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Problem {
    part: String,
    message: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Part {
    name: String,
    kind: PartKind,
    wanted: String,
    running: Vec<String>,
    hosts: Vec<String>,
    instances: u32,
    replicas: u32,
    state: String,
    reason: Option<String>,
}

impl Status {
    /// Of how an application is.
    pub fn new(status: &platform::Status) -> Self {
        let part = |part: &platform::Part| Part {
            name: part.name.clone(),
            kind: part.kind,
            wanted: part.wanted.clone(),
            running: part.running.iter().cloned().collect(),
            hosts: part.hosts.clone(),
            instances: part.instances,
            replicas: part.replicas,
            state: part.state.to_string(),
            reason: part.reason.as_deref().map(|reason| worded(reason).into_owned()),
        };
        let problem = |problem: &platform::Problem| Problem {
            part: problem.part.clone(),
            message: worded(&problem.words).into_owned(),
        };
        Self {
            schema: SCHEMA,
            application: status.name.clone(),
            version: status.version.clone(),
            state: status.state.to_string(),
            message: status.message.clone(),
            parts: status.parts.iter().map(part).collect(),
            missing: status.missing.clone(),
            outlook: match status.outlook {
                Outlook::Settled => "settled",
                Outlook::SettledButBusy => "busy",
                Outlook::Underway => "in-progress",
                Outlook::Hopeless => "failed",
            },
            problems: status.problems.iter().map(problem).collect(),
        }
    }

    pub fn rows(&self) -> Vec<[String; 7]> {
        let none = || "-".to_owned();
        let row = |part: &Part| {
            [
                part.name.clone(),
                part.wanted.clone(),
                joined(&part.running),
                joined(&part.hosts),
                format!("{}/{}", part.instances, part.replicas),
                part.state.clone(),
                part.reason.clone().unwrap_or_else(none),
            ]
        };
        self.parts.iter().map(row).collect()
    }

    /// Problems that no row of the table tells.
    pub fn remarks(&self) -> Vec<String> {
        let is_told = |problem: &&Problem| {
            let part = self.parts.iter().find(|part| part.name == problem.part);
            part.is_some_and(|part| part.state != "running")
        };
        let others = self.problems.iter().filter(|problem| !is_told(problem));
        others.map(|problem| format!("{}: {}", problem.part, problem.message)).collect()
    }

    pub fn words(&self) -> String {
        let missing = self.missing.iter().map(|words| format!("; {words}")).collect::<String>();
        format!("{} {}: {}{missing}", self.application, self.version, self.counted())
    }

    /// Whether everything runs: all parts, and what connects them.
    ///
    /// # Errors
    /// When something does not.
    pub fn verdict(&self) -> Result<(), Error> {
        let runs = self.missing.is_empty() && self.parts.iter().all(|part| part.state == "running");
        if runs { Ok(()) } else { Err(Error::NotRunning { status: self.counted() }) }
    }

    /// Names and wanted versions of the components.
    pub fn components(&self) -> Vec<(String, String)> {
        let components = self.parts.iter().filter(|part| part.kind == PartKind::Component);
        components.map(|part| (part.name.clone(), part.wanted.clone())).collect()
    }

    /// A component's state and hosts.
    pub fn component(&self, name: &str) -> Option<[String; 2]> {
        let part = self.parts.iter().find(|part| part.name == name)?;
        Some([part.state.clone(), joined(&part.hosts)])
    }

    fn counted(&self) -> String {
        let of = |kind| self.parts.iter().filter(move |part| part.kind == kind);
        let runs = |part: &&Part| part.state == "running";
        let (all, running) = (of(PartKind::Component).count(), of(PartKind::Component).filter(runs).count());
        let components = format!("{running} of {all} components run");
        // Not every platform has them.
        let components =
            match (of(PartKind::Capability).filter(runs).count(), of(PartKind::Capability).count()) {
                (_, 0) => components,
                (running, all) => format!("{components}, {running} of {all} providers"),
            };
        let entry = of(PartKind::Entry).next().map(|entry| format!(", {} {}", entry.name, entry.state));
        components + &entry.unwrap_or_default()
    }
}

fn joined(list: &[String]) -> String {
    if list.is_empty() { "-".to_owned() } else { list.join(", ") }
}

/// `remove`
#[derive(Debug, Serialize)]
pub struct Removed {
    schema: u32,
    application: String,
    removed: bool,
}

impl Removed {
    pub fn new(application: String, removed: bool) -> Self {
        Self { schema: SCHEMA, application, removed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::State;

    #[test]
    fn a_status_says_what_to_expect_and_what_is_wrong() {
        let status = |outlook| platform::Status {
            name: "p".to_owned(),
            version: "v1".to_owned(),
            state: State::Failed,
            message: String::new(),
            parts: Vec::new(),
            missing: Vec::new(),
            outlook,
            problems: vec![platform::Problem { part: "echo".to_owned(), words: "no host".to_owned() }],
            news: vec![platform::Problem { part: "echo".to_owned(), words: "earlier".to_owned() }],
        };
        for (outlook, word) in [
            (Outlook::Settled, "settled"),
            (Outlook::SettledButBusy, "busy"),
            (Outlook::Underway, "in-progress"),
            (Outlook::Hopeless, "failed"),
        ] {
            let json = serde_json::to_value(Status::new(&status(outlook))).unwrap();
            assert_eq!(json["outlook"], word);
            assert_eq!(json["problems"], serde_json::json!([{ "part": "echo", "message": "no host" }]));
        }
    }
}
