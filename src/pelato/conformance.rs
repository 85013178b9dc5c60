//! Whether a language pack or a template does what every one has to.

use std::sync::Arc;

use super::operation::Operation;
use super::{BuildFlags, Error, Pelato};
use crate::catalog::{Catalog, Folder, Pack};
use crate::conformance::{self, Outcome};
use crate::pack::PackError;
use crate::progress::OperationKind;
use crate::template::TemplateError;

/// What came of the checks of a pack or a template.
pub struct Conformance {
    pub name: String,
    /// Each check, in order.
    pub outcomes: Vec<Outcome>,
}

impl Pelato {
    /// Checks the language pack in a folder: builds and calls what it brings.
    ///
    /// # Errors
    /// When there is no place for temporary files, or it is cancelled.
    pub async fn check_pack(
        &self,
        name: String,
        folder: Folder,
        flags: &BuildFlags,
    ) -> Result<Conformance, Error> {
        let flags = flags.clone();
        let operation = self.begin(OperationKind::CheckPack)?;
        operation.alone(move |operation| operation.check_pack(name, folder, &flags)).await
    }

    /// Checks the template in a folder, with functions in these languages; in all that are found, if none is named.
    ///
    /// # Errors
    /// When there is no such language, no place for temporary files, or it is cancelled.
    pub async fn check_template(
        &self,
        name: String,
        folder: Folder,
        languages: &[String],
        flags: &BuildFlags,
    ) -> Result<Conformance, Error> {
        let (languages, flags) = (languages.to_vec(), flags.clone());
        let operation = self.begin(OperationKind::CheckTemplate)?;
        operation.alone(move |operation| operation.check_template(name, folder, &languages, &flags)).await
    }
}

impl Operation {
    fn check_pack(&self, name: String, folder: Folder, flags: &BuildFlags) -> Result<Conformance, Error> {
        self.allow_pack_in(&folder)?;
        let options = conformance::pack::Options {
            build: self.build_options(flags),
            // Read once more: the checks keep it.
            templates: Catalog::load(Some(&self.root), self.user.as_deref()),
            progress: Arc::clone(&self.progress),
        };
        let mut fixture = conformance::pack::Fixture::new(folder, options)?;
        let outcomes = conformance::pack::run(&mut fixture, self.progress.as_ref());
        self.checked(name, outcomes)
    }

    fn check_template(
        &self,
        name: String,
        folder: Folder,
        languages: &[String],
        flags: &BuildFlags,
    ) -> Result<Conformance, Error> {
        let all = &self.catalog.packs;
        let packs: Vec<Pack> = match languages {
            [] => all.iter().cloned().collect(),
            named => named.iter().map(|name| Ok(all.get(name)?.clone())).collect::<Result<_, Error>>()?,
        };
        self.ask_about(&packs)?;
        let options = conformance::template::Options {
            build: self.build_options(flags),
            settings: self.settings.clone(),
            packs,
            pinned: (self.root.clone(), self.user.clone()),
            progress: Arc::clone(&self.progress),
        };
        let mut fixture = conformance::template::Fixture::new(folder, options)?;
        let outcomes = conformance::template::run(&mut fixture, self.progress.as_ref());
        self.checked(name, outcomes)
    }

    /// Checks that were cancelled have failed for no other reason.
    fn checked(&self, name: String, outcomes: Vec<Outcome>) -> Result<Conformance, Error> {
        if self.cancel.is_cancelled() { Err(Error::Cancelled) } else { Ok(Conformance { name, outcomes }) }
    }
}

impl Conformance {
    /// Whether a language pack passes.
    ///
    /// # Errors
    /// When a check failed.
    pub fn of_pack(self) -> Result<(), Error> {
        match conformance::failures(&self.outcomes) {
            failed if failed.is_empty() => Ok(()),
            failed => Err(PackError::ChecksFailed { pack: self.name, failed }.into()),
        }
    }

    /// Whether a template passes.
    ///
    /// # Errors
    /// When a check failed.
    pub fn of_template(self) -> Result<(), Error> {
        match conformance::failures(&self.outcomes) {
            failed if failed.is_empty() => Ok(()),
            failed => Err(TemplateError::ChecksFailed { template: self.name, failed }.into()),
        }
    }
}
