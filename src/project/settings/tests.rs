//! Where values come from, and what they are.

use super::*;

fn load(file: &str, environment: &[(&str, &str)], flags: &[Flag]) -> Result<Settings, SettingsError> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(ENV_FILE), file).unwrap();
    let look_up = |name: &str| {
        let found = environment.iter().find(|(key, _)| *key == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    Settings::load(Some(folder.path()), look_up, flags)
}

#[test]
fn flags_beat_the_environment_beats_the_file_beats_the_default() {
    let flag = [Flag { key: NATS_PORT, name: "--nats-port", value: "4".into() }];
    let file = "NATS_PORT=2\nNATS_HOST=\"file\"\n# REGISTRY_USER=x\nREGISTRY_URL=\n";
    let all = load(file, &[("NATS_PORT", "3"), ("REGISTRY_USER", "u")], &flag).unwrap();
    assert_eq!(all.text(NATS_PORT), Some("4"));
    assert_eq!(all.text(NATS_HOST), Some("file"));
    assert_eq!(all.text(REGISTRY_USER), Some("u"));
    assert_eq!(all.text(REGISTRY_URL), None, "empty counts as not set");
    assert_eq!(all.text(PARALLEL_BUILD), Some("True"));
    assert_eq!(all.nats_url(), "nats://file:4");
}

#[test]
fn the_originals_truth_values_are_read() {
    assert!(!load("PARALLEL_BUILD=False\n", &[], &[]).unwrap().is_on(PARALLEL_BUILD));
    assert!(load("ENABLE_METRICS='True'\n", &[], &[]).unwrap().is_on(ENABLE_METRICS));
    let error = load("ENABLE_METRICS=maybe\n", &[], &[]).unwrap_err();
    assert_eq!(error.to_string(), "ENABLE_METRICS is `maybe` (.env:1), which is not a boolean");
}

#[test]
fn a_login_in_a_wrong_address_is_not_repeated() {
    for wrong in ["NATS_HOST=me:hunter2@host:5222", "HOSTS_NATS_URL=http://me:hunter2@host"] {
        let error = load(&format!("{wrong}\n"), &[], &[]).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
    }
}

#[test]
fn secrets_are_never_shown() {
    let all = load("REGISTRY_PASSWORD=hunter2\n", &[], &[]).unwrap();
    assert!(!format!("{all:?}").contains("hunter2"));
    let error = load("REGISTRY_PASSWORD='hunter2\n", &[], &[]).unwrap_err();
    assert!(!format!("{error:?}{error}").contains("hunter2"), "{error:?}");
}

#[test]
fn slips_in_the_file_are_noticed() {
    let all = load("REGISTRY_ULR=x\nOTHER=1\n", &[], &[]).unwrap();
    assert_eq!(all.warnings.len(), 1);
    assert_eq!(all.warnings[0].help.as_deref(), Some("did you mean `REGISTRY_URL`?"));
}

#[test]
fn a_value_is_shown_as_it_is_unless_it_has_a_login() {
    let all = load("NATS_HOST=h\nPOSTGRES_URL=postgres://me:hunter2@db/x\n", &[], &[]).unwrap();
    let shown = |name: &str| {
        let found = all.iter().find(|one| one.key.name == name).unwrap();
        found.shown().map(|text| text.into_owned())
    };
    assert_eq!(shown("NATS_HOST").as_deref(), Some("h"));
    assert_eq!(shown("REGISTRY_URL"), None);
    assert!(shown("POSTGRES_URL").unwrap().contains(MASK));
}

#[test]
fn the_database_is_the_one_that_is_named_else_that_of_the_settings() {
    let of = |file: &str, url: Option<&str>| {
        let server = load(file, &[], &[]).unwrap().postgres(url).unwrap();
        server.map(|server| server.to_string())
    };
    let file = "POSTGRES_URL=postgres://me:hunter2@one.example.org/x\n";
    assert_eq!(of("", None), None);
    assert!(of(file, None).unwrap().contains("one.example.org"));
    assert!(of(file, Some("postgres://two.example.org/x")).unwrap().contains("two.example.org"));
    assert!(load("", &[], &[]).unwrap().postgres(Some("no address")).is_err());
}

/// What a server of these settings would disclose, in words; nothing if it may be used.
fn refused<T>(server: Result<T, SettingsError>) -> Option<String> {
    match server {
        Ok(_) => None,
        Err(error @ SettingsError::Disclosure(_)) => Some(error.to_string()),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn the_file_does_not_decide_who_receives_a_password_of_the_environment() {
    let user = [("NATS_USER", "me"), ("NATS_PASSWORD", "hunter2")];
    let nats = |file: &str, environment: &[(&str, &str)]| {
        refused(load(file, &[&user[..], environment].concat(), &[]).unwrap().nats())
    };
    assert_eq!(
        nats("NATS_HOST=evil.example.org\n", &[]).unwrap(),
        "NATS_USER (environment) and NATS_PASSWORD (environment) would be sent to evil.example.org:4222, which \
         NATS_HOST (.env) names"
    );
    // Half of an address is enough.
    let port = nats("NATS_PORT=5222\n", &[("NATS_HOST", "nats.example.org")]).unwrap();
    assert!(port.ends_with("would be sent to nats.example.org:5222, which NATS_PORT (.env) names"), "{port}");
    let authority = nats("NATS_CA=ca.pem\n", &[("NATS_HOST", "nats.example.org")]).unwrap();
    assert_eq!(
        authority,
        "NATS_USER (environment) and NATS_PASSWORD (environment) would be sent to nats.example.org:4222, which \
         NATS_HOST (environment) names; NATS_CA (.env) decides which certificates are accepted for it"
    );
    assert_eq!(nats("NATS_HOST=evil.example.org\n", &[("NATS_HOST", "nats.example.org")]), None);
    assert_eq!(nats("NATS_HOST=localhost\nNATS_PORT=4222\n", &[]), None, "these are the defaults");
    assert_eq!(nats("", &[]), None);
}

#[test]
fn a_password_of_the_file_may_go_anywhere() {
    let file = "NATS_USER=me\nNATS_PASSWORD=hunter2\n";
    let nats = |more: &str, environment: &[(&str, &str)]| {
        refused(load(&format!("{file}{more}"), environment, &[]).unwrap().nats())
    };
    assert_eq!(nats("NATS_HOST=nats.example.org\nNATS_CA=ca.pem\n", &[]), None);
    assert_eq!(nats("", &[("NATS_HOST", "nats.example.org")]), None);
    assert_eq!(
        nats("NATS_CA=ca.pem\n", &[("NATS_HOST", "nats.example.org")]).unwrap(),
        "NATS_CA (.env) decides which certificates are accepted for nats.example.org:4222, which NATS_HOST \
         (environment) names"
    );
}

#[test]
fn what_was_given_is_the_users() {
    let with = |file: &str, url: Option<&str>, credentials: Option<&str>| {
        let settings = load(file, &[], &[]).unwrap();
        let given = GivenNats { url: url.map(str::to_owned), credentials: credentials.map(Into::into) };
        refused(settings.nats_with(given))
    };
    let login = "NATS_USER=me\nNATS_PASSWORD=hunter2\n";
    assert_eq!(with(login, Some("nats://nats.example.org"), None), None);
    assert_eq!(
        with("NATS_HOST=evil.example.org\n", None, Some("my.creds")).unwrap(),
        "the credentials file (given) would be sent to evil.example.org:4222, which NATS_HOST (.env) names"
    );
    assert_eq!(
        with("NATS_CA=ca.pem\n", Some("tls://me:hunter2@nats.example.org"), None).unwrap(),
        "NATS_CA (.env) decides which certificates are accepted for nats.example.org, which the address (given) names"
    );
    let postgres = |file: &str, given: Option<&str>| refused(load(file, &[], &[]).unwrap().postgres(given));
    let url = Some("postgres://me:hunter2@db.example.org/rooms");
    assert_eq!(postgres("POSTGRES_URL=postgres://me@db/x\nPOSTGRES_CA=ca.pem\n", None), None);
    assert_eq!(
        postgres("POSTGRES_CA=ca.pem\n", url).unwrap(),
        "POSTGRES_CA (.env) decides which certificates are accepted for db.example.org:5432/rooms, which the \
         address (given) names"
    );
}

#[test]
fn a_password_in_an_address_is_a_secret() {
    let nats =
        |file: &str, environment: &[(&str, &str)]| refused(load(file, environment, &[]).unwrap().nats());
    let host = [("NATS_HOST", "me:hunter2@nats.example.org")];
    let said = nats("NATS_PORT=5222\n", &host).unwrap();
    assert!(said.starts_with("NATS_HOST (environment) would be sent to nats.example.org:5222"), "{said}");
    assert_eq!(nats("", &host), None);
    let hosts = [("HOSTS_NATS_URL", "nats://me:hunter2@127.0.0.1")];
    assert!(
        nats("NATS_HOST=evil.example.org\n", &hosts).unwrap().starts_with("HOSTS_NATS_URL (environment)")
    );
    assert_eq!(nats("NATS_HOST=evil.example.org\n", &[("HOSTS_NATS_URL", "nats://127.0.0.1")]), None);
}

#[test]
fn a_credentials_file_outside_of_the_project_is_the_users_whoever_names_it() {
    let above = tempfile::tempdir().unwrap();
    let project = above.path().join("project");
    std::fs::create_dir(&project).unwrap();
    let (own, inside) = (above.path().join("my.creds"), project.join("theirs.creds"));
    std::fs::write(&own, "x").unwrap();
    std::fs::write(&inside, "x").unwrap();
    std::os::unix::fs::symlink(&own, project.join("link.creds")).unwrap();
    let named = |file: &std::path::Path, host: &str| {
        let text = format!("NATS_HOST={host}\nNATS_CREDS={}\n", file.display());
        std::fs::write(project.join(ENV_FILE), text).unwrap();
        refused(Settings::load(Some(&project), |_| None, &[]).unwrap().nats())
    };
    for file in [own.clone(), project.join("../my.creds"), project.join("link.creds")] {
        assert_eq!(
            named(&file, "evil.example.org").unwrap(),
            "NATS_CREDS (a file outside of the project) would be sent to evil.example.org:4222, which NATS_HOST \
             (.env) names"
        );
        assert_eq!(named(&file, "localhost"), None);
    }
    assert_eq!(named(&inside, "evil.example.org"), None);
}

#[test]
fn what_the_user_allows_is_done() {
    let settings = load("NATS_HOST=evil.example.org\n", &[("NATS_USER", "me")], &[]).unwrap();
    let allowed =
        settings.clone().with_consent(Consent::new(|found| found.server == "evil.example.org:4222"));
    assert!(allowed.nats().is_ok());
    assert!(settings.nats().is_err());
}

#[test]
fn every_setting_of_a_server_has_its_part() {
    for key in ALL {
        let named = ["_USER", "_PASSWORD", "_CREDS", "_CA", "_INSECURE", "_HOST"];
        let is_part = key.kind == Kind::Secret || named.iter().any(|end| key.name.ends_with(end));
        assert!(!is_part || key.role.is_some(), "{}", key.name);
    }
}
