//! Which compiler is used: one on this machine, or one in a container.

use std::fmt;
use std::sync::Arc;

use super::container::{self, ContainerError, Engine};
use super::toolchain::{self, Local, Place, Search, Toolchain};
use super::{BuildError, Options};
use crate::catalog::Pack;
use crate::progress::{ChosenBy, Event, Progress};
use crate::project::Builder;

/// What compiles a pack's functions, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// What a flag or a setting says.
    Told(Builder),
    /// A fitting compiler is on this machine.
    Here { program: String },
    /// None is, and a container engine answers.
    Engine {
        /// The program that is not here.
        program: String,
        address: String,
    },
    /// There is neither: the pack's pinned one is installed.
    Pinned { program: String },
    /// There is neither, and the pack installs none.
    Nothing,
}

impl Choice {
    /// Whether it is a compiler in a container.
    pub fn is_container(&self) -> bool {
        matches!(self, Self::Told(Builder::Container) | Self::Engine { .. })
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Told(builder) => write!(f, "{builder}"),
            Self::Here { program } => write!(f, "local, because a compatible {program} is installed"),
            Self::Engine { program, address } => {
                write!(
                    f,
                    "container, because no compatible {program} is installed and a container engine answers at {address}"
                )
            }
            Self::Pinned { program } => write!(f, "local, with the pinned {program}"),
            Self::Nothing => write!(f, "none"),
        }
    }
}

/// What would compile a pack's functions, by what there is of its compiler on this machine, and by the engine that
/// answers and has or may fetch the pack's image. Nothing is done.
pub fn choose(pack: &Pack, builder: Builder, local: &Local, engine: Option<&str>) -> Choice {
    let used = local.fitting().map_or(pack, |toolchain| toolchain.pack.as_ref());
    let program = used.manifest.toolchain.program.clone();
    let engine = engine.filter(|_| pack.for_containers().manifest.toolchain.image.is_some());
    match (builder, local.fitting(), engine) {
        (Builder::Auto, Some(_), _) => Choice::Here { program },
        (Builder::Auto, None, Some(address)) => Choice::Engine { program, address: address.to_owned() },
        (Builder::Auto, None, None) => match toolchain::installable(pack) {
            Some(variant) => Choice::Pinned { program: variant.manifest.toolchain.program },
            None => Choice::Nothing,
        },
        (told, ..) => Choice::Told(told),
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
        let search = Search {
            path: options.path.clone(),
            cache: &options.cache,
            forbidden: options.no_install,
            cancel: &options.cancel,
        };
        Self { options, search, progress, engine: None }
    }

    /// The compiler for a pack.
    ///
    /// # Errors
    /// When there is none.
    pub fn find(&mut self, pack: &Pack) -> Result<Toolchain, BuildError> {
        let found = self.look(pack)?;
        if self.options.newest_images && matches!(found.place, Place::Here { .. }) {
            self.progress.report(Event::ImageNotNeeded { pack: pack.manifest.name.clone() });
        }
        Ok(found)
    }

    fn look(&mut self, pack: &Pack) -> Result<Toolchain, BuildError> {
        match self.options.builder {
            Builder::Local => Ok(toolchain::find(pack, &self.search, self.progress)?),
            Builder::Container => {
                let engine = match &self.engine {
                    Some(Ok(engine)) => engine.clone(),
                    _ => self.connect()?,
                };
                self.engine = Some(Ok(engine.clone()));
                Ok(self.in_container(pack, &engine)?)
            }
            Builder::Auto => self.whatever_is_there(pack),
        }
    }

    fn whatever_is_there(&mut self, pack: &Pack) -> Result<Toolchain, BuildError> {
        let program = &pack.manifest.toolchain.program;
        let local = Local::look(pack, &self.search)?;
        if let Some(fitting) = local.fitting() {
            let program = fitting.pack.manifest.toolchain.program.clone();
            self.chosen(pack, ChosenBy::Local { program });
            return Ok(toolchain::reported(fitting.clone(), self.progress));
        }
        if pack.for_containers().manifest.toolchain.image.is_some() {
            if self.engine.is_none() {
                self.engine = Some(self.connect().map_err(|error| error.to_string()));
            }
            match self.engine.clone().unwrap_or_else(|| Err(String::new())) {
                Ok(engine) => match self.in_container(pack, &engine) {
                    Ok(toolchain) => {
                        let engine = engine.address().to_owned();
                        self.chosen(pack, ChosenBy::Container { program: program.clone(), engine });
                        return Ok(toolchain);
                    }
                    Err(ContainerError::Cancelled) => return Err(BuildError::Cancelled),
                    Err(error) => self.unavailable(pack, error.to_string()),
                },
                Err(error) => self.unavailable(pack, error),
            }
        }
        if let Some(variant) = toolchain::installable(pack) {
            let program = variant.manifest.toolchain.program;
            self.chosen(pack, ChosenBy::Pinned { program });
        }
        Ok(toolchain::find_beyond(pack, local, &self.search, self.progress)?)
    }

    fn connect(&self) -> Result<Engine, ContainerError> {
        let Options { engines, limits, cancel, .. } = self.options;
        Engine::connect(engines, *limits, cancel)
    }

    fn in_container(&self, pack: &Pack, engine: &Engine) -> Result<Toolchain, ContainerError> {
        if let Err(error) = &self.options.images {
            self.progress.report(Event::ImageNotLocked { reason: error.clone() });
        }
        let pack = Arc::new(pack.for_containers());
        let (image, version) = container::find(&pack, engine, &self.options.order(&pack), self.progress)?;
        Ok(toolchain::reported(Toolchain { version, place: Place::Container(image), pack }, self.progress))
    }

    fn chosen(&self, pack: &Pack, choice: ChosenBy) {
        self.progress.report(Event::BuilderChosen { pack: pack.manifest.name.clone(), choice });
    }

    fn unavailable(&self, pack: &Pack, reason: String) {
        self.progress.report(Event::ContainerUnavailable { pack: pack.manifest.name.clone(), reason });
    }
}
