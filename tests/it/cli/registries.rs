//! Registries that misbehave: what is sent to whom, what is believed, and what is said.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use snapbox::str;

use crate::support::Place;
use crate::support::built::{copy_as_it_is, double_and_play};
use crate::support::functions::PROJECT;
use crate::support::stand_in_registry::{Answer, Request, StandIn};

const PASSWORD: &str = "hunter2-swordfish";
/// The base64 of `me:hunter2-swordfish`.
const BASIC: &str = "Basic bWU6aHVudGVyMi1zd29yZGZpc2g=";

/// A project that is built, to be pushed there.
fn at(registry: &StandIn) -> Place {
    let place = Place::with(PROJECT);
    copy_as_it_is(&double_and_play().join("gen"), place.project());
    place.env("REGISTRY_URL", format!("{}/team", registry.host)).env("REGISTRY_INSECURE", "127.0.0.1")
}

fn with_password(place: Place) -> Place {
    place.env("REGISTRY_USER", "me").env("REGISTRY_PASSWORD", PASSWORD)
}

/// Pushes one component: the exit code and what is said.
fn push(place: &Place) -> (i32, String) {
    let output = place.pelato(&["push", "play"]).output().unwrap();
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(!text.contains(PASSWORD), "{text}");
    (output.status.code().unwrap(), text)
}

