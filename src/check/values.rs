//! Single values of a task: each function takes the text that was written and returns its meaning, or what is wrong.

use std::fmt::Display;

use semver::Version;

use super::placement::Placement;
use crate::entry;
use crate::text::suggest;
use crate::text::{is_safe, quoted};
use crate::web::Origin;

/// A value that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    pub message: String,
    pub help: String,
}

pub(super) fn wrong<T>(message: impl Into<String>, help: impl Into<String>) -> Result<T, Wrong> {
    Err(Wrong { message: message.into(), help: help.into() })
}

/// The longest `component_name`, in bytes: what a DNS label and a Kubernetes name can hold.
pub const NAME_BYTES: usize = 63;
/// What `delivery` may say: the first is the default.
pub const DELIVERIES: [&str; 2] = ["at-most-once", "at-least-once"];
/// What `scope` may say: the first is the default.
pub const SCOPES: [&str; 2] = ["everywhere", "site"];
/// The most tries of one message.
pub const MAX_DELIVER: u32 = 100;
/// The most replicas of a component in one target.
pub const MAX_REPLICAS: u32 = 1000;
/// The longest version, in bytes: what an OCI tag can hold.
const VERSION_BYTES: usize = 128;
const TITLE_CHARS: usize = 200;
const PATH_BYTES: usize = 255;
/// The longest name of a host, in bytes: what DNS can hold.
const HOST_BYTES: usize = 253;

/// A name that is shown to people: any one line of text.
pub fn title(text: &str) -> Result<&str, Wrong> {
    if text.trim().is_empty() {
        return wrong("the name is empty", "write a descriptive name");
    }
    if text.chars().count() > TITLE_CHARS {
        return wrong(format!("the name has more than {TITLE_CHARS} characters"), "shorten it");
    }
    match text.chars().find(|c| !is_safe(*c)) {
        None => Ok(text),
        Some(c) => wrong(
            format!("the name contains the character U+{:04X}", u32::from(c)),
            "write it as one line of text",
        ),
    }
}

/// A component's name: it becomes a repository in an OCI registry, a part of NATS subjects, a folder and a file.
pub fn component_name(text: &str) -> Result<&str, Wrong> {
    let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_end = |byte: Option<&u8>| byte.is_some_and(|byte| is_word(*byte));
    let bytes = text.as_bytes();
    let fits = bytes.iter().all(|byte| is_word(*byte) || matches!(byte, b'_' | b'-'))
        && is_end(bytes.first())
        && is_end(bytes.last())
        // Registries take `a_b`, `a__b` and `a---b`, but neither `a___b` nor `a_-b`.
        && !["___", "_-", "-_"].iter().any(|part| text.contains(part));
    if text == entry::IMAGE {
        return wrong(
            format!("`{text}` is the name of PELATO's own image"),
            "choose another name for the component",
        );
    }
    if fits && bytes.len() <= NAME_BYTES {
        return Ok(text);
    }
    let message = if text.is_empty() {
        "the component's name is empty".to_owned()
    } else if fits {
        format!(
            "the component's name has {} characters; registries and hosts allow {NAME_BYTES}",
            bytes.len()
        )
    } else {
        format!("{} is not a valid name for an artifact", quoted(text))
    };
    let rule = "use lower-case letters and digits, with single `_` or `-` between them";
    match fixed_name(text) {
        Some(fixed) => wrong(message, format!("write `{fixed}`: {rule}")),
        None => wrong(message, format!("{rule}, such as `celsius_to_kelvin`")),
    }
}

/// The nearest name that fits, if anything of the text remains.
pub fn fixed_name(text: &str) -> Option<String> {
    let mut fixed = String::new();
    for character in text.chars() {
        if fixed.len() >= NAME_BYTES {
            break;
        }
        if character.is_ascii_alphanumeric() {
            fixed.push(character.to_ascii_lowercase());
        } else if !fixed.is_empty() && !fixed.ends_with(['_', '-']) {
            fixed.push(if character == '-' { '-' } else { '_' });
        }
    }
    let fixed = fixed.trim_end_matches(['_', '-']);
    (!fixed.is_empty()).then(|| fixed.to_owned())
}

