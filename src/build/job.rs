//! Brings one component up to date: compile, wrap, compose, each only if something it is made from changed.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::compilation::{Compilation, Failure};
use super::compile;
use super::context::BuildContext;
use super::environment::without_secrets;
use super::plan::Job;
use super::record::{self, Stamp, Step};
use super::resolve;
use super::{FunctionError, WrapError, check_function, environment, settings_component, wit, wrap};
use crate::catalog::Produces;
use crate::check::Component;
use crate::files;
use crate::progress::{Change, Event, Phase, Reason};
use crate::remedy::{Argument, Operation};

/// How modules and components begin.
const MAGIC: &[u8] = b"\0asm";

/// A component that is up to date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    pub component: String,
    pub artifact: PathBuf,
    /// The function alone, for `pelato call`.
    pub function: PathBuf,
    /// The function's SHA-256.
    pub function_sha256: String,
    pub bytes: u64,
    /// The artifact's SHA-256.
    pub sha256: String,
    /// The digest of everything that decides the artifact.
    pub content: String,
    pub work: Work,
    pub elapsed: Duration,
}

impl Built {
    /// The artifact's bytes.
    ///
    /// # Errors
    /// When it cannot be read, or is not what was built.
    pub fn read_artifact(&self) -> Result<Vec<u8>, JobError> {
        read_as_built(&self.artifact, &self.sha256)
    }

    /// The bytes of the function alone, with the environment that it has in the artifact. `component` is what was built.
    ///
    /// # Errors
    /// As [`Built::read_artifact`].
    pub fn read_function(&self, component: &Component) -> Result<Vec<u8>, JobError> {
        let function = read_as_built(&self.function, &self.function_sha256)?;
        let whole = environment(&function, &component.env).map_err(|error| uncomposed(component, &error))?;
        Ok(whole.into_owned())
    }
}

fn read_as_built(path: &Path, sha256: &str) -> Result<Vec<u8>, JobError> {
    let bytes = read(path)?;
    match record::digest(&bytes) == sha256 {
        true => Ok(bytes),
        false => Err(JobError::Altered { path: path.display().to_string() }),
    }
}

/// What was done to bring a component up to date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    /// Compiled and composed, for this reason.
    Compiled(Reason),
    /// Only composed, for this reason.
    Composed(Reason),
    Nothing,
}

/// Why a component could not be built.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum JobError {
    /// The compiler found a mistake in the user's code; it has been reported.
    #[error("`{0}` does not compile")]
    #[diagnostic(code(pelato::build::component::rejected))]
    Rejected(String),
    /// It was cancelled.
    #[error("`{0}` was cancelled")]
    #[diagnostic(code(pelato::build::component::cancelled))]
    Cancelled(String),
    /// The compiler could not do its work.
    #[error("cannot compile `{component}`: {reason}")]
    #[diagnostic(code(pelato::build::component::invalid_function), help("{} shows which compiler is used", Operation::Build.with(Argument::Verbose)))]
    InvalidFunction { component: String, reason: String },
    /// The compiler's output is no function.
    #[error("`{component}`: {reason}")]
    #[diagnostic(
        code(pelato::build::component::function),
        help("this is a bug in the language pack `{pack}`: its wrapper must export the function")
    )]
    Function { component: String, pack: String, reason: String },
    /// The compiler says that all went well, and its output cannot be read to the end.
    #[error("the compiler's output for `{component}` is incomplete or malformed: {reason}")]
    #[diagnostic(
        code(pelato::build::component::incomplete),
        help(
            "check that the disk is not full (see df -h) and build again; if it happens again, it is a bug in the language pack `{pack}` or its compiler"
        )
    )]
    Incomplete { component: String, pack: String, reason: String },
    /// The function needs what no host offers.
    #[error("`{component}`: {reason}")]
    #[diagnostic(
        code(pelato::build::component::imports),
        help(
            "a function may import nothing but WASI: remove the code that declares or requires these imports"
        )
    )]
    Imports { component: String, reason: String },
    /// Trigger and function do not fit.
    #[error("cannot compose `{component}`: {reason}")]
    #[diagnostic(code(pelato::build::component::compose), help("this is a bug in the template `{template}`"))]
    Compose { component: String, template: String, reason: String },
    /// A file of `gen/` cannot be read.
    #[error("cannot read {path}")]
    #[diagnostic(
        code(pelato::build::component::unreadable),
        help("no other process may change files in gen/; run the command again")
    )]
    Unreadable { path: String, source: std::io::Error },
    /// A file of `gen/` was changed after it had been made.
    #[error("{path} is not what was built")]
    #[diagnostic(
        code(pelato::build::component::altered),
        help("no other process may change files in gen/; run the command again")
    )]
    Altered { path: String },
    /// A file of `gen/` cannot be written.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Write(#[from] files::FileError),
}

