//! What registries are asked for: manifests and blobs, again if they fail in a way that passes.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hyper::body::Bytes;
use oci_spec::distribution::Reference;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::Value;

use super::artifact::{Artifact, MANIFEST, sha256};
use super::fault::{Fault, LOOK, SILENCE};
use super::http::{self, Limits};
use super::proxy::Proxies;
use super::session::{About, Action, Session, answer};
use super::{Caller, PushError, hub};
use crate::progress::{Event, Phase};
use crate::project::Settings;
use crate::text::quoted;

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(10);
/// How long to wait before each further attempt.
const BACKOFF: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(2)];
/// How often, and how long at a time, to wait for a registry that says how long it wants to be left alone.
const PAUSES: (usize, Duration) = (5, Duration::from_secs(60));
/// The kinds of manifests that somebody may have put under a name.
const MANIFESTS: &str = "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, \
    application/vnd.docker.distribution.manifest.v2+json, application/vnd.docker.distribution.manifest.list.v2+json";
/// How registries name the digest of what they send or have stored.
const DIGEST: &str = "docker-content-digest";

/// The registries of some images.
pub(super) struct Registries<'a> {
    sessions: BTreeMap<String, Session>,
    caller: Caller<'a>,
    told: AtomicBool,
}

/// An image's name, read.
///
/// # Errors
/// When the text names none.
pub(super) fn reference(image: &str) -> Result<Reference, PushError> {
    Reference::try_from(image).map_err(|_| PushError::Image { image: quoted(image) })
}

/// The name of an image's registry.
pub(super) fn host(image: &Reference) -> &str {
    hub::one_name(image.registry())
}

impl<'a> Registries<'a> {
    /// Prepares to talk to the registries of these images.
    ///
    /// # Errors
    /// When certificates or credentials cannot be used.
    pub async fn of(
        settings: &Settings,
        images: &[Reference],
        caller: Caller<'a>,
    ) -> Result<Self, PushError> {
        let limits = Limits { connect: CONNECT, answer: None };
        Self::within(limits, settings, images, caller).await
    }

    /// The same with other limits.
    ///
    /// # Errors
    /// As for [`Registries::of`].
    pub async fn within(
        limits: Limits,
        settings: &Settings,
        images: &[Reference],
        caller: Caller<'a>,
    ) -> Result<Self, PushError> {
        let proxies = Proxies::of_process();
        let client = http::client(settings, &proxies, limits)?;
        let mut sessions = BTreeMap::new();
        for host in images.iter().map(host).collect::<BTreeSet<_>>() {
            let session = Session::new(settings, host, (client.clone(), &proxies, limits), caller).await?;
            sessions.insert(host.to_owned(), session);
        }
        Ok(Self { sessions, caller, told: AtomicBool::new(false) })
    }

    /// What talks to the registry of an image.
    ///
    /// # Errors
    /// When it was not among those that were prepared for.
    pub fn session(&self, image: &Reference) -> Result<&Session, PushError> {
        let unknown = || PushError::Image { image: quoted(&image.whole()) };
        self.sessions.get(host(image)).ok_or_else(unknown)
    }

    /// The digest of the manifest that the registry has under this name, if it has one.
    pub async fn look(&self, image: &Reference) -> Result<Option<String>, PushError> {
        let (session, name) = (self.session(image)?, image.whole());
        let about = About::new(image, &name, Action::Pull);
        self.patiently(about, Some(LOOK), || look(session, about)).await
    }

