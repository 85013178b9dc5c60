//! A pack's toolchain image: there or fetched, and with which compiler in it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use bollard::errors::Error as Refused;
use semver::Version;

use super::engine::Engine;
use super::error::ContainerError;
use super::pull;
use super::run::{self, Locked};
use crate::catalog::Pack;
use crate::files;
use crate::progress::Progress;

/// An image with a compiler that satisfies its pack.
#[derive(Debug, Clone)]
pub struct Image {
    /// The engine that has it.
    pub engine: Engine,
    /// Its name.
    pub name: String,
    /// Its content's digest.
    pub id: String,
}

/// Finds a pack's image, fetching it if the engine does not have it and it is allowed. Also the compiler's version.
///
/// # Errors
/// When there is none, or it does not satisfy the pack.
pub fn find(
    pack: &Pack,
    engine: &Engine,
    cache: &Path,
    forbidden: Option<&'static str>,
    progress: &dyn Progress,
) -> Result<(Image, Version), ContainerError> {
    let name = pack.manifest.toolchain.image.clone();
    let name = name.ok_or_else(|| ContainerError::NoImage { pack: pack.manifest.name.clone() })?;
    let id = match (id(engine, &name)?, forbidden) {
        (Some(id), _) => id,
        (None, Some(flag)) => return Err(ContainerError::Forbidden { image: name, flag }),
        (None, None) => {
            pull::pull(engine, &name, progress)?;
            let absent =
                || ContainerError::Pull { image: name.clone(), message: "it is not there then".to_owned() };
            id(engine, &name)?.ok_or_else(absent)?
        }
    };
    let image = Image { engine: engine.clone(), name, id };
    let version = version(pack, &image, cache)?;
    Ok((image, version))
}

/// The digest of an image's content; none if the engine does not have it.
fn id(engine: &Engine, name: &str) -> Result<Option<String>, ContainerError> {
    match engine.wait(engine.docker().inspect_image(name)) {
        Ok(image) => Ok(Some(image.id.unwrap_or_default())),
        Err(Refused::DockerResponseServerError { status_code: 404, .. }) => Ok(None),
        Err(error) => Err(ContainerError::engine("looking for the image", &error)),
    }
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
    std::fs::read(file).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
}

/// Best effort: what is not remembered is asked again.
fn remember(file: &Path, known: &BTreeMap<String, Version>) {
    let folder = file.parent().unwrap_or(file);
    if std::fs::create_dir_all(folder).is_ok() {
        let _ = files::overwrite(file, &serde_json::to_vec(known).unwrap_or_default());
    }
}

fn ask(pack: &Pack, image: &Image) -> Result<Version, ContainerError> {
    let env = pack.manifest.build.env.iter().map(|(name, value)| format!("{name}={value}"));
    let container =
        Locked { command: pack.manifest.toolchain.check.clone(), env: env.collect(), ..Locked::default() };
    let ended = run::run(image, container)?;
    let absent = || unfit(pack, image, "in no version that it says".to_owned());
    pack.version_in(&ended.said).filter(|_| ended.code == 0).ok_or_else(absent)
}

fn unfit(pack: &Pack, image: &Image, found: String) -> ContainerError {
    ContainerError::Unfit {
        image: image.name.clone(),
        pack: pack.manifest.name.clone(),
        program: pack.manifest.toolchain.program.clone(),
        found,
        wanted: pack.manifest.toolchain.requires.to_string(),
    }
}
