//! Who we are to a registry, and that nobody hears the password.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use snapbox::str;

use super::project::{built, words};
use crate::support::Place;
use crate::support::registry::{How, PASSWORD, Registry, USER};

/// `somebody:s3cret-passw0rd` and `somebody:wrong-s3cret` in base64, as Docker's file has them.
const RIGHT: &str = "c29tZWJvZHk6czNjcmV0LXBhc3N3MHJk";
const WRONG: &str = "c29tZWJvZHk6d3JvbmctczNjcmV0";

fn closed() -> (Registry, Place) {
    let registry = Registry::start_as(&How { closed: true, ..How::default() });
    let place = built().env("REGISTRY_URL", registry.url("team")).env("REGISTRY_INSECURE", "127.0.0.1");
    (registry, place)
}

/// A folder `.docker` in the home of a place, with this configuration.
fn docker(place: &Place, config: &str) {
    let folder = place.above().join("home/.docker");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("config.json"), config).unwrap();
}

/// Nothing in these texts or in the files of a project may be a secret.
fn assert_silent(place: &Place, texts: &[&str]) {
    for secret in [PASSWORD, "wrong-s3cret", RIGHT, WRONG] {
        for text in texts {
            assert!(!text.contains(secret), "{text}");
        }
        for (path, content) in place.tree() {
            assert!(!String::from_utf8_lossy(&content).contains(secret), "{path}");
        }
    }
}

#[test]
fn the_right_password_opens_and_is_told_to_nobody() {
    let (registry, place) = closed();
    let place = place.env("REGISTRY_USER", USER).env("REGISTRY_PASSWORD", PASSWORD);
    let mut said = String::new();
    for command in ["config", "push", "build"] {
        for flag in ["-v", "--json"] {
            let (code, text) = words(&place, &[command, flag]);
            assert_eq!(code, 0, "{text}");
            said += &text;
        }
    }
    assert!(said.contains("pushed"), "{said}");
    assert_silent(&place, &[&said, &registry.log()]);
}