    /// The digests of the layers of what the registry has under this name; none if it is no image.
    pub async fn layers(&self, image: &Reference) -> Result<Vec<String>, PushError> {
        let (session, name) = (self.session(image)?, image.whole());
        let about = About::new(image, &name, Action::Pull);
        let bytes = self.patiently(about, Some(LOOK), || manifest(session, about)).await?;
        let manifest: Value = serde_json::from_slice(&bytes.unwrap_or_default()).unwrap_or_default();
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
        let (session, name) = (self.session(image)?, image.whole());
        let about = About::new(image, &name, Action::Push);
        let has = |digest| self.patiently(about, Some(LOOK), move || has(session, about, digest));
        if !has(&artifact.layer).await? {
            let bytes: Bytes = component()?.into();
            self.patiently(about, None, || send_blob(session, about, &artifact.layer, &bytes)).await?;
        }
        if !has(&artifact.config_digest).await? {
            let (digest, bytes) = (&artifact.config_digest, &artifact.config);
            self.patiently(about, None, || send_blob(session, about, digest, bytes)).await?;
        }
        self.patiently(about, Some(SILENCE), || send_manifest(session, about, artifact)).await
    }

    /// Does something, again if it fails for a reason that passes.
    async fn patiently<T, F: Future<Output = Result<T, Fault>>>(
        &self,
        about: About<'_>,
        limit: Option<Duration>,
        act: impl Fn() -> F,
    ) -> Result<T, PushError> {
        let request = self.session(about.image)?.request(about);
        let (mut failures, mut pauses) = (BACKOFF.iter(), 0..PAUSES.0);
        loop {
            let fault = match within(limit, act()).await {
                Ok(Ok(done)) => return Ok(done),
                Ok(Err(fault)) => fault,
                Err(waited) => request.too_slow(waited),
            };
            let Fault { transient, pause, error } = fault;
            let wait = match pause {
                _ if !transient => None,
                Some(pause) => Some(pause).filter(|pause| *pause <= PAUSES.1 && pauses.next().is_some()),
                None => failures.next().copied(),
            };
            let Some(wait) = wait else {
                return Err(
                    error.after(pause.map(|pause| format!("it requests a pause of {} s", pause.as_secs())))
                );
            };
            self.tell(&error, pause);
            tokio::time::sleep(wait).await;
        }
    }

    fn tell(&self, error: &PushError, pause: Option<Duration>) {
        let first = !self.told.swap(true, Ordering::Relaxed);
        let requested = pause.map(|pause| format!("; it requests a pause of {} s", pause.as_secs()));
        let reason = format!("{error}{}", requested.unwrap_or_default());
        self.caller.progress.report(Event::Retrying { phase: Phase::Push, reason, first });
    }
}

/// A result, or how long was waited for it in vain.
async fn within<T>(limit: Option<Duration>, future: impl Future<Output = T>) -> Result<T, Duration> {
    match limit {
        None => Ok(future.await),
        Some(limit) => tokio::time::timeout(limit, future).await.map_err(|_| limit),
    }
}

/// The digest that an answer names, if it names one of the kind that is used.
fn named(response: &Response) -> Option<&str> {
    let digest = response.headers().get(DIGEST)?.to_str().ok()?;
    digest.starts_with("sha256:").then_some(digest)
}

fn unexpected(session: &Session, about: About<'_>, what: &str) -> Fault {
    Fault::of(false, session.request(about).no_registry(what))
}

/// Where the manifest of an image is, in its repository.
fn place(image: &Reference) -> String {
    format!("manifests/{}", image.digest().or(image.tag()).unwrap_or("latest"))
}

async fn look(session: &Session, about: About<'_>) -> Result<Option<String>, Fault> {
    let url = session.url(about.image, &place(about.image));
    let response = session.ask(about, &Method::HEAD, &url, accept).await?;
    match (response.status(), named(&response)) {
        (StatusCode::OK, Some(digest)) => Ok(Some(digest.to_owned())),
        (StatusCode::NOT_FOUND, _) => Ok(None),
        // There are registries without HEAD, and some that name no digest; and only a GET is told what is bad about it.
        (
            StatusCode::OK
            | StatusCode::BAD_REQUEST
            | StatusCode::METHOD_NOT_ALLOWED
            | StatusCode::NOT_IMPLEMENTED,
            _,
        ) => Ok(manifest(session, about).await?.map(|bytes| sha256(&bytes))),
        _ => refused(session, about, response).await,
    }
}

