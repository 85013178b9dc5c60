//! Rules for the values in generated files. They reject everything that has a meaning in YAML, in NATS's
//! configuration or in a shell, so that no template needs escaping.

use std::net::{IpAddr, Ipv6Addr};

use liquid::model::Value;

use super::InfraError;
use crate::check::values;
use crate::remedy::Argument;
use crate::text::quoted;

/// The longest host name, in bytes.
const HOST_BYTES: usize = 253;
/// The longest part of a host name, and the longest name of a lattice or domain, in bytes.
const NAME_BYTES: usize = 63;

fn wrong<T>(text: &str, what: &'static str, argument: Argument, help: String) -> Result<T, InfraError> {
    Err(InfraError::Value { value: quoted(text), what, argument, help })
}

/// The folder that gets the files.
pub fn folder(text: &str) -> Result<(), InfraError> {
    if text.trim().is_empty() { Err(InfraError::NoFolder) } else { Ok(()) }
}

/// A host name or an IP address. Returns it in the form used in URLs.
///
/// # Errors
/// When it is neither.
pub fn host(text: &str) -> Result<String, InfraError> {
    if text.parse::<Ipv6Addr>().is_ok() {
        return Ok(format!("[{text}]"));
    }
    if is_host(text) {
        return Ok(text.to_owned());
    }
    let help = format!(
        "give a name or an address without scheme and port: {}, and the port by {}",
        Argument::CloudNats.with("nats.example.org"),
        Argument::LeafPort
    );
    wrong(text, "a host's name or address", Argument::CloudNats, help)
}

