//! Requests to one registry: who we are is told to it alone, and a token that expires is replaced by a new one.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyper::body::Bytes;
use oci_spec::distribution::Reference;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, LOCATION};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, Url};
use tokio::sync::Notify;

use super::PushError;
use super::address::{Address, is_insecure, lists};
use super::auth::Auth;
use super::credentials::Credentials;
use super::fault::{self, Answer, Fault, Request, SILENCE};
use super::http::Limits;
use super::proxy::Proxies;
use super::token::{self, Challenge, Grant};
use super::{Caller, http, hub};
use crate::project::Settings;

/// How often an upload may be sent elsewhere.
const DETOURS: usize = 5;

/// What is to be done in a repository, as tokens know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Action {
    Pull,
    Push,
}

impl Action {
    fn name(self) -> &'static str {
        match self {
            Self::Pull => "pull",
            Self::Push => "pull,push",
        }
    }

    fn doing(self) -> &'static str {
        match self {
            Self::Pull => "read",
            Self::Push => "push",
        }
    }
}

/// One registry.
pub(super) struct Session {
    client: Client,
    /// As it is named in images.
    host: String,
    /// Where it is.
    base: Url,
    pub credentials: Credentials,
    proxy: Option<&'static str>,
    /// What to do when it speaks plain HTTP.
    not_https: String,
    silence: Duration,
    /// What has opened it, by repository and action.
    grants: Mutex<BTreeMap<(String, Action), Grant>>,
}

/// What is asked for, and what for.
#[derive(Clone, Copy)]
pub(super) struct About<'a> {
    pub image: &'a Reference,
    /// Its whole name.
    pub name: &'a str,
    pub action: Action,
}

impl<'a> About<'a> {
    pub fn new(image: &'a Reference, name: &'a str, action: Action) -> Self {
        Self { image, name, action }
    }
}

impl Session {
    /// Prepares to talk to a registry.
    ///
    /// # Errors
    /// When the credentials for it cannot be used.
    pub async fn new(
        settings: &Settings,
        host: &str,
        (client, proxies, limits): (Client, &Proxies, Limits),
        caller: Caller<'_>,
    ) -> Result<Self, PushError> {
        let credentials = Credentials::find(settings, host, caller).await?;
        let place = if host == hub::HOST { hub::API } else { host };
        let scheme = if is_insecure(settings, host) { "http" } else { "https" };
        let base = Url::parse(&format!("{scheme}://{place}/"));
        let base = base
            .map_err(|error| PushError::Unreachable { host: host.to_owned(), reason: error.to_string() })?;
        let written = Address::of(settings).is_ok_and(|own| own.must_be_https && own.host == host);
        let harm = "then everyone on the network path can read and change what is sent";
        let not_https = match (written, lists(settings, host)) {
            (true, true) => format!("if plain HTTP is intended, remove `https://` from REGISTRY_URL: {harm}"),
            (true, false) => format!(
                "if plain HTTP is intended, remove `https://` from REGISTRY_URL and set REGISTRY_INSECURE={host}: {harm}"
            ),
            (false, _) => format!("if plain HTTP is intended, set REGISTRY_INSECURE={host}: {harm}"),
        };
        let proxy = proxies.variable(base.as_str());
        let (host, silence) = (host.to_owned(), limits.answer.unwrap_or(SILENCE));
        Ok(Self { client, host, base, credentials, proxy, not_https, silence, grants: Mutex::default() })
    }

    /// What messages about a request need.
    pub fn request<'a>(&'a self, about: About<'a>) -> Request<'a> {
        Request {
            host: &self.host,
            image: about.name,
            doing: about.action.doing(),
            credentials: &self.credentials,
            proxy: self.proxy,
            not_https: &self.not_https,
            silence: self.silence,
        }
    }

