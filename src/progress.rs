//! How stages tell what they are doing. They never print: [`crate::ui`] decides what becomes of it.

use std::time::Duration;

use crate::report::Problem;

/// Something worth telling while the work goes on.
#[derive(Debug, Clone)]
pub enum Event {
    /// A person should know this: an installation begins, another process is waited for.
    Note(String),
    /// A phase of several begins: a verb.
    Phase(&'static str),
    /// Something begins or is done: a verb, and what.
    Step(&'static str, String),
    /// A person has to do something now: they are told in any case.
    Ask(String),
    /// Only for those who ask for more (`-v`).
    Detail(String),
    /// A person should be warned of this: the work goes on, and may come to grief.
    Warning(String),
    /// Something is wrong with the project, and the work goes on without it.
    Problem(Problem),
    /// So much of something large has arrived; 0 of 0 when it is over.
    Share {
        /// What is done, as a verb.
        doing: &'static str,
        what: String,
        /// Bytes that are there, and bytes in all.
        bytes: (u64, u64),
    },
    /// So many components will be worked on.
    Planned {
        /// What is done to them: `Building`.
        doing: &'static str,
        components: usize,
    },
    /// Work on a component begins.
    Started {
        component: String,
        /// What is done and why, such as `compiling: convert.go changed`.
        what: String,
    },
    /// A component is done.
    Finished {
        component: String,
        /// What was done, such as `4.5 MB`, or `unchanged`.
        what: String,
        elapsed: Duration,
    },
    /// Work on a component ended in vain; the error that ends the command says why.
    Stopped { component: String },
    /// A component failed; what its compiler said.
    Failed {
        component: String,
        /// The compiler's output, with the user's own file names.
        output: String,
    },
}

/// Takes the events of a stage, from any thread.
pub trait Progress: Send + Sync {
    fn report(&self, event: Event);
}

/// Takes no notice.
#[derive(Debug, Clone, Copy)]
pub struct Silent;

impl Progress for Silent {
    fn report(&self, _: Event) {}
}
