//! What a registry's answer means: whether trying again can help, and how to say it.

use std::error::Error as StdError;
use std::io;
use std::time::{Duration, SystemTime};

use reqwest::Url;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use serde::Deserialize;

use super::PushError;
use super::credentials::Credentials;
use crate::clock;
use crate::text::is_safe;

/// How long a question may take that needs no more than a look.
pub(super) const LOOK: Duration = Duration::from_secs(10);
/// How long a registry may be silent while it stores something large.
pub(super) const SILENCE: Duration = Duration::from_secs(120);
/// The most of a registry's words that is shown, in characters.
const SHOWN: usize = 200;

/// What to do where the registry alone knows what is wrong.
pub(super) const SEE_ITS_LOG: &str = "see the registry's log; push again when the registry works";

/// What to do about an answer with this status.
fn help_for(code: u16) -> &'static str {
    match code {
        404 => {
            "the registry knows no such place: check the path in REGISTRY_URL; many registries want it to be made first, \
             as a project or a repository"
        }
        413 => {
            "something in front of the registry limits how much is sent at once: have its administrator raise that, as \
             with `client_max_body_size` in nginx, or use the registry's own address"
        }
        _ => SEE_ITS_LOG,
    }
}

/// What went wrong with one request.
#[derive(Debug)]
pub(super) struct Fault {
    /// Whether it may be well the next time.
    pub transient: bool,
    /// How long the registry wants to be left alone.
    pub pause: Option<Duration>,
    pub error: PushError,
}

impl Fault {
    pub fn of(transient: bool, error: PushError) -> Self {
        Self { transient, pause: None, error }
    }
}

/// What was asked of which registry, by whom.
#[derive(Clone, Copy)]
pub(super) struct Request<'a> {
    pub host: &'a str,
    pub image: &'a str,
    /// `push` or `read`.
    pub doing: &'static str,
    pub credentials: &'a Credentials,
    /// The variable that names the proxy in between.
    pub proxy: Option<&'static str>,
    /// What to do when TLS is expected and the registry speaks plain HTTP.
    pub not_https: &'a str,
    /// How long it may be silent.
    pub silence: Duration,
}

/// An answer that is not what was hoped for.
#[derive(Debug, Default)]
pub(super) struct Answer {
    pub code: u16,
    pub body: Vec<u8>,
    /// What it says in `Retry-After`.
    pub pause: Option<Duration>,
}

/// Errors as registries write them.
#[derive(Deserialize)]
struct Envelope {
    errors: Vec<Said>,
}

#[derive(Deserialize)]
struct Said {
    #[serde(default)]
    code: String,
    #[serde(default)]
    message: String,
}

impl Request<'_> {
    /// It has not answered in time.
    pub fn too_slow(&self, waited: Duration) -> Fault {
        let error = PushError::Timeout { host: self.host.to_owned(), limit: waited };
        Fault::of(true, error)
    }

    pub fn answer(&self, answer: &Answer) -> Fault {
        let host = self.host.to_owned();
        let body = String::from_utf8_lossy(&answer.body);
        let error = match answer.code {
            401 => self.unauthorized(),
            403 => self.denied(&body),
            511 => self.no_registry("it requires a login to the network"),
            code if is_full(code, &body) => PushError::NoSpace { host, image: self.image.to_owned() },
            400 if body.contains("HTTP request to an HTTPS server") => PushError::NotHttp { host },
            code => {
                // Also in front of a registry: whoever answers so wants us to come back.
                let transient = matches!(code, 408 | 429 | 500..=599);
                let error = self.failed_with(&words_of(code, &body), help_for(code));
                return Fault { transient, pause: answer.pause.filter(|_| transient), error };
            }
        };
        Fault::of(false, error)
    }

    pub fn unauthorized(&self) -> PushError {
        PushError::Unauthorized {
            host: self.host.to_owned(),
            whom: self.credentials.whom(),
            help: self.credentials.help(self.host),
        }
    }

    fn denied(&self, body: &str) -> PushError {
        let said = message_in(body);
        PushError::Denied {
            whom: self.credentials.whom(),
            doing: self.doing,
            image: self.image.to_owned(),
            message: if said.is_empty() { said } else { format!(": {said}") },
        }
    }

    pub fn failed(&self, reason: &str) -> PushError {
        self.failed_with(reason, SEE_ITS_LOG)
    }

    fn failed_with(&self, reason: &str, help: &'static str) -> PushError {
        PushError::Failed {
            help,
            host: self.host.to_owned(),
            doing: self.doing,
            image: self.image.to_owned(),
            reason: format!("{}{}", shown(reason), self.in_between()),
        }
    }

    /// What answers is something else.
    pub fn no_registry(&self, reason: &str) -> PushError {
        let help = match self.proxy {
            Some(variable) => format!(
                "{variable} names a proxy, which is in between; list the host in NO_PROXY if it can be reached without"
            ),
            None => {
                "check REGISTRY_URL; in a network with a login page, log in with a browser first".to_owned()
            }
        };
        PushError::NoRegistryThere { host: self.host.to_owned(), reason: reason.to_owned(), help }
    }

    pub fn unreachable(&self, reason: &str) -> Fault {
        let reason = format!("{}{}", shown(reason), self.in_between());
        Fault::of(true, PushError::Unreachable { host: self.host.to_owned(), reason })
    }

    fn in_between(&self) -> String {
        self.proxy.map(|variable| format!(" (through the proxy that {variable} names)")).unwrap_or_default()
    }

    /// Why there is no answer.
    pub fn transport(&self, error: &reqwest::Error) -> Fault {
        match (error.is_timeout(), error.is_connect()) {
            (true, true) => self.unreachable("no answer"),
            (true, false) => self.too_slow(self.silence),
            _ => self.connection(error),
        }
    }

    /// The cause of a broken connection stands at the end of the chain only.
    fn connection(&self, error: &reqwest::Error) -> Fault {
        let host = self.host.to_owned();
        let (mut last, mut cause) = (String::new(), error.source());
        while let Some(inner) = cause {
            match tls(inner) {
                Some(rustls::Error::InvalidCertificate(why)) => {
                    let reason = certificate(why);
                    return Fault::of(false, PushError::Certificate { host, reason });
                }
                Some(rustls::Error::InvalidMessage(rustls::InvalidMessage::InvalidContentType)) => {
                    let help = self.not_https.to_owned();
                    return Fault::of(false, PushError::NotHttps { host, help });
                }
                _ => {}
            }
            last = inner.to_string();
            cause = inner.source();
        }
        if error.is_redirect() {
            return Fault::of(false, self.failed(&last));
        }
        match error.url().filter(|there| !is_at(self.host, there)) {
            Some(there) => {
                let port = there.port().map(|port| format!(":{port}")).unwrap_or_default();
                self.unreachable(&format!(
                    "it redirects to {}{port}: {last}",
                    there.host_str().unwrap_or_default()
                ))
            }
            None => self.unreachable(&last),
        }
    }
}

