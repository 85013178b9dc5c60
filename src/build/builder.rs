//! Which compiler is used: one on this machine, or one in a container.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::container::{self, ContainerError, Engine};
use super::toolchain::{self, Place, Search, Toolchain};
use super::{BuildError, Options};
use crate::catalog::Pack;
use crate::progress::{Event, Progress};

/// What compiles.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Builder {
    /// A fitting compiler on PATH, else a container engine that answers, else the pinned compiler.
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

/// Finds compilers, and connects to a container engine once, if one is needed.
pub(super) struct Finder<'a> {
    options: &'a Options,
    search: Search<'a>,
    progress: &'a dyn Progress,
    engine: Option<Result<Engine, String>>,
}

impl<'a> Finder<'a> {
    pub fn new(options: &'a Options, progress: &'a dyn Progress) -> Self {
        let search =
            Search { path: options.path.clone(), cache: &options.cache, forbidden: options.no_install };
        Self { options, search, progress, engine: None }
    }

    /// The compiler for a pack.
    ///
    /// # Errors
    /// When there is none.
    pub fn find(&mut self, pack: &Pack) -> Result<Toolchain, BuildError> {
        match self.options.builder {
            Builder::Local => Ok(toolchain::find(pack, &self.search, self.progress)?),
            Builder::Container => {
                let engine = match &self.engine {
                    Some(Ok(engine)) => engine.clone(),
                    _ => Engine::connect(&self.options.engines, self.options.limits)?,
                };
                self.engine = Some(Ok(engine.clone()));
                Ok(self.in_container(pack, &engine)?)
            }
            Builder::Auto => self.whatever_is_there(pack),
        }
    }

    fn whatever_is_there(&mut self, pack: &Pack) -> Result<Toolchain, BuildError> {
        let program = &pack.manifest.toolchain.program;
        if let Ok(found) = toolchain::here(pack, &self.search) {
            let program = &found.pack.manifest.toolchain.program;
            self.because(format!("builder: local, because a fitting {program} is here"));
            return Ok(toolchain::told(found, self.progress));
        }
        if pack.variants().iter().any(|variant| variant.manifest.toolchain.image.is_some()) {
            let connect =
                || Engine::connect(&self.options.engines, self.options.limits).map_err(|e| e.to_string());
            match self.engine.get_or_insert_with(connect).clone() {
                Ok(engine) => match self.in_container(pack, &engine) {
                    Ok(toolchain) => {
                        let address = engine.address();
                        self.because(format!(
                            "builder: container, because no {program} is here and {address} answers"
                        ));
                        return Ok(toolchain);
                    }
                    Err(error) => self.because(format!("builder: not container: {error}")),
                },
                Err(error) => self.because(format!("builder: not container: {error}")),
            }
        }
        self.because(format!("builder: local, with the pinned {program}"));
        Ok(toolchain::find(pack, &self.search, self.progress)?)
    }

    fn in_container(&self, pack: &Pack, engine: &Engine) -> Result<Toolchain, ContainerError> {
        let Search { cache, forbidden, .. } = self.search;
        // The first that has an image; without one, the first: its error says so.
        let has_image = |variant: &Pack| variant.manifest.toolchain.image.is_some();
        let pack = Arc::new(pack.variants().into_iter().find(has_image).unwrap_or_else(|| pack.clone()));
        let (image, version) = container::find(&pack, engine, cache, forbidden, self.progress)?;
        Ok(toolchain::told(Toolchain { version, place: Place::Container(image), pack }, self.progress))
    }

    fn because(&self, why: String) {
        self.progress.report(Event::Detail(why));
    }
}
