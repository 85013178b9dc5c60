//! What a project is built from: language packs and templates, and where they are found.
//!
//! The first of these that has a name wins: the project's own folder, the user's, PELATO itself.

pub mod folder;
pub mod manifest;
pub mod pack;
mod plain;
mod selector;
pub mod template;

use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};

pub use folder::Folder;
pub use pack::{Pack, Produces};
pub use selector::{Selector, select};
pub use template::{Capability, Flow, Kind, Parameter, Template};

use crate::files;
use crate::report::{Problem, Source};
use crate::text::{self, suggest};

static PACKS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/language-packs");
static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates/tasks");

/// The folder of language packs in a project and in the user's own folder.
pub const PACKS_FOLDER: &str = "language-packs";
/// The folder of templates in a project and in the user's own folder.
pub const TEMPLATES_FOLDER: &str = "templates";

/// Where a pack or template was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    Project,
    /// In the user's own folder.
    User,
    /// Built into PELATO.
    BuiltIn,
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Project => "project",
            Self::User => "user",
            Self::BuiltIn => "built in",
        })
    }
}

/// What packs and templates have in common.
pub trait Unit: Sized {
    /// What it is, in words.
    const KIND: &'static str;
    const MANIFEST: &'static str;
    fn name(&self) -> &str;
    fn summary(&self) -> &str;
    /// Where it was found.
    fn origin(&self) -> &Origin;
    fn folder(&self) -> &Folder;
    /// Other names it goes by.
    fn aliases(&self) -> &[String];
    /// Whether somebody who writes this means it, although it is none of its names.
    fn is_meant_by(&self, name: &str) -> bool;
    /// Reads one out of its folder.
    ///
    /// # Errors
    /// When its manifest is missing or wrong.
    fn load(folder: Folder, origin: Origin) -> Result<Self, Problem>;
}

/// All language packs and templates that a project can use.
#[derive(Debug)]
pub struct Catalog {
    pub packs: Collection<Pack>,
    pub templates: Collection<Template>,
}

/// The units of one kind, by name.
#[derive(Debug)]
pub struct Collection<T> {
    units: Vec<T>,
    broken: Vec<Broken>,
}

/// A unit that cannot be used, and why.
#[derive(Debug, Clone)]
pub struct Broken {
    pub name: String,
    /// Where it was found.
    pub origin: Origin,
    pub folder: Folder,
    pub problem: Problem,
}

impl Broken {
    /// Whether it is the folder of all packs or templates.
    fn holds_all(&self) -> bool {
        [PACKS_FOLDER, TEMPLATES_FOLDER].contains(&self.name.as_str())
    }
}

/// Why a unit cannot be had.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum CatalogError {
    #[error("there is no {kind} `{name}`")]
    #[diagnostic(code(pelato::catalog::unknown))]
    Unknown {
        kind: &'static str,
        name: String,
        /// The nearest name, or all of them.
        #[help]
        help: String,
    },
    /// The unit of that name cannot be used.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Broken(Box<Problem>),
}

impl Catalog {
    /// Finds all units: in the project, in the user's folder, built in.
    pub fn load(project: Option<&Path>, user: Option<&Path>) -> Self {
        Self {
            packs: Collection::load(&PACKS, PACKS_FOLDER, project, user),
            templates: Collection::load(&TEMPLATES, TEMPLATES_FOLDER, project, user),
        }
    }

    /// Only what is built in.
    pub fn built_in() -> Self {
        Self::load(None, None)
    }
}

impl<T: Unit> Collection<T> {
    fn load(
        built_in: &'static Dir<'static>,
        folder: &str,
        project: Option<&Path>,
        user: Option<&Path>,
    ) -> Self {
        let mut collection = Self { units: Vec::new(), broken: Vec::new() };
        let on_disk = [(project, Origin::Project), (user, Origin::User)];
        for (root, origin) in on_disk {
            let Some(root) = root else { continue };
            // What a user has in the own folder may be anywhere; what a project has must be in it.
            let within = if origin == Origin::Project { root } else { files::anywhere() };
            let all = root.join(folder);
            if !files::is_inside(within, &all) {
                collection.refuse::<T>(all, folder.to_owned(), origin);
                continue;
            }
            for dir in sub_folders(within, &all) {
                let name = file_name(&dir);
                if files::is_inside(within, &dir) {
                    collection.add(Folder::Disk(dir), &name, origin.clone());
                } else {
                    collection.refuse::<T>(dir, name, origin.clone());
                }
            }
        }
        for dir in built_in.dirs() {
            collection.add(Folder::BuiltIn(dir), &file_name(dir.path()), Origin::BuiltIn);
        }
        collection
    }

