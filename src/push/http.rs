//! The HTTP client for registries: whom it trusts, which proxies it uses, where it follows to.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use http_body_util::StreamBody;
use hyper::body::{Bytes, Frame};
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::redirect::Policy;
use reqwest::{Body, Certificate, Client, Response};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio::sync::Notify;

use super::PushError;
use super::proxy::Proxies;
use crate::files;
use crate::project::Settings;
use crate::project::settings::REGISTRY_CA;
use crate::text::quoted;

/// How many redirects are followed.
const REDIRECTS: usize = 5;
/// The largest answer that is read, in bytes: a manifest may have 4 MiB.
pub(super) const LARGEST: usize = 4 * 1024 * 1024;
/// How an upload is cut into pieces: each shows that it goes on.
const PIECE: usize = 64 * 1024;

/// How long a registry may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Until a connection is there.
    pub connect: Duration,
    /// For a whole request, if it needs no more than a look.
    pub answer: Option<Duration>,
}

/// A client with the certificates of the settings.
///
/// # Errors
/// When these, a proxy or the system's certificates cannot be used.
pub(super) fn client(settings: &Settings, proxies: &Proxies, limits: Limits) -> Result<Client, PushError> {
    // There can be only one; who was first has installed the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let certificates = certificates(settings)?;
    let mut client = Client::builder()
        .connect_timeout(limits.connect)
        .user_agent(concat!("pelato/", env!("CARGO_PKG_VERSION")))
        .tls_certs_merge(certificates)
        .redirect(Policy::custom(|attempt| {
            let was_https = attempt.previous().iter().any(|url| url.scheme() == "https");
            match attempt.url().scheme() == "https" || !was_https {
                false => attempt.error("it redirects from HTTPS to plain HTTP"),
                true if attempt.previous().len() > REDIRECTS => attempt.error("too many redirects"),
                // The library sends no credentials to another host.
                true => attempt.follow(),
            }
        }));
    if let Some(answer) = limits.answer {
        client = client.timeout(answer);
    }
    proxies.apply(client)?.build().map_err(|error| {
        let error: &dyn std::error::Error = &error;
        let causes = std::iter::successors(Some(error), |error| error.source());
        PushError::Client { reason: causes.last().map(ToString::to_string).unwrap_or_default() }
    })
}

/// What `REGISTRY_CA` names. A file without certificates would be taken in silence.
pub(super) fn certificates(settings: &Settings) -> Result<Vec<Certificate>, PushError> {
    let Some(path) = settings.text(REGISTRY_CA) else { return Ok(Vec::new()) };
    let wrong = |reason: String| PushError::Certificates { path: quoted(path), reason };
    let foreign = |error: &dyn std::fmt::Display| {
        wrong(format!("contains something that is not a certificate: {error}"))
    };
    let bytes = files::read(files::anywhere(), Path::new(path), files::TEXT)
        .map_err(|error| wrong(format!("cannot be read: {error}")))?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    let found = found.map_err(|error| foreign(&error))?;
    if found.is_empty() {
        return Err(wrong("contains no certificate".to_owned()));
    }
    let found = found.iter().map(|der| Certificate::from_der(der).map_err(|error| foreign(&error)));
    found.collect()
}

/// Whether an answer is a page for browsers. No registry and no token server sends one where it succeeds.
pub(super) fn is_page(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.trim_start().to_ascii_lowercase().starts_with("text/html")
}

/// Reads an answer, but no more than `limit` bytes of it.
pub(super) async fn read(response: &mut Response, limit: usize) -> reqwest::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(piece) = response.chunk().await? {
        bytes.extend_from_slice(&piece);
        if bytes.len() > limit {
            bytes.truncate(limit);
            break;
        }
    }
    Ok(bytes)
}

/// The body of an upload, which tells whenever a piece of it was taken.
pub(super) fn body(bytes: &Bytes, taken: Arc<Notify>) -> Body {
    let mut rest = bytes.clone();
    let pieces = std::iter::from_fn(move || (!rest.is_empty()).then(|| rest.split_to(rest.len().min(PIECE))));
    Body::wrap(StreamBody::new(stream::iter(pieces).map(move |piece| {
        taken.notify_one();
        Ok::<_, std::convert::Infallible>(Frame::data(piece))
    })))
}

/// Waits for something as long as it goes on: how long nothing happened, if it does not.
pub(super) async fn while_going_on<T>(
    goes_on: &Notify,
    silence: Duration,
    work: impl Future<Output = T>,
) -> Result<T, Duration> {
    tokio::pin!(work);
    loop {
        tokio::select! {
            done = &mut work => return Ok(done),
            () = goes_on.notified() => {}
            () = tokio::time::sleep(silence) => return Err(silence),
        }
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

    #[tokio::test]
    async fn only_silence_ends_a_wait() {
        let goes_on = Notify::new();
        goes_on.notify_one();
        assert_eq!(while_going_on(&goes_on, Duration::from_secs(60), async { 1 }).await, Ok(1));
        let (silence, never) = (Duration::from_millis(10), std::future::pending::<()>());
        assert_eq!(while_going_on(&goes_on, silence, never).await, Err(silence));
    }
}
