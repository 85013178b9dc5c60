//! Settings: flags before the environment before `.env` before defaults, each with where it came from.

use std::borrow::Cow;
use std::fmt;
use std::net::Ipv6Addr;
use std::path::Path;

use super::{Builder, env_file};
use crate::nats;
use crate::postgres::{self, PostgresError};
use crate::report::Problem;

/// The file of a project's settings.
pub const ENV_FILE: &str = ".env";

/// One thing that can be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// Its name in the environment and in `.env`.
    pub name: &'static str,
    /// What values it takes.
    pub kind: Kind,
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
    /// `auto`, `local` or `container`.
    Builder,
}

macro_rules! keys {
    ($($(#[doc = $about:literal])+ $id:ident: $kind:ident = $default:expr;)*) => {
        $($(#[doc = $about])+ pub const $id: Key = Key {
            name: stringify!($id), kind: Kind::$kind, default: $default, about: concat!($($about),+),
        };)*
        /// All of these settings, in the order in which `pelato config` shows them.
        pub const ALL: &[Key] = &[$($id),*];
    };
}

pub mod wadm;

/// Settings that every platform, or none, takes notice of.
mod shared {
    use super::{Key, Kind};

    keys! {
        /// Registry that components are pushed to, such as `registry.example.org/team`.
        REGISTRY_URL: Text = None;
        /// User name for the registry.
        REGISTRY_USER: Text = None;
        /// Password for the registry.
        REGISTRY_PASSWORD: Secret = None;
        /// Registries that are spoken to over plain http, by commas: `localhost:5000`.
        REGISTRY_INSECURE: Text = None;
        /// File of PEM certificates that the registry's certificate may be signed by, beside the usual ones.
        REGISTRY_CA: Text = None;
        /// Whether several components are built at the same time.
        PARALLEL_BUILD: Truth = Some("True");
        /// What compiles: `local`, `container`, or `auto`, which takes what is there.
        BUILDER: Builder = Some("auto");
        /// Memory that a compiler in a container may use, in MiB.
        CONTAINER_MEMORY: Number = Some("2048");
        /// Processors that a compiler in a container may use; all of them if not set.
        CONTAINER_CPUS: Number = None;
        /// Processes and threads that a compiler in a container may have.
        CONTAINER_PIDS: Number = Some("256");
        /// Seconds that a compiler in a container may take.
        CONTAINER_TIMEOUT: Number = Some("900");
        /// Host name of the NATS server.
        NATS_HOST: Text = Some("localhost");
        /// Port of the NATS server.
        NATS_PORT: Port = Some("4222");
        /// User name for the NATS server.
        NATS_USER: Text = None;
        /// Password for the NATS server.
        NATS_PASSWORD: Secret = None;
        /// Credentials file for the NATS server (`.creds`).
        NATS_CREDS: Text = None;
        /// File of PEM certificates that the NATS server's certificate may be signed by, beside the usual ones.
        NATS_CA: Text = None;
        /// PostgreSQL database for `pelato run`: `postgres://user:password@host:5432/database`.
        POSTGRES_URL: Secret = None;
        /// File of PEM certificates that the PostgreSQL server's certificate may be signed by, beside the usual ones.
        POSTGRES_CA: Text = None;
        /// JetStream domain of the platform's own data, and of messages that are delivered at least once.
        JETSTREAM_DOMAIN: Text = None;
        /// Messages and requests that each replica of a component handles at the same time.
        CALLS_PER_REPLICA: Calls = Some("100");
        /// JetStream domain of the key-value buckets, if it is not that of the NATS server.
        KEYVALUE_DOMAIN: Text = None;
        /// Whether each run appends its times to `metrics.yaml`.
        ENABLE_METRICS: Truth = Some("False");
    }
}

pub use shared::*;

/// Every setting, in the order in which `pelato config` shows them: those of platforms come last.
pub const ALL: &[Key] = &join::<{ shared::ALL.len() + wadm::ALL.len() }>(&[shared::ALL, wadm::ALL]);

const fn join<const COUNT: usize>(groups: &[&[Key]]) -> [Key; COUNT] {
    let mut all = [shared::ALL[0]; COUNT];
    let (mut at, mut group) = (0, 0);
    while group < groups.len() {
        let mut index = 0;
        while index < groups[group].len() {
            all[at] = groups[group][index];
            (at, index) = (at + 1, index + 1);
        }
        group += 1;
    }
    all
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A flag of the command line, by its name.
    Flag(&'static str),
    /// The environment.
    Environment,
    /// The project's `.env`.
    EnvFile,
    /// Nobody set it.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) => f.pad(name),
            Self::Environment => f.pad("environment"),
            Self::EnvFile => f.pad(ENV_FILE),
            Self::Default => f.pad("default"),
        }
    }
}

/// Stands for what is not shown, whatever its length.
const MASK: &str = "********";

/// A setting's effective value.
#[derive(Clone, PartialEq, Eq)]
pub struct Effective {
    /// The setting.
    pub key: Key,
    /// Its value, if it has one.
    pub value: Option<String>,
    /// Where it came from.
    pub origin: Origin,
}

impl Effective {
    /// The value as it may be shown: secrets are masked, whatever their length.
    pub fn shown(&self) -> Option<Cow<'_, str>> {
        let value = self.value.as_deref()?;
        Some(match self.key.kind {
            Kind::Secret => Cow::Borrowed(MASK),
            // An address may have a user and a password before its `@`.
            _ => match value.rsplit_once('@') {
                Some((before, rest)) => {
                    let scheme = before.find("://").map_or("", |at| &before[..at + 3]);
                    Cow::Owned(format!("{scheme}{MASK}@{rest}"))
                }
                None => Cow::Borrowed(value),
            },
        })
    }
}

