//! Nothing of a project runs on this machine that its user has not allowed.

use std::collections::BTreeMap;
use std::path::Path;

use super::operation::Operation;
use super::{Error, Pelato};
use crate::build::{self, OwnCode};
use crate::catalog::{Folder, Origin, PACKS_FOLDER, Pack};
use crate::check::Component;
use crate::files::Files;
use crate::generate::{self, Place};
use crate::pack;
use crate::text::count;
use crate::trust::{Answer, Grant, Identity, Request, Store, TrustError};

/// How many files are named for each component.
const NAMED: usize = 5;

/// A component, and its sources.
type Sources<'a> = (&'a Component, &'a Files);

impl Pelato {
    /// Allows everything that building this project as it is runs on this machine. What that is.
    ///
    /// # Errors
    /// When the workflow has errors, a pack is not what was added, or it cannot be remembered.
    pub fn allow(&self) -> Result<Vec<Grant>, Error> {
        let operation = self.look()?;
        let components = operation.components()?;
        let packs: Vec<_> = components.iter().map(|component| component.pack.as_ref()).collect();
        pack::verify(packs.iter().copied(), &operation.root, operation.user.as_deref())?;
        let planned = generate::plan(&components)?;
        let sources = components.iter().zip(planned.iter().map(|planned| &planned.files));
        let mut grants = Vec::new();
        for pack in distinct(packs) {
            grants.extend(operation.pack_request(pack)?.into_iter().flat_map(|request| request.grants));
        }
        grants.extend(operation.build_request(sources)?.into_iter().flat_map(|request| request.grants));
        operation.store.allow(&grants)?;
        Ok(grants)
    }

    /// Allows whatever is in a folder, now and later: it is the user's own.
    ///
    /// # Errors
    /// When there is no such folder, or it cannot be remembered.
    pub fn allow_own(&self, folder: &Path) -> Result<Grant, Error> {
        Ok(Store::new(self.options.state.clone()).own(folder)?)
    }
}