#[test]
fn the_wrong_password_does_not() {
    let (_registry, place) = closed();
    let place = place.env("REGISTRY_USER", USER).env("REGISTRY_PASSWORD", "wrong-s3cret");
    place.run_in_vain(&["push"]).code(6).stdout_eq("").stderr_eq(str![[r#"
error: authentication failed: the registry at 127.0.0.1:[PORT] does not accept `somebody`
  help: check REGISTRY_USER and REGISTRY_PASSWORD: `pelato config` shows where they come from

"#]]);
    let said = words(&place, &["push", "-v"]).1 + &words(&place, &["push", "--json"]).1;
    assert_silent(&place, &[&said]);
}

#[test]
fn without_any_the_help_says_how_to_give_some() {
    let (_registry, place) = closed();
    place.run_in_vain(&["push"]).code(6).stdout_eq("").stderr_eq(str![[r#"
error: authentication failed: the registry at 127.0.0.1:[PORT] does not accept anonymous users
  help: set REGISTRY_USER and REGISTRY_PASSWORD, or log in with `docker login 127.0.0.1:[PORT]`

"#]]);
}

#[test]
fn half_of_them_is_a_mistake() {
    let (_registry, place) = closed();
    let place = place.env("REGISTRY_PASSWORD", PASSWORD);
    place.run_in_vain(&["push"]).code(3).stdout_eq("").stderr_eq(str![[r#"
error: REGISTRY_PASSWORD is set and REGISTRY_USER is not
  help: set both, or neither: then Docker's credential file is used

"#]]);
}

#[test]
fn a_password_in_the_address_is_not_repeated() {
    let (registry, place) = closed();
    let place = place.env("REGISTRY_URL", format!("http://{USER}:{PASSWORD}@{}/team", registry.host()));
    place.run_in_vain(&["push"]).code(3).stdout_eq("").stderr_eq(str![[r#"
error: REGISTRY_URL holds a user or a password
  help: remove what is before the `@`, and set REGISTRY_USER and REGISTRY_PASSWORD: the address becomes part of the image names, which are public

"#]]);
    let said = words(&place, &["push", "--json"]).1 + &words(&place, &["config"]).1;
    assert_silent(&place, &[&said]);
}

#[test]
fn dockers_file_is_read_where_no_user_is_set() {
    let (registry, place) = closed();
    docker(&place, &format!(r#"{{"auths": {{"{}": {{"auth": "{RIGHT}"}}}}}}"#, registry.host()));
    let (code, said) = words(&place, &["push", "-v"]);
    assert_eq!(code, 0, "{said}");
    assert_silent(&place, &[&said]);
    docker(&place, &format!(r#"{{"auths": {{"http://{}": {{"auth": "{WRONG}"}}}}}}"#, registry.host()));
    let (code, said) = words(&place, &["push"]);
    assert_eq!(code, 6, "{said}");
    assert!(
        said.contains("they are from ") && said.contains("home/.docker/config.json: log in again"),
        "{said}"
    );
    assert_silent(&place, &[&said]);
    docker(&place, r#"{"auths": {"other.example.org": {"auth": "!"}}}"#);
    assert!(words(&place, &["push"]).1.contains("does not accept anonymous users"));
}

#[test]
fn dockers_file_may_be_elsewhere_and_must_make_sense() {
    let (registry, place) = closed();
    let folder = place.above().join("elsewhere");
    std::fs::create_dir(&folder).unwrap();
    let place = place.env("DOCKER_CONFIG", &folder);
    std::fs::write(folder.join("config.json"), format!("{{ {PASSWORD}")).unwrap();
    place.run_in_vain(&["push"]).code(3).stdout_eq("").stderr_eq(str![[r#"
error: Docker's credentials for 127.0.0.1:[PORT] cannot be used: it is not JSON as Docker writes it
  help: fix [ABOVE]/elsewhere/config.json, or set REGISTRY_USER and REGISTRY_PASSWORD instead

"#]]);
    let entry = |entry: &str| {
        let text = format!(r#"{{"auths": {{"{}": {entry}}}}}"#, registry.host());
        std::fs::write(folder.join("config.json"), text).unwrap();
        words(&place, &["push"])
    };
    let (code, said) = entry(&format!(r#"{{"identitytoken": "{PASSWORD}"}}"#));
    assert!(
        code == 3 && said.contains("it holds an identity token, which PELATO does not support"),
        "{said}"
    );
    assert_silent(&place, &[&said]);
    let (code, said) = entry(r#"{"auth": "!"}"#);
    assert!(code == 3 && said.contains("an entry is not base64 of user:password"), "{said}");
    let (code, said) = entry(&format!(r#"{{"auth": "{RIGHT}"}}"#));
    assert_eq!(code, 0, "{said}");
}

/// A program that gives Docker's credentials out.
fn helper(folder: &Path, script: &str) {
    std::fs::create_dir_all(folder).unwrap();
    let file = folder.join("docker-credential-drawer");
    std::fs::write(&file, format!("#!/bin/sh\nread server\n{script}\n")).unwrap();
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn dockers_helpers_are_asked() {
    let (registry, place) = closed();
    let bin = place.above().join("bin");
    let host = registry.host();
    let path = [bin.clone(), crate::support::tools::go_bin(), "/usr/bin".into(), "/bin".into()];
    let place = place.env("PATH", std::env::join_paths(path).unwrap());
    let answer = |secret: &str| format!(r#"echo "{{\"Username\":\"{USER}\",\"Secret\":\"{secret}\"}}""#);
    for config in
        [format!(r#"{{"credHelpers": {{"{host}": "drawer"}}}}"#), r#"{"credsStore": "drawer"}"#.to_owned()]
    {
        docker(&place, &config);
        helper(&bin, &format!("[ \"$1 $server\" = 'get {host}' ] || exit 1\n{}", answer(PASSWORD)));
        let (code, said) = words(&place, &["push"]);
        assert_eq!(code, 0, "{said}");
        assert_silent(&place, &[&said]);
        helper(&bin, "echo 'credentials not found in native keychain'; exit 1");
        assert!(words(&place, &["push"]).1.contains("does not accept anonymous users"));
        helper(&bin, &format!("echo {PASSWORD}; echo {PASSWORD} >&2; exit 1"));
        let (code, said) = words(&place, &["push"]);
        assert!(code == 6 && said.contains("`docker-credential-drawer` failed"), "{said}");
        assert_silent(&place, &[&said]);
        std::fs::remove_file(bin.join("docker-credential-drawer")).unwrap();
        let (code, said) = words(&place, &["push"]);
        assert!(code == 6 && said.contains("was not found on PATH"), "{said}");
    }
}
