//! The tasks by which a pack is checked: each pack brings its own.

/// A task that the pack brings for `pelato pack check`.
#[derive(Debug)]
pub struct Task {
    /// The name of its folder.
    pub name: &'static str,
    /// What its function does.
    pub about: &'static str,
}

/// The tasks that a pack brings.
pub const TASKS: &[Task] = &[
    Task { name: "echo", about: "takes a text and gives it back as it is" },
    Task { name: "bytes", about: "takes bytes and gives them back as they are" },
    Task { name: "empty", about: "takes anything and gives an empty result: the message is filtered out" },
    Task { name: "error", about: "takes a text and fails with it: the error's message has the text in it" },
    Task {
        name: "panic",
        about: "panics or throws, whatever it takes; not needed where `panics` is \"none\"",
    },
    Task {
        name: "wrong",
        about: "has a signature that cannot be used, such as a number for a result: it must not compile",
    },
];
