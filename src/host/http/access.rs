//! Which requests are answered: those that are meant for this machine, and not those that a page of another site makes a
//! browser send. A browser reaches the loopback interface, so a page could post into the workflow's topics.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use hyper::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, HOST, HeaderValue,
    ORIGIN, VARY,
};
use hyper::{Method, Request, Response, StatusCode};
use wasmtime_wasi_http::WasiBody;

use super::body::whole;
use crate::host::observe::Refusal;
use crate::host::options::Options;
use crate::web::{Origin, host_of, is_loopback};

/// How long a browser may remember that it may ask, in seconds.
const REMEMBERED: HeaderValue = HeaderValue::from_static("600");

/// Who may ask, beside programs on this machine.
#[derive(Debug, Clone)]
pub(in crate::host) struct Access {
    /// Names of this machine, in lower case, beside those of the loopback interface.
    pub hosts: Arc<[String]>,
    /// Pages that may call every component.
    pub origins: Arc<[Origin]>,
    /// Where HTTP is served.
    pub own: IpAddr,
}

impl Access {
    pub fn to(options: &Options, own: SocketAddr) -> Self {
        Self {
            hosts: options.allow_hosts.iter().map(|host| host.to_ascii_lowercase()).collect(),
            origins: options.allow_origins.clone().into(),
            own: own.ip(),
        }
    }

    /// Whether a request is answered. If a page of a listed origin sends it, its origin.
    pub fn admit<B>(&self, request: &Request<B>, origins: &[Origin]) -> Result<Option<Origin>, Refusal> {
        let Some(authority) = authority(request) else { return Ok(None) };
        let host = host_of(authority).filter(|host| self.is_own(host));
        if host.is_none() {
            return Err(Refusal::Host { host: authority.to_owned() });
        }
        let Some(value) = request.headers().get(ORIGIN) else {
            let site = request.headers().get("sec-fetch-site");
            return match site.is_some_and(|site| site == "cross-site") {
                true => Err(Refusal::Site),
                false => Ok(None),
            };
        };
        let text = String::from_utf8_lossy(value.as_bytes());
        let refused = || Refusal::Origin { origin: text.clone().into_owned() };
        let origin: Origin = text.parse().map_err(|_| refused())?;
        if self.origins.contains(&origin) || origins.contains(&origin) {
            return Ok(Some(origin));
        }
        // A port makes no other site. Such a page may send, as to any server of its site; it may not read the answer.
        let same_site = origin.authority().eq_ignore_ascii_case(authority)
            || host_of(origin.authority()).is_some_and(|host| is_loopback(&host));
        if same_site { Ok(None) } else { Err(refused()) }
    }

    fn is_own(&self, host: &str) -> bool {
        let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        is_loopback(host)
            || self.hosts.iter().any(|own| own == host)
            || address.is_ok_and(|address| address == self.own)
    }
}

/// The host and port that a request names.
fn authority<B>(request: &Request<B>) -> Option<&str> {
    match request.uri().authority() {
        Some(authority) => Some(authority.as_str()),
        None => request.headers().get(HOST)?.to_str().ok(),
    }
}

/// Whether a browser asks if a page may send something.
pub(super) fn is_preflight<B>(request: &Request<B>) -> bool {
    request.method() == Method::OPTIONS && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// The answer to such a question: it may.
pub(super) fn permission<B>(request: &Request<B>) -> Response<WasiBody> {
    let mut response = Response::new(whole(""));
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    for (asked, permitted) in [
        (ACCESS_CONTROL_REQUEST_METHOD, ACCESS_CONTROL_ALLOW_METHODS),
        (ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_ALLOW_HEADERS),
    ] {
        headers.extend(request.headers().get(asked).map(|value| (permitted, value.clone())));
    }
    headers.insert(ACCESS_CONTROL_MAX_AGE, REMEMBERED);
    response
}

/// Lets a page of this origin read the response.
pub(super) fn readable_by(origin: &Origin, response: &mut Response<WasiBody>) {
    if let Ok(origin) = HeaderValue::try_from(origin.to_string()) {
        response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        response.headers_mut().append(VARY, HeaderValue::from(ORIGIN));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admitted(fields: &[(&str, &str)]) -> Result<Option<String>, Refusal> {
        let access = Access {
            hosts: vec!["lamp.example".to_owned()].into(),
            origins: vec!["https://everywhere.example".parse().expect("an origin")].into(),
            own: IpAddr::from([10, 1, 2, 3]),
        };
        let mut request = Request::builder().method("POST").uri("/x");
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        let own = ["https://page.example:8443".parse().expect("an origin")];
        let admitted = access.admit(&request.body(()).expect("a request"), &own);
        admitted.map(|origin| origin.map(|origin| origin.to_string()))
    }

    #[test]
    fn only_names_of_this_machine_are_answered() {
        for host in ["localhost:8000", "LocalHost", "127.0.0.1:1", "[::1]:8000", "lamp.example:9", "10.1.2.3"]
        {
            assert_eq!(admitted(&[("host", host)]), Ok(None), "{host}");
        }
        for host in ["evil.example:8000", "10.1.2.4", "localhost.evil.example", "a b", ""] {
            assert_eq!(admitted(&[("host", host)]), Err(Refusal::Host { host: host.to_owned() }));
        }
    }

    #[test]
    fn pages_of_other_sites_are_refused_unless_listed() {
        let from = |origin: &str| admitted(&[("host", "localhost:8000"), ("origin", origin)]);
        for origin in ["http://localhost:3000", "http://127.0.0.1", "https://app.localhost"] {
            assert_eq!(from(origin), Ok(None), "{origin}");
        }
        for origin in ["https://page.example:8443", "https://everywhere.example"] {
            assert_eq!(from(origin), Ok(Some(origin.to_owned())));
        }
        for origin in
            ["https://evil.example", "null", "https://page.example", "http://everywhere.example", ""]
        {
            assert_eq!(from(origin), Err(Refusal::Origin { origin: origin.to_owned() }));
        }
        let own_page = [("host", "lamp.example:8000"), ("origin", "http://lamp.example:8000")];
        assert_eq!(admitted(&own_page), Ok(None));
    }

    #[test]
    fn what_another_site_makes_a_browser_fetch_is_refused() {
        let from = |site: &str| admitted(&[("host", "localhost"), ("sec-fetch-site", site)]);
        assert_eq!(from("cross-site"), Err(Refusal::Site));
        for site in ["same-origin", "same-site", "none"] {
            assert_eq!(from(site), Ok(None), "{site}");
        }
    }
}
