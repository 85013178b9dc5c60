//! Third-party code of a task that does not say itself where it is from: found once, pinned, and kept for the user.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;

use super::compilation::{Compilation, Failure};
use super::compile;
use super::context::BuildContext;
use super::placeholders::Fill;
use super::plan::Job;
use super::record::digest;
use super::toolchain::Place;
use crate::catalog::pack::Resolve;
use crate::files;
use crate::progress::Event;
use crate::remedy::{Argument, Operation};

/// Compiles; if third-party code is missing that nothing pins, it is found first, over the network.
///
/// # Errors
/// As [`compile::run`].
pub(super) fn compile(
    job: &mut Job<'_>,
    compilation: &Compilation<'_>,
    context: BuildContext<'_>,
) -> Result<(), Failure> {
    let said = match compile::run(compilation, context.kept) {
        Err(Failure::Rejected(said)) => said,
        other => return other,
    };
    let resolve = job.toolchain.pack.manifest.build.resolve.as_ref();
    let Some(resolve) = resolve.filter(|resolve| resolve.when.regex().is_match(&said)) else {
        return Err(Failure::Rejected(said));
    };
    let kept: Vec<_> = resolve.files.iter().map(|file| Kept::of(job, file)).collect();
    let code = &job.component.code;
    // As it was planned: another component with the same code may have had them pinned meanwhile.
    let is_own = !code.is_file && resolve.files.iter().any(|file| code.files.contains(file));
    if is_own || context.offline {
        let help = if is_own { own(job, resolve, context.cache) } else { online(job, &kept) };
        return Err(Failure::Rejected(format!("{}\n  help: {help}", said.trim_end())));
    }
    pin(job, &kept, compilation, context)?;
    // What is compiled in a container has a network now: the files that name dependencies are there.
    let own: Vec<_> = compilation.own.iter().chain(kept.iter().map(|file| &file.name)).cloned().collect();
    compile::run(&Compilation { own: &own, ..*compilation }, context.kept)
}

/// A file that says where third-party code is from.
struct Kept {
    /// Its name where it is compiled.
    name: String,
    /// Among the user's files.
    path: PathBuf,
    /// As shown to people.
    shown: String,
}

impl Kept {
    fn of(job: &Job<'_>, name: &str) -> Self {
        let (code, pack) = (&job.component.code, &job.toolchain.pack);
        let own = match code.files.first() {
            Some(file) if code.is_file => pack.kept_beside(file, name),
            _ => name.to_owned(),
        };
        Self { name: pack.place(name), path: code.folder.join(&own), shown: format!("{}/{own}", code.shown) }
    }
}

/// Runs the pack's command, and keeps what it has written.
fn pin(
    job: &mut Job<'_>,
    kept: &[Kept],
    compilation: &Compilation<'_>,
    context: BuildContext<'_>,
) -> Result<(), Failure> {
    let _alone = context.resolving.lock().unwrap_or_else(PoisonError::into_inner);
    let broken = |error: &dyn std::fmt::Display| Failure::Broken(error.to_string());
    let (tasks, source) = (job.component.code.tasks.as_path(), compilation.source);
    // Another component with the same code may have been quicker.
    for file in kept {
        match files::read(tasks, &file.path, files::SOURCE) {
            Ok(content) => files::replace(source, &source.join(&file.name), &content),
            Err(_) => continue,
        }
        .map_err(|error| broken(&error))?;
    }
    compile::run(&Compilation { resolves: true, ..*compilation }, None)?;
    let mut written = Vec::new();
    for file in kept {
        let content = match files::read(source, &source.join(&file.name), files::SOURCE) {
            Ok(content) => content,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(broken(&error)),
        };
        if files::read(tasks, &file.path, files::SOURCE).ok().as_ref() != Some(&content) {
            files::replace(tasks, &file.path, &content).map_err(|error| broken(&error))?;
            written.push(file.shown.clone());
        }
        job.compile_from.insert(file.name.clone(), digest(&content));
    }
    if !written.is_empty() {
        let component = job.component.name.clone();
        context.progress.report(Event::DependenciesPinned { component, files: written });
    }
    Ok(())
}

/// What to do where the network must not be used.
fn online(job: &Job<'_>, kept: &[Kept]) -> String {
    let files: Vec<_> = kept.iter().map(|file| format!("`{}`", file.shown)).collect();
    format!(
        "run {} once without {}: it finds the modules and pins them in {}",
        Operation::Build.on(&job.component.name),
        Argument::Offline,
        files.join(" and ")
    )
}

/// What to do where the user has such files already.
fn own(job: &Job<'_>, resolve: &Resolve, cache: &Path) -> String {
    let toolchain = &job.toolchain.pack.manifest.toolchain;
    let program = match &job.toolchain.place {
        // One that PELATO has installed is on nobody's PATH.
        Place::Here { program, .. } if program.starts_with(cache) => program.display().to_string(),
        Place::Here { .. } | Place::Container(_) => toolchain.program.clone(),
    };
    let folder = job.component.code.folder.as_os_str();
    let fill = Fill::new([("folder", folder), ("program", program.as_ref())]);
    fill.word(&resolve.help).to_string_lossy().into_owned()
}