    /// The first that has a name wins, also if it is broken: a slip in one's own pack must not bring back another.
    fn add(&mut self, folder: Folder, name: &str, origin: Origin) {
        if self.units.iter().any(|unit| unit.name() == name) || self.broken.iter().any(|b| b.name == name) {
            return;
        }
        let shown = folder.shown("");
        match T::load(folder.clone(), origin.clone()) {
            Ok(unit) if unit.name() == name => self.units.push(unit),
            Ok(unit) => self.broken.push(Broken {
                name: name.to_owned(),
                origin,
                folder,
                problem: Problem::error(
                    "manifest",
                    &Source::new(shown, ""),
                    format!("the folder's name differs from that of its {}, `{}`", T::KIND, unit.name()),
                )
                .advise("give both the same name"),
            }),
            Err(problem) => self.broken.push(Broken { name: name.to_owned(), origin, folder, problem }),
        }
    }

    fn refuse<U: Unit>(&mut self, dir: PathBuf, name: String, origin: Origin) {
        let folder = Folder::Disk(dir);
        let message =
            format!("the folder of the {} is a symbolic link that leads out of the project", U::KIND);
        let problem = Problem::error("manifest", &Source::new(folder.shown(""), ""), message)
            .advise("replace the link with the folder itself: a project must be complete in its own folder");
        self.broken.push(Broken { name, origin, folder, problem });
    }

    /// The units that can be used, the project's first.
    pub fn iter(&self) -> impl Iterator<Item = &T> + Clone {
        self.units.iter()
    }

    /// The units that cannot.
    pub fn broken(&self) -> &[Broken] {
        &self.broken
    }

    /// Names and other names, for suggestions.
    pub fn names(&self) -> Vec<&str> {
        self.units
            .iter()
            .flat_map(|unit| std::iter::once(unit.name()).chain(unit.aliases().iter().map(String::as_str)))
            .collect()
    }

    /// The name and folder of the unit of a name or other name, also if it is broken.
    ///
    /// # Errors
    /// When there is none.
    pub fn folder(&self, name: &str) -> Result<(String, Folder), CatalogError> {
        match self.broken.iter().find(|broken| broken.name == name) {
            Some(broken) => Ok((name.to_owned(), broken.folder.clone())),
            None => self.get(name).map(|unit| (unit.name().to_owned(), unit.folder().clone())),
        }
    }

    /// The name that was probably meant by one that there is not.
    pub fn meant(&self, name: &str) -> Option<&str> {
        let lower = name.to_lowercase();
        let other = self.units.iter().find(|unit| unit.is_meant_by(&lower)).map(Unit::name);
        other.or_else(|| text::meant(name, self.names()))
    }

    /// The unit of a name or other name.
    ///
    /// # Errors
    /// When there is none, or it is broken.
    pub fn get(&self, name: &str) -> Result<&T, CatalogError> {
        if let Some(broken) = self.broken.iter().find(|broken| broken.name == name) {
            return Err(CatalogError::Broken(Box::new(broken.problem.clone())));
        }
        let fits = |unit: &&T| unit.name() == name || unit.aliases().iter().any(|alias| alias == name);
        self.units.iter().find(fits).ok_or_else(|| {
            match self.broken.iter().find(|broken| broken.holds_all()) {
                // It may be in there.
                Some(all) => CatalogError::Broken(Box::new(all.problem.clone())),
                None => CatalogError::Unknown {
                    kind: T::KIND,
                    name: name.to_owned(),
                    help: match self.meant(name) {
                        Some(meant) => format!("did you mean `{meant}`?"),
                        None => suggest::help(name, self.names()),
                    },
                },
            }
        })
    }
}

impl Collection<Pack> {
    /// The pack whose source files have an ending (without the dot).
    pub fn for_extension(&self, extension: &str) -> Option<&Pack> {
        let has = |pack: &&Pack| pack.manifest.extensions.iter().any(|known| known == extension);
        self.units.iter().find(has)
    }
}

fn sub_folders(root: &Path, folder: &Path) -> Vec<PathBuf> {
    let entries = files::list(root, folder).unwrap_or_default();
    entries.into_iter().map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_packs_that_leads_out_of_the_project_is_named() {
        let (project, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::fs::create_dir(elsewhere.path().join("zig")).unwrap();
        std::os::unix::fs::symlink(elsewhere.path(), project.path().join(PACKS_FOLDER)).unwrap();
        let catalog = Catalog::load(Some(project.path()), None);
        let error = catalog.packs.get("zig").unwrap_err();
        assert!(error.to_string().contains("symbolic link that leads out of the project"), "{error}");
        assert_eq!(catalog.packs.broken().len(), 1);
        assert!(catalog.packs.get("go").is_ok() && catalog.templates.broken().is_empty());
    }
}
