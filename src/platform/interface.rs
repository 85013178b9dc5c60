//! Interfaces by what they are for: those that components need of a platform, and those that every host answers.

/// Whether every host answers an interface by itself.
pub fn is_of_hosts(wit: &str) -> bool {
    let packages = [
        "wasi:logging",
        "wasi:config",
        "wasi:cli",
        "wasi:clocks",
        "wasi:filesystem",
        "wasi:io",
        "wasi:random",
        "wasi:sockets",
    ];
    packages.contains(&split(wit).0)
}

/// Whether an interface is one by which components are called; the others they call.
pub fn is_called(wit: &str) -> bool {
    matches!(split(wit).1, "handler" | "incoming-handler")
}

/// `namespace:package` and the interface.
pub fn split(wit: &str) -> (&str, &str) {
    let plain = wit.split('@').next().unwrap_or_default();
    plain.split_once('/').unwrap_or((plain, ""))
}
