//! Where components are pushed to: what `REGISTRY_URL` and `REGISTRY_INSECURE` say.

use oci_spec::distribution::Reference;

use super::{PushError, hub};
use crate::project::Settings;
use crate::project::settings::{REGISTRY_INSECURE, REGISTRY_URL};
use crate::text::quoted;

/// A registry and the place in it that images belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Host, and port if there is one.
    pub host: String,
    /// The rest of the path, without slashes at its ends; empty where images are at the top.
    pub path: String,
    /// Whether `https://` is written out: then nothing else will do.
    pub must_be_https: bool,
}

impl Address {
    /// What the settings say.
    ///
    /// # Errors
    /// When no registry is set, or the value is no address.
    pub fn of(settings: &Settings) -> Result<Self, PushError> {
        let value = settings.text(REGISTRY_URL).map(str::trim).filter(|value| !value.is_empty());
        let value = value.ok_or(PushError::NoRegistry)?;
        let (address, wants_http) = parse(value)?;
        if wants_http && !lists(settings, &address.host) {
            return Err(PushError::PlainHttp { host: address.host });
        }
        Ok(address)
    }

    /// Host and path.
    pub fn prefix(&self) -> String {
        match self.path.as_str() {
            "" => self.host.clone(),
            path => format!("{}/{path}", self.host),
        }
    }
}

/// Whether plain http is to be used for a host.
pub(super) fn is_insecure(settings: &Settings, host: &str) -> bool {
    let must_be_https = || Address::of(settings).is_ok_and(|own| own.must_be_https && own.host == host);
    lists(settings, host) && !must_be_https()
}

/// Whether `REGISTRY_INSECURE` lists a host, with its port or for all of them.
pub(super) fn lists(settings: &Settings, host: &str) -> bool {
    let bare = host.rsplit_once(':').map_or(host, |(bare, _)| bare);
    let listed = settings.text(REGISTRY_INSECURE).unwrap_or_default().split(',');
    let mut listed = listed.map(|one| one.trim().split_once("://").map_or(one.trim(), |(_, rest)| rest));
    listed.any(|one| {
        let one = hub::one_name(one.trim_end_matches('/'));
        one == host || one == bare
    })
}

