//! Settings: their names, what values they take, and what they are when nobody sets them. Here are those that no platform
//! has to itself; `all.rs` has all.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use oci_spec::distribution::Reference;

use crate::measurement::time;
use crate::nats::{self, subject};
use crate::project::Builder;

/// What stands for a provider in the hosts, in place of an image.
pub const BUILT_IN: &str = "builtin";

/// The file of a project's settings.
pub const ENV_FILE: &str = ".env";

/// One thing that can be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// Its name in the environment and in `.env`.
    pub name: &'static str,
    /// What values it takes.
    pub kind: Kind,
    /// What it is to the connection to a server, if it is part of one.
    pub role: Option<Role>,
    /// Its value when nobody sets it.
    pub default: Option<&'static str>,
    /// One line about it.
    pub about: &'static str,
}

/// The most calls at a time that a replica may handle: as many components as wasmCloud's hosts have room for.
const MAX_CALLS: u32 = 10_000;

/// What values a setting takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// A text that is never shown.
    Secret,
    /// `True` or `False` (also `1`, `0`, `yes`, `no`, `on`, `off`; capitals do not matter).
    Truth,
    /// A port: 1 to 65535.
    Port,
    /// A whole number from 1.
    Number,
    /// A whole number from 1 to [`MAX_CALLS`].
    Calls,
    /// A time with its unit, or in seconds, and not 0.
    Time,
    /// `auto`, `local` or `container`.
    Builder,
    /// The name or address of a host of a NATS server, without scheme and port.
    Host,
    /// The address of a NATS server.
    NatsUrl,
    /// An image of a registry, or `builtin`.
    Image,
    /// An IP address.
    IpAddress,
    /// A name that is a token of NATS subjects.
    Token,
    /// The name of a configuration in a lattice.
    Configuration,
    /// Names and tokens: `a=b`, separated by commas. No name comes twice.
    Pairs,
    /// A platform that PELATO deploys to.
    Platform,
    /// The name of a namespace of Kubernetes.
    Namespace,
}

/// What a value is to a connection: see [`may`](super::disclosure::may).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Names the server.
    Address,
    /// Is sent to it, or proves who comes.
    Secret,
    /// Switches TLS off.
    PlainHttp,
    /// Decides whose certificates are accepted.
    Authorities,
    /// Names a server, together with who we are there and with programs that are run to find that out.
    Identity,
}

