//! What the subjects look at, and what several of them want to know: that is found out once.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OnceCell;

use super::finding::Finding;
use crate::build::container::{self, Look};
use crate::build::{self, Choice, Local, Search};
use crate::catalog::Pack;
use crate::check::Component;
use crate::nats;
use crate::platform::{self, DeployError, Platform};
use crate::progress::{Progress, Silent};
use crate::project::Builder;
use crate::project::Settings;
use crate::project::settings::REGISTRY_URL;
use crate::push::{self, Probe, PushError};
use crate::remedy::Operation;
use crate::stream::Streams;
use crate::trust::Store;

/// What there is to build.
#[derive(Debug)]
pub enum Work {
    /// No workflow: nothing.
    None,
    /// A workflow that is wrong, and how; also the components that are right.
    Wrong(String, Vec<Component>),
    Sound(Vec<Component>),
}

/// A machine and the project on it.
pub struct Machine {
    /// The project's folder, or the one in which there is none.
    pub root: PathBuf,
    pub settings: Settings,
    /// What there is to build.
    pub work: Work,
    /// The packs that are looked at: those of the project, or all.
    pub packs: Vec<Arc<Pack>>,
    /// Why packs are not looked at: no command of theirs is run.
    pub rejected: Vec<Finding>,
    /// What JetStream has to do for the workflow's components.
    pub streams: Streams,
    /// How long a call may take on hosts.
    pub call_timeout: Duration,
    /// The workflow's application on the platform, if it can have one.
    pub application: Option<String>,
    /// Is told what is waited for.
    pub progress: Arc<dyn Progress>,
    /// How it would be built.
    pub build: build::Options,
    /// Where the builder comes from.
    pub builder_from: String,
    /// How long others may take to answer.
    pub patience: Duration,
    /// What this user allows.
    pub store: Store,
    local: OnceCell<Vec<Local>>,
    engine: OnceCell<Result<Look, container::ContainerError>>,
    registry: OnceCell<Result<Probe, PushError>>,
    platform: Arc<dyn Platform>,
    connected: OnceCell<Result<(), DeployError>>,
}

impl Machine {
    /// Nothing is looked at yet.
    pub fn new(
        root: &Path,
        settings: &Settings,
        work: Work,
        packs: Vec<Arc<Pack>>,
        build: build::Options,
        store: Store,
        platform: Result<Arc<dyn Platform>, DeployError>,
    ) -> Self {
        let (platform, undecided) = match platform {
            Ok(platform) => (platform, None),
            Err(error) => (platform::wasmcloud::open(settings), Some(Err(error))),
        };
        Self {
            root: root.to_owned(),
            settings: settings.clone(),
            work,
            packs,
            rejected: Vec::new(),
            streams: Streams::default(),
            call_timeout: Duration::default(),
            application: None,
            progress: Arc::new(Silent),
            build,
            builder_from: String::new(),
            patience: Duration::default(),
            store,
            local: OnceCell::new(),
            engine: OnceCell::new(),
            registry: OnceCell::new(),
            platform,
            connected: OnceCell::new_with(undecided),
        }
    }

    pub fn components(&self) -> &[Component] {
        match &self.work {
            Work::None => &[],
            Work::Wrong(_, components) | Work::Sound(components) => components,
        }
    }

    /// Whether there is anything to build.
    pub fn has_project(&self) -> bool {
        !matches!(self.work, Work::None)
    }

    /// Whether it has to be built in containers.
    pub fn wants_container(&self) -> bool {
        self.has_project() && self.build.builder == Builder::Container
    }

    pub fn wants_registry(&self) -> bool {
        self.settings.text(REGISTRY_URL).is_some()
    }

    /// What the project would be deployed to.
    pub fn platform(&self) -> &dyn Platform {
        self.platform.as_ref()
    }

    /// Whether somebody has said where the platform is, if not which.
    pub fn wants_platform(&self) -> bool {
        self.platform.is_wanted() || self.is_undecided()
    }

    fn is_undecided(&self) -> bool {
        matches!(self.connected.get(), Some(Err(DeployError::Undecided { .. })))
    }

    /// The NATS server of the topics; none if the network may not be used, or a setting of it is wrong.
    pub fn nats(&self) -> Option<nats::Server> {
        if self.build.offline { None } else { self.settings.nats().ok() }
    }

    /// What there is of each pack's compiler on this machine, in the order of the packs.
    pub async fn local(&self) -> &[Local] {
        let look = || async {
            let (packs, build) = (self.packs.clone(), self.build.clone());
            // Compilers are started for it: that is no work for a thread that serves the others.
            let looked = tokio::task::spawn_blocking(move || {
                let search = Search {
                    path: build.path,
                    cache: &build.cache,
                    forbidden: Some(Operation::Doctor.into()),
                    cancel: &build.cancel,
                };
                packs.iter().map(|pack| Local::look(pack, &search)).collect::<Result<_, _>>()
            });
            // If it was cancelled, nobody is told anything.
            looked.await.unwrap_or_else(|_| Ok(Vec::new())).unwrap_or_default()
        };
        self.local.get_or_init(look).await
    }

    pub async fn engine(&self) -> Result<&Look, &container::ContainerError> {
        let look = || async {
            let images = self.packs.iter().filter_map(|pack| self.build.image(pack));
            let images: Vec<_> = images.collect();
            let looked =
                tokio::time::timeout(self.patience, container::look(&self.build.engines, &images)).await;
            let slow = |_| container::ContainerError::Timeout {
                phase: "querying the container engine",
                limit: self.patience,
            };
            looked.map_err(slow)?
        };
        self.engine.get_or_init(look).await.as_ref()
    }

    /// What would compile a pack's functions.
    pub async fn choice(&self, pack: &Pack, local: &Local) -> Choice {
        let image = self.build.image(pack).unwrap_or_default();
        let address = self.engine().await.ok().and_then(|engine| {
            let there = engine.images.get(&image).is_some_and(Option::is_some);
            (there || self.build.no_install.is_none()).then_some(engine.address.as_str())
        });
        build::choose(pack, self.build.builder, local, address)
    }

    /// What the registry says; none if there is none or it may not be asked.
    pub async fn registry(&self) -> Option<Result<&Probe, &PushError>> {
        if !self.wants_registry() || self.build.offline {
            return None;
        }
        let repository =
            self.components().first().map_or("pelato-doctor", |component| component.name.as_str());
        let probe = || async {
            // Whoever asks a person for a password takes longer than a registry.
            let caller = push::Caller { cancel: &self.build.cancel, progress: self.progress.as_ref() };
            push::probe(&self.settings, repository, caller, self.patience).await
        };
        Some(self.registry.get_or_init(probe).await.as_ref())
    }

    /// The platform, if it can be reached; none if the network may not be used.
    pub async fn connected(&self) -> Option<Result<&dyn Platform, &DeployError>> {
        if self.build.offline && !self.is_undecided() {
            return None;
        }
        let connect = || async {
            let connected = tokio::time::timeout(self.patience, self.platform.connect()).await;
            connected.unwrap_or_else(|_| {
                let about = self.platform.about();
                Err(DeployError::NoAnswer {
                    server: about.server,
                    address: about.address,
                    settings: about.address_settings,
                    limit: self.patience,
                })
            })
        };
        let connected = self.connected.get_or_init(connect).await.as_ref();
        Some(connected.map(|()| self.platform()))
    }
}
