//! `gen/<component>/` → `<component>.wasm`: compile, wrap, compose; only what changed.

mod builder;
pub mod compilation;
mod compile;
pub mod compose;
pub mod container;
mod context;
mod environment;
pub mod job;
mod journal;
mod own_code;
mod placeholders;
pub mod plan;
pub(crate) mod pool;
pub mod record;
mod resolve;
pub mod settings;
pub mod toolchain;
mod trigger;
pub mod wit;
pub mod wrap;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

pub use builder::{Choice, choose};
pub use compose::{ComposeError, compose, compose_with_log};
pub use context::BuildContext;
pub use environment::environment;
pub use job::{Built, JobError, Work};
pub use own_code::{OwnCode, own_code};
pub use plan::Job;
pub use settings::{SettingsError, settings_component};
pub use toolchain::{Local, Place, Search, Toolchain, ToolchainError};
pub use trigger::trigger;
pub use wit::{Interfaces, NotAComponent, interfaces};
pub use wrap::{FunctionError, WrapError, check_function, wrap};

use crate::cancel::Cancel;
use crate::catalog::{Origin, Pack};
use crate::check::Component;
use crate::files;
use crate::generate::Planned;
use crate::progress::{Event, Phase, Progress};
use crate::project::Builder;
use crate::project::lock_file::LockedImage;
use crate::remedy::{Operation, Restriction};
use crate::trust::{Key, Store, TrustError};
use builder::Finder;

/// The folder in PELATO's cache of what compilers keep between the builds of one component. Not in the project: what
/// they find there they believe, and may run.
const OWN_CACHES: &str = "tasks";

#[derive(Debug, Clone)]
pub struct Options {
    /// How many components at a time.
    pub jobs: usize,
    /// Where PELATO keeps toolchains and the compilers' caches.
    pub cache: PathBuf,
    /// Where compilers are looked for.
    pub path: OsString,
    /// What forbids installing anything.
    pub no_install: Option<Restriction>,
    /// The network is not to be used.
    pub offline: bool,
    pub builder: Builder,
    /// Where a container engine may be, the most probable first.
    pub engines: Vec<String>,
    /// What a container may use.
    pub limits: container::Limits,
    /// The images that the project remembers, by the packs' names; or why that is not known.
    pub images: Result<BTreeMap<String, LockedImage>, String>,
    /// Whether the images that registries have now are wanted, whatever is remembered.
    pub newest_images: bool,
    /// Ends compilers and containers.
    pub cancel: Cancel,
}

impl Options {
    /// How the image of a pack is to be found.
    pub fn order(&self, pack: &Pack) -> container::Order<'_> {
        let (name, image) = (&pack.manifest.name, pack.manifest.toolchain.image.as_ref());
        let locked = self.images.as_ref().ok().and_then(|images| images.get(name));
        // Another name in the pack is another image.
        let locked = locked.filter(|locked| Some(&locked.image) == image).map(|locked| &locked.digest);
        container::Order {
            locked,
            newest: self.newest_images,
            cache: &self.cache,
            forbidden: self.no_install,
        }
    }

    /// The name by which the image of a pack is looked for, if it has one.
    pub fn image(&self, pack: &Pack) -> Option<String> {
        let pack = pack.for_containers();
        let name = pack.manifest.toolchain.image.as_deref()?;
        Some(container::wanted(name, self.order(&pack).locked))
    }
}

/// The images that were fetched for these compilers just now, by the packs' names.
pub fn fetched(toolchains: &BTreeMap<String, Toolchain>) -> impl Iterator<Item = (&str, &LockedImage)> {
    toolchains.iter().filter_map(|(pack, toolchain)| match &toolchain.place {
        Place::Container(image) => Some((pack.as_str(), image.fetched.as_ref()?)),
        Place::Here { .. } => None,
    })
}