    /// An address in a repository of the registry.
    pub fn url(&self, image: &Reference, path: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("v2/{}/{path}", image.repository()));
        url
    }

    /// The time that the registry tells in its answer to the simplest question.
    pub async fn date(&self, about: About<'_>) -> Result<Option<String>, Fault> {
        let mut url = self.base.clone();
        url.set_path("v2/");
        let answer = self.client.get(url).send().await;
        let answer = answer.map_err(|error| self.request(about).transport(&error))?;
        let date = answer.headers().get("date").and_then(|date| date.to_str().ok());
        Ok(date.map(str::to_owned))
    }

    /// Sends a request, with what opens the registry. Whatever the answer is, it is not that we are unknown.
    pub async fn ask(
        &self,
        about: About<'_>,
        method: &Method,
        url: &Url,
        finish: impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> Result<Response, Fault> {
        let request = self.request(about);
        let own = url.origin() == self.base.origin();
        let key = (about.image.repository().to_owned(), about.action);
        let mut grant = self.grants().get(&key).cloned().filter(|_| own);
        let mut renewed = false;
        loop {
            let sent = finish(self.client.request(method.clone(), url.clone()));
            // Nobody else is told: an upload may go to any host.
            let sent = grant.iter().fold(sent, |sent, grant| grant.apply(sent)).send().await;
            let response = sent.map_err(|error| request.transport(&error))?;
            if response.status().is_success() && http::is_page(response.headers()) {
                let there = response.url().host_str().filter(|there| Some(*there) != self.base.host_str());
                let from = there.map(|there| format!(" of {there}")).unwrap_or_default();
                let reason = format!("it returns a web page{from}");
                return Err(Fault::of(false, request.no_registry(&reason)));
            }
            if response.status() != StatusCode::UNAUTHORIZED {
                return Ok(response);
            }
            // Who is asked for a password is the registry alone, not where it leads to.
            let there = response.url();
            if !own || there.origin() != self.base.origin() {
                let host = there.host_str().unwrap_or_default();
                let what = if own { "redirects to" } else { "sends uploads" };
                let reason = format!("{host}, where it {what}, answers 401");
                return Err(Fault::of(false, request.failed(&reason)));
            }
            if renewed || matches!(grant, Some(Grant::Password { .. })) {
                return Err(Fault::of(false, rejected(&request, grant.as_ref())));
            }
            let new = self.open(about, &response).await?;
            self.grants().insert(key.clone(), new.clone());
            (grant, renewed) = (Some(new), true);
        }
    }

    /// Finds what opens the registry.
    async fn open(&self, about: About<'_>, response: &Response) -> Result<Grant, Fault> {
        let request = self.request(about);
        let closed = || Fault::of(false, request.unauthorized());
        match Challenge::of(response.headers()).ok_or_else(closed)? {
            Challenge::Basic => Grant::password(&self.credentials.auth).ok_or_else(closed),
            Challenge::Bearer { realm, service } => {
                let scope = format!("repository:{}:{}", about.image.repository(), about.action.name());
                let server = (&*realm, service.as_deref());
                token::fetch(&self.client, server, &self.base, &scope, &request).await
            }
        }
    }

    /// Begins an upload: where it goes to; nothing if the registry has it already.
    pub async fn begin(&self, about: About<'_>) -> Result<Option<Url>, Fault> {
        let url = self.url(about.image, "blobs/uploads/");
        let empty = |request: RequestBuilder| request.header(CONTENT_LENGTH, 0).timeout(self.silence);
        let mut response = self.ask(about, &Method::POST, &url, empty).await?;
        match response.status() {
            StatusCode::CREATED => Ok(None),
            StatusCode::ACCEPTED => self.elsewhere(about, &response).map(Some),
            _ => Err(self.request(about).answer(&answer(&mut response).await)),
        }
    }

    /// Sends bytes to the place of an upload.
    pub async fn upload(
        &self,
        about: About<'_>,
        mut place: Url,
        bytes: &Bytes,
        digest: &str,
    ) -> Result<Response, Fault> {
        place.query_pairs_mut().append_pair("digest", digest);
        for _ in 0..DETOURS {
            let taken = Arc::new(Notify::new());
            let whole = |request: RequestBuilder| {
                request
                    .header(CONTENT_TYPE, "application/octet-stream")
                    .header(CONTENT_LENGTH, bytes.len())
                    .body(http::body(bytes, Arc::clone(&taken)))
            };
            let sending = self.ask(about, &Method::PUT, &place, whole);
            let sent = http::while_going_on(&taken, SILENCE, sending).await;
            let response = sent.map_err(|silent| self.request(about).too_slow(silent))??;
            match response.status() {
                StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT => {
                    place = self.elsewhere(about, &response)?;
                }
                _ => return Ok(response),
            }
        }
        Err(Fault::of(false, self.request(about).failed("it redirects an upload too often")))
    }

    /// Where an answer sends us: also to other hosts, which are not told who we are, but not from HTTPS to plain HTTP.
    fn elsewhere(&self, about: About<'_>, response: &Response) -> Result<Url, Fault> {
        let wrong = |reason: &str| Fault::of(false, self.request(about).failed(reason));
        let location = response.headers().get(LOCATION).and_then(|place| place.to_str().ok());
        let url = location.and_then(|place| response.url().join(place).ok());
        let mut url = url.ok_or_else(|| wrong("it does not say where an upload goes to"))?;
        if self.base.scheme() == "https" && url.scheme() != "https" {
            // Registries behind a server for TLS do not know of it.
            let own = url.host_str() == self.base.host_str() && url.set_scheme("https").is_ok();
            if !own || url.set_port(self.base.port()).is_err() {
                return Err(wrong("it sends an upload from HTTPS to plain HTTP"));
            }
        }
        Ok(url)
    }

    fn grants(&self) -> std::sync::MutexGuard<'_, BTreeMap<(String, Action), Grant>> {
        self.grants.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What was said to somebody whom the registry knows.
fn rejected(request: &Request<'_>, grant: Option<&Grant>) -> PushError {
    let Some(Grant::Token { since, lifetime, .. }) = grant else { return request.unauthorized() };
    // A token for everybody does not show that anybody was let in.
    if request.credentials.auth == Auth::Anonymous {
        return request.unauthorized();
    }
    let (host, whom) = (request.host.to_owned(), request.credentials.whom());
    match lifetime.filter(|lifetime| since.elapsed() >= *lifetime) {
        Some(lifetime) => PushError::TokenExpired {
            host,
            doing: request.doing,
            image: request.image.to_owned(),
            seconds: lifetime.as_secs(),
        },
        None => {
            PushError::TokenRejected { host, whom, doing: request.doing, image: request.image.to_owned() }
        }
    }
}

/// What an answer says.
pub(super) async fn answer(response: &mut Response) -> Answer {
    let code = response.status().as_u16();
    let pause = fault::pause(response.headers());
    // What it says is a courtesy, for which nobody waits long.
    let body = tokio::time::timeout(SILENCE, http::read(response, http::LARGEST)).await;
    let body = body.ok().and_then(Result::ok).unwrap_or_default();
    Answer { code, body, pause }
}
