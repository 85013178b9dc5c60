//! What a registry asks of those who come, and the tokens that its token server gives.

use std::time::{Duration, Instant};

use http_auth::parser::ChallengeParser;
use reqwest::header::{HeaderMap, WWW_AUTHENTICATE};
use reqwest::{Client, RequestBuilder, Url};
use serde::Deserialize;

use super::PushError;
use super::auth::Auth;
use super::fault::{self, Fault, LOOK, Request};
use super::http;

/// What a registry asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Challenge {
    Basic,
    /// A token of this server.
    Bearer {
        realm: String,
        service: Option<String>,
    },
}

/// What opens a registry.
#[derive(Clone)]
pub(super) enum Grant {
    Password {
        user: String,
        password: String,
    },
    Token {
        text: String,
        /// When it was given.
        since: Instant,
        /// How long it is good, as the token server says.
        lifetime: Option<Duration>,
    },
}

#[derive(Deserialize)]
struct Token {
    token: Option<String>,
    access_token: Option<String>,
    expires_in: Option<u64>,
}

impl Challenge {
    /// Of an answer; none if it asks for nothing that is known. A token is better than a password.
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let texts = headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
        let mut basic = None;
        for challenge in texts.flat_map(ChallengeParser::new).flatten() {
            let parameter = |name: &str| {
                let mut all = challenge.params.iter();
                all.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_unescaped())
            };
            if challenge.scheme.eq_ignore_ascii_case("Bearer")
                && let Some(realm) = parameter("realm")
            {
                return Some(Self::Bearer { realm, service: parameter("service") });
            }
            if challenge.scheme.eq_ignore_ascii_case("Basic") {
                basic = Some(Self::Basic);
            }
        }
        basic
    }
}

impl Grant {
    /// The password itself, if there is one.
    pub fn password(auth: &Auth) -> Option<Self> {
        let Auth::Basic { user, password } = auth else { return None };
        Some(Self::Password { user: user.clone(), password: password.clone() })
    }

    /// The request, opened by this.
    pub fn apply(&self, request: RequestBuilder) -> RequestBuilder {
        match self {
            Self::Password { user, password } => request.basic_auth(user, Some(password)),
            Self::Token { text, .. } => request.bearer_auth(text),
        }
    }
}

/// Whether a token server may be told the password: over TLS, or on the registry's own host if that has none either.
fn is_safe(realm: &Url, registry: &Url) -> bool {
    match realm.scheme() {
        "https" => true,
        "http" => registry.scheme() == "http" && realm.host_str() == registry.host_str(),
        _ => false,
    }
}

/// A token for some actions on a repository.
///
/// # Errors
/// When the server must not be told the password, does not accept it, or gives no token.
pub(super) async fn fetch(
    client: &Client,
    (realm, service): (&str, Option<&str>),
    registry: &Url,
    scope: &str,
    request: &Request<'_>,
) -> Result<Grant, Fault> {
    let (mut url, name) = address(realm, request)?;
    let login = Grant::password(&request.credentials.auth);
    if login.is_some() && !is_safe(&url, registry) {
        let error = PushError::UnsafeTokenServer { host: request.host.to_owned(), server: name };
        return Err(Fault::of(false, error));
    }
    let fails = |transient: bool, reason: &str| {
        let (host, server, reason) = (request.host.to_owned(), name.clone(), reason.to_owned());
        Fault::of(transient, PushError::TokenServer { host, server, reason })
    };
    url.query_pairs_mut().append_pair("scope", scope);
    if let Some(service) = service {
        url.query_pairs_mut().append_pair("service", service);
    }
    let mut ask = client.get(url).timeout(LOOK);
    if let Some(login) = login {
        ask = login.apply(ask);
    }
    // It is asked, not the registry.
    let asked = Request { host: name.split_once("://").map_or("", |(_, host)| host), ..*request };
    let unreachable = |error: &reqwest::Error| match asked.transport(error).error {
        PushError::Unreachable { reason, .. } => fails(true, &format!("cannot be reached: {reason}")),
        PushError::Timeout { .. } => fails(true, &format!("did not answer within {} s", LOOK.as_secs())),
        PushError::Certificate { reason, .. } => {
            fails(false, &format!("has a certificate that is not accepted: {reason}"))
        }
        PushError::NotHttps { .. } => {
            fails(false, "does not use HTTPS, although its address begins with https://")
        }
        PushError::Failed { reason, .. } => fails(false, &format!("cannot be used: {reason}")),
        other => fails(false, &format!("cannot be used: {other}")),
    };
    let mut response = ask.send().await.map_err(|error| unreachable(&error))?;
    let code = response.status().as_u16();
    let pause = fault::pause(response.headers());
    let body = http::read(&mut response, http::LARGEST).await.map_err(|error| unreachable(&error))?;
    match code {
        200 => {}
        401 | 403 => return Err(Fault::of(false, request.unauthorized())),
        _ => {
            let words = fault::words_of(code, &String::from_utf8_lossy(&body));
            let transient = matches!(code, 408 | 429 | 500..=599);
            return Err(Fault { pause: pause.filter(|_| transient), ..fails(transient, &words[3..]) });
        }
    }
    let token: Option<Token> = serde_json::from_slice(&body).ok();
    let token = token.and_then(|token| Some((token.token.or(token.access_token)?, token.expires_in)));
    // Whatever else is in a header would make it another one.
    match token.filter(|(text, _)| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())) {
        Some((text, expires_in)) => {
            let lifetime = expires_in.map(Duration::from_secs);
            Ok(Grant::Token { text, since: Instant::now(), lifetime })
        }
        None => {
            let what = if http::is_page(response.headers()) { "a web page" } else { "something else" };
            Err(fails(false, &format!("returned {what} instead of a token")))
        }
    }
}

