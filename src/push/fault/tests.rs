use super::*;
use crate::push::auth::Auth;
use crate::push::credentials::CredentialSource;

fn fault(code: u16, body: &str, proxy: Option<&'static str>) -> (bool, String) {
    let answer = Answer { code, body: body.into(), pause: None };
    of(proxy, |request| request.answer(&answer))
}

fn of(proxy: Option<&'static str>, fault: impl FnOnce(&Request<'_>) -> Fault) -> (bool, String) {
    let auth = Auth::Basic { user: "me".to_owned(), password: "hunter2".to_owned() };
    let credentials = Credentials { auth, from: CredentialSource::Settings };
    let Fault { transient, error, .. } = fault(&Request {
        host: "r.org",
        image: "r.org/a:1.0.0",
        doing: "push",
        credentials: &credentials,
        proxy,
        not_https: "",
        silence: SILENCE,
    });
    assert!(!format!("{error:?}").contains("hunter2"));
    (transient, error.to_string())
}

#[test]
fn another_port_is_another_server() {
    let at = |registry: &str, url: &str| is_at(registry, &Url::parse(url).unwrap());
    for (registry, url) in [
        ("localhost:5000", "http://localhost:5000/v2/"),
        ("r.org", "https://R.org/v2/"),
        ("r.org:443", "https://r.org/v2/"),
    ] {
        assert!(at(registry, url), "{registry}, {url}");
    }
    for (registry, url) in [
        ("localhost:5000", "http://localhost:5001/v2/"),
        ("r.org", "https://r.org:5000/v2/"),
        ("r.org", "https://s.org/v2/"),
    ] {
        assert!(!at(registry, url), "{registry}, {url}");
    }
}

#[test]
fn answers_are_said_in_the_users_words() {
    let html = "<html><body>Bad Gateway</body></html>";
    let full =
        r#"{"errors":[{"code":"UNKNOWN","message":"unknown error","detail":{"Enclosed":{"Err":28}}}]}"#;
    let denied = r#"{"errors":[{"code":"DENIED","message":"not your team"}]}"#;
    let unnamed = r#"{"errors":[{"code":"NAME_UNKNOWN"}]}"#;
    let failed = "the registry at r.org cannot push r.org/a:1.0.0";
    let forbidden = "the registry does not allow `me` to push r.org/a:1.0.0";
    let no_space = "the registry at r.org has no space left: r.org/a:1.0.0 was not pushed";
    for (code, body, transient, words) in [
        (401, "", false, "authentication failed: the registry at r.org does not accept `me`".to_owned()),
        (403, denied, false, format!("{forbidden}: not your team")),
        (403, html, false, forbidden.to_owned()),
        (500, full, false, no_space.to_owned()),
        (507, "", false, no_space.to_owned()),
        (502, html, true, format!("{failed}: it answers 502")),
        (429, "slow\u{1b} down\nplease", true, format!("{failed}: it answers 429: slow down")),
        (404, unnamed, false, format!("{failed}: it answers 404: name_unknown")),
        (418, "", false, format!("{failed}: it answers 418")),
        (
            511,
            html,
            false,
            "what answers at r.org is not a registry: it requires a login to the network".to_owned(),
        ),
    ] {
        assert_eq!(fault(code, body, None), (transient, words));
    }
    for (code, words) in
        [(404, "check the path in REGISTRY_URL"), (413, "client_max_body_size"), (418, SEE_ITS_LOG)]
    {
        assert!(help_for(code).contains(words), "{code}");
    }
    let (_, words) = fault(502, html, Some("HTTPS_PROXY"));
    assert_eq!(words, format!("{failed}: it answers 502 (through the proxy that HTTPS_PROXY names)"));
}

#[test]
fn a_pause_is_seconds_or_a_time() {
    assert_eq!(pause_in("5"), Some(Duration::from_secs(5)));
    assert_eq!(pause_in("Sun, 06 Nov 1994 08:49:37 GMT"), None);
    assert!(pause_in("Sat, 06 Nov 2094 08:49:37 GMT").unwrap() > Duration::from_secs(3600));
    assert_eq!(pause_in("soon"), None);
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
    let error = runtime.block_on(async { get.send().await }).unwrap_err();
    let (transient, words) = of(None, |request| request.transport(&error));
    assert!(transient);
    assert_eq!(
        words,
        PushError::Timeout { host: "r.org".to_owned(), limit: Duration::from_secs(120) }.to_string()
    );
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