fn is_host(text: &str) -> bool {
    let is_part = |part: &str| {
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '-';
        (1..=NAME_BYTES).contains(&part.len())
            && part.chars().all(fits)
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    // Four numbers are either an address or invalid.
    let is_numeric = text.chars().all(|c| c.is_ascii_digit() || c == '.');
    text.len() <= HOST_BYTES
        && text.split('.').all(is_part)
        && (!is_numeric || text.parse::<std::net::Ipv4Addr>().is_ok())
}

/// Whether the name means this machine, so that other machines cannot use it.
pub fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// A registry with an optional path. Returns its host, with the port.
///
/// # Errors
/// When it is not valid.
pub fn registry(text: &str) -> Result<&str, InfraError> {
    let (address, path) = text.split_once('/').map_or((text, None), |(address, path)| (address, Some(path)));
    let (name, port) = address.split_once(':').map_or((address, None), |(name, port)| (name, Some(port)));
    // Image references whose first part has none of these are names on Docker Hub.
    let is_registry = address.contains(['.', ':']) || address == "localhost";
    let port_fits = port.is_none_or(|port| values::port(port).is_ok());
    let is_word = |part: &str| {
        let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
        let ends = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        part.chars().all(inner) && ends(part.chars().next()) && ends(part.chars().last())
    };
    let path_fits = path.is_none_or(|path| path.split('/').all(is_word));
    if is_registry && is_host(name) && port_fits && path_fits && text.len() <= HOST_BYTES {
        return Ok(address);
    }
    let help = format!(
        "write host and path without a scheme: {}, or `10.0.0.5:5000`",
        Argument::Registry.with("registry.example.org/team")
    );
    wrong(text, "a registry that all hosts can reach", Argument::Registry, help)
}

/// Whether a list such as `REGISTRY_INSECURE` names a registry's host, with its port or for all of them.
pub fn is_insecure(list: &str, registry: &str) -> bool {
    let host = registry.split('/').next().unwrap_or_default();
    let bare = host.split(':').next().unwrap_or_default();
    list.split(',').map(str::trim).any(|one| !one.is_empty() && (one == host || one == bare))
}

/// The name of a lattice: a part of NATS subjects.
///
/// # Errors
/// When it is not valid.
pub fn lattice(text: &str) -> Result<&str, InfraError> {
    let help = format!("use up to 63 letters, digits, `-` and `_`: {}", Argument::Lattice.with("default"));
    if is_name(text) { Ok(text) } else { wrong(text, "a lattice's name", Argument::Lattice, help) }
}

/// A JetStream domain.
///
/// # Errors
/// When it is not valid.
pub fn domain(argument: Argument, text: &str) -> Result<&str, InfraError> {
    let help = format!("use up to 63 letters, digits, `-` and `_`: {}", argument.with("cloud"));
    if is_name(text) { Ok(text) } else { wrong(text, "a JetStream domain", argument, help) }
}

fn is_name(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (1..=NAME_BYTES).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(fits)
}

/// A value of the label `host-type`: what tasks name as their targets.
///
/// # Errors
/// When it is not valid.
pub fn label(argument: Argument, text: &str) -> Result<&str, InfraError> {
    let help = format!("use up to 63 letters, digits, `-`, `_` and `.`: {}", argument.with("edge"));
    values::target(text).or_else(|_| wrong(text, "a host's label", argument, help))
}

/// Ports, each with what listens there; none comes twice.
pub(super) fn distinct(ports: &[(u16, &str)]) -> Result<(), InfraError> {
    for (index, (port, thing)) in ports.iter().enumerate() {
        if let Some((_, other)) = ports[..index].iter().find(|(earlier, _)| earlier == port) {
            return Err(InfraError::SamePort { port: *port, things: format!("by {other} and by {thing}") });
        }
    }
    Ok(())
}

pub(super) fn text(text: &str) -> Value {
    Value::scalar(text.to_owned())
}

pub(super) fn object<'a>(values: impl Iterator<Item = (&'a str, Value)>) -> Value {
    Value::Object(values.map(|(name, value)| (name.to_owned().into(), value)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::infra::{Images, Platform};

    #[test]
    fn hosts_are_names_or_addresses() {
        for good in ["nats.example.org", "NATS", "10.0.0.5", "a-b.c", "4u.example", "xn--4ca"] {
            assert_eq!(host(good).unwrap(), good);
        }
        assert_eq!(host("fd00::5").unwrap(), "[fd00::5]");
        for bad in
            ["1.2.3", "1.2.3.400", "a..b", ".a", "a.", "-a.b", "a_b", "a:1", "[::1]", "nats://a", "u@a"]
        {
            assert!(host(bad).is_err(), "{bad}");
        }
        assert!(host(&format!("{}.org", "a".repeat(64))).is_err());
        assert!(is_loopback("127.0.0.9") && is_loopback("::1") && !is_loopback("local.host"));
    }

    #[test]
    fn registries_have_a_host_that_images_can_name() {
        for (good, host) in [
            ("registry.example.org/team/a_b", "registry.example.org"),
            ("10.0.0.5:5000", "10.0.0.5:5000"),
            ("localhost/x", "localhost"),
        ] {
            assert_eq!(registry(good).unwrap(), host);
        }
        for bad in
            ["team", "x.org/Team", "x.org/", "x.org//a", "https://x.org", "x.org:0", "x.org:a", "x.org/-a"]
        {
            assert!(registry(bad).is_err(), "{bad}");
        }
        assert!(is_insecure("a.b, 10.0.0.5:5000", "10.0.0.5:5000/team"));
        assert!(is_insecure("10.0.0.5", "10.0.0.5:5000"));
        assert!(!is_insecure("", "10.0.0.5:5000") && !is_insecure("10.0.0.5:5001", "10.0.0.5:5000"));
    }

    #[test]
    fn what_means_something_in_a_file_or_a_shell_is_refused() {
        for hostile in HOSTILE {
            assert!(host(hostile).is_err(), "{hostile:?}");
            assert!(registry(hostile).is_err(), "{hostile:?}");
            assert!(lattice(hostile).is_err(), "{hostile:?}");
            assert!(domain(Argument::EdgeDomain, hostile).is_err(), "{hostile:?}");
            assert!(label(Argument::EdgeLabel, hostile).is_err(), "{hostile:?}");
            for platform in [Platform::Wasmcloud, Platform::Wadm] {
                assert!(Images::new(platform, &[(*hostile).to_owned()]).is_err(), "{hostile:?}");
                assert!(Images::new(platform, &[format!("nats={hostile}")]).is_err(), "{hostile:?}");
            }
        }
    }

    /// Texts that would break out of a value in YAML, in NATS' configuration, or in a shell, and some that are nothing.
    const HOSTILE: [&str; 31] = [
        "",
        " ",
        "a b",
        "a\nb: c",
        "a\r",
        "\"",
        "a'b",
        "a: b",
        "a#b",
        "$HOME",
        "${HOME}",
        "a$b",
        "{{ a }}",
        "a\\b",
        "a`b`",
        "-a",
        "a;b",
        "é",
        "a|b",
        "*",
        "a>b",
        "nats=a b",
        "nats=$a",
        "nats=a\"",
        "nats=a\nb",
        "bats=a:1",
        "a.b:x/c",
        "a.b/C D",
        "[::1",
        "a@b.c",
        "../a",
    ];

    #[test]
    fn names_are_parts_of_subjects() {
        for good in ["default", "a-b_C", "7"] {
            assert!(lattice(good).is_ok() && domain(Argument::EdgeDomain, good).is_ok(), "{good}");
        }
        for bad in ["", "a.b", "a b", "-a", "*", ">", "a$", &"a".repeat(64)] {
            assert!(lattice(bad).is_err() && domain(Argument::EdgeDomain, bad).is_err(), "{bad}");
        }
    }
}