/// A component's version, which becomes the tag of its artifact.
pub fn version(text: &str) -> Result<Version, Wrong> {
    let parsed = Version::parse(text).ok();
    match parsed {
        Some(version) if version.build.is_empty() && text.len() <= VERSION_BYTES => Ok(version),
        Some(version) if !version.build.is_empty() => {
            let without = Version { build: semver::BuildMetadata::EMPTY, ..version };
            wrong(
                format!("the version contains `+`: {}", quoted(text)),
                format!("write `{without}`: a registry tag cannot contain a `+`"),
            )
        }
        Some(_) => wrong(format!("the version has more than {VERSION_BYTES} characters"), "shorten it"),
        None => {
            let message = format!("{} is not a semantic version", quoted(text));
            match fixed_version(text) {
                Some(fixed) => wrong(message, format!("write `{fixed}`")),
                None => wrong(message, "write three numbers: major.minor.patch, such as `1.0.0`"),
            }
        }
    }
}

fn fixed_version(text: &str) -> Option<Version> {
    let text = text.trim().trim_start_matches(['v', 'V', '=']).trim_start_matches('.').trim();
    let end = text.find(['-', '+']).unwrap_or(text.len());
    let (numbers, rest) = (text.get(..end)?, text.get(end..)?);
    let rest = rest.split('+').next().unwrap_or_default();
    let mut parts = Vec::new();
    for number in numbers.trim_end_matches('.').split('.') {
        parts.push(number.parse::<u64>().ok()?);
    }
    if parts.len() > 3 {
        return None;
    }
    parts.resize(3, 0);
    Version::parse(&format!("{}.{}.{}{rest}", parts[0], parts[1], parts[2])).ok()
}

/// The number of replicas in each target.
pub fn replicas(text: &str) -> Result<u32, Wrong> {
    whole(text, 1, MAX_REPLICAS, "number of replicas")
}

/// How replicas are spread over the hosts of a target.
pub fn placement(text: &str) -> Result<Placement, Wrong> {
    text.parse().or_else(|()| {
        wrong(format!("{} is not a valid placement", quoted(text)), suggest::help(text, Placement::NAMES))
    })
}

/// Whether messages are handed to a component at least once.
pub fn delivery(text: &str) -> Result<bool, Wrong> {
    is_second(DELIVERIES, text, "is not a valid delivery")
}

/// Whether the messages of a component stay within a site.
pub fn scope(text: &str) -> Result<bool, Wrong> {
    is_second(SCOPES, text, "is not a valid scope")
}

/// Whether a text is the second of two words; `what` is said of another text.
pub(super) fn is_second(words: [&str; 2], text: &str, what: &str) -> Result<bool, Wrong> {
    match words.iter().position(|word| *word == text) {
        Some(index) => Ok(index == 1),
        None => wrong(format!("{} {what}", quoted(text)), suggest::help(text, words)),
    }
}

/// How often a message is tried before it is given up.
pub fn max_deliver(text: &str) -> Result<u32, Wrong> {
    whole(text, 1, MAX_DELIVER, "number of deliveries")
}

pub fn port(text: &str) -> Result<u16, Wrong> {
    whole(text, 1, u16::MAX, "port")
}

