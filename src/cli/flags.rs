//! How to build: flags that several commands share.

use std::num::NonZeroUsize;

use clap::Args;

use crate::build::container::addresses;
use crate::pelato::BuildFlags;
use crate::project::Builder;
use crate::remedy::Argument;

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
