//! Whether a push would work, tried without pushing: an upload is begun and called off.

use std::time::{Duration, SystemTime};

use oci_client::errors::OciDistributionError as Oci;
use oci_client::secrets::RegistryAuth;
use oci_client::{Reference, RegistryOperation};
use reqwest::{Certificate, Method, RequestBuilder, Response};

use super::address::is_insecure;
use super::credentials::Credentials;
use super::fault::Request;
use super::registry::{Registries, reference};
use super::{Address, PushError};
use crate::clock;
use crate::progress::Silent;
use crate::project::Settings;

/// How long a connection, and how long an answer may take.
const CONNECT: Duration = Duration::from_secs(2);
const ANSWER: Duration = Duration::from_secs(3);

/// What was found out about a registry.
#[derive(Debug)]
pub struct Probe {
    /// Host, and port if there is one.
    pub host: String,
    /// Who we are to it, for a sentence.
    pub whom: String,
    /// The seconds that this machine's clock is ahead of the registry's, if it tells the time.
    pub ahead: Option<f64>,
    /// Whether we may push there.
    pub push: Result<(), PushError>,
}

/// Asks the registry of the settings whether a repository in it may be pushed to.
///
/// # Errors
/// When a setting is wrong, or the registry does not answer.
pub async fn probe(settings: &Settings, repository: &str) -> Result<Probe, PushError> {
    let address = Address::of(settings)?;
    let image = reference(&format!("{}/{repository}:0", address.prefix()))?;
    let credentials = Credentials::find(settings, image.resolve_registry())?;
    let asking = Asking {
        registries: Registries::of(settings, std::slice::from_ref(&image), &Silent).await?,
        client: client(settings)?,
        base: base(settings, &image),
        image: &image,
        credentials: &credentials,
    };
    let ahead = asking.time().await?;
    let push = asking.upload().await;
    Ok(Probe { host: address.host, whom: credentials.whom(), ahead, push })
}

struct Asking<'a> {
    registries: Registries<'a>,
    client: reqwest::Client,
    base: String,
    image: &'a Reference,
    credentials: &'a Credentials,
}

impl Asking<'_> {
    /// How far our clock is ahead of that of the registry, which has to answer.
    async fn time(&self) -> Result<Option<f64>, PushError> {
        let before = SystemTime::now();
        let answer = self.ask(self.client.get(format!("{}/v2/", self.base))).await?;
        let after = SystemTime::now();
        let date = answer.headers().get("date").and_then(|date| clock::read(date.to_str().ok()?));
        Ok(date.map(|date| clock::ahead((before, after), date, 1.0)))
    }

    /// Begins an upload and calls it off.
    async fn upload(&self) -> Result<(), PushError> {
        let token = self.registries.token(self.image, RegistryOperation::Push).await;
        let token = token.map_err(|error| self.refusal(&error))?;
        let with_token = |request: RequestBuilder| match (&token, &self.credentials.auth) {
            (Some(token), _) => request.bearer_auth(token),
            (None, RegistryAuth::Basic(user, password)) => request.basic_auth(user, Some(password)),
            _ => request,
        };
        let repository = self.image.repository();
        let begin = self.client.post(format!("{}/v2/{repository}/blobs/uploads/", self.base));
        let answer = self.ask(with_token(begin).header("content-length", 0)).await?;
        let (code, url) = (answer.status(), answer.url().clone());
        let location = answer.headers().get("location").and_then(|place| place.to_str().ok());
        let upload = location.and_then(|place| url.join(place).ok());
        if !code.is_success() {
            let message = answer.text().await.unwrap_or_default();
            let error = Oci::ServerError { code: code.as_u16(), url: url.to_string(), message };
            return Err(self.refusal(&error));
        }
        if let Some(upload) = upload.filter(|upload| upload.origin() == url.origin()) {
            // Best effort: registries forget uploads that nobody goes on with.
            let _ = with_token(self.client.request(Method::DELETE, upload)).send().await;
        }
        Ok(())
    }

    async fn ask(&self, request: RequestBuilder) -> Result<Response, PushError> {
        request.send().await.map_err(|error| match error.is_timeout() && !error.is_connect() {
            true => PushError::Timeout {
                host: self.image.resolve_registry().to_owned(),
                seconds: ANSWER.as_secs(),
            },
            false => self.refusal(&Oci::RequestError(error)),
        })
    }

    fn refusal(&self, error: &Oci) -> PushError {
        let place = format!("{}/{}", self.image.registry(), self.image.repository());
        let host = self.image.resolve_registry();
        Request { host, image: &place, doing: "push", credentials: self.credentials }.fault(error).error
    }
}

fn base(settings: &Settings, image: &Reference) -> String {
    let host = image.resolve_registry();
    format!("{}://{host}", if is_insecure(settings, host) { "http" } else { "https" })
}

fn client(settings: &Settings) -> Result<reqwest::Client, PushError> {
    let unusable = |error: reqwest::Error| PushError::Client { reason: error.to_string() };
    let certificates = super::registry::certificates(settings)?;
    let certificates = certificates.iter().map(|one| Certificate::from_der(&one.data));
    let certificates = certificates.collect::<Result<Vec<_>, _>>().map_err(unusable)?;
    let client = reqwest::Client::builder()
        .connect_timeout(CONNECT)
        .timeout(ANSWER)
        .user_agent(concat!("pelato/", env!("CARGO_PKG_VERSION")))
        .tls_certs_merge(certificates);
    client.build().map_err(unusable)
}