fn whole<T: std::str::FromStr + PartialOrd + Display>(
    text: &str,
    least: T,
    most: T,
    what: &str,
) -> Result<T, Wrong> {
    match text.parse::<T>() {
        Ok(number) if number >= least && number <= most && is_digits(text) => Ok(number),
        _ => wrong(
            format!("{} is not a valid {what}", quoted(text)),
            format!("write a whole number from {least} to {most}"),
        ),
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A whole number, 0 or more.
pub fn integer(text: &str) -> Result<u64, Wrong> {
    match text.parse::<u64>() {
        Ok(number) if is_digits(text) => Ok(number),
        _ => wrong(format!("{} is not a whole number", quoted(text)), "write digits only, such as `10`"),
    }
}

pub fn http_path(text: &str) -> Result<&str, Wrong> {
    if !text.starts_with('/') {
        let rest: String = text.chars().filter(|c| is_in_path(*c)).collect();
        return wrong(
            format!("the path {} does not begin with `/`", quoted(text)),
            format!("write {}", quoted(&format!("/{rest}"))),
        );
    }
    if text.len() > PATH_BYTES {
        return wrong(format!("the path has more than {PATH_BYTES} bytes"), "shorten it");
    }
    match text.chars().find(|c| !is_in_path(*c)) {
        None => Ok(text),
        Some(c) => wrong(
            format!("the path {} contains {}", quoted(text), quoted(&c.to_string())),
            "a path may contain letters, digits and `/-._~!$&'()*+,;=:@`; others are written as `%20`",
        ),
    }
}

/// A name by which HTTP requests reach hosts: one of DNS, or an IPv4 address.
pub fn http_host(text: &str) -> Result<&str, Wrong> {
    if is_http_host(text) {
        return Ok(text);
    }
    let message = match text {
        "" => "the name of the host is empty".to_owned(),
        _ => format!("{} is not a valid host name", quoted(text)),
    };
    const RULE: &str = "letters, digits and `-`, with `.` between the parts, such as `api.example.org`";
    let plain = text.split_once("://").map_or(text, |(_, rest)| rest);
    let plain = plain.split(['/', '?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    let plain = plain.rsplit_once(':').map_or(plain.as_str(), |(name, _)| name).trim_end_matches('.');
    match is_http_host(plain) {
        true => {
            wrong(message, format!("write `{plain}`: a name in lower case, without scheme, port and path"))
        }
        false => wrong(message, format!("use lower-case {RULE}, or an IPv4 address")),
    }
}

/// Whether hosts of wasmCloud 2 take it: they compare names letter by letter.
fn is_http_host(text: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_part = |part: &str| {
        let ends = part.starts_with('-') || part.ends_with('-');
        !part.is_empty() && part.len() <= NAME_BYTES && part.bytes().all(is_inner) && !ends
    };
    text.len() <= HOST_BYTES && text.split('.').all(is_part)
}

/// Whose pages may call a component.
pub fn origin(text: &str) -> Result<Origin, Wrong> {
    text.parse().or_else(|_| {
        let mut help =
            "write scheme and host, and the port if there is one, such as `https://page.example`".to_owned();
        let without_path = text.split_once("://").and_then(|(scheme, rest)| {
            format!("{scheme}://{}", rest.split(['/', '?', '#']).next()?).parse::<Origin>().ok()
        });
        if let Some(fixed) = without_path {
            help = format!("write `{fixed}`: an origin has no path");
        }
        wrong(format!("{} is not a valid origin", quoted(text)), help)
    })
}

fn is_in_path(character: char) -> bool {
    character.is_ascii_alphanumeric() || "/-._~!$&'()*+,;=:@%".contains(character)
}

/// A value of the hosts' label `host-type`.
pub fn target(text: &str) -> Result<&str, Wrong> {
    let is_end = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    let fits = bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
    if fits && is_end(bytes.first()) && is_end(bytes.last()) && bytes.len() <= NAME_BYTES {
        return Ok(text);
    }
    let message = if text.is_empty() {
        "the target is empty".to_owned()
    } else {
        format!("{} is not a valid host label", quoted(text))
    };
    wrong(
        message,
        format!(
            "use up to {NAME_BYTES} letters, digits, `-`, `_` and `.`, such as `edge`; several targets are a list: `[edge, cloud]`"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn help<T: std::fmt::Debug>(result: Result<T, Wrong>) -> String {
        result.unwrap_err().help
    }

    #[test]
    fn versions_are_mended_where_it_is_clear_how() {
        assert_eq!(version("1.0.0-rc.1").unwrap().to_string(), "1.0.0-rc.1");
        for (text, mended) in [
            ("1.0", "1.0.0"),
            ("v1.0.0", "1.0.0"),
            ("1", "1.0.0"),
            ("01.2.3", "1.2.3"),
            ("V2.1-beta", "2.1.0-beta"),
        ] {
            assert_eq!(help(version(text)), format!("write `{mended}`"));
        }
        assert!(help(version("1.0.0+build")).starts_with("write `1.0.0`: a registry tag"));
        for text in ["", "latest", "1.2.3.4", "1,0", "99999999999999999999.0.0", "é"] {
            assert!(help(version(text)).contains("major.minor.patch"), "{text}");
        }
        assert!(version(&format!("1.0.0-{}", "a".repeat(200))).is_err());
    }

    #[test]
    fn component_names_are_what_every_place_can_hold() {
        for good in ["celsius_to_kelvin_conversion", "a", "a-b", "a--b", "a__b", "0"] {
            assert_eq!(component_name(good), Ok(good));
        }
        for (text, mended) in [
            ("My Task", "my_task"),
            ("a.b", "a_b"),
            ("-a-", "a"),
            ("a_-b", "a_b"),
            ("Ünit 1", "nit_1"),
            ("a/b", "a_b"),
        ] {
            assert!(help(component_name(text)).starts_with(&format!("write `{mended}`")), "{text}");
        }
        assert!(help(component_name("…")).contains("such as"));
        assert!(component_name(&"a".repeat(64)).is_err());
        assert_eq!(
            component_name("pelato_entry").unwrap_err().message,
            "`pelato_entry` is the name of PELATO's own image"
        );
    }

    #[test]
    fn numbers_and_paths() {
        assert_eq!(replicas("1000"), Ok(1000));
        for text in ["0", "1001", "-1", "+1", "1.0", "", "many", "99999999999"] {
            assert!(replicas(text).is_err(), "{text}");
        }
        assert_eq!(replicas("0").unwrap_err().message, "`0` is not a valid number of replicas");
        assert_eq!(port("65536").unwrap_err().message, "`65536` is not a valid port");
        assert_eq!(integer("0"), Ok(0));
        assert!(integer("-1").is_err());
        assert_eq!(http_path("/a/b%20c"), Ok("/a/b%20c"));
        assert_eq!(help(http_path("a b")), "write `/ab`");
        for text in ["/a?b", "/a#b", "/a b", "/ä", "/\u{1b}"] {
            assert!(http_path(text).is_err(), "{text}");
        }
        assert_eq!(help(origin("https://a.example/b")), "write `https://a.example`: an origin has no path");
        assert!(help(origin("*")).contains("such as"));
    }

    #[test]
    fn hosts_are_names_without_anything_around_them() {
        for good in ["localhost", "api.example.org", "10.0.0.5", "pi-1", "xn--bcher-kva.example"] {
            assert_eq!(http_host(good), Ok(good));
        }
        for (text, mended) in [
            ("https://api.example.org/x", "api.example.org"),
            ("Pi-1", "pi-1"),
            ("pi-1:8000", "pi-1"),
            ("example.org.", "example.org"),
        ] {
            assert!(help(http_host(text)).starts_with(&format!("write `{mended}`:")), "{text}");
        }
        for text in ["", "*", "*.example.org", "a b", "a,b", "pi_1", "-a", "[::1]", "ä", &"a".repeat(64)] {
            assert!(help(http_host(text)).starts_with("use lower-case letters"), "{text}");
        }
    }

    #[test]
    fn titles_and_targets() {
        assert_eq!(title("Temperature, at home: räume"), Ok("Temperature, at home: räume"));
        for text in ["", " ", "a\nb", "a\u{1b}[0m"] {
            assert!(title(text).is_err(), "{text:?}");
        }
        assert_eq!(target("edge"), Ok("edge"));
        for text in ["", "a b", "edge,cloud", "-a", "a=b", "ä"] {
            assert!(target(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_suggested_is_accepted(text in ".{0,80}") {
            if let Some(fixed) = fixed_name(&text) {
                prop_assert_eq!(component_name(&fixed), Ok(fixed.as_str()));
            }
            if let Some(fixed) = fixed_version(&text) {
                prop_assert!(version(&fixed.to_string()).is_ok() || fixed.to_string().len() > VERSION_BYTES);
            }
            let _ = (title(&text), replicas(&text), port(&text), integer(&text), http_path(&text), target(&text));
            let _ = http_host(&text);
        }
    }
}
