//! What compiles functions, as a setting or a flag says it.

use std::fmt;
use std::str::FromStr;

/// What compiles.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Builder {
    /// A compatible compiler on PATH, else a container engine that answers, else the pinned compiler.
    #[default]
    Auto,
    /// A compiler on this machine.
    Local,
    /// The compiler in the pack's toolchain image.
    Container,
}

impl fmt::Display for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Auto => "auto",
            Self::Local => "local",
            Self::Container => "container",
        })
    }
}

impl FromStr for Builder {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Auto, Self::Local, Self::Container]
            .into_iter()
            .find(|builder| builder.to_string().eq_ignore_ascii_case(text))
            .ok_or(())
    }
}