/// Why components could not be built.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum BuildError {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Toolchain(ToolchainError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Container(container::ContainerError),
    #[error("the template `{template}`: cannot read {file}")]
    #[diagnostic(code(pelato::build::trigger), help("{} says where it is", Operation::TemplateShow.on(template)))]
    Trigger { template: String, file: String, source: std::io::Error },
    /// There is no key to know by what was built here.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Trust(#[from] TrustError),
    /// A template's trigger is a core module that cannot be turned into a component.
    #[error("the template `{template}`: {file} cannot be turned into a component: {reason}")]
    #[diagnostic(
        code(pelato::build::broken_trigger),
        help(
            "a trigger is a component, or a core module with the types of its interfaces embedded, as wit-bindgen writes it"
        )
    )]
    BrokenTrigger { template: String, file: String, reason: String },
    /// What was built is not there any more.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Artifact(#[from] JobError),
    /// It was cancelled.
    #[error("cancelled: components that were built before are kept")]
    #[diagnostic(
        code(pelato::build::cancelled),
        help("run the command again: finished work is not repeated")
    )]
    Cancelled,
    /// Some components failed; each has been reported.
    #[error("{} of {total} components could not be built: {}", .failed.len(), .failed.join(", "))]
    #[diagnostic(code(pelato::build::failed))]
    Failed {
        failed: Vec<String>,
        total: usize,
        #[help]
        advice: Option<String>,
    },
}

impl From<container::ContainerError> for BuildError {
    fn from(error: container::ContainerError) -> Self {
        match error {
            container::ContainerError::Cancelled => Self::Cancelled,
            other => Self::Container(other),
        }
    }
}

impl From<ToolchainError> for BuildError {
    fn from(error: ToolchainError) -> Self {
        match error {
            ToolchainError::Cancelled => Self::Cancelled,
            other => Self::Toolchain(other),
        }
    }
}

/// Everything that has to be known before the first compiler runs.
pub struct Plan<'a> {
    /// The work, in the order of the workflow.
    pub jobs: Vec<Job<'a>>,
    triggers: BTreeMap<&'a str, Vec<u8>>,
    /// With which the records are sealed.
    pub key: Key,
}

/// Finds (and, if allowed, installs) the compilers of the components' packs, by the pack's name.
///
/// # Errors
/// When there is none that satisfies a pack.
pub fn toolchains(
    components: &[Component],
    options: &Options,
    progress: &dyn Progress,
) -> Result<BTreeMap<String, Toolchain>, BuildError> {
    let mut finder = Finder::new(options, progress);
    let mut found = BTreeMap::new();
    for component in components {
        let name = &component.pack.manifest.name;
        if !found.contains_key(name) {
            note_own(&component.pack, progress);
            found.insert(name.clone(), finder.find(&component.pack)?);
        }
    }
    Ok(found)
}

/// Says so if the commands that will run are the project's own.
pub fn note_own(pack: &Pack, progress: &dyn Progress) {
    if pack.origin == Origin::Project {
        progress.report(Event::OwnPack { pack: pack.manifest.name.clone() });
    }
}

/// Plans what has to be done for components with these sources.
///
/// # Errors
/// When a trigger cannot be read, or the key of this user.
pub fn plan<'a>(
    components: &'a [Component],
    toolchains: &'a BTreeMap<String, Toolchain>,
    sources: &'a [Planned],
    generated: &Path,
    store: &Store,
) -> Result<Plan<'a>, BuildError> {
    let key = store.key()?;
    let mut triggers = BTreeMap::new();
    let mut jobs = Vec::new();
    for component in components {
        let template = component.template.manifest.name.as_str();
        if !triggers.contains_key(template) {
            triggers.insert(template, trigger(&component.template)?);
        }
        let toolchain = toolchains.get(&component.pack.manifest.name);
        let source = sources.iter().find(|source| source.component == component.name);
        // Every component has both: they were made from the same list.
        if let (Some(toolchain), Some(source)) = (toolchain, source) {
            jobs.push(Job::plan(component, toolchain, &source.files, generated, &triggers[template], &key));
        }
    }
    Ok(Plan { jobs, triggers, key })
}

/// Who is told of each component once it is up to date, from the thread that built it.
pub type Finished<'a> = &'a (dyn Fn(&Component, &Built) + Sync);