/// Does one job.
///
/// # Errors
/// When the function does not compile, does not fit its trigger, or a file cannot be written. What was there before
/// stays.
pub fn run(mut job: Job<'_>, trigger: &[u8], context: BuildContext<'_>) -> Result<Built, JobError> {
    if context.cancel.is_cancelled() {
        return Err(JobError::Cancelled(job.component.name.clone()));
    }
    let start = Instant::now();
    let result = bring_up_to_date(&mut job, trigger, context);
    let name = job.component.name.clone();
    match &result {
        Ok(work) => context.progress.report(Event::ComponentFinished {
            component: name.clone(),
            phase: Phase::Build,
            change: change(work, job.record.composed.as_ref().map_or(0, |step| step.made.bytes)),
            duration: start.elapsed(),
        }),
        Err(JobError::Rejected(_)) => {} // its output has been reported
        Err(JobError::Cancelled(_)) => {
            let component = name.clone();
            context.progress.report(Event::ComponentStopped { component, phase: Phase::Build });
        }
        Err(error) => context.progress.report(Event::ComponentFailed {
            component: name.clone(),
            phase: Phase::Build,
            output: error.to_string(),
        }),
    }
    let work = result?;
    let content = job.content();
    let function_sha256 = job.record.compiled.map(|step| step.made.sha256).unwrap_or_default();
    let made = job.record.composed.map(|step| step.made);
    Ok(Built {
        component: name,
        artifact: job.place.artifact,
        function: job.place.function,
        function_sha256,
        bytes: made.as_ref().map_or(0, |made| made.bytes),
        sha256: made.map(|made| made.sha256).unwrap_or_default(),
        content,
        work,
        elapsed: start.elapsed(),
    })
}

fn change(work: &Work, bytes: u64) -> Change {
    match work.clone() {
        Work::Nothing => Change::Unchanged,
        Work::Compiled(reason) => Change::Compiled { reason, bytes },
        Work::Composed(reason) => Change::Composed { reason, bytes },
    }
}

fn bring_up_to_date(job: &mut Job<'_>, trigger: &[u8], context: BuildContext<'_>) -> Result<Work, JobError> {
    if job.compile.is_some() {
        context.progress.report(Event::ComponentStarted {
            component: job.component.name.clone(),
            phase: Phase::Build,
            reason: job.compile.clone(),
        });
        compile(job, context)?;
    }
    let compose_why = job.compose();
    if compose_why.is_some() {
        compose(job, trigger, context)?;
    }
    Ok(match (job.compile.take(), compose_why) {
        (Some(why), _) => Work::Compiled(why),
        (None, Some(why)) => Work::Composed(why),
        (None, None) => Work::Nothing,
    })
}

fn compile(job: &mut Job<'_>, context: BuildContext<'_>) -> Result<(), JobError> {
    let name = job.component.name.clone();
    let folder = &job.place.folder;
    forget_leavings(job)?;
    // The compiler writes beside the artifact, never over it: whoever is killed leaves the old one whole.
    let staging = files::Staging::new(folder, folder)
        .map_err(|source| JobError::Unreadable { path: folder.display().to_string(), source })?;
    let output = staging.path().join("output.wasm");
    let pack = &job.toolchain.pack;
    let (own, source) = (job.component.placed_names(), job.place.source.clone());
    let compilation = Compilation {
        toolchain: job.toolchain,
        source: &source,
        own: &own,
        output: &output,
        cache: context.cache,
        own_cache: &own_cache(context.own_caches, folder, &name),
        offline: context.offline,
        resolves: false,
        within: context.within,
        cancel: context.cancel,
    };
    resolve::compile(job, &compilation, context).map_err(|failure| match failure {
        Failure::Rejected(said) => {
            let output = compile::explained(&said, pack, &job.component.code, &source);
            context.progress.report(Event::ComponentFailed {
                component: name.clone(),
                phase: Phase::Build,
                output,
            });
            JobError::Rejected(name.clone())
        }
        Failure::Cancelled => JobError::Cancelled(name.clone()),
        Failure::Broken(reason) => JobError::InvalidFunction { component: name.clone(), reason },
    })?;
    let function = to_function(job, read(&output)?)?;
    let made = write(&job.place.function, &function)?;
    job.record.compiled = Some(Step { from: job.compile_from.clone(), made });
    Ok(job.record.write(&job.place.folder, context.key)?)
}