impl fmt::Debug for Effective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={:?} ({})", self.key.name, self.shown(), self.origin)
    }
}

/// All effective settings.
#[derive(Debug, Clone)]
pub struct Settings {
    effective: Vec<Effective>,
    /// What is suspicious about `.env`: warnings only.
    pub warnings: Vec<Problem>,
}

/// A value that comes from a flag.
pub struct Flag {
    /// The setting it sets.
    pub key: Key,
    /// The flag's name, with dashes.
    pub name: &'static str,
    /// Its value.
    pub value: String,
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum SettingsError {
    /// `.env` cannot be read.
    #[error("cannot read {path}")]
    #[diagnostic(help("see that it is a file of UTF-8 text and that you may read it"))]
    Unreadable {
        /// The file.
        path: String,
        /// The system's words.
        source: std::io::Error,
    },
    /// A line of `.env` is no setting.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Line(#[from] Problem),
    /// A value that its setting does not take.
    #[error("{name} is `{value}` ({origin}), which is not {expected}")]
    Value {
        /// The setting.
        name: &'static str,
        /// Its value.
        value: String,
        /// Where it came from.
        origin: Origin,
        /// What was expected.
        expected: &'static str,
        /// What to do.
        #[help]
        help: String,
    },
}

impl Settings {
    /// Gathers the settings of the project in `root`. `environment` looks up the process's environment.
    ///
    /// # Errors
    /// When `.env` cannot be read, or a value is of the wrong kind.
    pub fn load(
        root: Option<&Path>,
        environment: impl Fn(&str) -> Option<String>,
        flags: &[Flag],
    ) -> Result<Self, SettingsError> {
        let (file, warnings) = match root {
            Some(root) => env_file::read(&root.join(ENV_FILE))?,
            None => Default::default(),
        };
        let find = |key: &Key| {
            let flag = flags.iter().find(|flag| flag.key == *key);
            let flag = flag.map(|flag| (flag.value.clone(), Origin::Flag(flag.name)));
            // An empty value counts as not set: `REGISTRY_URL=` in a template means "none".
            let given = |value: Option<String>| value.filter(|value| !value.is_empty());
            flag.or_else(|| Some((given(environment(key.name))?, Origin::Environment)))
                .or_else(|| Some((given(file.get(key.name).cloned())?, Origin::EnvFile)))
        };
        let effective = ALL.iter().map(|key| match find(key) {
            Some((value, origin)) => Effective { key: *key, value: Some(value), origin },
            None => Effective { key: *key, value: key.default.map(str::to_owned), origin: Origin::Default },
        });
        let effective: Vec<_> = effective.collect();
        effective.iter().try_for_each(validate)?;
        Ok(Self { effective, warnings })
    }

    /// Every setting with its value and origin.
    pub fn iter(&self) -> impl Iterator<Item = &Effective> {
        self.effective.iter()
    }

    /// A setting's value.
    pub fn text(&self, key: Key) -> Option<&str> {
        self.effective.iter().find(|e| e.key == key)?.value.as_deref()
    }

    /// Where a setting's value came from.
    pub fn origin(&self, key: Key) -> Option<&Origin> {
        self.effective.iter().find(|e| e.key == key).map(|e| &e.origin)
    }

    /// A number, if it is set.
    pub fn number(&self, key: Key) -> Option<u64> {
        self.text(key)?.parse().ok()
    }

    /// What compiles.
    pub fn builder(&self) -> Builder {
        self.text(BUILDER).and_then(|text| text.parse().ok()).unwrap_or_default()
    }

    /// Whether a truth setting is on.
    pub fn is_on(&self, key: Key) -> bool {
        self.text(key).and_then(truth).unwrap_or(false)
    }

    /// How the NATS server is reached.
    pub fn nats(&self) -> nats::Server {
        let owned = |key| self.text(key).map(str::to_owned);
        let auth = match (owned(NATS_CREDS), owned(NATS_USER)) {
            (Some(file), _) => nats::Auth::CredentialsFile(file.into()),
            (None, Some(user)) => {
                nats::Auth::Password { user, password: owned(NATS_PASSWORD).unwrap_or_default() }
            }
            (None, None) => nats::Auth::Anonymous,
        };
        nats::Server { url: self.nats_url(), auth, root_certificates: owned(NATS_CA).map(Into::into) }
    }

