//! Does what needs no root.

use std::path::Path;

use super::Examined;
use super::finding::{Fix, State};
use super::machine::Machine;
use crate::build::container::{self, Engine};
use crate::build::{self, BuildError, Search, ToolchainError};
use crate::catalog::Pack;
use crate::files::{self, FileError};
use crate::progress::{self, Event, Progress};
use crate::project::lock_file::LockedImage;
use crate::project::settings::ENV_FILE;
use crate::text::with_causes;

pub struct Fixed {
    /// Whether there was anything to do.
    pub any: bool,
    /// The images that were fetched, with the names of their packs.
    pub images: Vec<(String, LockedImage)>,
}

/// Why a remedy could not be applied.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
enum FixError {
    /// There is no compiler or no image.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Build(#[from] BuildError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Write(#[from] FileError),
    #[error("{what}")]
    #[diagnostic(
        code(pelato::doctor::fix),
        help("check that you have write permission there and that the disk is not full")
    )]
    System { what: String, source: std::io::Error },
}

impl From<ToolchainError> for FixError {
    fn from(error: ToolchainError) -> Self {
        Self::Build(error.into())
    }
}

/// Does the remedies that were found, or only says what it would do. What cannot be done is told as a warning; looking
/// again shows what is still missing.
pub fn fix(machine: &Machine, examined: &[Examined], dry_run: bool, progress: &dyn Progress) -> Fixed {
    let wanted = |one: &&Examined| one.finding.state == State::Problem || is_small(one.finding.fix.as_ref());
    let fixes: Vec<_> = examined.iter().filter(wanted).filter_map(|one| one.finding.fix.as_ref()).collect();
    let mut fixed = Fixed { any: !fixes.is_empty(), images: Vec::new() };
    for fix in &fixes {
        let event = || as_event(fix, &machine.build.cache);
        if dry_run {
            progress.report(Event::Fix { fix: event(), dry_run });
            continue;
        }
        // Installing and fetching say by themselves what they do.
        if is_small(Some(fix)) {
            progress.report(Event::Fix { fix: event(), dry_run });
        }
        if let Err(error) = apply(fix, machine, &mut fixed.images, progress) {
            let help = miette::Diagnostic::help(&error).map(|help| help.to_string());
            progress.report(Event::FixFailed { message: with_causes(&error, "; "), help });
        }
    }
    fixed
}

/// What is done also where nothing needs it. Nobody waits for a compiler without a project.
fn is_small(fix: Option<&Fix>) -> bool {
    matches!(fix, Some(Fix::Folder(_) | Fix::EnvFile))
}

fn as_event(fix: &Fix, cache: &Path) -> progress::Fix {
    match fix {
        Fix::Folder(path) => progress::Fix::Folder { path: path.display().to_string() },
        Fix::EnvFile => progress::Fix::EnvFile { file: ENV_FILE.to_owned() },
        Fix::Toolchain(pack) => {
            let used = build::toolchain::installable(pack).unwrap_or_else(|| Pack::clone(pack));
            let command = build::toolchain::install_command(&used, cache).unwrap_or_default();
            progress::Fix::Compiler { program: used.manifest.toolchain.program, command }
        }
        Fix::Image(pack) => {
            let image = pack.for_containers().manifest.toolchain.image.unwrap_or_default();
            progress::Fix::Image { image }
        }
    }
}

fn apply(
    fix: &Fix,
    machine: &Machine,
    images: &mut Vec<(String, LockedImage)>,
    progress: &dyn Progress,
) -> Result<(), FixError> {
    let build::Options { path, cache, engines, limits, cancel, .. } = &machine.build;
    match fix {
        Fix::Folder(path) => {
            files::create_folder(files::anywhere(), path).map_err(|source| cannot("make", path, source))
        }
        Fix::EnvFile => copy_settings(&machine.root),
        Fix::Toolchain(pack) => {
            let search = Search { path: path.clone(), cache, forbidden: machine.build.no_install, cancel };
            Ok(build::toolchain::find(pack, &search, progress).map(drop)?)
        }
        Fix::Image(pack) => {
            let fetch = || {
                let engine = Engine::connect(engines, *limits, cancel)?;
                let used = pack.for_containers();
                container::find(&used, &engine, &machine.build.order(&used), progress)
            };
            let (image, _) = fetch().map_err(BuildError::from)?;
            images.extend(image.fetched.map(|fetched| (pack.manifest.name.clone(), fetched)));
            Ok(())
        }
    }
}

/// Passwords will stand in it: others may not read it. One that has come meanwhile stays.
fn copy_settings(root: &Path) -> Result<(), FixError> {
    let (from, to) = (root.join(format!("{ENV_FILE}.template")), root.join(ENV_FILE));
    let text = files::read(root, &from, files::TEXT).map_err(|source| cannot("read", &from, source))?;
    Ok(files::write_new_private(root, &to, &text)?)
}

fn cannot(what: &str, path: &Path, source: std::io::Error) -> FixError {
    FixError::System { what: format!("cannot {what} {}", path.display()), source }
}
