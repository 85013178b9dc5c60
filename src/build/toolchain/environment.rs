//! The environment of compilers: what every program needs, and what their pack names. What a person has set for other
//! work does not reach into a build, and what a build is made from is the same on every machine.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

use crate::project::settings::hide_secrets;

/// The variable that names the folder for temporary files.
const TEMPORARY: &str = "TMPDIR";
/// What every program may know: who runs it where and in which language, and, with [`PROXIES`], how it reaches the network.
const ALWAYS: [&str; 21] = [
    "HOME",
    "USER",
    "LOGNAME",
    TEMPORARY,
    "LANG",
    "LANGUAGE",
    "LC_*",
    "TZ",
    "TERM",
    "NO_COLOR",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "NIX_SSL_CERT_FILE",
    "CURL_CA_BUNDLE",
    "REQUESTS_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
    "GIT_SSL_CAINFO",
    "SYSTEMROOT",
];

/// Takes everything out of a program's environment but what every program may know and what its pack inherits. No
/// secret of PELATO's stays, whatever a pack names.
pub fn clean(command: &mut Command, inherit: &[String]) {
    command.env_clear();
    for (name, value) in std::env::vars_os() {
        let passes = name.to_str().is_some_and(|name| {
            let named = inherit.iter().map(String::as_str);
            ALWAYS.into_iter().chain(PROXIES).chain(named).any(|pattern| fits(pattern, name))
        });
        // A compiler would end over a folder for temporary files that does not exist; without one it knows another.
        let is_lost = name == TEMPORARY && !Path::new(&value).is_dir();
        if passes && !is_lost {
            command.env(name, value);
        }
    }
    hide_secrets(command);
}

/// How programs reach the network.
const PROXIES: [&str; 8] = [
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
];

/// What a program in a container gets of the environment where it has a network: what its pack inherits, and proxies. A
/// path is one of this machine, and means nothing there.
pub fn of_network(inherit: &[String]) -> Vec<String> {
    let mut command = Command::new("");
    clean(&mut command, inherit);
    let named = |name: &str| {
        let inherit = inherit.iter().map(String::as_str);
        PROXIES.into_iter().chain(inherit).any(|pattern| fits(pattern, name))
    };
    let text = |(name, value): (&OsStr, Option<&OsStr>)| {
        let (name, value) = (name.to_str()?, value?.to_str()?);
        (named(name) && !Path::new(value).is_absolute()).then(|| format!("{name}={value}"))
    };
    command.get_envs().filter_map(text).collect()
}

/// Whether a name is meant: a `*` at the end stands for anything.
fn fits(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == pattern,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_named_passes() {
        assert!(fits("LC_*", "LC_ALL") && fits("HOME", "HOME"));
        assert!(!fits("HOME", "HOMEPATH") && !fits("LC_*", "XLC_ALL"));
        let mut command = Command::new("true");
        let has = |command: &Command, wanted: &str| {
            command.get_envs().any(|(name, value)| name == OsStr::new(wanted) && value.is_some())
        };
        command.env("GOROOT", "/nowhere");
        clean(&mut command, &[]);
        assert!(has(&command, "HOME") && !has(&command, "GOROOT"));
        assert!(!has(&command, "PATH"), "the caller says which");
        clean(&mut command, &["PAT*".to_owned()]);
        assert!(has(&command, "PATH"), "the pack names it");
        let of_network = of_network(&["HOME".to_owned(), "CARGO_PKG_NAM*".to_owned()]);
        assert_eq!(of_network.iter().filter(|one| one.starts_with("CARGO_PKG_NAME=")).count(), 1);
        assert!(!of_network.iter().any(|one| one.starts_with("HOME=") || one.starts_with("USER=")));
    }
}
