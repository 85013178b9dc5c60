//! The facade: a project and everything that can be done with it.

mod alone;
mod brush;
mod building;
mod changed;
mod conformance;
mod consent;
mod deploy;
mod doctor;
mod drill;
mod error;
mod exit;
mod failures;
mod graph;
mod hosting;
mod infra;
mod letters;
mod library;
mod logs;
mod moving;
mod names;
mod operation;
mod preparing;
mod push;
mod report;
mod run;
mod scaffold;
mod secrets;
mod sites;
mod socket;
mod streams;
mod swap;
mod tap;
mod traces;
mod traffic;
mod watch;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use crate::build::Built;
use crate::cancel::Cancel;
use crate::catalog::Catalog;
use crate::check::Component;
use crate::generate::{self, Generated};
use crate::platform::Platform;
use crate::progress::{Listener, OperationKind, Reason};
use crate::project::{Builder, Settings, Sources, Workflow};
use crate::remedy::Restriction;
use crate::report::Report;
use crate::trust::{Consent, Store};

use operation::Operation;

pub use crate::protocol::{Record, RecordKind};
pub use brush::{BrushOptions, Brushed, Phase};
pub use changed::{Changed, Left, Why};
pub use conformance::Conformance;
pub use drill::{DrillOptions, Drilled};
pub use error::{Error, MissingValue, PromptError};
pub use exit::Exit;
pub use hosting::RunOptions;
pub use infra::InfraOptions;
pub use letters::{Addressed, Listed, Resent, Selected, Unowned};
pub use library::{Library, Made, Owner};
pub use moving::{Moved, PlannedMove};
pub use names::Names;
pub use push::PlannedPush;
pub use report::{Comparison, ReportOptions};
pub use run::Ready;
pub use scaffold::{Created, NewProject};
pub use traffic::{Delivered, Heard, Place, Reached};

/// What a project is opened with: where everything is read from, again for each operation.
pub struct Options {
    /// The project's folder, with `workflow.yaml` in it.
    pub root: PathBuf,
    /// Where settings come from, beside the project's `.env`.
    pub settings: Sources,
    /// The user's own folder with language packs and templates, if there is one.
    pub user: Option<PathBuf>,
    pub cache: PathBuf,
    /// The folder of what this user allows. It must not be in a project.
    pub state: PathBuf,
    /// Asks a person for consent, or gives it.
    pub consent: Arc<dyn Consent>,
    /// Takes the events of all operations.
    pub events: Arc<dyn Listener>,
    /// Cancels all operations, and tells when they have cleaned up.
    pub cancel: Cancel,
    /// What it is deployed to; none for the one that the settings mean.
    pub platform: Option<Arc<dyn Platform>>,
}

/// A project that is open. Clones are the same one, and may be used from several threads and tasks at the same time.
///
/// Operations that are asynchronous are cancelled by [`Options::cancel`], or by dropping them. They need a tokio runtime.
#[derive(Clone)]
pub struct Pelato {
    options: Arc<Options>,
    /// How many operations have begun.
    begun: Arc<AtomicU64>,
}

pub struct Checked {
    pub workflow: Workflow,
    /// What is wrong or suspicious.
    pub report: Report,
    /// The tasks without errors, in the order of the workflow.
    pub components: Vec<Component>,
}

/// How to build, as flags say.
#[derive(Debug, Clone, Default)]
pub struct BuildFlags {
    /// How many components at a time; else as many as there are processors, or one if `PARALLEL_BUILD` is off.
    pub jobs: Option<usize>,
    /// What forbids installing anything.
    pub no_install: Option<Restriction>,
    /// The network is not to be used.
    pub offline: bool,
    /// Where compilers are looked for; the environment's PATH.
    pub path: std::ffi::OsString,
    /// What compiles, if a flag says so; else the setting.
    pub builder: Option<Builder>,
    /// Where a container engine may be, the most probable first.
    pub engines: Vec<String>,
    /// Whether the toolchain images that registries have now are wanted, whatever is remembered of them.
    pub newest_images: bool,
}