/// The address of a token server, and its name for messages.
fn address(realm: &str, request: &Request<'_>) -> Result<(Url, String), Fault> {
    let url = Url::parse(realm).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let Some(url) = url.filter(|url| url.username().is_empty() && url.password().is_none()) else {
        return Err(Fault::of(false, request.failed("it names a token server whose address is not valid")));
    };
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let name = format!("{}://{}{port}", url.scheme(), url.host_str().unwrap_or_default());
    Ok((url, name))
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    fn challenge(texts: &[&'static str]) -> Option<Challenge> {
        let mut headers = HeaderMap::new();
        for text in texts {
            headers.append(WWW_AUTHENTICATE, HeaderValue::from_static(text));
        }
        Challenge::of(&headers)
    }

    #[test]
    fn a_token_is_better_than_a_password() {
        let bearer = Challenge::Bearer {
            realm: "https://auth.example.org/token".to_owned(),
            service: Some("registry".to_owned()),
        };
        let text = r#"Bearer realm="https://auth.example.org/token",service="registry",scope="x""#;
        assert_eq!(challenge(&[text]), Some(bearer));
        let both = challenge(&["Basic realm=\"x\"", "bearer realm=\"https://a.example.org\""]);
        assert!(matches!(both, Some(Challenge::Bearer { .. })), "{both:?}");
        assert_eq!(challenge(&["Basic realm=\"x\""]), Some(Challenge::Basic));
        for nothing in [&["Digest realm=\"x\""][..], &["Bearer"], &[""], &[]] {
            assert_eq!(challenge(nothing), None, "{nothing:?}");
        }
    }

    #[test]
    fn a_password_goes_over_tls_or_to_the_host_that_has_none_either() {
        let safe = |realm: &str, registry: &str| {
            is_safe(&Url::parse(realm).unwrap(), &Url::parse(registry).unwrap())
        };
        assert!(safe("https://auth.example.org/token", "https://registry.example.org"));
        assert!(safe("https://auth.example.org/token", "http://localhost:5000"));
        assert!(safe("http://localhost:5001/token", "http://localhost:5000"));
        assert!(!safe("http://evil.example.org/token", "http://localhost:5000"));
        assert!(!safe("http://localhost:5000/token", "https://localhost:5000"));
        assert!(!safe("ftp://localhost/token", "http://localhost"));
    }

    proptest::proptest! {
        #[test]
        fn no_header_makes_it_panic(text in "[ -~]{0,60}") {
            let mut headers = HeaderMap::new();
            headers.append(WWW_AUTHENTICATE, HeaderValue::from_str(&text).unwrap());
            let _ = Challenge::of(&headers);
        }
    }
}
