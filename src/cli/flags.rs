//! Flags, and kinds of values, that several commands share.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use miette::Diagnostic;

use crate::build::container::addresses;
use crate::measurement::time;
use crate::nats;
use crate::pelato::{BuildFlags, Error};
use crate::postgres;
use crate::project::Builder;
use crate::remedy::Argument;

/// A time that is not 0: the value of every flag that takes a time.
///
/// # Errors
/// When the text is none; in words.
pub fn time(text: &str) -> Result<Duration, String> {
    let time = time::parse(text)?;
    if time.is_zero() { Err("expected more than 0".to_owned()) } else { Ok(time) }
}

/// The path of a file that is there.
///
/// # Errors
/// When it is not; in words.
pub fn file(path: &str) -> Result<PathBuf, String> {
    match std::fs::metadata(path) {
        Ok(found) if found.is_file() => Ok(path.into()),
        Ok(_) => Err("it is not a file".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// Sees that the value of `--nats` is an address. It may contain a password: the parser of the command line would show
/// it.
///
/// # Errors
/// When it is none.
pub fn nats(url: &str) -> Result<(), Error> {
    nats::check(url).map_err(|error| refused("--nats", &error))
}

/// The same for `--postgres`.
///
/// # Errors
/// When it is no address.
pub fn postgres(url: &str) -> Result<(), Error> {
    postgres::Server::new(url, None).map(drop).map_err(|error| refused("--postgres", &error))
}

/// A flag whose value cannot be used.
fn refused(flag: &str, error: &dyn Diagnostic) -> Error {
    let help = error.help().map(|help| help.to_string()).unwrap_or_default();
    Error::Usage { message: format!("`{flag}`: {error}"), help }
}

/// How to build: shared by all commands that do.
#[derive(Debug, Args)]
pub struct Flags {
    /// How many components to build in parallel [default: the number of processors; 1 if PARALLEL_BUILD is False]
    #[arg(short, long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Never use the network: no compiler is installed, no dependency is downloaded
    #[arg(long)]
    offline: bool,
    /// Never install a compiler, and never fetch a toolchain image
    #[arg(long)]
    no_install: bool,
    /// Where components are compiled [default: BUILDER, else auto]
    #[arg(long, value_name = "BUILDER")]
    builder: Option<Builder>,
}

impl Flags {
    /// Whether the network is not to be used.
    pub fn offline(&self) -> bool {
        self.offline
    }

    /// As the facade takes them.
    pub fn to_build(&self) -> BuildFlags {
        let no_install = match (self.offline, self.no_install) {
            (true, _) => Some(Argument::Offline.into()),
            (_, true) => Some(Argument::NoInstall.into()),
            _ => None,
        };
        BuildFlags {
            jobs: self.jobs.map(usize::from),
            no_install,
            offline: self.offline,
            path: std::env::var_os("PATH").unwrap_or_default(),
            builder: self.builder,
            engines: addresses(&|name| std::env::var_os(name)),
            newest_images: false,
        }
    }
}
