//! What a machine has and lacks for a project.
//!
//! Each subject is a file: a function from a [`Machine`] to [`Finding`]s, listed in [`subjects`] and described in
//! `docs/doctor.md`. They only look, all at the same time, and each has a time limit: [`Machine::patience`].
//! [`fix`] does what needs no root.

mod builder;
mod clock;
mod disk;
mod engine;
mod finding;
mod fix;
mod folders;
mod hosts;
mod machine;
mod platform;
mod project;
mod registry;
mod sites;
mod streams;
mod toolchain;
mod topics;

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, join_all};

pub use finding::{Finding, Fix, State};
pub use fix::{Fixed, fix};
pub use machine::{Machine, Work};

use crate::platform::Platform;
use crate::push::HELPER_LIMIT;
use crate::remedy::Argument;

/// How much longer a subject may take: what asks others gives up earlier, and says what it waited for.
const MARGIN: Duration = Duration::from_secs(1);

/// One thing that is looked at.
struct Subject {
    /// What it is called, in the report and in the docs.
    name: &'static str,
    /// Whether the project needs it.
    needed: fn(&Machine) -> bool,
    look: for<'a> fn(&'a Machine) -> BoxFuture<'a, Vec<Finding>>,
}

/// What is looked at before the platform, and after it, in the order of the report.
const BEFORE: &[Subject] = &[
    Subject { name: "project", needed: Machine::has_project, look: |m| project::look(m).boxed() },
    Subject { name: "folders", needed: Machine::has_project, look: |m| folders::look(m).boxed() },
    Subject { name: "disk", needed: Machine::has_project, look: |m| disk::look(m).boxed() },
    Subject { name: "toolchain", needed: Machine::has_project, look: |m| toolchain::look(m).boxed() },
    Subject { name: "builder", needed: Machine::has_project, look: |m| builder::look(m).boxed() },
    Subject { name: "engine", needed: Machine::wants_container, look: |m| engine::look(m).boxed() },
    Subject { name: "registry", needed: Machine::wants_registry, look: |m| registry::look(m).boxed() },
];
const AFTER: &[Subject] = &[
    Subject { name: "topics", needed: Machine::wants_platform, look: |m| topics::look(m).boxed() },
    Subject { name: "streams", needed: Machine::wants_platform, look: |m| streams::look(m).boxed() },
    Subject { name: "sites", needed: Machine::wants_platform, look: |m| sites::look(m).boxed() },
    Subject { name: "hosts", needed: Machine::wants_platform, look: |m| hosts::look(m).boxed() },
    Subject { name: "clock", needed: |_| false, look: |m| clock::look(m).boxed() },
];

/// The names of all subjects, in the order of the report.
pub fn subjects(platform: &dyn Platform) -> Vec<&'static str> {
    let names = |subjects: &'static [Subject]| subjects.iter().map(|subject| subject.name);
    let platforms = platform.about().subjects.iter().copied();
    names(BEFORE).chain(platforms).chain(names(AFTER)).collect()
}

/// What was found out about one subject.
pub struct Examined {
    /// The subject's name.
    pub subject: &'static str,
    pub finding: Finding,
}

/// Looks at everything.
pub async fn examine(machine: &Machine) -> Vec<Examined> {
    let limit = machine.patience + MARGIN;
    let own = |subjects: &'static [Subject]| {
        let look = |subject: &Subject| {
            // They are known from the registry, and a program that asks a person for a password comes first.
            let limit =
                if matches!(subject.name, "registry" | "clock") { limit + HELPER_LIMIT } else { limit };
            limited(subject.name, (subject.needed)(machine), (subject.look)(machine), limit)
        };
        subjects.iter().map(look)
    };
    let platforms =
        machine.platform().about().subjects.iter().map(|name| {
            limited(name, machine.wants_platform(), platform::look(machine, name).boxed(), limit)
        });
    let looks: Vec<_> = own(BEFORE).chain(platforms).chain(own(AFTER)).map(FutureExt::boxed).collect();
    join_all(looks).await.into_iter().flatten().collect()
}

/// What is found out about a subject in time.
async fn limited(
    subject: &'static str,
    needed: bool,
    look: BoxFuture<'_, Vec<Finding>>,
    limit: Duration,
) -> Vec<Examined> {
    let found = tokio::time::timeout(limit, look).await;
    let late = || {
        let words = format!("no answer within {} s", limit.as_secs_f64());
        let advice = format!("check whether the machine is overloaded; {} waits longer", Argument::Timeout);
        vec![Finding::lacking(needed, words, advice)]
    };
    let findings = found.unwrap_or_else(|_| late()).into_iter();
    findings.map(|finding| Examined { subject, finding }).collect()
}
