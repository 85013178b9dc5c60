//! Workflow + pack + template → `gen/<component>/source/`.

pub mod lock;
pub mod place;
pub mod plan;

use std::collections::BTreeSet;
use std::fmt::Display;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

pub use lock::Lock;
pub use place::Place;
pub use plan::PlanError;

use crate::catalog::pack::is_named;
use crate::check::Component;
use crate::files::{self, FileError, Files};

/// The folder in a project that everything is generated into.
pub const FOLDER: &str = "gen";

/// Says that the folder is PELATO's, for people, backup tools and PELATO itself.
const MARK: &str = "CACHEDIR.TAG";
const MARK_TEXT: &str = "Signature: 8a477f597d28d172789f06886806bc55\n\
    # Made by pelato from workflow.yaml and tasks/. Do not edit: it is written anew.\n";

/// Why nothing was generated.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum GenerateError {
    /// The folder is somebody else's.
    #[error("{path} is there already and was not made by this pelato")]
    #[diagnostic(
        code(pelato::generate::not_generated),
        help("move it away or delete it: everything in it is made anew from workflow.yaml and tasks/")
    )]
    NotGenerated {
        /// The folder.
        path: String,
    },
    /// The folder cannot be used.
    #[error("cannot use {path}")]
    #[diagnostic(
        code(pelato::generate::unusable),
        help("see that you may write there and that the disk is not full")
    )]
    Unusable {
        /// The folder.
        path: String,
        /// The system's words.
        source: io::Error,
    },
    /// A component's source cannot be made.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Plan(#[from] PlanError),
    /// A file cannot be written.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Write(#[from] FileError),
}

/// What a component's source should be.
#[derive(Debug)]
pub struct Planned {
    /// The component.
    pub component: String,
    /// Its files.
    pub files: Files,
    /// Names of what its compiler may leave among them.
    pub leaves: Vec<String>,
}

impl Planned {
    /// Its files' paths, relative to the project.
    pub fn paths(&self) -> impl Iterator<Item = String> {
        let prefix = self.prefix();
        self.files.keys().map(move |file| format!("{prefix}{file}"))
    }

    fn prefix(&self) -> String {
        format!("{FOLDER}/{}/{}/", self.component, place::SOURCE)
    }
}

/// What generating changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Generated {
    /// Files written, relative to the project, sorted.
    pub written: Vec<String>,
    /// Files and folders removed, relative to the project, sorted.
    pub removed: Vec<String>,
    /// How many files were as they should be.
    pub unchanged: usize,
}

/// Plans the sources of all components.
///
/// # Errors
/// When the user's code or a pack cannot be read.
pub fn plan(components: &[Component]) -> Result<Vec<Planned>, PlanError> {
    let one = |component: &Component| {
        let leaves = component.pack.manifest.build.leaves.clone();
        Ok(Planned { component: component.name.clone(), files: plan::files(component)?, leaves })
    };
    components.iter().map(one).collect()
}

/// Makes `gen/` if it is not there. Anything else of that name is left alone.
///
/// # Errors
/// When the folder is not PELATO's or cannot be made.
pub fn prepare(root: &Path) -> Result<PathBuf, GenerateError> {
    let folder = root.join(FOLDER);
    let unusable = |source| GenerateError::Unusable { path: folder.display().to_string(), source };
    let foreign = || GenerateError::NotGenerated { path: folder.display().to_string() };
    match fs::symlink_metadata(&folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir(&folder).or_else(only_if_new).map_err(unusable)?;
        }
        Err(error) => return Err(unusable(error)),
        Ok(metadata) if !metadata.is_dir() => return Err(foreign()),
        Ok(_) if folder.join(MARK).is_file() => return Ok(folder),
        // Empty, or with nothing but what a pelato has there that is just making it, or was killed when it did.
        Ok(_) if entries(&folder).map_err(unusable)?.iter().all(|name| is_beginning(name)) => {}
        // That other one may have gone on since we looked for the mark.
        Ok(_) if folder.join(MARK).is_file() => return Ok(folder),
        Ok(_) => return Err(foreign()),
    }
    match files::replace(&folder.join(MARK), MARK_TEXT.as_bytes()) {
        // The other one was quicker.
        Err(_) if folder.join(MARK).is_file() => Ok(folder),
        made => made.map(|()| folder).map_err(GenerateError::from),
    }
}

/// Whether a file is one that is there before the mark: the lock, and what becomes the mark.
fn is_beginning(name: &str) -> bool {
    name == lock::FILE || name == MARK || name.starts_with(files::TEMPORARY)
}

fn only_if_new(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::AlreadyExists { Ok(()) } else { Err(error) }
}

/// Brings `gen/` in line with the plan: writes what differs, removes what is no longer part of it.
///
/// # Errors
/// When a file cannot be written.
pub fn apply(generated: &Path, planned: &[Planned]) -> Result<Generated, GenerateError> {
    let mut result = Generated::default();
    for one in planned {
        let place = Place::of(generated, &one.component);
        unlink(&place.folder).map_err(|source| unusable(&place.folder, source))?;
        let changes = files::sync(&place.source, &one.files, |file| is_named(&one.leaves, file))?;
        let shown = |name: &dyn Display| format!("{}{name}", one.prefix());
        result.written.extend(changes.written.iter().map(|name| shown(name)));
        result.removed.extend(changes.removed.iter().map(|name| shown(&name.display())));
        result.unchanged += changes.unchanged;
    }
    for name in stale(generated, planned).map_err(|source| unusable(generated, source))? {
        fs::remove_dir_all(generated.join(&name)).map_err(|source| unusable(generated, source))?;
        result.removed.push(format!("{FOLDER}/{name}/"));
    }
    Ok(result)
}

fn unusable(path: &Path, source: io::Error) -> GenerateError {
    GenerateError::Unusable { path: path.display().to_string(), source }
}

/// Removes a link that stands where a component's folder belongs: what it leads to is not ours.
fn unlink(folder: &Path) -> io::Result<()> {
    match fs::symlink_metadata(folder) {
        Ok(metadata) if metadata.is_symlink() => fs::remove_file(folder),
        _ => Ok(()),
    }
}

/// Folders of components that are no longer in the workflow.
fn stale(generated: &Path, planned: &[Planned]) -> io::Result<Vec<String>> {
    let wanted: BTreeSet<_> = planned.iter().map(|one| one.component.as_str()).collect();
    let mut names = entries(generated)?;
    names.retain(|name| !wanted.contains(name.as_str()) && generated.join(name).join(place::SOURCE).is_dir());
    Ok(names)
}

fn entries(folder: &Path) -> io::Result<Vec<String>> {
    let names = fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    let mut names = names.collect::<io::Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}
