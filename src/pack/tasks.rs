//! The tasks by which a pack is checked: each pack brings its own.

/// A task that the pack brings for `pelato pack check`.
#[derive(Debug)]
pub struct Task {
    pub name: &'static str,
    /// What its function does.
    pub about: &'static str,
}

pub const TASKS: &[Task] = &[
    Task { name: "echo", about: "takes a string and returns it unchanged" },
    Task { name: "bytes", about: "takes bytes and returns them unchanged" },
    Task { name: "empty", about: "takes anything and returns an empty result: the message is filtered out" },
    Task {
        name: "error",
        about: "takes a string and fails with it: the error's message contains the string",
    },
    Task { name: "panic", about: "panics or throws for every input; not needed where `panics` is \"none\"" },
    Task {
        name: "wrong",
        about: "has a signature that cannot be used, such as a number as its result: it must not compile",
    },
];