impl Operation {
    /// Sees that the commands of these packs may be run: they are what was added, and allowed.
    pub(super) fn allow_packs<'a>(&self, packs: impl IntoIterator<Item = &'a Pack>) -> Result<(), Error> {
        let packs = distinct(packs);
        pack::verify(packs.iter().copied(), &self.root, self.user.as_deref())?;
        self.ask_about(packs)
    }

    /// The same for packs that are pinned nowhere, or whose pins are looked at later.
    pub(super) fn ask_about<'a>(&self, packs: impl IntoIterator<Item = &'a Pack>) -> Result<(), Error> {
        for pack in packs {
            if let Some(request) = self.pack_request(pack)? {
                self.ask(&request)?;
            }
        }
        Ok(())
    }

    /// Sees that the commands of the pack in a folder may be run, wherever that is. A pack that cannot be read runs
    /// nothing.
    pub(super) fn allow_pack_in(&self, folder: &Folder) -> Result<(), Error> {
        let within = |packs: Option<&Path>, path: &Path| {
            let packs = packs.and_then(|root| root.join(PACKS_FOLDER).canonicalize().ok());
            packs.is_some_and(|packs| path.canonicalize().is_ok_and(|path| path.parent() == Some(&packs)))
        };
        let (origin, is_pinned) = match folder {
            Folder::BuiltIn(_) => (Origin::BuiltIn, false),
            Folder::Disk(path) if within(Some(&self.root), path) => (Origin::Project, true),
            Folder::Disk(path) if within(self.user.as_deref(), path) => (Origin::User, true),
            Folder::Disk(_) => (Origin::Project, false),
        };
        match Pack::load(folder.clone(), origin) {
            Ok(pack) if is_pinned => self.allow_packs([&pack]),
            Ok(pack) => self.ask_about([&pack]),
            Err(_) => Ok(()),
        }
    }

    /// Sees that what these builds run of the project may be run.
    pub(super) fn allow_builds<'a>(
        &self,
        sources: impl IntoIterator<Item = Sources<'a>>,
    ) -> Result<(), Error> {
        match self.build_request(sources)? {
            Some(request) => self.ask(&request),
            None => Ok(()),
        }
    }

    fn ask(&self, request: &Request) -> Result<(), Error> {
        let Request { what, look, grants, .. } = request;
        match self.consent.ask(request) {
            Answer::Always => Ok(self.store.allow(grants)?),
            Answer::Once => Ok(()),
            Answer::No => Err(TrustError::Refused { what: what.clone() }.into()),
            Answer::Nobody => Err(TrustError::NotAllowed { what: what.clone(), look: look.clone() }.into()),
            Answer::Cancelled => Err(TrustError::Cancelled.into()),
        }
    }

    /// What is to be allowed for the commands of a pack, unless it is.
    fn pack_request(&self, pack: &Pack) -> Result<Option<Request>, Error> {
        let Some(request) = pack::request(pack)? else { return Ok(None) };
        let is_own = match &pack.folder {
            Folder::Disk(folder) => self.is_own(folder)?,
            Folder::BuiltIn(_) => false,
        };
        let allowed = is_own || self.store.allows(&request.grants)?;
        Ok((!allowed).then_some(request))
    }

    /// What is to be allowed for the builds of components, unless it is.
    fn build_request<'a>(
        &self,
        sources: impl IntoIterator<Item = Sources<'a>>,
    ) -> Result<Option<Request>, Error> {
        if self.is_own(&self.root)? {
            return Ok(None);
        }
        let home = std::env::home_dir();
        let mut found = Vec::new();
        for (component, files) in sources {
            let place = Place::of(&self.root.join(generate::FOLDER), &component.name);
            let code = build::own_code(component, files, &place.source, home.as_deref());
            let code = code.map_err(|source| Error::System {
                what: format!("cannot read what the build of `{}` would run", component.name),
                help: "check that it is a file, and that you have read permission".to_owned(),
                source,
            })?;
            let Some(code) = code else { continue };
            // A task that was made here, by `add_task`.
            let is_own = code.above.is_empty() && self.is_own(&code.folder)?;
            if !is_own && !self.store.allows(&[self.task(&code)])? {
                found.push(code);
            }
        }
        Ok((!found.is_empty()).then(|| self.request_for(&found)))
    }

    fn request_for(&self, found: &[OwnCode]) -> Request {
        let mut above: Vec<_> = found.iter().flat_map(|code| &code.above).collect();
        above.sort();
        above.dedup();
        let shown: Vec<_> = above.iter().map(|path| path.display().to_string()).collect();
        let mut rows = vec![["project".to_owned(), self.root.display().to_string()]];
        rows.extend(found.iter().map(|code| [code.component.clone(), named(&code.files)]));
        rows.extend(shown.iter().map(|path| ["compiler".to_owned(), path.clone()]));
        let files: Vec<_> = found.iter().flat_map(|code| code.files.iter().cloned()).chain(shown).collect();
        Request {
            grants: found.iter().map(|code| self.task(code)).collect(),
            what: "running code of this project during a build".to_owned(),
            look: format!("look at {}", named(&files)),
            rows,
            warnings: Vec::new(),
            question: "Allow the build to run code of these files, or named in them, on this machine?"
                .to_owned(),
        }
    }

    fn task(&self, code: &OwnCode) -> Grant {
        Grant::Task {
            component: code.component.clone(),
            project: self.root.display().to_string(),
            content: code.content.clone(),
        }
    }

    /// Whether a folder is the user's own.
    pub(super) fn is_own(&self, folder: &Path) -> Result<bool, TrustError> {
        match Identity::of(folder) {
            Ok(identity) => self.store.allows(&[Grant::Folder(identity)]),
            Err(_) => Ok(false),
        }
    }
}

/// Each pack once: many components have the same one.
fn distinct<'a>(packs: impl IntoIterator<Item = &'a Pack>) -> Vec<&'a Pack> {
    let named = packs.into_iter().map(|pack| (pack.manifest.name.as_str(), pack));
    named.collect::<BTreeMap<_, _>>().into_values().collect()
}

/// Some files by name, and how many more there are.
fn named(files: &[String]) -> String {
    let some = files.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    match files.len().saturating_sub(NAMED) {
        0 => some,
        more => format!("{some} and {}", count(more, "more file")),
    }
}
