//! Who a browser says sends a request, and which host names requests are for.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

/// An origin as browsers send it: scheme, host, and the port unless it is the scheme's own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    scheme: String,
    /// Host and port, in lower case.
    authority: String,
}

/// A text that is not an origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnOrigin;

impl Origin {
    /// Host and port, in lower case.
    pub fn authority(&self) -> &str {
        &self.authority
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}://{}", self.scheme, self.authority)
    }
}

impl FromStr for Origin {
    type Err = NotAnOrigin;

    fn from_str(text: &str) -> Result<Self, NotAnOrigin> {
        let text = text.to_ascii_lowercase();
        let (scheme, authority) = text.split_once("://").ok_or(NotAnOrigin)?;
        let in_scheme = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
        if !scheme.starts_with(|c: char| c.is_ascii_alphabetic()) || !scheme.bytes().all(in_scheme) {
            return Err(NotAnOrigin);
        }
        let (host, port) = split(authority).ok_or(NotAnOrigin)?;
        let own_port = match scheme {
            "http" => Some(80),
            "https" => Some(443),
            _ => None,
        };
        let authority = match port.filter(|port| Some(*port) != own_port) {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        Ok(Self { scheme: scheme.to_owned(), authority })
    }
}

/// Host and port of `host`, `host:port`, `[::1]` or `[::1]:port`; none if it is none of these.
fn split(authority: &str) -> Option<(&str, Option<u16>)> {
    let end = match authority.strip_prefix('[') {
        Some(rest) => rest.find(']')? + 2,
        None => authority.find(':').unwrap_or(authority.len()),
    };
    let (host, rest) = authority.split_at_checked(end)?;
    let port = match rest.strip_prefix(':') {
        Some(port) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some(port.parse().ok().filter(|port| *port > 0)?)
        }
        None if rest.is_empty() => None,
        _ => return None,
    };
    is_host(host).then_some((host, port))
}

/// The host that `host:port` names, in lower case and without the dot at its end.
pub fn host_of(authority: &str) -> Option<String> {
    let (host, _) = split(authority)?;
    Some(host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase())
}

/// Whether a text is a host's name or address, without a port.
pub fn is_host(text: &str) -> bool {
    if let Some(address) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return address.parse::<Ipv6Addr>().is_ok();
    }
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    text.bytes().all(is_part) && text.bytes().any(|byte| byte.is_ascii_alphanumeric())
}

/// Whether a host, in lower case, is this machine by a name that no name server decides on.
pub fn is_loopback(host: &str) -> bool {
    let address = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => address.is_loopback(),
        Ok(IpAddr::V6(address)) => address.to_canonical().is_loopback(),
        Err(_) => host == "localhost" || host.ends_with(".localhost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(text: &str) -> Option<String> {
        text.parse::<Origin>().ok().map(|origin| origin.to_string())
    }

    #[test]
    fn an_origin_has_a_scheme_a_host_and_a_port_of_its_own() {
        for (text, read) in [
            ("https://A.example", "https://a.example"),
            ("https://a.example:443", "https://a.example"),
            ("http://a.example:443", "http://a.example:443"),
            ("HTTP://[::1]:3000", "http://[::1]:3000"),
            ("capacitor://localhost", "capacitor://localhost"),
        ] {
            assert_eq!(origin(text).as_deref(), Some(read), "{text}");
        }
        for text in [
            "",
            "*",
            "null",
            "a.example",
            "https://",
            "https://a.example/",
            "https://a b",
            "https://a:0",
            "https://a:99999",
            "https://a:",
            "https://a:+1",
            "https://user@a",
            "https://[::1",
            "https://[x]",
            "://a",
            "https://a,https://b",
            "https://é",
        ] {
            assert_eq!(origin(text), None, "{text}");
        }
    }

    #[test]
    fn a_host_is_named_with_any_port_and_case() {
        for text in [
            "localhost",
            "LOCALHOST:8000",
            "localhost.:1",
            "app.localhost",
            "127.0.0.1:80",
            "127.9.9.9",
            "[::1]",
            "[::1]:8000",
            "[::ffff:127.0.0.1]",
        ] {
            assert!(host_of(text).is_some_and(|host| is_loopback(&host)), "{text}");
        }
        for text in [
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "10.0.0.1",
            "[::2]",
            "notlocalhost",
            "0.0.0.0",
        ] {
            assert!(host_of(text).is_some_and(|host| !is_loopback(&host)), "{text}");
        }
        for text in ["", ":80", "a:b", "[::1", "[::1]x", "a/b", "a@b", "."] {
            assert_eq!(host_of(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,40}") {
            let _ = (origin(&text), host_of(&text), is_host(&text), is_loopback(&text));
        }

        #[test]
        fn what_was_read_reads_the_same_again(text in "(http|https|x)://[a-zA-Z.\\[\\]:0-9]{1,20}") {
            if let Some(read) = origin(&text) {
                proptest::prop_assert_eq!(origin(&read), Some(read));
            }
        }
    }
}