/// The address, and whether plain http is asked for.
fn parse(value: &str) -> Result<(Address, bool), PushError> {
    if value.contains('@') {
        return Err(PushError::PasswordInUrl);
    }
    let wrong = |reason: &str, help: &str| PushError::Address {
        value: quoted(value),
        reason: reason.to_owned(),
        help: help.to_owned(),
    };
    let (scheme, rest) = match value.split_once("://") {
        Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest),
        None => (String::new(), value),
    };
    if !matches!(scheme.as_str(), "" | "http" | "https") {
        return Err(wrong(
            "that is not a valid registry address",
            "write host and path: `registry.example.org/team`",
        ));
    }
    let rest = rest.trim_end_matches('/');
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    // Readers of images take a first word without these for a name on Docker Hub.
    if !(host.contains(['.', ':']) || host == "localhost") {
        let help =
            format!("write the host, too: `docker.io/{rest}` for Docker Hub, `{host}:443` for a short name");
        return Err(wrong("it does not begin with a host", &help));
    }
    if let Some((_, port)) = host.rsplit_once(':')
        && !port.parse::<u16>().is_ok_and(|port| port > 0)
    {
        let reason = format!("{} is not a valid port", quoted(port));
        return Err(wrong(&reason, "a port is a number from 1 to 65535: `registry.example.org:5000/team`"));
    }
    let host = hub::one_name(host);
    // Docker's credential file has this path in its name of Docker Hub.
    let path = if host == hub::HOST && path == "v1" { "" } else { path };
    if host == hub::HOST && path.is_empty() {
        return Err(wrong(
            "images on Docker Hub belong to a user or an organisation",
            "write its name, too: `docker.io/your-name`",
        ));
    }
    let whole = if path.is_empty() { format!("{host}/x:1") } else { format!("{host}/{path}/x:1") };
    match Reference::try_from(whole) {
        Ok(read) if read.registry() == host => {}
        _ => {
            return Err(wrong(
                "an image name cannot begin with that",
                "write host and path in lower-case letters, digits and `.-_/`: `registry.example.org/team`",
            ));
        }
    }
    let address = Address { host: host.to_owned(), path: path.to_owned(), must_be_https: scheme == "https" };
    Ok((address, scheme == "http"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::settings::Settings;

    fn settings(url: &str, insecure: &str) -> Settings {
        let values = [("REGISTRY_URL", url), ("REGISTRY_INSECURE", insecure)];
        let look_up = |name: &str| {
            let found = values.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        Settings::load(None, look_up, &[]).unwrap()
    }

    fn prefix(url: &str, insecure: &str) -> Result<String, String> {
        Address::of(&settings(url, insecure))
            .map(|address| address.prefix())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn addresses_are_read_as_people_write_them() {
        for (url, expected) in [
            ("registry.example.org/team", "registry.example.org/team"),
            ("https://registry.example.org/team/", "registry.example.org/team"),
            ("localhost:5000", "localhost:5000"),
            (" localhost/a/b// ", "localhost/a/b"),
            ("docker.io/somebody", "docker.io/somebody"),
            ("HTTPS://ghcr.io/x", "ghcr.io/x"),
            ("index.docker.io/somebody", "docker.io/somebody"),
            ("https://registry-1.docker.io/somebody/", "docker.io/somebody"),
        ] {
            assert_eq!(prefix(url, ""), Ok(expected.to_owned()), "{url}");
        }
        assert_eq!(prefix("http://localhost:5000/", "localhost:5000"), Ok("localhost:5000".to_owned()));
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for url in
            ["team", "ftp://x.org", "x.org/Team", "x.org/a b", "x.org/a?b", "x.org//a", "https://", "a.b:x"]
        {
            let error = prefix(url, "").unwrap_err();
            assert!(error.starts_with("REGISTRY_URL is `"), "{url}: {error}");
        }
        assert_eq!(prefix("", "").unwrap_err(), "no registry is set");
        for url in ["docker.io", "index.docker.io", "https://index.docker.io/v1/"] {
            let error = prefix(url, "").unwrap_err();
            assert!(error.ends_with("images on Docker Hub belong to a user or an organisation"), "{error}");
        }
        for url in ["localhost:99999", "https://localhost:0/team", "x.org:/team"] {
            let error = prefix(url, "").unwrap_err();
            assert!(error.ends_with(" is not a valid port"), "{error}");
        }
        assert_eq!(prefix("\u{1b}[31m", "").unwrap_err().matches('\u{1b}').count(), 0);
    }

    #[test]
    fn a_password_in_the_address_is_refused_and_not_repeated() {
        for url in ["https://me:hunter2@x.org/t", "me:hunter2@x.org", "https://hunter2@x.org"] {
            let error = Address::of(&settings(url, "")).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
        }
    }

    #[test]
    fn plain_http_needs_leave_and_https_written_out_stays_https() {
        let error = prefix("http://x.org", "y.org").unwrap_err();
        assert_eq!(error, "REGISTRY_URL selects plain HTTP, and REGISTRY_INSECURE does not list x.org");
        let insecure = |url, listed, host| is_insecure(&settings(url, listed), host);
        assert!(insecure("localhost:5000", "x.org, localhost:5000", "localhost:5000"));
        assert!(insecure("localhost:5000", "localhost", "localhost:5000"));
        for listed in ["http://localhost:5000/", "https://localhost:5000", "localhost"] {
            assert!(insecure("localhost:5000", listed, "localhost:5000"), "{listed}");
        }
        assert!(!insecure("localhost:5000", "localhost:5001", "localhost:5000"));
        assert!(!insecure("localhost:5000", "", "localhost:5000"));
        assert!(!insecure("https://localhost:5000", "localhost:5000", "localhost:5000"));
    }
}
