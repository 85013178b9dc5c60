//! Which language pack compiles some files.

use std::path::Path;

use super::error::LanguageError;
use crate::catalog::{Catalog, CatalogError, Pack};
use crate::text;

/// The pack that `language` names.
pub fn named<'c>(catalog: &'c Catalog, name: &str) -> Result<&'c Pack, LanguageError> {
    catalog.packs.get(name).map_err(|error| match error {
        CatalogError::Broken(problem) => LanguageError::Broken(problem),
        CatalogError::Unknown { .. } => LanguageError::UnknownName {
            message: format!("there is no language pack {}", text::quoted(name)),
            help: match catalog.packs.meant(name) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("there is {}", text::list(catalog.packs.names())),
            },
        },
    })
}

/// The pack whose endings the files have.
pub fn guessed<'c>(catalog: &'c Catalog, files: &[String], shown: &str) -> Result<&'c Pack, LanguageError> {
    let fitting: Vec<_> = catalog.packs.iter().filter(|pack| has_source(pack, files)).collect();
    match fitting.as_slice() {
        [pack] => Ok(pack),
        // A broken pack may be the one: its endings are not known.
        [] => Err(match catalog.packs.broken().first() {
            Some(broken) => LanguageError::Broken(Box::new(broken.problem.clone())),
            None => LanguageError::UnknownEnding {
                shown: shown.to_owned(),
                known: catalog.packs.iter().flat_map(endings).collect(),
            },
        }),
        several => Err(LanguageError::Several {
            shown: shown.to_owned(),
            packs: several.iter().map(|pack| pack.manifest.name.clone()).collect(),
        }),
    }
}

/// Sees that a named pack has sources among the files.
pub fn confirm(catalog: &Catalog, pack: &Pack, files: &[String], shown: &str) -> Result<(), LanguageError> {
    if has_source(pack, files) {
        return Ok(());
    }
    let fits = catalog.packs.iter().find(|pack| has_source(pack, files));
    Err(LanguageError::Contradiction {
        shown: shown.to_owned(),
        pack: pack.manifest.name.clone(),
        endings: endings(pack).collect(),
        fits: fits.map(|pack| pack.manifest.name.clone()),
    })
}

fn endings(pack: &Pack) -> impl Iterator<Item = String> {
    pack.manifest.extensions.iter().map(|ending| format!(".{ending}"))
}

fn has_source(pack: &Pack, files: &[String]) -> bool {
    files.iter().any(|file| has_ending(pack, file) && !pack.ignores(file))
}

fn has_ending(pack: &Pack, file: &str) -> bool {
    let ending = Path::new(file).extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| pack.manifest.extensions.iter().any(|known| known == ending))
}

/// Whether a file would be some pack's, if it did not pass over it.
pub fn is_passed_over(catalog: &Catalog, file: &str) -> bool {
    catalog.packs.iter().any(|pack| has_ending(pack, file) && pack.ignores(file))
}

/// The files that the pack's conditions look into.
pub fn sources<'f>(pack: &Pack, files: &'f [String]) -> impl Iterator<Item = &'f String> {
    files.iter().filter(|file| pack.is_source(file) && !pack.ignores(file))
}
