//! How to build: flags that several commands share.

use std::num::NonZeroUsize;

use clap::Args;

use crate::build::container::addresses;
use crate::pelato::BuildFlags;
use crate::project::Builder;

/// How to build: shared by all commands that do.
#[derive(Debug, Args)]
pub struct Flags {
    /// How many components at a time [default: the number of processors; 1 if PARALLEL_BUILD is False]
    #[arg(short, long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Never use the network: no compiler is installed, no module of others is fetched
    #[arg(long)]
    offline: bool,
    /// Never install a compiler, and never fetch a toolchain image
    #[arg(long)]
    no_install: bool,
    /// What compiles [default: BUILDER, else auto]
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
            (true, _) => Some("--offline"),
            (_, true) => Some("--no-install"),
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
