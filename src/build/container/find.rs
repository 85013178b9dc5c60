//! A pack's toolchain image: there or fetched, and with which compiler in it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use bollard::errors::Error as Refused;
use bollard::models::ImageInspect;
use semver::Version;

use super::engine::Engine;
use super::error::ContainerError;
use super::image::{Image, Order};
use super::install;
use super::pull;
use super::run::{self, Locked};
use crate::build::placeholders::FillInside;
use crate::catalog::Pack;
use crate::files;
use crate::progress::Progress;
use crate::project::lock_file::{Digest, LockedImage};

/// The name by which a pack's image is looked for: with the digest that is remembered, if there is one.
pub fn wanted(name: &str, locked: Option<&Digest>) -> String {
    match locked {
        Some(digest) if !name.contains('@') => format!("{}@{}", pull::split(name).0, digest.as_str()),
        _ => name.to_owned(),
    }
}

/// Finds a pack's image, fetching it if the engine does not have it and it is allowed. Also the compiler's version.
///
/// # Errors
/// When there is none, or it does not satisfy the pack.
pub fn find(
    pack: &Pack,
    engine: &Engine,
    order: &Order<'_>,
    progress: &dyn Progress,
) -> Result<(Image, Version), ContainerError> {
    let named = pack.manifest.toolchain.image.as_deref();
    let named = named.ok_or_else(|| ContainerError::NoImage { pack: pack.manifest.name.clone() })?;
    let name = wanted(named, order.locked.filter(|_| !order.newest));
    let there = inspect(engine, &name)?.filter(|_| !order.newest);
    let (seen, fetched) = match (there, order.forbidden) {
        (Some(seen), _) => (seen, None),
        (None, Some(restriction)) => return Err(ContainerError::Forbidden { image: name, restriction }),
        (None, None) => {
            pull::pull(engine, &name, progress)?;
            let absent = || ContainerError::Pull {
                image: name.clone(),
                message: "the image is missing after it was fetched".to_owned(),
            };
            let seen = inspect(engine, &name)?.ok_or_else(absent)?;
            let digest = digest(&name, seen.repo_digests.as_deref().unwrap_or_default());
            let fetched = digest.filter(|_| name == named);
            (seen, fetched.map(|digest| LockedImage { image: named.to_owned(), digest }))
        }
    };
    let id = seen.id.clone().unwrap_or_default();
    let mut image = Image { engine: engine.clone(), name, id, fetched, installed: None };
    if pack.manifest.toolchain.install_in_image {
        image.installed = Some(install::provide(pack, &image, &seen, order, progress)?);
    }
    let version = version(pack, &image, order.cache)?;
    Ok((image, version))
}

/// What an engine says of an image; none if it does not have it.
fn inspect(engine: &Engine, name: &str) -> Result<Option<ImageInspect>, ContainerError> {
    match engine.wait(engine.docker().inspect_image(name)) {
        Ok(image) => Ok(Some(image)),
        Err(Refused::DockerResponseServerError { status_code: 404, .. }) => Ok(None),
        Err(error) => Err(ContainerError::engine("looking for the image", &error)),
    }
}

/// The digest that the registry has under a name. Podman also lists that of this machine's own part of an image for
/// several kinds of machines: then it is not known which is which.
fn digest(name: &str, known: &[String]) -> Option<Digest> {
    let plain = |name: &str| {
        let name = name.strip_prefix("docker.io/").unwrap_or(name);
        name.strip_prefix("library/").unwrap_or(name).to_owned()
    };
    let own = plain(pull::split(name).0);
    let pairs = known.iter().filter_map(|known| known.split_once('@'));
    let found: BTreeSet<_> = pairs.filter(|(name, _)| plain(name) == own).map(|(_, digest)| digest).collect();
    Digest::new(found.first().filter(|_| found.len() == 1)?)
}