/// Makes a function component of what the compiler wrote.
fn to_function(job: &Job<'_>, compiled: Vec<u8>) -> Result<Vec<u8>, JobError> {
    let (name, pack) = (&job.component.name, &job.toolchain.pack.manifest);
    let read = match MAGIC.starts_with(&compiled) || compiled.starts_with(MAGIC) {
        true => wit::check_sections(&compiled),
        false => Err("it is not WebAssembly".to_owned()),
    };
    read.map_err(|reason| JobError::Incomplete { component: name.clone(), pack: pack.name.clone(), reason })?;
    let wrong = |error: &dyn std::fmt::Display| JobError::Function {
        component: name.clone(),
        pack: pack.name.clone(),
        reason: error.to_string(),
    };
    // The pack's wrapper imports nothing else: its conformance is checked.
    let needs = |error: &dyn std::fmt::Display| JobError::Imports {
        component: name.clone(),
        reason: error.to_string(),
    };
    let function = match pack.build.produces {
        Produces::Module => wrap(&compiled).map_err(|error| match error {
            WrapError::UnsupportedImports { .. } => needs(&error),
            other => wrong(&other),
        })?,
        Produces::Component => compiled,
    };
    check_function(&function).map_err(|error| match error {
        FunctionError::UnsupportedImports { .. } => needs(&error),
        other => wrong(&other),
    })?;
    Ok(function)
}

/// Removes what compilers have left among the sources: they would believe it, and somebody else may have put it there.
fn forget_leavings(job: &Job<'_>) -> Result<(), JobError> {
    files::sync(&job.place.source, job.files, |_| false)?;
    Ok(())
}

/// The folder of what a compiler keeps between the builds of one component: by where that is.
fn own_cache(own_caches: &Path, folder: &Path, name: &str) -> PathBuf {
    let place = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let digest = record::digest(place.as_os_str().as_encoded_bytes());
    own_caches.join(format!("{name}-{}", &digest[..12]))
}

fn compose(job: &mut Job<'_>, trigger: &[u8], context: BuildContext<'_>) -> Result<(), JobError> {
    let wrong = |error: &dyn std::fmt::Display| uncomposed(job.component, error);
    let compiled = job.record.compiled.as_ref();
    let sha256 = compiled.map(|step| step.made.sha256.as_str()).unwrap_or_default();
    let function = read_as_built(&job.place.function, sha256)?;
    let settings = settings_component(&job.component.settings()).map_err(|error| wrong(&error))?;
    let function = environment(&function, &job.component.env).map_err(|error| wrong(&error))?;
    let trigger = without_secrets(trigger, &job.component.env).map_err(|error| wrong(&error))?;
    let compose = if job.component.log_topic.is_some() { super::compose_with_log } else { super::compose };
    let artifact = compose(&trigger, &function, &settings).map_err(|error| wrong(&error))?;
    let made = write(&job.place.artifact, &artifact)?;
    job.record.composed = Some(Step { from: job.composition(), made });
    Ok(job.record.write(&job.place.folder, context.key)?)
}

fn uncomposed(component: &Component, reason: &dyn std::fmt::Display) -> JobError {
    let template = component.template.manifest.name.clone();
    JobError::Compose { component: component.name.clone(), template, reason: reason.to_string() }
}

fn read(path: &Path) -> Result<Vec<u8>, JobError> {
    let folder = path.parent().unwrap_or(path);
    files::read(folder, path, files::COMPONENT)
        .map_err(|source| JobError::Unreadable { path: path.display().to_string(), source })
}

fn write(path: &Path, content: &[u8]) -> Result<Stamp, JobError> {
    files::overwrite(path.parent().unwrap_or(path), path, content)?;
    Stamp::of(path, content)
        .map_err(|source| JobError::Unreadable { path: path.display().to_string(), source })
}
