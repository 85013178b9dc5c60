//! Talking to registries: one client for all of them, each with its own credentials, and patience.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hyper::body::Bytes;
use oci_client::client::{Certificate, CertificateEncoding, Client, ClientConfig, ClientProtocol};
use oci_client::errors::OciDistributionError as Oci;
use oci_client::{Reference, RegistryOperation, errors::Result as OciResult};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::PushError;
use super::address::is_insecure;
use super::artifact::{Artifact, MANIFEST};
use super::credentials::Credentials;
use super::fault::{self, Fault, Request, SILENCE};
use crate::progress::{Event, Phase, Progress};
use crate::project::Settings;
use crate::project::settings::REGISTRY_CA;
use crate::text::quoted;

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a question may take that needs no more than a look.
const LOOK: Duration = Duration::from_secs(10);
/// How long to wait before each further attempt.
const BACKOFF: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(2)];

/// The registries of some images.
pub(super) struct Registries<'a> {
    client: Client,
    credentials: BTreeMap<String, Credentials>,
    progress: &'a dyn Progress,
    told: AtomicBool,
}

/// An image's name, read.
///
/// # Errors
/// When the text names none.
pub(super) fn reference(image: &str) -> Result<Reference, PushError> {
    Reference::try_from(image).map_err(|_| PushError::Image { image: quoted(image) })
}

impl<'a> Registries<'a> {
    /// Prepares to talk to the registries of these images.
    ///
    /// # Errors
    /// When certificates or credentials cannot be used.
    pub async fn of(
        settings: &Settings,
        images: &[Reference],
        progress: &'a dyn Progress,
    ) -> Result<Self, PushError> {
        let hosts: BTreeSet<&str> = images.iter().map(Reference::resolve_registry).collect();
        let plain = hosts.iter().filter(|host| is_insecure(settings, host));
        let protocol = ClientProtocol::HttpsExcept(plain.map(|host| (*host).to_owned()).collect());
        let client = client(protocol, certificates(settings)?)?;
        let mut credentials = BTreeMap::new();
        for host in hosts {
            let found = Credentials::find(settings, host)?;
            client.store_auth_if_needed(host, &found.auth).await;
            credentials.insert(host.to_owned(), found);
        }
        Ok(Self { client, credentials, progress, told: AtomicBool::new(false) })
    }

    /// A token for an operation on an image, if the registry gives tokens.
    pub async fn token(&self, image: &Reference, operation: RegistryOperation) -> OciResult<Option<String>> {
        self.client.auth(image, &self.credentials(image).auth, operation).await
    }

    /// The digest of the manifest that the registry has under this name, if it has one.
    pub async fn look(&self, image: &Reference) -> Result<Option<String>, PushError> {
        let look = || async {
            match self.client.fetch_manifest_digest(image, &self.credentials(image).auth).await {
                Ok(digest) => Ok(Some(digest)),
                Err(error) if fault::is_absent(&error) => Ok(None),
                Err(error) => Err(error),
            }
        };
        self.patiently(image, "read", Some(LOOK), look).await
    }

    /// The digests of the layers of what the registry has under this name; none if it is no image.
    pub async fn layers(&self, image: &Reference) -> Result<Vec<String>, PushError> {
        let auth = &self.credentials(image).auth;
        let read = || self.client.pull_manifest_raw(image, auth, &[MANIFEST]);
        let (bytes, _) = self.patiently(image, "read", Some(LOOK), read).await?;
        let manifest: serde_json::Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let layers = manifest["layers"].as_array().into_iter().flatten();
        Ok(layers.filter_map(|layer| Some(layer["digest"].as_str()?.to_owned())).collect())
    }

    /// Sends what is not there yet, and the manifest last: an image is there whole or not at all.
    /// `component` gives the component's bytes: they are needed rarely enough, and are large.
    pub async fn send(
        &self,
        image: &Reference,
        artifact: &Artifact,
        component: impl FnOnce() -> Result<Vec<u8>, PushError>,
    ) -> Result<(), PushError> {
        if !self.has(image, &artifact.layer).await? {
            self.send_blob(image, &artifact.layer, component()?.into()).await?;
        }
        if !self.has(image, &artifact.config_digest).await? {
            self.send_blob(image, &artifact.config_digest, artifact.config.clone()).await?;
        }
        let send = || async {
            let kind = MANIFEST.parse().map_err(|_| Oci::UnsupportedMediaTypeError(MANIFEST.to_owned()))?;
            self.client.push_manifest_raw(image, artifact.manifest.clone(), kind).await
        };
        self.patiently(image, "push", None, send).await.map(drop)
    }