/// What building would do for a component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedBuild {
    pub component: String,
    /// Why it would be compiled.
    pub compile: Option<Reason>,
    /// Why it would be composed.
    pub compose: Option<Reason>,
}

/// What generating and building brought.
pub struct Outcome {
    /// How many tasks the workflow has, whether they were selected or not.
    pub tasks: usize,
    /// The components, in the order of the workflow.
    pub components: Vec<Component>,
    pub generated: Generated,
    /// The artifacts, in the same order as the components.
    pub built: Vec<Built>,
    /// How long reading and generating took.
    pub generate_time: Duration,
    /// How long building took.
    pub build_time: Duration,
}

impl Pelato {
    /// Opens a project. Nothing is read of it yet.
    pub fn open(options: Options) -> Self {
        Self { options: Arc::new(options), begun: Arc::default() }
    }

    pub fn root(&self) -> &Path {
        &self.options.root
    }

    /// The packs and templates of the project and the user, and new ones.
    pub fn library(&self) -> Library {
        Library::new(self.root().to_owned(), self.options.user.clone())
    }

    /// PELATO's cache folder.
    pub fn cache(&self) -> &Path {
        &self.options.cache
    }

    /// The packs and templates that the project can use now.
    pub fn catalog(&self) -> Catalog {
        Catalog::load(Some(self.root()), self.options.user.as_deref())
    }

    /// The effective settings now.
    ///
    /// # Errors
    /// When one is wrong.
    pub fn settings(&self) -> Result<Settings, Error> {
        let Options { settings, state, consent, .. } = self.options.as_ref();
        let consent = secrets::consent(Store::new(state.clone()), Arc::clone(consent));
        Ok(settings.load(self.root())?.with_consent(consent))
    }

    /// Reads and checks the workflow, also for what the platform of the settings cannot do.
    ///
    /// # Errors
    /// When there is no workflow file; what is wrong in it is in the report.
    pub fn check(&self) -> Result<Checked, Error> {
        let operation = self.look()?;
        let mut checked = operation.check()?;
        operation.check_for_platform(&mut checked);
        operation.check_sites(&mut checked);
        Ok(checked)
    }

    /// The components of a workflow without errors.
    ///
    /// # Errors
    /// When there is no workflow, or it has errors.
    pub fn components(&self) -> Result<Vec<Component>, Error> {
        self.look()?.components()
    }

    /// Plans what `generate` would write.
    ///
    /// # Errors
    /// When the workflow has errors or the sources cannot be planned.
    pub fn plan_generate(&self) -> Result<Vec<generate::Planned>, Error> {
        Ok(generate::plan(&self.components()?)?)
    }

    /// Writes the sources of all components below `gen/`.
    ///
    /// # Errors
    /// When the workflow has errors or a file cannot be written.
    pub async fn generate(&self) -> Result<(Vec<Component>, Generated), Error> {
        self.begin(OperationKind::Generate)?.alone(Operation::generate).await
    }

    /// Says what `build` would do, and why. Compilers are asked for their version; nothing is installed, and no file of the
    /// project is written.
    ///
    /// # Errors
    /// As for [`Pelato::build`].
    pub async fn plan_build(&self, only: &[String], flags: &BuildFlags) -> Result<Vec<PlannedBuild>, Error> {
        let (only, flags) = (only.to_vec(), flags.clone());
        self.begin(OperationKind::PlanBuild)?
            .alone(move |operation| operation.plan_build(&only, &flags))
            .await
    }

    /// Generates and builds all components, or only those named. While another operation works in the project's
    /// `gen/`, in this process or in another, it waits.
    ///
    /// # Errors
    /// When the workflow has errors, a name is unknown, a component cannot be built, or it is cancelled.
    pub async fn build(&self, only: &[String], flags: &BuildFlags) -> Result<Outcome, Error> {
        let (only, flags) = (only.to_vec(), flags.clone());
        self.begin(OperationKind::Build)?
            .alone(move |operation| operation.build(&only, &flags, &|_, _| ()))
            .await
    }
}
