//! What a registry's answer means: whether trying again can help, and how to say it.

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use oci_client::errors::{OciDistributionError as Oci, OciEnvelope, OciErrorCode};

use super::PushError;
use super::credentials::Credentials;

/// How long a registry may be silent while it stores something large.
pub(super) const SILENCE: Duration = Duration::from_secs(120);
/// The most of a registry's words that is shown, in characters.
const SHOWN: usize = 200;

/// What went wrong with one request.
#[derive(Debug)]
pub(super) struct Fault {
    /// Whether it may be well the next time.
    pub transient: bool,
    pub error: PushError,
}

/// What was asked of which registry, by whom.
#[derive(Clone, Copy)]
pub(super) struct Request<'a> {
    pub host: &'a str,
    pub image: &'a str,
    /// `push` or `read`.
    pub doing: &'static str,
    pub credentials: &'a Credentials,
}

/// Whether the answer says that there is no such image.
pub(super) fn is_absent(error: &Oci) -> bool {
    match error {
        Oci::ImageManifestNotFoundError(_) | Oci::ServerError { code: 404, .. } => true,
        Oci::RegistryError { envelope, .. } => envelope.errors.iter().any(|one| {
            matches!(
                one.code,
                OciErrorCode::ManifestUnknown | OciErrorCode::NameUnknown | OciErrorCode::NotFound
            )
        }),
        _ => false,
    }
}

