//! What a machine has and lacks for a project.
//!
//! Each subject is a file: a function from a [`Machine`] to [`Finding`]s, listed in [`ALL`] and described in
//! `docs/doctor.md`. They only look, all at the same time, and none may take longer than [`PATIENCE`]. [`fix`] does
//! what needs no root.

mod builder;
mod clock;
mod disk;
mod engine;
mod finding;
mod fix;
mod folders;
mod hosts;
mod machine;
mod nats;
mod project;
mod registry;
mod toolchain;
mod wadm;

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, join_all};

pub use finding::{Finding, Fix, State};
pub use fix::{Fixed, fix};
pub use machine::{Machine, Work};

/// How long a subject may take. What asks others gives up earlier, and says what it waited for.
pub const PATIENCE: Duration = Duration::from_secs(5);
/// How long others may take to answer.
const ANSWER: Duration = Duration::from_secs(4);

/// One thing that is looked at.
pub struct Subject {
    /// What it is called, in the report and in the docs.
    pub name: &'static str,
    needed: fn(&Machine) -> bool,
    look: for<'a> fn(&'a Machine) -> BoxFuture<'a, Vec<Finding>>,
}

/// All subjects, in the order of the report.
pub const ALL: &[Subject] = &[
    Subject { name: "project", needed: Machine::has_project, look: |m| project::look(m).boxed() },
    Subject { name: "folders", needed: Machine::has_project, look: |m| folders::look(m).boxed() },
    Subject { name: "disk", needed: Machine::has_project, look: |m| disk::look(m).boxed() },
    Subject { name: "toolchain", needed: Machine::has_project, look: |m| toolchain::look(m).boxed() },
    Subject { name: "builder", needed: Machine::has_project, look: |m| builder::look(m).boxed() },
    Subject { name: "engine", needed: Machine::wants_container, look: |m| engine::look(m).boxed() },
    Subject { name: "registry", needed: Machine::wants_registry, look: |m| registry::look(m).boxed() },
    Subject { name: "nats", needed: Machine::wants_lattice, look: |m| nats::look(m).boxed() },
    Subject { name: "wadm", needed: Machine::wants_lattice, look: |m| wadm::look(m).boxed() },
    Subject { name: "hosts", needed: Machine::wants_lattice, look: |m| hosts::look(m).boxed() },
    Subject { name: "clock", needed: |_| false, look: |m| clock::look(m).boxed() },
];

/// What was found out about one subject.
pub struct Examined {
    /// The subject's name.
    pub subject: &'static str,
    pub finding: Finding,
}

/// Looks at everything.
pub async fn examine(machine: &Machine) -> Vec<Examined> {
    let looks = ALL.iter().map(|subject| async move {
        let found = tokio::time::timeout(PATIENCE, (subject.look)(machine)).await;
        let late = || {
            let words = format!("no answer within {} s", PATIENCE.as_secs());
            vec![Finding::lacking(
                (subject.needed)(machine),
                words,
                "check whether the machine is overloaded",
            )]
        };
        let findings = found.unwrap_or_else(|_| late()).into_iter();
        findings.map(|finding| Examined { subject: subject.name, finding }).collect::<Vec<_>>()
    });
    join_all(looks).await.into_iter().flatten().collect()
}