/// Whether a registry, as it is named, is at this address.
fn is_at(registry: &str, address: &Url) -> bool {
    let host = address.host_str().unwrap_or_default();
    let named = registry.rsplit_once(':').and_then(|(bare, port)| Some((bare, port.parse::<u16>().ok()?)));
    match named {
        Some((bare, port)) => {
            bare.eq_ignore_ascii_case(host) && address.port_or_known_default() == Some(port)
        }
        None => {
            let is_host = registry.eq_ignore_ascii_case(host) || super::hub::one_name(host) == registry;
            is_host && address.port().is_none()
        }
    }
}

/// The error of TLS, which may be wrapped into errors of the system; these do not name what they hold as their source.
fn tls<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a rustls::Error> {
    let inside = || tls(error.downcast_ref::<io::Error>()?.get_ref()?);
    error.downcast_ref::<rustls::Error>().or_else(inside)
}

fn certificate(error: &rustls::CertificateError) -> String {
    use rustls::CertificateError as Why;
    match error {
        Why::UnknownIssuer => "its issuer is unknown".to_owned(),
        Why::Expired | Why::ExpiredContext { .. } => "it has expired".to_owned(),
        Why::NotValidYet | Why::NotValidYetContext { .. } => "it is not valid yet".to_owned(),
        Why::NotValidForName | Why::NotValidForNameContext { .. } => "it is for another host".to_owned(),
        other => shown(&other.to_string()),
    }
}

/// The registry's filesystem is full: 507, or the system's number 28 (`ENOSPC`) in what it tells about itself.
fn is_full(code: u16, body: &str) -> bool {
    let says_so = || body.to_ascii_lowercase().contains("no space left") || body.contains("\"Err\":28");
    code == 507 || (code >= 500 && says_so())
}

/// How long a server wants to be left alone.
pub(super) fn pause(headers: &HeaderMap) -> Option<Duration> {
    pause_in(headers.get(RETRY_AFTER)?.to_str().ok()?)
}

/// The same in the header's words: seconds, or until a time.
fn pause_in(retry_after: &str) -> Option<Duration> {
    let until = || clock::read(retry_after)?.duration_since(SystemTime::now()).ok();
    retry_after.trim().parse().ok().map(Duration::from_secs).or_else(until)
}

/// What an answer says, for a sentence.
pub(super) fn words_of(code: u16, body: &str) -> String {
    let said = message_in(body);
    if said.is_empty() { format!("it answers {code}") } else { format!("it answers {code}: {said}") }
}

/// What a body says, if it says anything to people.
fn message_in(body: &str) -> String {
    match serde_json::from_str::<Envelope>(body) {
        Ok(envelope) => {
            let each = envelope.errors.into_iter().map(|one| match one.message.as_str() {
                "" => one.code.to_lowercase(),
                _ => one.message,
            });
            shown(&each.collect::<Vec<_>>().join(", "))
        }
        // A page for browsers.
        Err(_) if body.trim_start().starts_with('<') => String::new(),
        Err(_) => shown(body.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default()),
    }
}

/// One line of it, without anything that a terminal would obey.
fn shown(text: &str) -> String {
    let line: String = text.lines().next().unwrap_or_default().chars().filter(|c| is_safe(*c)).collect();
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests;
