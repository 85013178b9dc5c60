//! What somebody has to allow before the commands of a pack are run.

use super::{PackError, content};
use crate::catalog::pack::{MANIFEST, runs};
use crate::catalog::{Catalog, Origin, Pack};
use crate::trust::{Grant, Request};

/// What is to be allowed for the commands of a pack; nothing for one that is built in or in the user's own folder: only
/// the user puts packs there.
///
/// # Errors
/// When its files cannot be read, or one is a link.
pub fn request(pack: &Pack) -> Result<Option<Request>, PackError> {
    if pack.origin != Origin::Project {
        return Ok(None);
    }
    let files = content::read(&pack.folder)?;
    let name = &pack.manifest.name;
    let digest = content::digest(&files).as_str().to_owned();
    // The one that is in the digest.
    let manifest = files.get(MANIFEST).map(Vec::as_slice).unwrap_or_default();
    let row = |key: &str, value: String| [key.to_owned(), value];
    let mut rows = vec![
        row("language pack", name.clone()),
        row("summary", pack.manifest.summary.clone()),
        row("in", pack.folder.shown("")),
        row("content", digest.clone()),
    ];
    rows.extend(runs(&String::from_utf8_lossy(manifest)));
    let hides = Catalog::built_in().packs.get(name).is_ok();
    let warnings = hides.then(|| format!("it replaces the built-in pack `{name}`"));
    Ok(Some(Request {
        grants: vec![Grant::Pack { name: name.clone(), content: digest }],
        what: format!("running the commands of the language pack `{name}`"),
        look: format!("look at {}", pack.folder.shown(MANIFEST)),
        rows,
        warnings: warnings.into_iter().collect(),
        question: "Allow these commands to run on this machine?".to_owned(),
    }))
}
