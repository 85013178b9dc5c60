//! One component, ready to be sent: read, and found to be what was built.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use oci_spec::distribution::Reference;
use semver::Version;

use super::artifact::{About, Artifact, sha256};
use super::registry::reference;
use super::{PushError, named};
use crate::build::Built;
use crate::build::plan::Job;
use crate::check::Component;
use crate::project::Settings;
use crate::project::lock_file::{Digest, LockFile};
use crate::{entry, files};

/// A component that is ready.
#[derive(Debug, Clone)]
pub struct Source {
    /// The component's name, which is its image's, too.
    pub name: String,
    version: Version,
    pack: String,
    template: String,
    bytes: Bytes,
    /// The artifact's SHA-256, as the build has recorded it.
    sha256: String,
    /// The digest of everything that decides the artifact.
    content: String,
}

/// Where a component's bytes are.
#[derive(Debug, Clone)]
enum Bytes {
    File(PathBuf),
    BuiltIn(&'static [u8]),
}

impl Source {
    /// Of a component that was just built.
    pub fn built(component: &Component, built: &Built) -> Self {
        Self::of(component, &built.artifact, &built.sha256, &built.content)
    }

    /// Of a component that need not be built; none if it has to be.
    pub fn finished(job: &Job<'_>) -> Option<Self> {
        if job.compile.is_some() || job.compose().is_some() {
            return None;
        }
        let sha256 = &job.record.composed.as_ref()?.made.sha256;
        Some(Self::of(job.component, &job.place.artifact, sha256, &job.content()))
    }

    /// Of the HTTP entry, which workflows with HTTP tasks need beside their components.
    pub fn entry() -> Self {
        Self {
            name: entry::IMAGE.to_owned(),
            version: entry::version(),
            pack: "rust".to_owned(),
            template: "http_entry".to_owned(),
            bytes: Bytes::BuiltIn(entry::COMPONENT),
            sha256: entry::sha256().to_owned(),
            content: format!("sha256:{}", entry::sha256()),
        }
    }

    fn of(component: &Component, artifact: &Path, sha256: &str, content: &str) -> Self {
        Self {
            name: component.name.clone(),
            version: component.version.clone(),
            pack: component.pack.manifest.name.clone(),
            template: component.template.manifest.name.clone(),
            bytes: Bytes::File(artifact.to_owned()),
            sha256: sha256.to_owned(),
            content: content.to_owned(),
        }
    }
}

impl Bytes {
    /// The bytes, read and found to be those of a digest.
    fn verified(&self, component: &str, digest: &str) -> Result<Cow<'static, [u8]>, PushError> {
        let file = match self {
            Self::BuiltIn(bytes) => return Ok(Cow::Borrowed(bytes)),
            Self::File(file) => file,
        };
        let folder = file.parent().unwrap_or(file);
        let bytes = files::read(folder, file, files::COMPONENT)
            .map_err(|source| PushError::Unreadable { path: file.display().to_string(), source })?;
        if sha256(&bytes) == digest { Ok(Cow::Owned(bytes)) } else { Err(self.altered(component)) }
    }

    fn altered(&self, component: &str) -> PushError {
        let path = match self {
            Self::File(file) => file.display().to_string(),
            Self::BuiltIn(_) => entry::IMAGE.to_owned(),
        };
        PushError::ArtifactChanged { component: component.to_owned(), path }
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
    bytes: Bytes,
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
    bytes: Bytes,
}

impl Unread {
    /// Where a component goes.
    ///
    /// # Errors
    /// When the settings name no registry, or what was remembered of the build is not valid.
    pub fn new(settings: &Settings, source: &Source) -> Result<Self, PushError> {
        let altered = || source.bytes.altered(&source.name);
        Ok(Self {
            component: source.name.clone(),
            version: source.version.clone(),
            image: reference(&named(settings, &source.name, &source.version)?)?,
            layer: Digest::new(&format!("sha256:{}", source.sha256)).ok_or_else(altered)?,
            content: Digest::new(&source.content).ok_or_else(altered)?,
            pack: source.pack.clone(),
            template: source.template.clone(),
            bytes: source.bytes.clone(),
        })
    }

    /// Reads and checks the artifact. Blocks the thread.
    ///
    /// # Errors
    /// When it is not what was built, or no component.
    pub fn read(&self) -> Result<Parcel, PushError> {
        let Self { component, version, image, layer, content, pack, template, bytes: place } = self;
        let bytes = place.verified(component, layer.as_str())?;
        let about = About { title: component, version, source: content.as_str(), pack, template };
        let foreign = |reason: String| PushError::NotAComponent { component: component.clone(), reason };
        Ok(Parcel {
            component: component.clone(),
            version: version.clone(),
            image: image.clone(),
            artifact: Artifact::new(&bytes, &about).map_err(|error| foreign(error.to_string()))?,
            content: content.clone(),
            bytes: place.clone(),
        })
    }
}

impl Parcel {
    /// The component's own bytes, read once more and found to be the same.
    pub fn bytes(&self) -> Result<Vec<u8>, PushError> {
        self.bytes.verified(&self.component, &self.artifact.layer).map(Cow::into_owned)
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