impl Request<'_> {
    pub fn fault(&self, error: &Oci) -> Fault {
        match error {
            Oci::UnauthorizedError { .. } | Oci::AuthenticationFailure(_) => self.status(401, ""),
            Oci::ServerError { code, message, .. } => self.status(*code, message),
            Oci::RegistryError { envelope, .. } => self.envelope(envelope),
            Oci::RequestError(request) => match request.status() {
                Some(status) => self.status(status.as_u16(), ""),
                None if request.is_timeout() && request.is_connect() => {
                    self.unreachable("no answer".to_owned())
                }
                None if request.is_timeout() => self.too_slow(SILENCE),
                None => self.connection(request),
            },
            other => self.failed(false, &other.to_string()),
        }
    }

    /// It has not answered in time.
    pub fn too_slow(&self, waited: Duration) -> Fault {
        let error = PushError::Timeout { host: self.host.to_owned(), seconds: waited.as_secs() };
        Fault { transient: true, error }
    }

    fn status(&self, code: u16, body: &str) -> Fault {
        let host = self.host.to_owned();
        let error = match code {
            401 => PushError::Unauthorized {
                whom: self.credentials.whom(),
                help: self.credentials.help(self.host),
                host,
            },
            403 => self.denied(body),
            _ if is_full(code, body) => PushError::NoSpace { host, image: self.image.to_owned() },
            400 if body.contains("HTTP request to an HTTPS server") => PushError::NotHttp { host },
            // Also in front of a registry: whoever answers so wants us to come back.
            408 | 429 | 500..=599 => return self.failed(true, &answer(code, body)),
            _ => return self.failed(false, &answer(code, body)),
        };
        Fault { transient: false, error }
    }

    fn envelope(&self, envelope: &OciEnvelope) -> Fault {
        let has = |code: OciErrorCode| envelope.errors.iter().any(|one| one.code == code);
        let said = words(envelope);
        if has(OciErrorCode::Unauthorized) {
            return self.status(401, "");
        }
        if has(OciErrorCode::Denied) {
            return Fault { transient: false, error: self.denied(&said) };
        }
        self.failed(has(OciErrorCode::Toomanyrequests), &said)
    }

    fn denied(&self, body: &str) -> PushError {
        let said = said(body);
        PushError::Denied {
            whom: self.credentials.whom(),
            doing: self.doing,
            image: self.image.to_owned(),
            message: if said.is_empty() { said } else { format!(": {said}") },
        }
    }

    fn failed(&self, transient: bool, reason: &str) -> Fault {
        let error = PushError::Failed {
            host: self.host.to_owned(),
            doing: self.doing,
            image: self.image.to_owned(),
            reason: shown(reason),
        };
        Fault { transient, error }
    }

    fn unreachable(&self, reason: String) -> Fault {
        Fault { transient: true, error: PushError::Unreachable { host: self.host.to_owned(), reason } }
    }

    /// The cause of a broken connection stands at the end of the chain only.
    fn connection(&self, error: &(dyn StdError + 'static)) -> Fault {
        let host = self.host.to_owned();
        let mut last = String::new();
        let mut cause = error.source();
        while let Some(inner) = cause {
            match tls(inner) {
                Some(rustls::Error::InvalidCertificate(why)) => {
                    let reason = certificate(why);
                    return Fault { transient: false, error: PushError::Certificate { host, reason } };
                }
                Some(rustls::Error::InvalidMessage(rustls::InvalidMessage::InvalidContentType)) => {
                    return Fault { transient: false, error: PushError::NotHttps { host } };
                }
                _ => {}
            }
            last = inner.to_string();
            cause = inner.source();
        }
        self.unreachable(shown(&last))
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

fn answer(code: u16, body: &str) -> String {
    let said = said(body);
    if said.is_empty() { format!("it answers {code}") } else { format!("it answers {code}: {said}") }
}

/// What a body says, if it says anything to people.
fn said(body: &str) -> String {
    match serde_json::from_str::<OciEnvelope>(body) {
        Ok(envelope) => shown(&words(&envelope)),
        // A page for browsers.
        Err(_) if body.trim_start().starts_with('<') => String::new(),
        Err(_) => shown(body.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default()),
    }
}

fn words(envelope: &OciEnvelope) -> String {
    let each = envelope.errors.iter().map(|one| match one.message.as_str() {
        "" => format!("{:?}", one.code).to_lowercase(),
        message => message.to_owned(),
    });
    each.collect::<Vec<_>>().join(", ")
}

fn shown(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::push::credentials::CredentialSource;
    use oci_client::secrets::RegistryAuth;

    fn fault(error: &Oci) -> (bool, String) {
        let auth = RegistryAuth::Basic("me".to_owned(), "hunter2".to_owned());
        let credentials = Credentials { auth, from: CredentialSource::Settings };
        let request =
            Request { host: "r.org", image: "r.org/a:1.0.0", doing: "push", credentials: &credentials };
        let Fault { transient, error } = request.fault(error);
        assert!(!format!("{error:?}").contains("hunter2"));
        (transient, error.to_string())
    }

    fn server(code: u16, message: &str) -> Oci {
        Oci::ServerError { code, url: "https://r.org".to_owned(), message: message.to_owned() }
    }

    #[test]
    fn answers_are_said_in_the_users_words() {
        let html = "<html><body>Bad Gateway</body></html>";
        let full =
            r#"{"errors":[{"code":"UNKNOWN","message":"unknown error","detail":{"Enclosed":{"Err":28}}}]}"#;
        let denied = r#"{"errors":[{"code":"DENIED","message":"not your team"}]}"#;
        let failed = "the registry at r.org cannot push r.org/a:1.0.0";
        for (error, transient, words) in [
            (
                server(401, ""),
                false,
                "authentication failed: the registry at r.org does not accept `me`".to_owned(),
            ),
            (
                server(403, denied),
                false,
                "the registry does not allow `me` to push r.org/a:1.0.0: not your team".into(),
            ),
            (server(403, html), false, "the registry does not allow `me` to push r.org/a:1.0.0".into()),
            (
                server(500, full),
                false,
                "the registry at r.org has no space left: r.org/a:1.0.0 was not pushed".into(),
            ),
            (
                server(507, ""),
                false,
                "the registry at r.org has no space left: r.org/a:1.0.0 was not pushed".into(),
            ),
            (server(502, html), true, format!("{failed}: it answers 502")),
            (server(429, "slow down\nplease"), true, format!("{failed}: it answers 429: slow down")),
            (server(418, ""), false, format!("{failed}: it answers 418")),
        ] {
            assert_eq!(fault(&error), (transient, words));
        }
    }

    #[test]
    fn an_absent_image_is_no_error() {
        let envelope = r#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"x"}]}"#;
        let envelope = serde_json::from_str(envelope).unwrap();
        assert!(is_absent(&Oci::RegistryError { envelope, url: String::new() }));
        assert!(is_absent(&server(404, "")));
        assert!(!is_absent(&server(403, "")));
    }

    #[test]
    fn a_registry_that_says_nothing_for_long_is_too_slow() {
        // It takes the connection, and never answers.
        let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client =
            reqwest::Client::builder().no_proxy().read_timeout(Duration::from_millis(20)).build().unwrap();
        let get = client.get(format!("http://{}/v2/", silent.local_addr().unwrap()));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let error = Oci::RequestError(runtime.block_on(async { get.send().await }).unwrap_err());
        let (transient, words) = fault(&error);
        assert!(transient);
        assert_eq!(words, PushError::Timeout { host: "r.org".to_owned(), seconds: 120 }.to_string());
    }

    #[test]
    fn certificates_are_refused_for_a_reason_in_plain_words() {
        use rustls::CertificateError as Why;
        for (why, words) in [
            (Why::UnknownIssuer, "its issuer is unknown"),
            (Why::Expired, "it has expired"),
            (Why::NotValidYet, "it is not valid yet"),
            (Why::NotValidForName, "it is for another host"),
            (Why::BadSignature, "BadSignature"),
        ] {
            assert_eq!(certificate(&why), words);
        }
    }

    #[test]
    fn long_answers_are_cut() {
        assert_eq!(shown(&"ü".repeat(500)).chars().count(), SHOWN + 1);
    }
}
