//! What functions do not have, told by the error messages that languages give instead: `Connection refused` does not say
//! that there is no network at all.

/// Something that functions do not have.
struct Absent {
    /// Parts of messages, in lower case.
    signs: &'static [&'static str],
    explanation: &'static str,
}

/// The first that fits counts: a name that cannot be resolved is the network, whatever else the message says. The numbers
/// are those of WASI: 44 is a file that does not exist, 58 something that is not supported.
const ABSENT: &[Absent] = &[
    Absent {
        signs: &[
            "failed to spawn thread",
            "can't start new thread",
            "thread constructor failed",
            "worker is not defined",
            "does not support processes",
            "fork/exec",
            "os.fork",
        ],
        explanation: "functions have no threads and no processes",
    },
    Absent {
        signs: &[
            "dial tcp",
            "dial udp",
            "listen tcp",
            "on [::1]:53",
            "urlopen error",
            "max retries exceeded",
            "getaddrinfo",
            "gaierror",
            "fetch is not defined",
            "xmlhttprequest is not defined",
            "websocket is not defined",
            "connection refused",
            "network is unreachable",
            "host is unreachable",
            "name or service not known",
            "name does not resolve",
            "operation not supported on this platform",
            "denied by http hooks",
        ],
        explanation: "functions have no network: send the data in the message, or let a task before this one fetch it",
    },
    Absent {
        signs: &[
            "no such file or directory",
            "bad file number",
            "(os error 44)",
            "[errno 44]",
            "[errno 8]",
            "pre-opened file descriptor",
        ],
        explanation: "functions have no files: send the data in the message, or put it into the code",
    },
    Absent {
        signs: &["(os error 58)", "[errno 58]", "kind: unsupported"],
        explanation: "functions have no network, files, threads and processes",
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
    fn what_languages_say_is_explained() {
        for (what, messages) in [
            (
                "network",
                &[
                    "dial tcp 127.0.0.1:80: address 127.0.0.1:80: connect: Connection refused",
                    "lookup example.com on [::1]:53: write udp 127.0.0.1:8->[::1]:53: write: Connection reset by peer",
                    "operation not supported on this platform",
                    "<urlopen error [Errno 58] Not supported>",
                    "ReferenceError: fetch is not defined",
                ][..],
            ),
            (
                "files",
                &[
                    "open /etc/hosts: Bad file number",
                    "No such file or directory (os error 44)",
                    "[Errno 44] No such file or directory: '/etc/hosts'",
                    "No such file or directory",
                ][..],
            ),
            (
                "threads",
                &[
                    "failed to spawn thread: Os { code: 58, kind: Unsupported, message: \"Not supported\" }",
                    "RuntimeError: can't start new thread",
                ][..],
            ),
        ] {
            for message in messages {
                let explained = explain(message).unwrap_or_else(|| panic!("{message}"));
                assert!(
                    explained.starts_with(&format!("functions have no {what}")),
                    "{message}: {explained}"
                );
            }
        }
        assert_eq!(explain("\"one\" is no number"), None);
    }
}
