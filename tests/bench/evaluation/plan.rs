//! What is measured, and how often.

use std::path::PathBuf;

/// Something that builds.
pub struct Builder {
    pub name: &'static str,
    /// Behind `pelato build`.
    pub arguments: &'static [&'static str],
}

/// One that is not there is left out, and the page says so.
pub const BUILDERS: [Builder; 2] = [
    Builder { name: "local", arguments: &[] },
    Builder { name: "container", arguments: &["--builder", "container"] },
];

/// A template, and the original's builds of it.
pub struct Template {
    pub name: &'static str,
    pub original: [&'static str; 2],
}

pub const TEMPLATES: [Template; 2] = [
    Template {
        name: "processor_nats",
        original: ["thesis prototype, one at a time", "thesis prototype, parallel, NATS"],
    },
    Template {
        name: "http_producer_nats",
        original: ["thesis prototype, one at a time", "thesis prototype, parallel, HTTP"],
    },
];

/// How many components are built at a time: what it is called, and the setting.
pub const MANNERS: [(&str, &str); 2] =
    [("one at a time", "PARALLEL_BUILD=False"), ("parallel", "PARALLEL_BUILD=True")];

/// What was built before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nothing, not even Go's standard library.
    Cold,
    /// All of it, with other code.
    Warm,
}

impl State {
    pub const ALL: [Self; 2] = [Self::Cold, Self::Warm];

    pub fn name(self) -> &'static str {
        match self {
            Self::Cold => "cold",
            Self::Warm => "warm",
        }
    }
}

pub struct Plan {
    /// How often a warm build is repeated.
    pub runs: usize,
    /// How many tasks the projects have.
    pub tasks: Vec<usize>,
    /// The folder of the page.
    pub folder: PathBuf,
}

/// Cold builds take long: fewer of them are made, and of these projects alone.
const COLD_RUNS: usize = 3;
const COLD_TASKS: [usize; 3] = [1, 5, 20];

impl Plan {
    pub fn from_environment() -> Self {
        let value = |name: &str| std::env::var(format!("PELATO_EVALUATION_{name}"));
        let tasks = value("TASKS").unwrap_or("1,2,5,10,20".to_owned());
        let docs = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs");
        Self {
            runs: value("RUNS").map_or(5, |runs| runs.parse().expect("PELATO_EVALUATION_RUNS is a number")),
            tasks: tasks.split(',').map(|one| one.trim().parse().expect("numbers and commas")).collect(),
            folder: value("FOLDER").map_or(docs, PathBuf::from),
        }
    }

    /// How often a build of so many tasks is measured in a state.
    pub fn repeat(&self, state: State, tasks: usize) -> usize {
        match state {
            State::Warm => self.runs,
            State::Cold if COLD_TASKS.contains(&tasks) => self.runs.min(COLD_RUNS),
            State::Cold => 0,
        }
    }

    /// What the page says of it.
    pub fn in_words(&self) -> String {
        let list = |tasks: &mut dyn Iterator<Item = &usize>| {
            tasks.map(usize::to_string).collect::<Vec<_>>().join(", ")
        };
        format!(
            "Projects of {} tasks; {} runs each. Cold builds take long: {} runs each, of {} tasks.",
            list(&mut self.tasks.iter()),
            self.runs,
            self.runs.min(COLD_RUNS),
            list(&mut self.tasks.iter().filter(|tasks| COLD_TASKS.contains(tasks)))
        )
    }
}
