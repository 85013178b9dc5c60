//! The language packs and templates of a place, and new ones. It needs no settings, and no project.

use std::path::{Path, PathBuf};

use super::Error;
use crate::catalog::{self, Catalog, Collection, Folder, PACKS_FOLDER, Selector, TEMPLATES_FOLDER, Unit};
use crate::check::schema;
use crate::files::{self, FileError, Files};
use crate::pack::{self, Home, NewPack, Offer, PackError, Source};
use crate::project::workflow;
use crate::scaffold::SCHEMA_FILE;
use crate::template::{self, NewTemplate, TemplateError};
use crate::trust::Store;

/// Where packs and templates are: a project's folder, the user's own, and PELATO itself.
#[derive(Debug, Clone)]
pub struct Library {
    root: PathBuf,
    user: Option<PathBuf>,
}

/// Whose packs and templates are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    Project,
    /// The user's own, for all projects.
    User,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    pub folder: PathBuf,
    pub files: Vec<String>,
}

impl Library {
    /// Of the project in `root`, if there is one, and of a user.
    pub fn new(root: PathBuf, user: Option<PathBuf>) -> Self {
        Self { root, user }
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// All packs and templates, as they are now.
    pub fn catalog(&self) -> Catalog {
        Catalog::load(Some(&self.root), self.user.as_deref())
    }

    /// The JSON schema of workflows with these packs and templates.
    pub fn schema(&self) -> String {
        schema::text(&self.catalog())
    }

    /// Writes the project's copy of the schema anew, where it has one and packs or templates have changed since.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn update_schema(&self) -> Result<(), Error> {
        let (path, schema) = (self.root.join(SCHEMA_FILE), self.schema());
        let is_file = path.symlink_metadata().is_ok_and(|meta| meta.is_file());
        let present = || files::read(&self.root, &path, files::SOURCE).ok();
        if is_file && present().as_deref() != Some(schema.as_bytes()) {
            files::replace(&self.root, &path, schema.as_bytes())?;
        }
        Ok(())
    }

    /// The place of an owner; none if there is no project, or no folder for users.
    pub fn home(&self, owner: Owner) -> Option<Home> {
        match owner {
            Owner::Project => {
                let is_project = self.root.join(workflow::FILE).symlink_metadata().is_ok();
                is_project.then(|| Home::project(&self.root))
            }
            Owner::User => self.user.as_deref().map(Home::user),
        }
    }

    /// The folder in which an owner's language packs are.
    pub fn packs(&self, owner: Owner) -> Option<PathBuf> {
        Some(self.home(owner)?.root.join(PACKS_FOLDER))
    }

    /// The folder in which an owner's templates are.
    pub fn templates(&self, owner: Owner) -> Option<PathBuf> {
        Some(self.home(owner)?.root.join(TEMPLATES_FOLDER))
    }

    /// The language pack that a name or a path means, also if it is broken; none if neither is given, and there is none
    /// in the folder `here`.
    ///
    /// # Errors
    /// When there is no such pack.
    pub fn find_pack(&self, named: Option<&str>, here: &Path) -> Result<Option<(String, Folder)>, Error> {
        find(named, here, &self.catalog().packs, |place| PackError::NoPack { place }.into())
    }

    /// The template that a name or a path means, as [`Library::find_pack`].
    ///
    /// # Errors
    /// When there is no such template.
    pub fn find_template(&self, named: Option<&str>, here: &Path) -> Result<Option<(String, Folder)>, Error> {
        find(named, here, &self.catalog().templates, |place| TemplateError::NoTemplate { place }.into())
    }

    /// The files that a new language pack would have.
    ///
    /// # Errors
    /// When a value cannot be used.
    pub fn plan_pack(new: &NewPack) -> Result<Vec<String>, Error> {
        Ok(names(&pack::new(new)?))
    }

    /// The files that a new template would have.
    ///
    /// # Errors
    /// When a value cannot be used.
    pub fn plan_template(new: &NewTemplate<'_>) -> Result<Vec<String>, Error> {
        Ok(names(&template::new(new)?))
    }

    /// Makes a language pack in the folder `packs`. It is the user's own: its commands may be run.
    ///
    /// # Errors
    /// When a value cannot be used, or the files cannot be written. Then nothing is.
    pub fn new_pack(packs: &Path, new: &NewPack, store: &Store) -> Result<Made, Error> {
        let made = make(packs, &new.name, &pack::new(new)?)?;
        // Who cannot remember it is asked later.
        let _ = store.own(&made.folder);
        Ok(made)
    }

    /// Makes a template in the folder `templates`.
    ///
    /// # Errors
    /// As [`Library::new_pack`].
    pub fn new_template(templates: &Path, new: &NewTemplate<'_>) -> Result<Made, Error> {
        make(templates, &new.name, &template::new(new)?)
    }

    /// Sees that a folder is free for something new, before anything else is asked for.
    ///
    /// # Errors
    /// When there is something of that name.
    pub fn vacant(folder: &Path) -> Result<(), Error> {
        match folder.symlink_metadata() {
            Ok(_) => Err(FileError::Exists { path: folder.display().to_string() }.into()),
            Err(_) => Ok(()),
        }
    }

    /// Reads or fetches a language pack of others, and says what adding it would mean; `here` is where paths begin.
    /// Nothing of it is run, and nothing is written before [`Offer::accept`].
    ///
    /// # Errors
    /// When it cannot be had, is not a pack, or somebody's own pack has its name.
    pub fn offer_pack(source: &str, wanted: Option<&str>, home: Home, here: &Path) -> Result<Offer, Error> {
        Ok(pack::offer(&Source::parse(source, here)?, wanted, home)?)
    }

    /// Takes a language pack away that was added, and gives the folder that is gone. `force` also takes one that was
    /// changed since; `elsewhere` is what to do where there is none of that name.
    ///
    /// # Errors
    /// When there is none, it is somebody's own, or it was changed.
    pub fn remove_pack(home: &Home, name: &str, force: bool, elsewhere: &str) -> Result<PathBuf, Error> {
        Ok(pack::remove(home, name, force, elsewhere)?)
    }
}

fn find<T: Unit>(
    named: Option<&str>,
    here: &Path,
    collection: &Collection<T>,
    missing: impl FnOnce(String) -> Error,
) -> Result<Option<(String, Folder)>, Error> {
    match catalog::select(named, here, collection)? {
        Selector::Found(name, folder) => Ok(Some((name, folder))),
        Selector::Missing(place) => Err(missing(place)),
        Selector::Unnamed => Ok(None),
    }
}

fn make(parent: &Path, name: &str, files: &Files) -> Result<Made, Error> {
    let folder = parent.join(name);
    let root = parent.parent().unwrap_or(parent);
    files::create_folder(root, parent).map_err(|error| FileError::io("write", parent, error))?;
    files::create_tree(root, &folder, files)?;
    Ok(Made { folder, files: names(files) })
}

fn names(files: &Files) -> Vec<String> {
    files.keys().map(ToString::to_string).collect()
}
