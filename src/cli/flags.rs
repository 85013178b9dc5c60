//! Flags, and kinds of values, that several commands share.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;
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

/// More components are not built in parallel.
const MOST_JOBS: usize = 1024;

/// A time that is not 0: the value of every flag that takes a time.
///
/// # Errors
/// When the text is none; in words.
pub fn time(text: &str) -> Result<Duration, String> {
    let time = time::parse(text)?;
    if time.is_zero() { Err("expected more than 0".to_owned()) } else { Ok(time) }
}

/// A whole number as people write it, within these limits: the value of every flag and argument that takes one.
pub fn number<T>(range: RangeInclusive<T>) -> impl Fn(&str) -> Result<T, String> + Clone
where
    T: FromStr + PartialOrd + Display + Clone,
{
    move |text| {
        // What `parse` takes besides is a `+`, which means something else in the places where people use it.
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse().ok().filter(|number| digits && range.contains(number));
        number.ok_or_else(|| format!("expected a whole number from {} to {}", range.start(), range.end()))
    }
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
    #[arg(short, long, value_name = "N", value_parser = number(1..=MOST_JOBS))]
    jobs: Option<usize>,
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
            jobs: self.jobs,
            no_install,
            offline: self.offline,
            path: std::env::var_os("PATH").unwrap_or_default(),
            builder: self.builder,
            engines: addresses(&|name| std::env::var_os(name)),
            newest_images: false,
        }
    }
}