/// Does what was planned: all of it, also when some components fail.
///
/// # Errors
/// When a component could not be built.
pub fn run(
    plan: Plan<'_>,
    options: &Options,
    progress: &dyn Progress,
    finished: Finished<'_>,
) -> Result<Vec<Built>, BuildError> {
    let total = plan.jobs.len();
    progress.report(Event::Planned { phase: Phase::Build, components: total });
    plan.jobs.iter().for_each(|job| files::sweep(&job.place.folder));
    let generated = plan.jobs.first().and_then(|job| job.place.folder.parent()).map(Path::to_owned);
    generated.iter().for_each(|folder| files::sweep(folder));
    let kept = generated.filter(|_| worth_keeping(&plan, options.jobs)).map(container::Kept::new);
    let resolving = std::sync::Mutex::new(());
    let own_caches = options.cache.join(OWN_CACHES);
    let context = BuildContext {
        cache: &options.cache,
        own_caches: &own_caches,
        key: &plan.key,
        offline: options.offline,
        within: &[],
        kept: kept.as_ref(),
        cancel: &options.cancel,
        progress,
        resolving: &resolving,
    };
    let names: Vec<_> = plan.jobs.iter().map(|job| job.component.name.clone()).collect();
    let items: Vec<_> = plan.jobs.into_iter().map(|job| std::sync::Mutex::new(Some(job))).collect();
    let cold = |item: &std::sync::Mutex<Option<Job<'_>>>| {
        item.lock().ok().and_then(|job| cold_cache(job.as_ref()?, &options.cache))
    };
    let results = pool::run(&items, options.jobs, cold, |item| {
        let job = item.lock().ok().and_then(|mut job| job.take())?;
        let trigger = &plan.triggers[job.component.template.manifest.name.as_str()];
        let warmed = warm_mark(&job, &options.cache);
        let component = job.component;
        let result = job::run(job, trigger, context);
        if let Ok(built) = &result {
            finished(component, built);
        }
        if result.as_ref().is_ok_and(|built| matches!(built.work, Work::Compiled(_))) {
            // Only a hint for the next build: without it, that one is primed once more.
            let _ = files::overwrite(files::anywhere(), &warmed, b"");
        }
        Some(result)
    });
    collect(results.into_iter().flatten().collect(), &names, total)
}

/// Whether containers are to be kept from one build to the next: if there will be more builds than containers at a time.
/// Made for a single build, one is a little slower that has to wait for an order.
fn worth_keeping(plan: &Plan<'_>, jobs: usize) -> bool {
    let in_containers =
        |job: &&Job<'_>| job.compile.is_some() && matches!(job.toolchain.place, Place::Container(_));
    plan.jobs.iter().filter(in_containers).count() > jobs
}

fn collect(
    results: Vec<Result<Built, JobError>>,
    names: &[String],
    total: usize,
) -> Result<Vec<Built>, BuildError> {
    let mut built = Vec::new();
    let mut failed = Vec::new();
    let mut advice = None;
    for (result, name) in results.into_iter().zip(names) {
        match result {
            Ok(one) => built.push(one),
            Err(JobError::Cancelled(_)) => return Err(BuildError::Cancelled),
            Err(error) => {
                failed.push(name.clone());
                advice = advice.or_else(|| miette::Diagnostic::help(&error).map(|help| help.to_string()));
            }
        }
    }
    if failed.is_empty() { Ok(built) } else { Err(BuildError::Failed { failed, total, advice }) }
}

/// The cache that a job would be the first to fill. Where compilers share none, nobody need be waited for.
fn cold_cache(job: &Job<'_>, cache: &Path) -> Option<String> {
    job.compile.as_ref()?;
    if job.component.pack.manifest.build.cache.is_empty() {
        return None;
    }
    let mark = warm_mark(job, cache);
    (!mark.exists()).then(|| mark.display().to_string())
}

/// A file that says that a compiler of this version has filled its cache.
fn warm_mark(job: &Job<'_>, cache: &Path) -> PathBuf {
    let name = &job.component.pack.manifest.name;
    cache.join("packs").join(name).join(format!(".warm-{}", job.toolchain.version))
}