/// The manifest that the registry has, byte for byte.
async fn manifest(session: &Session, about: About<'_>) -> Result<Option<Vec<u8>>, Fault> {
    let url = session.url(about.image, &place(about.image));
    let mut response = session.ask(about, &Method::GET, &url, accept).await?;
    match response.status() {
        StatusCode::OK => {}
        StatusCode::NOT_FOUND => return Ok(None),
        _ => return refused(session, about, response).await,
    }
    let bytes = http::read(&mut response, http::LARGEST).await;
    let bytes = bytes.map_err(|error| session.request(about).transport(&error))?;
    let read: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    if read["schemaVersion"].is_number() {
        Ok(Some(bytes))
    } else {
        Err(unexpected(session, about, "it returns something that is not a manifest"))
    }
}

fn accept(request: RequestBuilder) -> RequestBuilder {
    request.header(ACCEPT, MANIFESTS)
}

async fn has(session: &Session, about: About<'_>, digest: &str) -> Result<bool, Fault> {
    let url = session.url(about.image, &format!("blobs/{digest}"));
    let response = session.ask(about, &Method::HEAD, &url, |request| request).await?;
    match response.status() {
        StatusCode::OK => Ok(true),
        // What is sent twice does no harm.
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED => Ok(false),
        _ => refused(session, about, response).await,
    }
}

async fn send_blob(session: &Session, about: About<'_>, digest: &str, bytes: &Bytes) -> Result<(), Fault> {
    let Some(place) = session.begin(about).await? else { return Ok(()) };
    let response = session.upload(about, place, bytes, digest).await?;
    match (response.status(), named(&response)) {
        (StatusCode::CREATED, Some(other)) if other != digest => {
            Err(other_digest(session, about, digest, other))
        }
        (StatusCode::CREATED, _) => Ok(()),
        // The registry has forgotten where the upload goes to: the next attempt begins a new one.
        (StatusCode::NOT_FOUND, _) => {
            let fault = refused::<()>(session, about, response).await;
            fault.map_err(|fault| Fault { transient: true, ..fault })
        }
        _ => refused(session, about, response).await,
    }
}

async fn send_manifest(session: &Session, about: About<'_>, artifact: &Artifact) -> Result<(), Fault> {
    let url = session.url(about.image, &place(about.image));
    let whole =
        |request: RequestBuilder| request.header(CONTENT_TYPE, MANIFEST).body(artifact.manifest.clone());
    let response = session.ask(about, &Method::PUT, &url, whole).await?;
    if response.status() != StatusCode::CREATED {
        return refused(session, about, response).await;
    }
    if named(&response) == Some(&*artifact.digest) {
        return Ok(());
    }
    // It names another digest or none: what it has stored is looked at, byte for byte.
    let stored = manifest(session, about).await?.map(|bytes| sha256(&bytes));
    if stored.as_ref() == Some(&artifact.digest) {
        return Ok(());
    }
    let stored = stored.unwrap_or_else(|| "nothing".to_owned());
    Err(other_digest(session, about, &artifact.digest, &stored))
}

fn other_digest(session: &Session, about: About<'_>, sent: &str, stored: &str) -> Fault {
    let request = session.request(about);
    let error = PushError::OtherContent {
        host: request.host.to_owned(),
        image: about.name.to_owned(),
        sent: sent.to_owned(),
        stored: stored.to_owned(),
    };
    Fault::of(false, error)
}

/// An answer that is not what was asked for.
async fn refused<T>(session: &Session, about: About<'_>, mut response: Response) -> Result<T, Fault> {
    if response.status().is_success() {
        let what = format!("it answers {} where a registry does not", response.status().as_u16());
        return Err(unexpected(session, about, &what));
    }
    Err(session.request(about).answer(&answer(&mut response).await))
}
