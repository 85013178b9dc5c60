//! The proxies that the environment names, and which one is in the way to a registry.

use hyper_util::client::proxy::matcher::Matcher;
use reqwest::{ClientBuilder, NoProxy, Proxy};

use super::PushError;

/// Never reached through a proxy: a proxy on another machine would look for them there.
const LOOPBACK: &str = "localhost,127.0.0.0/8,::1";
const HTTP: [&str; 4] = ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"];
const HTTPS: [&str; 4] = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
const NO: [&str; 2] = ["no_proxy", "NO_PROXY"];

/// A variable and its value.
type Named = (&'static str, String);

/// The proxies of an environment.
#[derive(Debug, Clone, Default)]
pub(super) struct Proxies {
    http: Option<Named>,
    https: Option<Named>,
    /// What is reached without them.
    no: String,
}

impl Proxies {
    /// Those of this process. Nothing is read from `.env`: it must not choose who sees what is sent.
    pub fn of_process() -> Self {
        Self::of(|name| std::env::var(name).ok())
    }

    fn of(environment: impl Fn(&str) -> Option<String>) -> Self {
        let first = |names: &[&'static str]| {
            let mut set = names.iter().filter_map(|name| Some((*name, environment(name)?)));
            set.find(|(_, value)| !value.trim().is_empty())
        };
        let own = first(&NO).map(|(_, hosts)| format!(",{hosts}")).unwrap_or_default();
        Self { http: first(&HTTP), https: first(&HTTPS), no: format!("{LOOPBACK}{own}") }
    }

    /// A client that uses these, and no others.
    ///
    /// # Errors
    /// When a value is not the address of a proxy.
    pub fn apply(&self, client: ClientBuilder) -> Result<ClientBuilder, PushError> {
        let mut client = client.no_proxy();
        let http = self.http.as_ref().map(|(variable, url)| (*variable, Proxy::http(url)));
        let https = self.https.as_ref().map(|(variable, url)| (*variable, Proxy::https(url)));
        for (variable, proxy) in http.into_iter().chain(https) {
            // The value may have a password in it.
            let proxy = proxy.map_err(|_| PushError::Proxy { variable })?;
            client = client.proxy(proxy.no_proxy(NoProxy::from_string(&self.no)));
        }
        Ok(client)
    }

    /// The variable that names the proxy through which an address is reached.
    pub fn variable(&self, url: &str) -> Option<&'static str> {
        let value = |named: &Option<Named>| named.as_ref().map(|(_, url)| url.clone()).unwrap_or_default();
        let matcher = Matcher::builder();
        let matcher = matcher.http(value(&self.http)).https(value(&self.https)).no(self.no.clone()).build();
        matcher.intercept(&url.parse().ok()?)?;
        let named = if url.starts_with("https:") { &self.https } else { &self.http };
        named.as_ref().map(|(variable, _)| *variable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(values: &[(&str, &str)]) -> Proxies {
        let find = |name: &str| values.iter().find(|(known, _)| *known == name);
        Proxies::of(|name| find(name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn loopback_and_listed_hosts_are_reached_without_a_proxy() {
        let all = proxies(&[
            ("HTTP_PROXY", "http://me:hunter2@proxy.example.org:3128"),
            ("ALL_PROXY", "http://other.example.org"),
            ("NO_PROXY", "inside.example.org,10.0.0.0/8"),
        ]);
        for (url, expected) in [
            ("http://registry.example.org/v2/", Some("HTTP_PROXY")),
            ("https://registry.example.org/v2/", Some("ALL_PROXY")),
            ("http://localhost:5000/v2/", None),
            ("http://127.0.0.1:5000/v2/", None),
            ("http://127.9.9.9/v2/", None),
            ("http://[::1]:5000/v2/", None),
            ("https://inside.example.org/v2/", None),
            ("https://registry.inside.example.org/v2/", None),
            ("https://10.1.2.3/v2/", None),
        ] {
            assert_eq!(all.variable(url), expected, "{url}");
        }
        assert!(all.apply(reqwest::Client::builder()).is_ok());
    }

    #[test]
    fn an_empty_variable_names_no_proxy() {
        let none = proxies(&[("HTTPS_PROXY", ""), ("NO_PROXY", "*")]);
        assert_eq!(none.variable("https://registry.example.org/v2/"), None);
        let never = proxies(&[("HTTPS_PROXY", "http://proxy.example.org"), ("NO_PROXY", "*")]);
        assert_eq!(never.variable("https://registry.example.org/v2/"), None);
    }

    #[test]
    fn what_is_not_a_proxy_is_named_without_its_value() {
        let wrong = proxies(&[("HTTPS_PROXY", "http://me:hunter2@:::")]);
        let error = wrong.apply(reqwest::Client::builder()).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"));
        assert_eq!(error.to_string(), "HTTPS_PROXY is not a valid address of a proxy");
    }
}