macro_rules! keys {
    (@role) => { None };
    (@role $role:ident) => { Some(Role::$role) };
    ($($(#[doc = $about:literal])+ $id:ident: $kind:ident $([$role:ident])? = $default:expr;)*) => {
        $($(#[doc = $about])+ pub const $id: Key = Key {
            name: stringify!($id),
            kind: Kind::$kind,
            role: keys!(@role $($role)?),
            default: $default,
            about: concat!($($about),+),
        };)*
        /// All of these settings, in the order in which `pelato config` shows them.
        pub const ALL: &[Key] = &[$($id),*];
    };
}

keys! {
    /// Registry that components are pushed to, such as `registry.example.org/team`.
    REGISTRY_URL: Text [Address] = None;
    /// User name for the registry.
    REGISTRY_USER: Text [Secret] = None;
    /// Password for the registry.
    REGISTRY_PASSWORD: Secret [Secret] = None;
    /// Registries that are accessed over plain HTTP, separated by commas: `localhost:5000`.
    REGISTRY_INSECURE: Text [PlainHttp] = None;
    /// File of PEM certificates of authorities to trust for the registry, in addition to the system's.
    REGISTRY_CA: Text [Authorities] = None;
    /// Whether components start in code that is compiled quickly; what `run` runs is optimised meanwhile.
    QUICK_START: Truth = Some("True");
    /// Whether several components are built in parallel.
    PARALLEL_BUILD: Truth = Some("True");
    /// Where components are compiled: `local`, `container`, or `auto`, which uses what is available.
    BUILDER: Builder = Some("auto");
    /// Memory that a compiler in a container may use, in MiB.
    CONTAINER_MEMORY: Number = Some("2048");
    /// Processors that a compiler in a container may use; all of them if not set.
    CONTAINER_CPUS: Number = None;
    /// Processes and threads that a compiler in a container may have.
    CONTAINER_PIDS: Number = Some("256");
    /// Longest time that a compiler in a container may take, such as `90s` or `15m`.
    CONTAINER_TIMEOUT: Time = Some("15m");
    /// Host name of the NATS server.
    NATS_HOST: Host [Address] = Some("localhost");
    /// Port of the NATS server.
    NATS_PORT: Port [Address] = Some("4222");
    /// User name for the NATS server.
    NATS_USER: Text [Secret] = None;
    /// Password for the NATS server.
    NATS_PASSWORD: Secret [Secret] = None;
    /// Credentials file for the NATS server (`.creds`).
    NATS_CREDS: Text [Secret] = None;
    /// File with the PEM certificate of PELATO for the NATS server, if it asks clients for one.
    // The server sees the certificate, never the key: neither is a secret that a connection discloses.
    NATS_CERT: Text = None;
    /// File with the private key of that certificate, if it is not in the same file.
    NATS_KEY: Text = None;
    /// File of PEM certificates of authorities to trust for the NATS server, in addition to the system's.
    NATS_CA: Text [Authorities] = None;
    /// PostgreSQL database for `pelato run`: `postgres://user:password@host:5432/database`.
    POSTGRES_URL: Secret [Address] = None;
    /// File of PEM certificates of authorities to trust for the PostgreSQL server, in addition to the system's.
    POSTGRES_CA: Text [Authorities] = None;
    /// JetStream domain of the platform's own data, and of messages that are delivered at least once.
    JETSTREAM_DOMAIN: Token = None;
    /// JetStream domains of targets with a NATS server of their own, such as `edge=site-a`, separated by commas.
    TARGET_DOMAINS: Pairs = None;
    /// Messages and requests that each replica of a component handles concurrently.
    CALLS_PER_REPLICA: Calls = Some("100");
    /// Longest time of a call on the hosts, as they are configured, such as `60s` or `10m`.
    CALL_TIMEOUT: Time = Some("60s");
    /// JetStream domain of the key-value buckets, if it is not that of the NATS server.
    KEYVALUE_DOMAIN: Token = None;
    /// What is deployed to: `wasmcloud` for wasmCloud 2, or `wadm` for wasmCloud 1.9.
    PLATFORM: Platform = Some("wasmcloud");
    /// Whether each run appends its times to `metrics.yaml`.
    ENABLE_METRICS: Truth = Some("False");
}

/// A setting's value, read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// As it is written: of [`Kind::Text`], [`Kind::Secret`] and all kinds that only restrict a text.
    Text,
    /// Of [`Kind::Truth`].
    Truth(bool),
    /// Of [`Kind::Port`], [`Kind::Number`] and [`Kind::Calls`].
    Number(u32),
    /// Of [`Kind::Time`].
    Time(Duration),
    /// Of [`Kind::Builder`].
    Builder(Builder),
}

/// What a setting takes: in words, and one of its values (in backquotes, the outer ones left out).
pub type Expected = (&'static str, &'static str);

impl Kind {
    /// Reads a value.
    ///
    /// # Errors
    /// When it is none of this kind: what is expected.
    pub fn read(self, text: &str) -> Result<Value, Expected> {
        let number = |max: u32| {
            let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
            let number = text.parse().ok().filter(|number| is_plain && (1..=max).contains(number));
            number.map(Value::Number)
        };
        let (value, expected) = match self {
            Self::Text | Self::Secret => (Some(Value::Text), ("a text", "some text")),
            Self::Truth => (truth(text).map(Value::Truth), ("a boolean", "`True` or `False`")),
            Self::Number => (number(u32::MAX), ("a whole number from 1", "a number such as `2048`")),
            Self::Calls => (number(MAX_CALLS), ("a whole number from 1 to 10000", "a number such as `100`")),
            Self::Time => {
                let time = time::parse(text).ok().filter(|time| !time.is_zero());
                (
                    time.map(Value::Time),
                    ("a time of more than 0 and at most a day", "a time such as `90s` or `15m`"),
                )
            }
            Self::Builder => {
                (text.parse().ok().map(Value::Builder), ("a builder", "`auto`, `local` or `container`"))
            }
            Self::Host => (
                nats::is_host(text).then_some(Value::Text),
                ("a host without scheme and port", "a name or an address such as `nats.example.org`"),
            ),
            Self::NatsUrl => (
                nats::check(text).is_ok().then_some(Value::Text),
                ("the address of a NATS server", "an address such as `nats://127.0.0.1:4222`"),
            ),
            Self::Image => (
                (text.eq_ignore_ascii_case(BUILT_IN) || Reference::try_from(text).is_ok())
                    .then_some(Value::Text),
                ("an image", "an image such as `registry.example.org/team/provider:1.0`"),
            ),
            Self::IpAddress => (
                text.parse::<IpAddr>().is_ok().then_some(Value::Text),
                ("an IP address", "an address such as `0.0.0.0`"),
            ),
            Self::Token => (
                subject::is_token(text).then_some(Value::Text),
                ("a name without dots, spaces, commas, `|` and wildcards", "a name such as `cloud`"),
            ),
            Self::Configuration => (
                is_configuration(text).then_some(Value::Text),
                (
                    "the name of a configuration",
                    "a name of letters, digits, `-`, `_`, `=` and `/`, such as `rooms-db`",
                ),
            ),
            Self::Pairs => (
                pairs(text).map(|_| Value::Text),
                ("a list of pairs that are separated by commas", "a list such as `edge=site-a,fog=site-b`"),
            ),
            Self::Platform => {
                (PLATFORMS.contains(&text).then_some(Value::Text), ("a platform", "`wasmcloud` or `wadm`"))
            }
            Self::Namespace => (
                is_namespace(text).then_some(Value::Text),
                (
                    "the name of a namespace of Kubernetes",
                    "a name such as `sensors`: lower-case letters, digits and `-`",
                ),
            ),
            Self::Port => (number(u16::MAX.into()), ("a port from 1 to 65535", "a port such as `4222`")),
        };
        value.ok_or(expected)
    }
}

/// The platforms, by their names: the first is the one that is meant where nobody says which.
pub const PLATFORMS: [&str; 2] = ["wasmcloud", "wadm"];

/// The names and tokens of a list.
pub(super) fn pairs(text: &str) -> Option<BTreeMap<String, String>> {
    let mut pairs = BTreeMap::new();
    for pair in text.split(',') {
        let (name, token) = pair.split_once('=')?;
        let (name, token) = (name.trim(), token.trim());
        let is_new = pairs.insert(name.to_owned(), token.to_owned()).is_none();
        if name.is_empty() || !subject::is_token(token) || !is_new {
            return None;
        }
    }
    Some(pairs)
}

/// Whether hosts of wasmCloud 1.9 take it: it is a token of the subject by which it is put there, and a key of a bucket.
fn is_configuration(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_=/".contains(&byte))
}

/// Whether Kubernetes takes it as the name of a namespace.
fn is_namespace(text: &str) -> bool {
    let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    let inside = !text.starts_with('-') && !text.ends_with('-');
    !text.is_empty() && text.len() <= 63 && text.chars().all(plain) && inside
}

fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Some(true),
        "false" | "0" | "no" | "off" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_of_their_kind() {
        for (kind, good, bad) in [
            (Kind::Port, &["1", "65535"][..], &["+5", "-5", "0", "65536", "", " 5", "5e1"][..]),
            (Kind::Calls, &["100"], &["+100", "10001"]),
            (Kind::Number, &["2048"], &["+1", "1.5"]),
            (Kind::Configuration, &["postgres", "rooms-db_2"], &["", "a b", "a.b", "a*", "größe"]),
            (Kind::Time, &["90s", "1.5m", "10"], &["1e3", "+5s", "1e3s", "0"]),
            (
                Kind::Image,
                &["builtin", "Builtin", "ghcr.io/wasmcloud/http-server:0.27.0", "localhost:5000/a"],
                &["a b", "", "Team/Provider", "a:b c"],
            ),
        ] {
            good.iter().for_each(|text| assert!(kind.read(text).is_ok(), "{kind:?} {text:?}"));
            bad.iter().for_each(|text| assert!(kind.read(text).is_err(), "{kind:?} {text:?}"));
        }
    }

    #[test]
    fn defaults_are_of_their_kind() {
        for key in super::super::ALL {
            assert!(key.default.is_none_or(|text| key.kind.read(text).is_ok()), "{}", key.name);
        }
    }
}