    async fn has(&self, image: &Reference, digest: &str) -> Result<bool, PushError> {
        self.patiently(image, "push", Some(LOOK), || self.client.blob_exists(image, digest)).await
    }

    async fn send_blob(&self, image: &Reference, digest: &str, bytes: Bytes) -> Result<(), PushError> {
        let send = || self.client.push_blob(image, bytes.clone(), digest);
        self.patiently(image, "push", None, send).await.map(drop)
    }

    /// Does something, again if it fails for a reason that passes.
    async fn patiently<T, F: Future<Output = OciResult<T>>>(
        &self,
        image: &Reference,
        doing: &'static str,
        limit: Option<Duration>,
        act: impl Fn() -> F,
    ) -> Result<T, PushError> {
        let whole = image.whole();
        let host = image.resolve_registry();
        let request = Request { host, image: &whole, doing, credentials: self.credentials(image) };
        let mut pauses = BACKOFF.iter();
        loop {
            let fault = match within(limit, act()).await {
                Ok(Ok(done)) => return Ok(done),
                Ok(Err(error)) => request.fault(&error),
                Err(waited) => request.too_slow(waited),
            };
            match (fault, pauses.next()) {
                (Fault { transient: true, error }, Some(pause)) => {
                    self.tell(&error);
                    tokio::time::sleep(*pause).await;
                }
                (Fault { error, .. }, _) => return Err(error),
            }
        }
    }

    fn tell(&self, error: &PushError) {
        let first = !self.told.swap(true, Ordering::Relaxed);
        self.progress.report(Event::Retrying { phase: Phase::Push, reason: error.to_string(), first });
    }

    fn credentials(&self, image: &Reference) -> &Credentials {
        static NOBODY: Credentials = Credentials::NOBODY;
        self.credentials.get(image.resolve_registry()).unwrap_or(&NOBODY)
    }
}

/// A result, or how long was waited for it in vain.
async fn within<T>(limit: Option<Duration>, future: impl Future<Output = T>) -> Result<T, Duration> {
    match limit {
        None => Ok(future.await),
        Some(limit) => tokio::time::timeout(limit, future).await.map_err(|_| limit),
    }
}

fn client(protocol: ClientProtocol, certificates: Vec<Certificate>) -> Result<Client, PushError> {
    // There can be only one; who was first has installed the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let config = ClientConfig {
        protocol,
        extra_root_certificates: certificates,
        connect_timeout: Some(CONNECT),
        read_timeout: Some(SILENCE),
        user_agent: concat!("pelato/", env!("CARGO_PKG_VERSION")),
        ..ClientConfig::default()
    };
    Client::try_from(config).map_err(|error| {
        let error: &dyn std::error::Error = &error;
        let causes = std::iter::successors(Some(error), |error| error.source());
        PushError::Client { reason: causes.last().map(ToString::to_string).unwrap_or_default() }
    })
}

/// What `REGISTRY_CA` names. A file without certificates would be taken in silence.
pub(super) fn certificates(settings: &Settings) -> Result<Vec<Certificate>, PushError> {
    let Some(path) = settings.text(REGISTRY_CA) else { return Ok(Vec::new()) };
    let wrong = |reason: String| PushError::Certificates { path: quoted(path), reason };
    let bytes = std::fs::read(Path::new(path)).map_err(|error| wrong(format!("cannot be read: {error}")))?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    match found {
        Ok(found) if !found.is_empty() => {
            let one = |der: CertificateDer<'_>| Certificate {
                encoding: CertificateEncoding::Der,
                data: der.to_vec(),
            };
            Ok(found.into_iter().map(one).collect())
        }
        Ok(_) => Err(wrong("contains no certificate".to_owned())),
        Err(error) => Err(wrong(format!("contains something that is not a certificate: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(file: &Path) -> Settings {
        let path = file.display().to_string();
        Settings::load(None, |name| (name == REGISTRY_CA.name).then(|| path.clone()), &[]).unwrap()
    }

    #[test]
    fn a_file_without_certificates_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");
        let error = || certificates(&settings(&file)).unwrap_err().to_string();
        assert!(error().contains("cannot be read: No such file"), "{}", error());
        for text in ["", "hello\n", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"] {
            std::fs::write(&file, text).unwrap();
            assert!(error().ends_with("contains no certificate"), "{}", error());
        }
        std::fs::write(&file, "-----BEGIN CERTIFICATE-----\nAA").unwrap();
        assert!(error().contains("not a certificate"), "{}", error());
    }

    #[test]
    fn every_certificate_of_a_file_counts() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");
        let one = || rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap().cert.pem();
        std::fs::write(&file, format!("first\n{}\n{}", one(), one())).unwrap();
        assert_eq!(certificates(&settings(&file)).unwrap().len(), 2);
    }
}