    /// The PostgreSQL server at an address, else the one of the settings.
    ///
    /// # Errors
    /// When the address is none.
    pub fn postgres(&self, url: Option<&str>) -> Result<Option<postgres::Server>, PostgresError> {
        let certificates = self.text(POSTGRES_CA).map(Into::into);
        let url = url.or_else(|| self.text(POSTGRES_URL));
        url.map(|url| postgres::Server::new(url, certificates)).transpose()
    }

    /// The NATS server's address.
    pub fn nats_url(&self) -> String {
        let host = self.text(NATS_HOST).unwrap_or_default();
        // An IPv6 address wants brackets before a port.
        let host = if host.parse::<Ipv6Addr>().is_ok() { format!("[{host}]") } else { host.to_owned() };
        format!("nats://{host}:{}", self.text(NATS_PORT).unwrap_or_default())
    }
}

/// Keeps secrets from a program that is about to be started: it has no business with them.
pub fn hide_secrets(command: &mut std::process::Command) {
    for key in ALL.iter().filter(|key| key.kind == Kind::Secret) {
        command.env_remove(key.name);
    }
}

fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Some(true),
        "false" | "0" | "no" | "off" => Some(false),
        _ => None,
    }
}

fn validate(effective: &Effective) -> Result<(), SettingsError> {
    let Some(value) = &effective.value else {
        return Ok(());
    };
    let (fits, expected, example) = match effective.key.kind {
        Kind::Text | Kind::Secret => return Ok(()),
        Kind::Truth => (truth(value).is_some(), "a truth value", "True` or `False"),
        Kind::Number => {
            (value.parse::<u32>().is_ok_and(|number| number > 0), "a whole number from 1", "2048")
        }
        Kind::Calls => {
            let fits = value.parse().is_ok_and(|number| (1..=MAX_CALLS).contains(&number));
            (fits, "a whole number from 1 to 10000", "100")
        }
        Kind::Builder => (value.parse::<Builder>().is_ok(), "a builder", "auto`, `local` or `container"),
        Kind::Port => (value.parse::<u16>().is_ok_and(|port| port > 0), "a port", "4222"),
    };
    if fits {
        return Ok(());
    }
    Err(SettingsError::Value {
        name: effective.key.name,
        value: value.clone(),
        origin: effective.origin.clone(),
        expected,
        help: format!("set it to `{example}`"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(file: &str, environment: &[(&str, &str)], flags: &[Flag]) -> Result<Settings, SettingsError> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(ENV_FILE), file).unwrap();
        let look_up = |name: &str| {
            let found = environment.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        Settings::load(Some(folder.path()), look_up, flags)
    }

    #[test]
    fn flags_beat_the_environment_beats_the_file_beats_the_default() {
        let flag = [Flag { key: NATS_PORT, name: "--nats-port", value: "4".into() }];
        let file = "NATS_PORT=2\nNATS_HOST=\"file\"\n# REGISTRY_USER=x\nREGISTRY_URL=\n";
        let all = load(file, &[("NATS_PORT", "3"), ("REGISTRY_USER", "u")], &flag).unwrap();
        assert_eq!(all.text(NATS_PORT), Some("4"));
        assert_eq!(all.text(NATS_HOST), Some("file"));
        assert_eq!(all.text(REGISTRY_USER), Some("u"));
        assert_eq!(all.text(REGISTRY_URL), None, "empty counts as not set");
        assert_eq!(all.text(PARALLEL_BUILD), Some("True"));
        assert_eq!(all.nats_url(), "nats://file:4");
    }

    #[test]
    fn the_originals_truth_values_are_read() {
        assert!(!load("PARALLEL_BUILD=False\n", &[], &[]).unwrap().is_on(PARALLEL_BUILD));
        assert!(load("ENABLE_METRICS='True'\n", &[], &[]).unwrap().is_on(ENABLE_METRICS));
        let error = load("ENABLE_METRICS=maybe\n", &[], &[]).unwrap_err();
        assert_eq!(error.to_string(), "ENABLE_METRICS is `maybe` (.env), which is not a truth value");
    }

    #[test]
    fn secrets_are_never_shown() {
        let all = load("REGISTRY_PASSWORD=hunter2\n", &[], &[]).unwrap();
        assert!(!format!("{all:?}").contains("hunter2"));
        let error = load("REGISTRY_PASSWORD='hunter2\n", &[], &[]).unwrap_err();
        assert!(!format!("{error:?}{error}").contains("hunter2"), "{error:?}");
    }

    #[test]
    fn slips_in_the_file_are_noticed() {
        let all = load("REGISTRY_ULR=x\nOTHER=1\n", &[], &[]).unwrap();
        assert_eq!(all.warnings.len(), 1);
        assert_eq!(all.warnings[0].help.as_deref(), Some("did you mean `REGISTRY_URL`?"));
    }
}
