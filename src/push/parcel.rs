//! One component, ready to be sent: read, and found to be what was built.

use std::path::{Path, PathBuf};

use oci_spec::distribution::Reference;
use semver::Version;

use super::artifact::{About, Artifact, sha256};
use super::registry::reference;
use super::{PushError, image};
use crate::build::Built;
use crate::build::plan::Job;
use crate::check::Component;
use crate::files;
use crate::project::Settings;
use crate::project::lock_file::{Digest, LockFile};

/// A component that has been built.
#[derive(Debug, Clone)]
pub struct Source<'a> {
    pub component: &'a Component,
    pub artifact: PathBuf,
    /// The artifact's SHA-256, as the build has recorded it.
    pub sha256: String,
    /// The digest of everything that decides the artifact.
    pub content: String,
}

impl<'a> Source<'a> {
    /// Of a component that was just built.
    pub fn built(component: &'a Component, built: &Built) -> Self {
        Self {
            component,
            artifact: built.artifact.clone(),
            sha256: built.sha256.clone(),
            content: built.content.clone(),
        }
    }

    /// Of a component that need not be built; none if it has to be.
    pub fn finished(job: &Job<'a>) -> Option<Self> {
        if job.compile.is_some() || job.compose().is_some() {
            return None;
        }
        Some(Self {
            component: job.component,
            artifact: job.place.artifact.clone(),
            sha256: job.record.composed.as_ref()?.made.sha256.clone(),
            content: job.content(),
        })
    }
}

/// A component as it goes to its registry.
#[derive(Debug)]
pub(super) struct Parcel {
    pub component: String,
    pub version: Version,
    pub image: Reference,
    /// What is sent beside the component's own bytes.
    pub artifact: Artifact,
    /// The digest of everything that decides it.
    pub content: Digest,
    file: PathBuf,
}

/// A component whose artifact has not been read yet.
#[derive(Debug)]
pub(super) struct Unread {
    component: String,
    version: Version,
    image: Reference,
    layer: Digest,
    content: Digest,
    pack: String,
    template: String,
    file: PathBuf,
}

impl Unread {
    /// Where a component goes.
    ///
    /// # Errors
    /// When the settings name no registry, or what was remembered of the build is not valid.
    pub fn new(settings: &Settings, source: &Source<'_>) -> Result<Self, PushError> {
        let component = source.component;
        let altered = || altered(&component.name, &source.artifact);
        Ok(Self {
            component: component.name.clone(),
            version: component.version.clone(),
            image: reference(&image(settings, component)?)?,
            layer: Digest::new(&format!("sha256:{}", source.sha256)).ok_or_else(altered)?,
            content: Digest::new(&source.content).ok_or_else(altered)?,
            pack: component.pack.manifest.name.clone(),
            template: component.template.manifest.name.clone(),
            file: source.artifact.clone(),
        })
    }

    /// Reads and checks the artifact. Blocks the thread.
    ///
    /// # Errors
    /// When it is not what was built, or no component.
    pub fn read(&self) -> Result<Parcel, PushError> {
        let Self { component, version, image, layer, content, pack, template, file } = self;
        let bytes = verified(component, file, layer.as_str())?;
        let about = About { title: component, version, source: content.as_str(), pack, template };
        let foreign = |reason: String| PushError::NotAComponent { component: component.clone(), reason };
        Ok(Parcel {
            component: component.clone(),
            version: version.clone(),
            image: image.clone(),
            artifact: Artifact::new(&bytes, &about).map_err(|error| foreign(error.to_string()))?,
            content: content.clone(),
            file: file.clone(),
        })
    }
}

impl Parcel {
    /// The component's own bytes, read once more and found to be the same.
    pub fn bytes(&self) -> Result<Vec<u8>, PushError> {
        verified(&self.component, &self.file, &self.artifact.layer)
    }

    /// Whether the project remembers other content under this version.
    pub fn breaks_promise(&self, lock_file: &LockFile) -> Option<PushError> {
        let locked = lock_file.get(&self.component)?;
        let breaks = locked.version == self.version && locked.artifact.as_str() != self.artifact.layer;
        breaks.then(|| self.promise(&locked.registry))
    }

    /// What is said when the version is taken by other content.
    pub fn promise(&self, registry: &str) -> PushError {
        PushError::VersionTaken {
            component: self.component.clone(),
            version: self.version.to_string(),
            registry: registry.to_owned(),
        }
    }
}

fn verified(component: &str, file: &Path, digest: &str) -> Result<Vec<u8>, PushError> {
    let folder = file.parent().unwrap_or(file);
    let bytes = files::read(folder, file, files::COMPONENT)
        .map_err(|source| PushError::Unreadable { path: file.display().to_string(), source })?;
    if sha256(&bytes) == digest { Ok(bytes) } else { Err(altered(component, file)) }
}

fn altered(component: &str, file: &Path) -> PushError {
    PushError::ArtifactChanged { component: component.to_owned(), path: file.display().to_string() }
}