/// That a token of this server is required.
fn token_required(realm: &str) -> Answer {
    Answer::new(401).field("WWW-Authenticate", format!(r#"Bearer realm="{realm}",service="svc",scope="x""#))
}

/// A registry that requires a token of its own server, which answers as `give` says. `accepts` says whether a request
/// may use a token that was given.
fn with_tokens(
    give: impl Fn(&Request) -> Answer + Send + Sync + 'static,
    accepts: impl Fn(&Request) -> bool + Send + Sync + 'static,
) -> StandIn {
    StandIn::start(|host| {
        let realm = format!("http://{host}/token");
        move |request: &Request| match request.path.as_str() {
            "/token" => Some(give(request)),
            _ => {
                let has_token = request.authorization().is_some_and(|sent| sent.starts_with("Bearer token-"));
                (!has_token || !accepts(request)).then(|| token_required(&realm))
            }
        }
    })
}

fn token(request: &Request, seconds: u64) -> Answer {
    let number = request.before;
    Answer::new(200).json(format!(r#"{{"token":"token-{number}","expires_in":{seconds}}}"#))
}

#[test]
fn a_login_page_is_not_a_registry() {
    let network = StandIn::start(|_| |_: &Request| Some(Answer::page()));
    let place = at(&network);
    place.run_in_vain(&["push", "play"]).code(6).stdout_eq("").stderr_eq(str![[r#"
error: what answers at 127.0.0.1:[PORT] is not a registry: it returns a web page
  help: check REGISTRY_URL; in a network with a login page, log in with a browser first

"#]]);
}

#[test]
fn what_is_not_a_manifest_is_no_version_of_a_component() {
    let odd = StandIn::start(|_| {
        |request: &Request| {
            let wanted = request.path.contains("/manifests/");
            wanted.then(|| Answer::new(200).field("Content-Type", "text/plain").body("hello"))
        }
    });
    let (code, text) = push(&at(&odd));
    let expected = "is not a registry: it returns something that is not a manifest";
    assert!(code == 6 && text.contains(expected), "{code} {text}");
}

#[test]
fn a_token_that_expires_during_an_upload_is_renewed() {
    let registry =
        with_tokens(|request| token(request, 300), |request| !(request.is_upload() && request.before == 0));
    let place = with_password(at(&registry));
    let (code, text) = push(&place);
    assert_eq!(code, 0, "{text}");
    let uploads: Vec<_> = registry
        .heard()
        .into_iter()
        .filter(|line| line.starts_with("PUT ") && line.contains("/uploads/"))
        .collect();
    assert_ne!(uploads[0], uploads[1], "with another token: {uploads:?}");
    let asked =
        registry.heard().into_iter().filter(|line| line.starts_with("GET /token")).collect::<Vec<_>>();
    assert!(asked.iter().all(|line| line.ends_with(BASIC)), "{asked:?}");
}

#[test]
fn a_token_that_is_never_accepted_is_not_a_wrong_password() {
    let registry = with_tokens(|request| token(request, 0), |request| !request.is_upload());
    with_password(at(&registry)).run_in_vain(&["push", "play"]).code(6).stdout_eq("").stderr_eq(str![[r#"
     Pushing play
error: the registry at 127.0.0.1:[PORT] cannot push 127.0.0.1:[PORT]/team/play:0.3.0: its access token is valid for 0 s, which was too short
  help: ask the registry's administrator for tokens that are valid for longer; a faster connection also helps

"#]]);
    let registry = with_tokens(|request| token(request, 300), |_| false);
    with_password(at(&registry)).run_in_vain(&["push", "play"]).code(6).stdout_eq("").stderr_eq(str![[r#"
error: the registry at 127.0.0.1:[PORT] does not allow `me` to read 127.0.0.1:[PORT]/team/play:0.3.0: it does not accept the token that its token server issued
  help: the user and the password were accepted: ask the registry's administrator for permission for this place, or choose another with REGISTRY_URL

"#]]);
}

#[test]
fn a_token_server_that_fails_is_named() {
    let registry = with_tokens(|_| Answer::new(503), |_| true);
    with_password(at(&registry)).run_in_vain(&["push", "play", "-q"]).code(6).stdout_eq("").stderr_eq(str![
        [r#"
error: the token server http://127.0.0.1:[PORT] of the registry at 127.0.0.1:[PORT] answers 503
  help: the user and the password may be correct: try again later, or ask the registry's administrator

"#]
    ]);
    let registry = with_tokens(|_| Answer::page(), |_| true);
    let (code, text) = push(&with_password(at(&registry)));
    assert!(code == 6 && text.contains(" returned a web page instead of a token"), "{code} {text}");
    let registry = with_tokens(|_| Answer::new(401), |_| true);
    let (code, text) = push(&with_password(at(&registry)));
    assert!(code == 6 && text.contains("does not accept `me`"), "{code} {text}");
    let registry = with_tokens(
        |request| if request.before == 0 { Answer::new(503) } else { token(request, 300) },
        |_| true,
    );
    let (code, text) = push(&with_password(at(&registry)));
    assert!(code == 0 && text.contains("answers 503; trying again"), "{code} {text}");
}

#[test]
fn a_registry_that_requests_a_pause_gets_it() {
    let busy = || Answer::new(429).field("Retry-After", "1");
    let registry = StandIn::start(|_| {
        move |request: &Request| (request.method == "POST" && request.before < 3).then(busy)
    });
    let (code, text) = push(&at(&registry));
    assert!(code == 0 && text.contains("it answers 429; it requests a pause of 1 s; trying again"), "{text}");
    assert_eq!(
        registry.count("POST "),
        5,
        "three times for the first of two uploads: more often than without a pause"
    );
}

#[test]
fn a_pause_that_is_too_long_is_not_waited_for() {
    let registry = StandIn::start(|_| |_: &Request| Some(Answer::new(503).field("Retry-After", "3600")));
    at(&registry).run_in_vain(&["push", "play"]).code(6).stdout_eq("").stderr_eq(str![[r#"
error: the registry at 127.0.0.1:[PORT] cannot read 127.0.0.1:[PORT]/team/play:0.3.0: it answers 503; it requests a pause of 3600 s
  help: see the registry's log; push again when the registry works

"#]]);
    assert_eq!(registry.heard().len(), 1);
}

#[test]
fn a_password_is_not_sent_to_a_token_server_without_tls_on_another_host() {
    let other = StandIn::start(|_| |request: &Request| Some(token(request, 300)));
    let realm = format!("http://{}/token", other.host.replace("127.0.0.1", "localhost"));
    let registry = StandIn::start(|_| move |_: &Request| Some(token_required(&realm)));
    with_password(at(&registry)).run_in_vain(&["push", "play"]).code(6).stdout_eq("").stderr_eq(str![[r#"
error: the registry at 127.0.0.1:[PORT] requires that the password be sent to http://localhost:[..], which is not protected by TLS
  help: nothing was sent: the registry's administrator has to name a token server with https://

"#]]);
    assert_eq!(other.heard(), Vec::<String>::new());
    // Who has no password has none to lose.
    push(&at(&registry));
    assert!(other.heard().iter().all(|line| line.ends_with(" -")) && !other.heard().is_empty());
}

#[test]
fn a_registry_that_stores_something_else_is_not_believed() {
    let lies = |request: &Request| {
        let other = format!("sha256:{}", "0".repeat(64));
        let manifest = request.method == "PUT" && request.path.contains("/manifests/");
        manifest.then(|| Answer::new(201).field("Docker-Content-Digest", other))
    };
    let registry = StandIn::start(|_| lies);
    let place = at(&registry);
    place.run(&["push", "play"]).code(6).stdout_eq("").stderr_eq(str![[r#"
     Pushing play
error: the registry at 127.0.0.1:[PORT] did not store 127.0.0.1:[PORT]/team/play:0.3.0 as it was sent: it has nothing instead of sha256:[..]
  help: something between this machine and the registry changes what is sent, or the registry does; nothing of it may be deployed

"#]]);
    assert!(!place.path("pelato.lock").exists());
    let registry = StandIn::start(|_| {
        |request: &Request| {
            let other = format!("sha256:{}", "0".repeat(64));
            request.is_upload().then(|| Answer::new(201).field("Docker-Content-Digest", other))
        }
    });
    let (code, text) = push(&at(&registry));
    assert!(code == 6 && text.contains("it has sha256:0000"), "{code} {text}");
}

#[test]
fn a_registry_that_names_no_digest_is_looked_at() {
    let registry = StandIn::start(|_| {
        |request: &Request| {
            (request.method == "HEAD" && request.path.contains("/manifests/")).then(|| Answer::new(405))
        }
    });
    let place = at(&registry);
    assert_eq!(push(&place).0, 0);
    let (code, text) = push(&place);
    assert!(code == 0 && text.contains("unchanged"), "{text}");
}

#[test]
fn where_an_upload_is_sent_to_is_not_told_who_comes() {
    let store = StandIn::start(|_| |request: &Request| request.is_upload().then(|| Answer::new(201)));
    for (redirects, place_of) in [(false, "/v2/x/blobs/uploads/1"), (true, "/v2/y/blobs/uploads/1?a=b")] {
        let location = format!("http://{}{place_of}", store.host);
        let registry = StandIn::start(|_| {
            move |request: &Request| {
                if request.authorization() != Some(BASIC) {
                    return Some(Answer::new(401).field("WWW-Authenticate", "Basic realm=\"x\""));
                }
                let (begins, sends) = (request.method == "POST", request.is_upload());
                let status = if redirects { 307 } else { 202 };
                let elsewhere = if redirects { sends } else { begins };
                elsewhere.then(|| Answer::new(status).field("Location", &*location))
            }
        });
        let (code, text) = push(&with_password(at(&registry)));
        assert_eq!(code, 0, "{text}");
    }
    let heard = store.heard();
    assert_eq!(heard.len(), 4, "two blobs each: {heard:?}");
    assert!(heard.iter().all(|line| line.starts_with("PUT ") && line.ends_with(" -")), "{heard:?}");
}

/// Of the same host, where a registry over plain HTTP may have its token server.
#[test]
fn where_a_registry_redirects_to_does_not_choose_who_gets_the_password() {
    let other = StandIn::start(|host| {
        let realm = format!("Bearer realm=\"http://{host}/token\"");
        move |_: &Request| Some(Answer::new(401).field("WWW-Authenticate", &*realm))
    });
    let location = format!("http://{}/v2/elsewhere", other.host);
    let registry = StandIn::start(|_| {
        move |request: &Request| {
            (request.method == "HEAD").then(|| Answer::new(307).field("Location", &*location))
        }
    });
    let (code, text) = push(&with_password(at(&registry)));
    assert_ne!(code, 0);
    assert!(text.contains("127.0.0.1, where it redirects to, answers 401"), "{text}");
    let heard = other.heard();
    assert!(!heard.is_empty() && heard.iter().all(|line| line.ends_with(" -")), "{heard:?}");
}

#[test]
fn an_upload_that_the_registry_has_forgotten_is_begun_again() {
    let registry = StandIn::start(|_| {
        |request: &Request| (request.is_upload() && request.before == 0).then(|| Answer::new(404))
    });
    let (code, text) = push(&at(&registry));
    assert_eq!(code, 0, "{text}");
    assert_eq!(registry.count("POST "), 3);
}

#[test]
fn proxies_are_not_used_for_this_machine_and_named_where_they_are() {
    let registry = StandIn::start(|_| |_: &Request| None);
    let nobody = "http://127.0.0.1:1";
    let proxied = |place: Place| place.env("HTTP_PROXY", nobody).env("HTTPS_PROXY", nobody);
    let place = proxied(at(&registry));
    assert_eq!(push(&place).0, 0);
    let place =
        place.env("REGISTRY_URL", "registry.invalid:5000/team").env("REGISTRY_INSECURE", "registry.invalid");
    place.run_in_vain(&["push", "play", "-q"]).code(6).stdout_eq("").stderr_eq(str![[r#"
error: the registry at registry.invalid:5000 cannot be reached: Connection refused (os error 111) (through the proxy that HTTP_PROXY names)
  help: check that it is running and that REGISTRY_URL is correct: `pelato config` shows the settings in effect

"#]]);
    let (code, text) = push(&place.env("NO_PROXY", "invalid"));
    assert!(code == 6 && !text.contains("proxy"), "{code} {text}");
}

#[test]
fn a_proxy_that_shows_a_page_is_named() {
    let proxy = StandIn::start(|_| |_: &Request| Some(Answer::page()));
    let place = at(&proxy).env("http_proxy", format!("http://{}", proxy.host));
    let place =
        place.env("REGISTRY_URL", "registry.invalid/team").env("REGISTRY_INSECURE", "registry.invalid");
    place.run_in_vain(&["push", "play"]).code(6).stdout_eq("").stderr_eq(str![[r#"
error: what answers at registry.invalid is not a registry: it returns a web page
  help: http_proxy names a proxy, which is in between; list the host in NO_PROXY if it can be reached without

"#]]);
}

#[test]
fn an_address_with_https_is_what_keeps_plain_http_away() {
    let registry = StandIn::start(|_| |_: &Request| None);
    let place = at(&registry).env("REGISTRY_URL", format!("https://{}/team", registry.host));
    place.run_in_vain(&["push", "play", "-q"]).code(6).stdout_eq("").stderr_eq(str![[r#"
error: the registry at 127.0.0.1:[PORT] uses plain HTTP
  help: if plain HTTP is intended, remove `https://` from REGISTRY_URL: then everyone on the network path can read and change what is sent

"#]]);
}

#[test]
fn addresses_that_cannot_be_used_are_told_before_anything_is_sent() {
    let place = Place::with(PROJECT);
    for (url, expected) in [
        ("localhost:99999/team", "REGISTRY_URL is `localhost:99999/team`: `99999` is not a valid port"),
        (
            "index.docker.io",
            "REGISTRY_URL is `index.docker.io`: images on Docker Hub belong to a user or an organisation",
        ),
    ] {
        let output = place.pelato(&["push", "--setting", &format!("REGISTRY_URL={url}")]).output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(3) && text.contains(expected), "{text}");
    }
}

/// A program that keeps credentials, and that Docker's file names for all registries.
fn helper(place: &Place, script: Option<&str>) -> Place {
    let (docker, bin) = (place.above().join("docker"), place.above().join("bin"));
    [&docker, &bin].iter().for_each(|folder| std::fs::create_dir_all(folder).unwrap());
    std::fs::write(docker.join("config.json"), r#"{"credsStore": "drawer"}"#).unwrap();
    let program = bin.join("docker-credential-drawer");
    match script {
        Some(script) => {
            std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
            std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        None => drop(std::fs::remove_file(&program)),
    }
    let path = [bin, crate::support::tools::go_bin(), "/usr/bin".into(), "/bin".into()];
    let place = Place::with(PROJECT).env("DOCKER_CONFIG", &docker);
    copy_as_it_is(&double_and_play().join("gen"), place.project());
    place.env("PATH", std::env::join_paths(path).unwrap()).env("REGISTRY_INSECURE", "127.0.0.1")
}

fn closed() -> impl Fn(&Request) -> Option<Answer> + Send + Sync + 'static {
    |request: &Request| {
        let known = request.authorization() == Some(BASIC);
        (!known).then(|| Answer::new(401).field("WWW-Authenticate", "Basic realm=\"x\""))
    }
}

#[test]
fn a_credential_helper_that_is_missing_or_fails_keeps_nobody_from_an_open_registry() {
    let (open, closed) = (StandIn::start(|_| |_: &Request| None), StandIn::start(|_| closed()));
    let folder = Place::empty();
    for (script, reason) in [
        (None, "the program `docker-credential-drawer` was not found on PATH"),
        (Some("echo hunter2-swordfish >&2; exit 1"), "`docker-credential-drawer` failed"),
        (Some("echo hunter2-swordfish"), "`docker-credential-drawer` returned an unexpected response"),
    ] {
        let place = helper(&folder, script).env("REGISTRY_URL", format!("{}/team", open.host));
        assert_eq!(push(&place).0, 0, "{reason}");
        let place = helper(&folder, script).env("REGISTRY_URL", format!("{}/team", closed.host));
        let (code, text) = push(&place);
        let named =
            format!("names a program for the credentials, but {reason}: fix that, or set REGISTRY_USER");
        assert!(code == 6 && text.contains(&named), "{code} {text}");
    }
}

#[test]
fn a_credential_helper_that_hangs_is_waited_for_visibly_and_ends_with_the_command() {
    let registry = StandIn::start(|_| closed());
    let folder = Place::empty();
    let pid = folder.above().join("pid");
    let script = format!("echo $$ > {}\nsleep 1000 &\nwait", pid.display());
    let place = helper(&folder, Some(&script)).env("REGISTRY_URL", format!("{}/team", registry.host));
    let mut running = place.start(&["push", "play"]);
    running.wait_for("waiting for `docker-credential-drawer`, which keeps the credentials (60 s at most)");
    running.signal("INT");
    assert!(!running.wait().success());
    let group = std::fs::read_to_string(pid).unwrap();
    assert!(!Path::new("/proc").join(group.trim()).exists(), "the helper has ended");
}

#[test]
fn a_helper_is_asked_once_for_a_push() {
    let registry = StandIn::start(|_| closed());
    let folder = Place::empty();
    let count = folder.above().join("count");
    let script = format!(
        "read server\necho x >> {}\necho '{{\"Username\":\"me\",\"Secret\":\"{PASSWORD}\"}}'",
        count.display()
    );
    let place = helper(&folder, Some(&script)).env("REGISTRY_URL", format!("{}/team", registry.host));
    assert_eq!(push(&place).0, 0);
    assert_eq!(std::fs::read_to_string(count).unwrap(), "x\n");
}

#[test]
fn who_has_no_login_is_told_to_log_in_also_where_everybody_gets_a_token() {
    let registry = with_tokens(|request| token(request, 300), |_| false);
    let (code, text) = push(&at(&registry));
    let words = "authentication failed: the registry at ";
    assert!(code == 6 && text.contains(words) && text.contains("set REGISTRY_USER and"), "{code} {text}");
}

#[test]
fn a_token_server_that_cannot_be_reached_is_not_taken_for_a_redirect() {
    let closed = crate::support::address::reserve();
    let realm = format!("http://{closed}/token");
    let registry = StandIn::start(|_| move |_: &Request| Some(token_required(&realm)));
    let (code, text) = push(&at(&registry));
    let words = format!("the token server http://{closed} of the registry at ");
    assert!(code == 6 && text.contains(&words) && text.contains(" cannot be reached: "), "{code} {text}");
    assert!(!text.contains("redirects"), "{text}");
}

#[test]
fn doctor_does_not_blame_the_registry_for_a_slow_credential_helper() {
    let registry = StandIn::start(|_| closed());
    let folder = Place::empty();
    // Longer than a registry may take.
    let script = format!("sleep 5; echo '{{\"Username\": \"me\", \"Secret\": \"{PASSWORD}\"}}'");
    let place = helper(&folder, Some(&script)).env("REGISTRY_URL", format!("{}/team", registry.host));
    let ran = place.ran(&["doctor", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let rows = report["findings"].as_array().unwrap().iter().filter(|one| one["subject"] == "registry");
    let found: String = rows.map(ToString::to_string).collect();
    assert!(found.contains("`me`"), "{ran:#?}");
    assert!(!found.contains("no answer within") && !found.contains("did not answer"), "{ran:#?}");
}
