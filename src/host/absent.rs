//! What functions do not have, told by the error messages that languages give instead: `Connection refused` does not say
//! that there is no network at all.

/// Something that functions do not have.
struct Absent {
    /// Parts of messages, in lower case.
    signs: &'static [&'static str],
    explanation: &'static str,
}

/// The first that fits counts: a name that cannot be resolved is the network, whatever else the message says. The numbers
/// are those of WASI: 2 is a permission (only sockets need one), 44 a file that does not exist, 58 something that is not
/// supported. `tests/it/languages/absent.rs` has all languages say these things.
const ABSENT: &[Absent] = &[
    Absent {
        signs: &[
            "failed to spawn thread",
            "can't start new thread",
            "no module named 'concurrent.futures.",
            "no module named 'multiprocessing.",
            "worker is not defined",
            "does not support processes",
            "module 'os' has no attribute 'fork'",
            "module 'os' has no attribute 'popen'",
            "module 'os' has no attribute 'spawn",
            "module 'os' has no attribute 'system'",
            // What Go opens first for a process.
            "open /dev/null: bad file number",
            "fork/exec",
        ],
        explanation: "functions have no threads and no processes: do the work in the function itself",
    },
    Absent {
        signs: &[
            "dial tcp",
            "dial udp",
            "listen tcp",
            "on [::1]:53",
            "urlopen error",
            // What Python's names of hosts are encoded with.
            "unknown encoding: idna",
            "permissionerror: [errno 2]",
            "max retries exceeded",
            "getaddrinfo",
            "gaierror",
            "fetch is not defined",
            "xmlhttprequest is not defined",
            "websocket is not defined",
            "eventsource is not defined",
            "connection refused",
            "network is unreachable",
            "host is unreachable",
            "name or service not known",
            "name does not resolve",
            "denied by http hooks",
        ],
        explanation: "functions have no network: send the data in the message, or let a task before this one fetch it",
    },
    Absent {
        signs: &[
            "unknown time zone",
            "no time zone found with key",
            // What Python looks for the zones with.
            "cannot import name 'resources' from 'importlib'",
            "intl is not defined",
        ],
        explanation: "functions have no time zones but UTC: in Go, import `_ \"time/tzdata\"`; in Python, put the package `tzdata` into the task's vendor/ and create each zone at the top of the task's file",
    },
    Absent {
        signs: &["modulenotfounderror: no module named", "unknown encoding: "],
        explanation: "functions have no files: import the module, or that of the encoding, such as `encodings.utf_16`, at the top of the task's file",
    },
    Absent {
        signs: &[
            "no such file or directory",
            "bad file number",
            "(os error 44)",
            "[errno 44]",
            "[errno 8]",
            "pre-opened file descriptor",
            "deno is not defined",
            "localstorage is not defined",
        ],
        explanation: "functions have no files: send the data in the message, or put it into the code",
    },
    Absent {
        signs: &[
            "operation not supported on this platform",
            "(os error 58)",
            "[errno 58]",
            "kind: unsupported",
        ],
        explanation: "functions have no network, files, threads and processes: send the data in the message, and do the work in the function itself",
    },
    Absent {
        signs: &[
            // Of Node.js' `process` there is only `env`.
            "process.exit is not a function",
            "process.cwd is not a function",
            "process.nexttick is not a function",
            "buffer is not defined",
            "window is not defined",
            "document is not defined",
            "dynamic require of",
        ],
        explanation: "functions have neither Node.js nor a browser: only what the JavaScript language itself has",
    },
];

/// What a message means, if it is that something is used that functions do not have.
pub(super) fn explain(message: &str) -> Option<&'static str> {
    let message = message.to_lowercase();
    let fits = |absent: &&Absent| absent.signs.iter().any(|sign| message.contains(sign));
    ABSENT.iter().find(fits).map(|absent| absent.explanation)
}

#[cfg(test)]
mod tests {
    use super::explain;

    #[test]
    fn the_first_that_fits_counts() {
        for (message, what) in [
            ("lookup a on [::1]:53: write udp: Connection reset by peer", "functions have no network: "),
            ("open /dev/null: Bad file number", "functions have no threads and no processes: "),
            ("open /etc/hosts: Bad file number", "functions have no files: send"),
            ("ModuleNotFoundError: No module named 'decimal'", "functions have no files: import"),
            ("ModuleNotFoundError: No module named 'concurrent.futures.thread'", "functions have no threads"),
            ("LookupError: unknown encoding: IDNA", "functions have no network: "),
            ("LookupError: unknown encoding: utf-16", "functions have no files: import"),
            ("unknown time zone Europe/Berlin", "functions have no time zones but UTC: in Go, "),
            (
                "ZoneInfoNotFoundError: 'No time zone found with key Europe/Berlin'",
                "functions have no time zones",
            ),
        ] {
            assert!(
                explain(message).is_some_and(|words| words.starts_with(what)),
                "{message}: {:?}",
                explain(message)
            );
        }
        assert_eq!(explain("\"one\" is not a number"), None);
    }
}