/// The version of the compiler in an image. A container has to be started for it: it is remembered.
fn version(pack: &Pack, image: &Image, cache: &Path) -> Result<Version, ContainerError> {
    let file = file(pack, cache);
    let mut known = known(&file);
    let key = key(pack, &image.id);
    let version = match known.get(&key) {
        Some(version) => version.clone(),
        None => ask(pack, image)?,
    };
    if !pack.manifest.toolchain.requires.matches(&version) {
        return Err(unfit(pack, image, version.to_string()));
    }
    if known.insert(key, version.clone()).is_none() {
        remember(&file, &known);
    }
    Ok(version)
}

/// The version of the compiler in an image, if it is remembered.
pub fn known_version(pack: &Pack, id: &str, cache: &Path) -> Option<Version> {
    known(&file(pack, cache)).remove(&key(pack, id))
}

fn file(pack: &Pack, cache: &Path) -> PathBuf {
    cache.join("packs").join(&pack.manifest.name).join("images.json")
}

fn key(pack: &Pack, id: &str) -> String {
    format!("{id} {:?}", pack.manifest.toolchain.check)
}

fn known(file: &Path) -> BTreeMap<String, Version> {
    files::read(files::anywhere(), file, files::TEXT)
        .ok()
        .and_then(|text| serde_json::from_slice(&text).ok())
        .unwrap_or_default()
}

/// Best effort: what is not remembered is asked again.
fn remember(file: &Path, known: &BTreeMap<String, Version>) {
    let folder = file.parent().unwrap_or(file);
    if files::create_folder(files::anywhere(), folder).is_ok() {
        let _ = files::overwrite(files::anywhere(), file, &serde_json::to_vec(known).unwrap_or_default());
    }
}

fn ask(pack: &Pack, image: &Image) -> Result<Version, ContainerError> {
    // Only /tmp can be written there.
    let fill = FillInside::new(["work", "home"].map(|name| (name, "/tmp".to_owned())));
    let env = fill.env(&pack.manifest.build.env);
    let command = fill.words(&pack.manifest.toolchain.check);
    let mut container = Locked { command, env, ..Locked::default() };
    if let Some(installed) = &image.installed {
        container.equip(installed);
    }
    let ended = run::run(image, container)?;
    let absent = || unfit(pack, image, "of an unknown version".to_owned());
    pack.version_in(&ended.said).filter(|_| ended.code == 0).ok_or_else(absent)
}

fn unfit(pack: &Pack, image: &Image, found: String) -> ContainerError {
    ContainerError::IncompatibleCompiler {
        image: image.name.clone(),
        pack: pack.manifest.name.clone(),
        program: pack.manifest.toolchain.program.clone(),
        found,
        wanted: pack.manifest.toolchain.requires.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(digit: &str) -> String {
        format!("sha256:{}", digit.repeat(64))
    }

    #[test]
    fn an_image_that_is_remembered_is_named_by_its_digest() {
        let one = Digest::new(&hex("1")).unwrap();
        assert_eq!(wanted("r.org:5000/golang:1.27", None), "r.org:5000/golang:1.27");
        assert_eq!(wanted("r.org:5000/golang:1.27", Some(&one)), format!("r.org:5000/golang@{}", hex("1")));
        assert_eq!(wanted("golang@sha256:abc", Some(&one)), "golang@sha256:abc", "the pack says which");
    }

    #[test]
    fn only_the_registrys_own_digest_is_taken() {
        let known = |name: &str, digits: &[&str]| -> Vec<String> {
            digits.iter().map(|digit| format!("{name}@{}", hex(digit))).collect()
        };
        let found = |known: &[String]| digest("docker.io/library/golang:1.27", known);
        assert_eq!(found(&known("golang", &["1"])), Digest::new(&hex("1")));
        assert_eq!(found(&known("docker.io/library/golang", &["1", "1"])), Digest::new(&hex("1")));
        assert_eq!(found(&known("docker.io/library/golang", &["1", "2"])), None);
        assert_eq!(found(&known("r.org/golang", &["1"])), None);
        assert_eq!(found(&[]), None);
    }
}
